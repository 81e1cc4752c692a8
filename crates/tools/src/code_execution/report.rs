//! What is told of a program's run.

use antiphon_environments::{Captured, Ending, Outcome, SandboxPolicy};

/// What a program printed and how it ended, as one text of at most about `limit` bytes.
pub fn text(outcome: &Outcome, policy: &SandboxPolicy, limit: usize) -> String {
    let mut printed = String::new();
    for (stream, name) in [(&outcome.stdout, "output"), (&outcome.stderr, "error")] {
        push_line(&mut printed, &stream_text(stream, name));
    }
    let mut text = shorten(&printed, limit);
    if let Some(note) = note(outcome.ending, policy) {
        push_line(&mut text, &note);
    }
    text
}

/// The beginning and the end of a text that is longer than `limit` bytes, with a note between that counts what is missing.
/// The end is kept because errors stand there.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(limit / 3 * 2);
    let tail = text.ceil_char_boundary(text.len() - limit / 3);
    format!(
        "{}\n[{} bytes left out here]\n{}",
        &text[..head],
        tail - head,
        &text[tail..]
    )
}

/// Adds a text on a line of its own.
pub fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') && !line.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

fn stream_text(stream: &Captured, name: &str) -> String {
    let mut text = String::from_utf8_lossy(&stream.bytes).into_owned();
    if stream.is_truncated() {
        let dropped = stream.total - stream.bytes.len() as u64;
        push_line(
            &mut text,
            &format!("[{dropped} more bytes of standard {name} were not kept]"),
        );
    }
    text
}

/// How a program ended, where that needs a word.
fn note(ending: Ending, policy: &SandboxPolicy) -> Option<String> {
    const MIB: u64 = 1024 * 1024;
    Some(match ending {
        Ending::Exited(0) => return None,
        Ending::Exited(status) => format!("[The program ended with exit status {status}.]"),
        Ending::Signaled(signal) => format!("[The program was ended by signal {signal}.]"),
        Ending::TimedOut => format!(
            "[The program was stopped: it ran longer than the limit of {} seconds.]",
            policy.wall_time.as_secs_f64()
        ),
        Ending::OutOfMemory => format!(
            "[The program was stopped: out of memory, it used more than the limit of {} MiB.]",
            policy.memory_bytes / MIB
        ),
        Ending::DiskFull => format!(
            "[The program was stopped: disk full, its files are more than the limit of {} MiB or {} files. Remove some.]",
            policy.disk_bytes / MIB,
            policy.disk_entries
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_keeps_both_ends_and_counts_what_is_missing() {
        let text = format!("begin{}end", "ä".repeat(1000));
        let short = shorten(&text, 101);
        let (head, rest) = short.split_once("\n[").unwrap();
        let (count, tail) = rest.split_once(" bytes left out here]\n").unwrap();
        assert!(head.starts_with("begin") && tail.ends_with("end"), "{short}");
        assert!(head.len() + tail.len() <= 101);
        assert_eq!(count.parse::<usize>().unwrap(), text.len() - head.len() - tail.len());
        assert_eq!(shorten("short", 5), "short");
    }
}
