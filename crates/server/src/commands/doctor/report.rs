use std::io::{self, Write as _};

use crate::terminal::{Look, Paint, readable_line};

const ABOUT_WIDTH: usize = 12;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    /// It is needed and broken.
    Bad,
    /// It is not there, or could be better, and need not be.
    Open,
}

/// One line of the report.
#[derive(Debug)]
pub(super) struct Finding {
    state: State,
    about: &'static str,
    said: String,
    remedy: Option<String>,
}

impl Finding {
    pub(super) fn good(about: &'static str, said: impl Into<String>) -> Self {
        Self::new(State::Good, about, said.into())
    }

    pub(super) fn bad(about: &'static str, said: impl Into<String>) -> Self {
        Self::new(State::Bad, about, said.into())
    }

    pub(super) fn open(about: &'static str, said: impl Into<String>) -> Self {
        Self::new(State::Open, about, said.into())
    }

    /// With what mends it.
    pub(super) fn mend(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    fn new(state: State, about: &'static str, said: String) -> Self {
        Self {
            state,
            about,
            said,
            remedy: None,
        }
    }
}

/// Writes findings to standard output as they come.
pub(super) struct Report {
    paint: Paint,
    broken: usize,
}

impl Report {
    pub(super) fn new() -> Self {
        Self {
            paint: Paint::for_output(&io::stdout()),
            broken: 0,
        }
    }

    pub(super) fn begin(&self) -> io::Result<()> {
        let (version, system, processor) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
        writeln!(io::stdout().lock(), "antiphon {version} on {system} {processor}\n")
    }

    pub(super) fn add(&mut self, finding: &Finding) -> io::Result<()> {
        let mark = match finding.state {
            State::Good => self.paint.text(Look::Good, "✓"),
            State::Bad => self.paint.text(Look::Bad, "✗"),
            State::Open => self.paint.text(Look::Dim, "–"),
        };
        self.broken += usize::from(finding.state == State::Bad);
        let mut out = io::stdout().lock();
        // What is said may come from files and servers.
        writeln!(
            out,
            "{mark} {:ABOUT_WIDTH$} {}",
            finding.about,
            readable_line(&finding.said)
        )?;
        if let Some(remedy) = &finding.remedy {
            let remedy = self.paint.text(Look::Bold, &readable_line(remedy));
            writeln!(out, "  {:ABOUT_WIDTH$} → {remedy}", "")?;
        }
        Ok(())
    }

    /// How many needed things are broken.
    pub(super) fn broken(&self) -> usize {
        self.broken
    }
}
