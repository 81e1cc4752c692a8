use crate::Error;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its name; empty where the stream gives none (the format calls that `message`).
    pub event: String,
    /// Its data; the lines are joined by `\n`.
    pub data: String,
    /// The id given with this event, if any.
    pub id: Option<String>,
}

/// Turns the bytes of a stream into events.
///
/// How the bytes are cut into pieces makes no difference. Bytes that are no UTF-8 become U+FFFD. Events without data,
/// comments, `retry` and unknown fields are passed over, as the format asks.
///
/// ```
/// # fn main() -> Result<(), antiphon_sse::Error> {
/// let mut decoder = antiphon_sse::Decoder::new(1 << 20);
/// for piece in [&b"event: greet\nda"[..], &b"ta: hello\n\n"[..]] {
///     let mut rest = piece;
///     while let Some(event) = decoder.next_event(&mut rest)? {
///         assert_eq!((event.event.as_str(), event.data.as_str()), ("greet", "hello"));
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    /// The begun line, without its end.
    line: Vec<u8>,
    /// The lines of the begun event.
    event: Event,
    has_data: bool,
    /// A line feed that comes now belongs to the carriage return before it.
    after_return: bool,
    at_start: bool,
    failed: bool,
}

impl Decoder {
    /// A decoder that holds at most `max_event_bytes` of one event.
    pub fn new(max_event_bytes: usize) -> Self {
        Self {
            limit: max_event_bytes,
            line: Vec::new(),
            event: Event::default(),
            has_data: false,
            after_return: false,
            at_start: true,
            failed: false,
        }
    }

    /// Takes bytes from the front of `bytes` until an event is whole or all are taken (`None`).
    ///
    /// Call it again with the same slice until it gives `None`, then with the next piece of the stream.
    ///
    /// # Errors
    /// An event is over the limit; every later call fails too.
    pub fn next_event(&mut self, bytes: &mut &[u8]) -> Result<Option<Event>, Error> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                *bytes = &bytes[1..];
                continue;
            }
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.check_room(bytes.len())?;
                self.line.extend_from_slice(bytes);
                *bytes = &[];
                return Ok(None);
            };
            self.check_room(end)?;
            let (line, rest) = bytes.split_at(end);
            self.after_return = rest[0] == b'\r';
            *bytes = &rest[1..];
            if let Some(event) = self.end_line(line) {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Ends the stream and gives the event that it left without its blank line, if there is one.
    ///
    /// The format drops such an event. Use this for peers that are known to leave the last blank line out.
    ///
    /// # Errors
    /// An event was over the limit.
    pub fn finish(mut self) -> Result<Option<Event>, Error> {
        self.check_room(0)?;
        Ok(self.end_line(b"").or_else(|| self.dispatch()))
    }

    fn check_room(&mut self, more: usize) -> Result<(), Error> {
        let held = self.line.len()
            + self.event.data.len()
            + self.event.event.len()
            + self.event.id.as_ref().map_or(0, String::len);
        self.failed = self.failed || held.saturating_add(more) > self.limit;
        if self.failed {
            Err(Error::TooLong { limit: self.limit })
        } else {
            Ok(())
        }
    }

    /// Takes the last bytes of a line; gives the event that an empty line ends.
    fn end_line(&mut self, last: &[u8]) -> Option<Event> {
        if self.line.is_empty() {
            return self.take_line(last);
        }
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(last);
        let event = self.take_line(&line);
        line.clear();
        self.line = line;
        event
    }

    fn take_line(&mut self, mut line: &[u8]) -> Option<Event> {
        if std::mem::take(&mut self.at_start) {
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.has_data = true;
                self.event.data.push_str(&String::from_utf8_lossy(value));
            }
            b"event" => self.event.event = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => self.event.id = Some(String::from_utf8_lossy(value).into_owned()),
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}
