//! `code_execution` through the crate's front door, in real sandboxes.
//!
//! This program is also the sandbox's helper, which is why it has a `main` of its own. Where the machine truly forbids
//! sandboxes the tests are ignored; where it does not, a refusal is a failure.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

#[cfg(target_os = "linux")]
#[path = "code_execution/harness.rs"]
mod harness;
#[cfg(target_os = "linux")]
#[path = "code_execution/images.rs"]
mod images;
#[cfg(target_os = "linux")]
#[path = "code_execution/life.rs"]
mod life;
#[cfg(target_os = "linux")]
#[path = "code_execution/programs.rs"]
mod programs;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    if let Some(code) = antiphon_environments::helper_main_if_requested() {
        return code;
    }
    let tests = [programs::tests(), images::tests(), life::tests()].concat();
    let is_possible = harness::is_possible();
    let trials = tests.into_iter().map(|(name, test)| {
        let trial = libtest_mimic::Trial::test(name, move || {
            test();
            Ok(())
        });
        trial.with_ignored_flag(!is_possible)
    });
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), trials.collect()).exit_code()
}

#[cfg(not(target_os = "linux"))]
fn main() {}
