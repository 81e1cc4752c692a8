use std::io::{self, IsTerminal as _, Write as _};

use crate::terminal::{Look, Paint, readable};

/// What is written in the current line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    Nothing,
    /// A sign that the server is at work; it goes when something comes.
    Waiting,
    Answer,
    Thought,
}

/// The terminal, or the pipes in its place. Everything that it is given is made readable first.
pub(super) struct Screen {
    writing: Writing,
    /// Whether the cursor is at the beginning of a line.
    fresh: bool,
    paint: Paint,
    /// Both outputs are the same terminal.
    together: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self {
            writing: Writing::Nothing,
            fresh: true,
            paint: Paint::for_output(&io::stderr()),
            together: io::stderr().is_terminal() && io::stdout().is_terminal(),
        }
    }

    /// Asks for a question.
    pub(super) fn prompt(&mut self) -> io::Result<()> {
        self.aside(&self.paint.text(Look::Bold, "> "))
    }

    /// Ends the line in which a person typed.
    pub(super) fn line_end(&mut self) -> io::Result<()> {
        self.aside("\n")
    }

    /// Says something about the program itself, or about a call.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        self.end_line()?;
        let text = readable(text);
        let line = self.paint.text(Look::Dim, &text);
        self.aside(&format!("{line}\n"))
    }

    /// Says what went wrong.
    pub(super) fn failure(&mut self, message: &str) -> io::Result<()> {
        self.end_line()?;
        let mark = self.paint.text(Look::Bad, "✗");
        self.aside(&format!("{mark} {}\n\n", readable(message)))
    }

    /// Shows that the server is at work.
    pub(super) fn wait(&mut self) -> io::Result<()> {
        if self.together {
            self.writing = Writing::Waiting;
            self.aside(&self.paint.text(Look::Dim, "…"))?;
        }
        Ok(())
    }

    /// More of the answer.
    pub(super) fn answer(&mut self, text: &str) -> io::Result<()> {
        self.switch(Writing::Answer)?;
        let text = readable(text);
        self.fresh = if text.is_empty() {
            self.fresh
        } else {
            text.ends_with('\n')
        };
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// More of a thought.
    pub(super) fn thought(&mut self, text: &str) -> io::Result<()> {
        self.switch(Writing::Thought)?;
        let text = readable(text);
        self.fresh = if text.is_empty() {
            self.fresh
        } else {
            text.ends_with('\n')
        };
        self.aside(&self.paint.text(Look::Dim, &text))
    }

    /// Ends the answer with an empty line.
    pub(super) fn end_answer(&mut self) -> io::Result<()> {
        let was = self.writing;
        self.end_line()?;
        if was == Writing::Answer && self.together {
            self.aside("\n")?;
        }
        Ok(())
    }

    fn switch(&mut self, to: Writing) -> io::Result<()> {
        if self.writing != to {
            let thought = self.writing == Writing::Thought;
            self.end_line()?;
            if thought && self.together {
                self.aside("\n")?;
            }
            self.writing = to;
        }
        Ok(())
    }

    fn end_line(&mut self) -> io::Result<()> {
        match self.writing {
            Writing::Nothing => {}
            Writing::Waiting => self.aside("\r\x1b[K")?,
            Writing::Answer if !self.fresh => {
                let mut out = io::stdout().lock();
                out.write_all(b"\n")?;
                out.flush()?;
            }
            Writing::Thought if !self.fresh => self.aside("\n")?,
            Writing::Answer | Writing::Thought => {}
        }
        self.writing = Writing::Nothing;
        self.fresh = true;
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "the screen is what is written on")]
    fn aside(&self, text: &str) -> io::Result<()> {
        let mut out = io::stderr().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
