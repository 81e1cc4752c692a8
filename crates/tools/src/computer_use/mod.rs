//! `computer_use`: the client drives a screen.
//!
//! The model is given functions with the names and parameters that the API documents for each environment; the client carries
//! them out and answers with what the screen then shows. Nothing runs here.

mod actions;
mod kind;

pub use kind::ComputerUse;
