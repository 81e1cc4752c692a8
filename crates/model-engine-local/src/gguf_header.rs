//! A look at a GGUF file before llama.cpp gets it, because llama.cpp says only "null" when it cannot load one.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::LoadError;

/// What the header says.
#[derive(Debug)]
pub(crate) struct Header {
    /// `general.architecture`, or a question mark.
    pub architecture: String,
    /// The file's size.
    pub bytes: u64,
}

/// Names and values beyond this are not a header.
const MAX_TEXT: u64 = 64 << 20;
const MAX_ITEMS: u64 = 16 << 20;

/// Reads the header, and checks that the file reaches as far as it says.
pub(crate) fn read(path: &Path) -> Result<Header, LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a directory",
        )));
    }
    let bytes = metadata.len();
    let mut reader = Reader {
        inner: BufReader::new(file),
        at: 0,
    };
    match walk(&mut reader) {
        Ok(found) if found.needs > bytes => Err(LoadError::Truncated {
            path: path.to_owned(),
            reason: format!("its tensors reach beyond byte {} and it has {bytes} bytes", found.needs),
        }),
        Ok(found) => Ok(Header {
            architecture: found.architecture,
            bytes,
        }),
        Err(Fault::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof && reader.at >= 4 => {
            Err(LoadError::Truncated {
                path: path.to_owned(),
                reason: format!("its header does not end within its {bytes} bytes"),
            })
        }
        Err(Fault::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Err(LoadError::NotGguf {
            path: path.to_owned(),
            reason: format!("it has only {bytes} bytes"),
        }),
        Err(Fault::Io(error)) => Err(unreadable(error)),
        Err(Fault::Form(reason)) => Err(LoadError::NotGguf {
            path: path.to_owned(),
            reason,
        }),
    }
}

struct Found {
    architecture: String,
    needs: u64,
}

enum Fault {
    Io(io::Error),
    Form(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn walk(reader: &mut Reader) -> Result<Found, Fault> {
    if reader.array::<4>()? != *b"GGUF" {
        return Err(Fault::Form("it does not begin with `GGUF`".to_owned()));
    }
    let version = reader.u32()?;
    if !(2..=3).contains(&version) {
        return Err(Fault::Form(format!("its version is {version}; 2 and 3 are known")));
    }
    let tensors = reader.count()?;
    let values = reader.count()?;
    let mut architecture = "?".to_owned();
    let mut alignment = 32;
    for _ in 0..values {
        let key = reader.text()?;
        match (key.as_str(), reader.u32()?) {
            ("general.architecture", STRING) => architecture = reader.text()?,
            ("general.alignment", U32) => alignment = u64::from(reader.u32()?).max(1),
            (_, kind) => reader.skip_value(kind)?,
        }
    }
    let mut last = None;
    for _ in 0..tensors {
        reader.text()?;
        let dimensions = reader.u32()?;
        if dimensions > 8 {
            return Err(Fault::Form(format!("a tensor has {dimensions} dimensions")));
        }
        for _ in 0..dimensions {
            reader.u64()?;
        }
        reader.u32()?;
        last = last.max(Some(reader.u64()?));
    }
    let data = reader.at.next_multiple_of(alignment);
    // The last tensor's own size depends on its type; that it begins inside the file is enough to tell a cut one.
    let needs = last.map_or(0, |offset| data.saturating_add(offset).saturating_add(1));
    Ok(Found { architecture, needs })
}

const U32: u32 = 4;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

struct Reader {
    inner: BufReader<File>,
    at: u64,
}

impl Reader {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn count(&mut self) -> Result<u64, Fault> {
        match self.u64()? {
            count if count <= MAX_ITEMS => Ok(count),
            count => Err(Fault::Form(format!("its header counts {count} items"))),
        }
    }

    fn text(&mut self) -> Result<String, Fault> {
        let length = self.u64()?;
        if length > MAX_TEXT {
            return Err(Fault::Form(format!("its header has a text of {length} bytes")));
        }
        let mut bytes = Vec::new();
        let got = (&mut self.inner).take(length).read_to_end(&mut bytes)? as u64;
        self.at += got;
        if got < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        let got = io::copy(&mut (&mut self.inner).take(bytes), &mut io::sink())?;
        self.at += got;
        if got < bytes {
            Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
        } else {
            Ok(())
        }
    }

    fn skip_value(&mut self, kind: u32) -> Result<(), Fault> {
        match kind {
            STRING => self.text().map(drop),
            ARRAY => {
                let kind = self.u32()?;
                let count = self.count()?;
                match kind {
                    STRING => (0..count).try_for_each(|_| self.text().map(drop)),
                    ARRAY => Err(Fault::Form("its header nests arrays".to_owned())),
                    kind => self.skip(count.saturating_mul(width(kind)?)),
                }
            }
            kind => self.skip(width(kind)?),
        }
    }
}

fn width(kind: u32) -> Result<u64, Fault> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        kind => Err(Fault::Form(format!("its header has a value of type {kind}"))),
    }
}
