//! The repository's own checks, run as `cargo xtask <check>`.
//!
//! * `check-layers`: no crate of the workspace depends on one that the table in [`layers`] does not
//!   allow it.
//! * `check-sizes`: no source file is longer than [`sizes::LIMIT`] lines.
//!
//! Each check prints what it found and ends with a non-zero status when something must change.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool for developers: its output is its purpose"
)]

mod error;
mod layers;
mod sizes;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::error::Error;

const USAGE: &str = "usage: cargo xtask check-layers | check-sizes";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["check-layers"] => check_layers(),
        ["check-sizes"] => check_sizes(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Checks the dependency edges of the workspace; `true` when all are allowed.
fn check_layers() -> Result<bool, Error> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(workspace_root())
        .output()
        .map_err(Error::StartCargo)?;
    if !output.status.success() {
        return Err(Error::CargoMetadata(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let workspace = layers::Workspace::parse(&output.stdout)?;
    let violations = layers::violations(&workspace);
    for violation in &violations {
        eprintln!("check-layers: {violation}");
    }
    if violations.is_empty() {
        println!("check-layers: {} crates, no edge out of place", workspace.len());
    }
    Ok(violations.is_empty())
}

/// Checks the length of every source file; `true` when none is over the limit.
fn check_sizes() -> Result<bool, Error> {
    let report = sizes::measure(&workspace_root())?;
    for file in &report.long {
        println!(
            "check-sizes: warning: {file} (over {} lines: does it hold one idea?)",
            sizes::WARNING
        );
    }
    for file in &report.too_long {
        eprintln!("check-sizes: {file}: split it, the limit is {} lines", sizes::LIMIT);
    }
    if report.too_long.is_empty() {
        println!("check-sizes: {} files, none over {} lines", report.files, sizes::LIMIT);
    }
    Ok(report.too_long.is_empty())
}

/// The folder above this crate.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
