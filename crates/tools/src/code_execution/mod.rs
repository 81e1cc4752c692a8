//! `code_execution`: the model writes a program, the server runs it in a sandbox.
//!
//! [`CodeExecution`] is the kind of tool, [`CodeExecutionSettings`] says what programs may do and how much of their output
//! is kept. Programs run in an environment of `antiphon-environments`, one for each conversation, so that the files of
//! one call are there in the next. What a program prints is the result; images that it leaves behind are shown.

mod images;
mod kind;
mod program;
mod report;
mod settings;
mod tool;

pub use kind::CodeExecution;
pub use settings::{CodeExecutionSettings, CodeLanguage, ImageLimits};
