//! What a crash may not do: the program as real processes, killed, cut off from its database and started again, and
//! what its clients see of it.
//!
//! The program has no fail points. Its break points are gates of the test's own: in the model's server, in the server of a
//! tool that counts its effects, and in a proxy before the database. `scripts/crash.sh` runs the tests that are ignored
//! here because they take minutes; `CRASH_KILLS` says how often a process is killed, and `CRASH_SEED` repeats a run's choices,
//! and `CRASH_LOG` names a file for what the servers log.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it is, and says how much it did"
)]

mod account;
mod client;
mod clock;
mod counter;
mod disk;
mod kills;
mod outages;
mod plan;
mod program;
mod proxy;
mod resume;
mod site;
mod takeover;
mod wave;
mod world;
