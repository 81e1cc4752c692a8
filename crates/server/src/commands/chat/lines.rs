use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::thread;

use anyhow::bail;
use tokio::sync::mpsc;

const FENCE: &str = "\"\"\"";
/// A question is at most so long.
const MAX_BYTES: u64 = 16 << 20;

/// What a person typed.
pub(super) enum Line {
    /// A first word with a slash.
    Command(String),
    Question(String),
    End,
}

/// The lines of standard input.
///
/// They are read on a thread of its own, because a read cannot be given up: the program may end while it waits.
pub(super) struct Lines {
    input: mpsc::Receiver<io::Result<String>>,
    is_terminal: bool,
    fenced: Option<String>,
}

impl Lines {
    pub(super) fn start() -> Self {
        let (sender, input) = mpsc::channel(1);
        thread::spawn(move || {
            loop {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().take(MAX_BYTES).read_until(b'\n', &mut bytes);
                let line = match read {
                    Ok(0) => return,
                    Ok(_) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                    Err(error) => Err(error),
                };
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            input,
            is_terminal: io::stdin().is_terminal(),
            fenced: None,
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Drops the beginning of a question of several lines.
    pub(super) fn forget(&mut self) {
        self.fenced = None;
    }

    /// The next question or command; dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> anyhow::Result<Line> {
        loop {
            let line = match self.input.recv().await {
                Some(line) => line?,
                None => {
                    let rest = self.fenced.take().filter(|rest| !rest.trim().is_empty());
                    return Ok(rest.map_or(Line::End, Line::Question));
                }
            };
            if line.len() as u64 >= MAX_BYTES {
                bail!("a line is longer than {MAX_BYTES} bytes");
            }
            if let Some(line) = self.take(&line) {
                return Ok(line);
            }
        }
    }

    fn take(&mut self, line: &str) -> Option<Line> {
        let (begins, text) = match (&mut self.fenced, line.trim_start().strip_prefix(FENCE)) {
            (None, Some(rest)) => (true, rest),
            (Some(_), _) => (false, line),
            (None, None) => {
                let line = line.trim();
                let is_command =
                    line.starts_with('/') && !line.contains(char::is_whitespace) && !line[1..].contains('/');
                return match line {
                    "" => None,
                    line if is_command => Some(Line::Command(line.to_owned())),
                    line => Some(Line::Question(line.to_owned())),
                };
            }
        };
        let mut question = self.fenced.take().unwrap_or_default();
        match text.trim_end().strip_suffix(FENCE) {
            Some(last) => {
                question.push_str(last);
                (!question.trim().is_empty()).then_some(Line::Question(question))
            }
            None => {
                // The line with the opening quotes alone is not part of the question.
                if !(begins && text.trim().is_empty()) {
                    question.push_str(text);
                }
                self.fenced = Some(question);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(typed: &[&str]) -> Vec<String> {
        let (_, input) = mpsc::channel(1);
        let mut lines = Lines {
            input,
            is_terminal: false,
            fenced: None,
        };
        let shown = |line: Line| match line {
            Line::Command(command) => format!("command {command}"),
            Line::Question(question) => format!("question {question:?}"),
            Line::End => "end".to_owned(),
        };
        typed.iter().filter_map(|line| lines.take(line)).map(shown).collect()
    }

    #[test]
    fn lines_are_questions_commands_or_parts_of_a_longer_question() {
        assert_eq!(
            taken(&[" hello \n", "\n", "/new\n", "/etc/passwd\n", "/new things\n"]),
            [
                "question \"hello\"",
                "command /new",
                "question \"/etc/passwd\"",
                "question \"/new things\""
            ]
        );
        assert_eq!(
            taken(&["\"\"\"\n", "a\n", "\n", "  /new\n", "\"\"\"\n", "b\n"]),
            ["question \"a\\n\\n  /new\\n\"", "question \"b\""]
        );
        assert_eq!(
            taken(&["\"\"\"a b\"\"\"\n", "\"\"\"c\n", "d\"\"\"\n", "\"\"\"\"\"\"\n"]),
            ["question \"a b\"", "question \"c\\nd\""]
        );
    }
}
