use std::fmt;

/// Why a stream cannot be read or an event cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// An event is longer than the decoder allows.
    TooLong {
        /// The most bytes of one event.
        limit: usize,
    },
    /// A name or id would break the frame.
    LineBreak {
        /// Which: `event` or `id`.
        field: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => {
                write!(f, "an event of the stream is longer than {limit} bytes")
            }
            Self::LineBreak { field } => {
                write!(f, "the `{field}` of an event must not contain a line break")
            }
        }
    }
}

impl std::error::Error for Error {}
