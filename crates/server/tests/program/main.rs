//! The program as people and scripts use it: started as a process, spoken to through its arguments, pipes and port.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it is"
)]

mod antiphon;
mod chat;
mod copy;
mod database;
mod doctor;
mod drain;
mod hub;
mod keys;
mod pull;
mod serve;
mod settings;
mod tools;
