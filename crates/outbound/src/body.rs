use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Why a body cannot be had.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLarge,
    Damaged,
}

/// A body that is read piece by piece and never grows beyond its bound, decompressed or not.
pub(crate) enum Body {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Body {
    /// `None` for an encoding that was not asked for.
    pub(crate) fn new(encoding: &str, limit: usize) -> Option<Self> {
        let bounded = Bounded {
            bytes: Vec::new(),
            limit,
            overflowed: false,
        };
        match encoding {
            "" | "identity" => Some(Self::Plain(bounded)),
            "gzip" | "x-gzip" => Some(Self::Gzip(Box::new(MultiGzDecoder::new(bounded)))),
            _ => None,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), BodyError> {
        match self {
            Self::Plain(bounded) => bounded.write_all(piece).map_err(|_| BodyError::TooLarge),
            Self::Gzip(decoder) => match decoder.write_all(piece) {
                Ok(()) => Ok(()),
                Err(_) if decoder.get_ref().overflowed => Err(BodyError::TooLarge),
                Err(_) => Err(BodyError::Damaged),
            },
        }
    }

    pub(crate) fn finish(self) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Plain(bounded) => Ok(bounded.bytes),
            Self::Gzip(mut decoder) => match decoder.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
                Err(_) if decoder.get_ref().overflowed => Err(BodyError::TooLarge),
                Err(_) => Err(BodyError::Damaged),
            },
        }
    }
}

pub(crate) struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
    overflowed: bool,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if piece.len() > self.limit - self.bytes.len() {
            self.overflowed = true;
            return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
