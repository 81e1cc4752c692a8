use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use aws_lc_rs::digest;

use crate::terminal;

const READ_BYTES: usize = 1 << 20;

/// A file on its way: `FILE.part`, which becomes `FILE` when it is whole. Stays when the program ends, so that the next one
/// goes on with it; only one program at a time has it.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    destination: PathBuf,
    length: u64,
    hash: digest::Context,
}

impl Part {
    /// Opens the part of `destination`, with what an earlier program left when `keep` is set.
    pub(super) fn open(destination: &Path, keep: bool) -> anyhow::Result<Self> {
        let path = part_path(destination);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        }
        let file = File::options()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("another antiphon is fetching {}; wait for it", destination.display())
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{} cannot be locked", path.display()));
            }
        }
        let mut part = Self {
            file,
            path,
            destination: destination.to_owned(),
            length: 0,
            hash: digest::Context::new(&digest::SHA256),
        };
        if keep {
            part.read_what_is_there()?;
        } else {
            part.clear()?;
        }
        Ok(part)
    }

    /// How many bytes are there.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Adds bytes at the end.
    pub(super) fn append(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self.file.write_all(bytes) {
            Ok(()) => {
                self.hash.update(bytes);
                self.length += bytes.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::StorageFull => bail!(
                "the disk of {} is full; make room and run the same command again: it goes on after {}",
                self.path.display(),
                terminal::bytes(self.length)
            ),
            Err(error) => Err(error).with_context(|| format!("{} cannot be written", self.path.display())),
        }
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) -> anyhow::Result<()> {
        self.length = 0;
        self.hash = digest::Context::new(&digest::SHA256);
        let cleared = self.file.set_len(0).and_then(|()| self.file.rewind());
        cleared.with_context(|| format!("{} cannot be written", self.path.display()))
    }

    /// The checksum of what is there, in hexadecimal.
    pub(super) fn sha256(&self) -> String {
        let digest = self.hash.clone().finish();
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Gives the file its name, once the disk has it.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        let named = || {
            self.file.sync_all()?;
            fs::rename(&self.path, &self.destination)?;
            match self.destination.parent() {
                // Elsewhere a folder cannot be opened.
                Some(folder) if cfg!(unix) => File::open(folder).and_then(|folder| folder.sync_all()),
                Some(_) | None => Ok(()),
            }
        };
        named().with_context(|| format!("{} cannot be finished", self.destination.display()))
    }

    fn read_what_is_there(&mut self) -> anyhow::Result<()> {
        let mut buffer = vec![0; READ_BYTES];
        let mut read = || -> io::Result<()> {
            loop {
                let count = self.file.read(&mut buffer)?;
                if count == 0 {
                    return self.file.seek(SeekFrom::Start(self.length)).map(|_| ());
                }
                self.hash.update(&buffer[..count]);
                self.length += count as u64;
            }
        };
        read().with_context(|| format!("{} cannot be read", self.path.display()))
    }
}

/// How much of `destination` is on the disk, whole or in part.
pub(super) fn length_so_far(destination: &Path) -> u64 {
    let length = |path: &Path| fs::metadata(path).map(|data| data.len()).ok();
    length(destination)
        .or_else(|| length(&part_path(destination)))
        .unwrap_or(0)
}

fn part_path(destination: &Path) -> PathBuf {
    let mut path = destination.as_os_str().to_owned();
    path.push(".part");
    path.into()
}
