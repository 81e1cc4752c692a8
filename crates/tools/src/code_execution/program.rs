//! How a program is run.
//!
//! It comes on standard input, so that it may have any length, lies in nobody's way in the workspace, and needs no room on a
//! full disk. The starter reads all of it first: the program itself finds the end of input.

use antiphon_environments::Command;

use super::settings::CodeLanguage;

/// Runs what it reads as the main module, so that lines are numbered as they were written, and saves figures of matplotlib
/// that were shown or left open.
const PYTHON: &str = include_str!("prelude.py");

/// The same for bash, which has no figures.
const BASH: &str = r#"eval "$(cat)""#;

/// The command that runs `code`.
pub fn command(language: CodeLanguage, code: &str) -> Command {
    let mut command = match language {
        CodeLanguage::Python => Command::new(["python3", "-c", PYTHON]),
        CodeLanguage::Bash => Command::new(["bash", "-c", BASH]),
    };
    command.stdin = code.as_bytes().to_vec();
    let variables = [("MPLBACKEND", "Agg"), ("PYTHONDONTWRITEBYTECODE", "1")];
    command.env = variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    command
}
