//! What people see: colours only where they are wanted, and no text of others that could drive the terminal.

use std::borrow::Cow;
use std::env;
use std::io::IsTerminal;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look {
    Bold,
    Dim,
    Good,
    Bad,
}

/// Whether an output takes colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    coloured: bool,
}

impl Paint {
    /// Colours for a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.
    pub(crate) fn for_output(output: &impl IsTerminal) -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            coloured: output.is_terminal() && !unwanted && !dumb,
        }
    }

    /// `text` with that look.
    pub(crate) fn text(self, look: Look, text: &str) -> String {
        format!("{}{text}{}", self.begin(look), self.end())
    }

    /// What switches the look on.
    pub(crate) fn begin(self, look: Look) -> &'static str {
        match (self.coloured, look) {
            (false, _) => "",
            (true, Look::Bold) => "\x1b[1m",
            (true, Look::Dim) => "\x1b[2m",
            (true, Look::Good) => "\x1b[32m",
            (true, Look::Bad) => "\x1b[31m",
        }
    }

    /// What switches every look off.
    pub(crate) fn end(self) -> &'static str {
        if self.coloured { "\x1b[0m" } else { "" }
    }
}

/// `text` of a model, a server or a file, so that it can only be read: control characters are shown instead of obeyed, and
/// those that reorder the text around them are replaced. Line ends and tabs stay.
pub(crate) fn readable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unreadable) {
        return Cow::Borrowed(text);
    }
    let mut readable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Alone it would overwrite the line; before a line end it is one.
            '\r' => {}
            '\0'..='\x1f' if is_unreadable(c) => readable.extend(char::from_u32(0x2400 + u32::from(c))),
            '\x7f' => readable.push('\u{2421}'),
            c if is_unreadable(c) => readable.push(char::REPLACEMENT_CHARACTER),
            c => readable.push(c),
        }
    }
    Cow::Owned(readable)
}

/// The same on one line.
pub(crate) fn readable_line(text: &str) -> String {
    readable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_unreadable(c: char) -> bool {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks_lines = matches!(c, '\u{2028}' | '\u{2029}');
    (c.is_control() && c != '\n' && c != '\t') || reorders || breaks_lines
}

/// What went wrong and why, each text once: many errors say their cause themselves.
pub(crate) fn causes(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |mut told, cause| {
        let cause = cause.to_string();
        if !told.contains(&cause) {
            told.push_str(if told.is_empty() { "" } else { ": " });
            told.push_str(&cause);
        }
        told
    })
}

/// A number of bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = count as f64;
    let mut unit = "bytes";
    for larger in UNITS {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    if unit == "bytes" || value >= 100.0 {
        format!("{value:.0} {unit}")
    } else {
        format!("{value:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_drive_the_terminal() {
        assert_eq!(
            readable("plain, naïve 你好\n\tand more"),
            "plain, naïve 你好\n\tand more"
        );
        assert_eq!(
            readable("\x1b]0;owned\x07\x1b[2J\r\n\u{9b}31m\u{202e}x\x7f\x08"),
            "␛]0;owned␇␛[2J\n\u{fffd}31m\u{fffd}x␡␈"
        );
        assert_eq!(readable_line("two\r\n lines\x1b[K"), "two lines␛[K");
    }

    #[test]
    fn bytes_are_rounded_for_people() {
        let shown = [0, 999, 1000, 123_456, 4_900_000_000].map(bytes);
        assert_eq!(shown, ["0 bytes", "999 bytes", "1.0 kB", "123 kB", "4.9 GB"]);
    }
}
