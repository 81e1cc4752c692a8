//! Root folders that are unpacked from tar files.
//!
//! Each lies in a folder named by the digest of the tar's content, which appears complete or not at all. They are kept:
//! an operator uses few, and removing one that is in use would break what runs.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::digest;
use tar::EntryType;
use tokio::sync::Mutex;

use super::shared::blocking;
use super::workspace::Workspace;
use crate::error::Error;

/// The folder below the environments' that holds them.
const ROOTS: &str = ".roots";

/// What a root has while it is unpacked.
const UNFINISHED: &str = "unfinished";

/// More files than any system has.
const ENTRIES: u64 = 4_000_000;

/// What the sandbox makes itself; a tar's own is left out.
const LEFT_OUT: &[&str] = &["dev", "proc", "sys", "run", "tmp"];

/// The unpacked roots of one provider.
pub struct Roots {
    folder: PathBuf,
    most_bytes: u64,
    /// Where tars went, so that one that has not changed is not read again. Held while one is unpacked.
    known: Mutex<HashMap<PathBuf, (Stamp, PathBuf)>>,
}

/// When and how long a tar was, as a sign that it has not changed.
type Stamp = (u64, Option<SystemTime>);

impl Roots {
    /// Roots of at most so many bytes each, below the environments' folder.
    pub fn new(directory: &Path, most_bytes: u64) -> Self {
        Self {
            folder: directory.join(ROOTS),
            most_bytes,
            known: Mutex::default(),
        }
    }

    /// The folder with what this tar holds, unpacked now if it was not before; relative to the environments' folder.
    pub async fn of(&self, tar: &Path) -> Result<PathBuf, Error> {
        let mut known = self.known.lock().await;
        let last = known.get(tar).cloned();
        let (path, folder, most_bytes) = (tar.to_owned(), self.folder.clone(), self.most_bytes);
        let found = blocking(move || {
            let metadata = fs::metadata(&path).map_err(|source| Error::file("read the root", &path, source))?;
            let stamp = (metadata.len(), metadata.modified().ok());
            match last {
                Some((then, root)) if then == stamp && root.is_dir() => Ok((stamp, root)),
                _ => Ok((stamp, unpacked(&path, &folder, most_bytes)?)),
            }
        })
        .await?;
        let root = Path::new(ROOTS).join(found.1.file_name().unwrap_or_default());
        known.insert(tar.to_owned(), found);
        Ok(root)
    }
}

fn unpacked(tar: &Path, folder: &Path, most_bytes: u64) -> Result<PathBuf, Error> {
    let digest = digest_of(tar).map_err(|source| Error::file("read the root", tar, source))?;
    let root = folder.join(digest);
    if root.is_dir() {
        return Ok(root);
    }
    let unfinished = folder.join(UNFINISHED);
    // A crash may have left one.
    Workspace::remove(&unfinished)?;
    let made = fs::DirBuilder::new().recursive(true).mode(0o755).create(&unfinished);
    made.map_err(|source| Error::file("make", &unfinished, source))?;
    let result = unpack(tar, &unfinished, most_bytes)
        .and_then(|()| fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o755)))
        .and_then(|()| fs::rename(&unfinished, &root));
    match result {
        Ok(()) => Ok(root),
        Err(source) => {
            Workspace::remove(&unfinished)?;
            Err(Error::file("unpack the root", tar, source))
        }
    }
}

fn digest_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut chunk = vec![0_u8; 256 * 1024];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        context.update(&chunk[..read]);
    }
    let digest = context.finish();
    Ok(digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Unpacks what may be in a root. Entries are written below `to` only: none has `..` in its name, and none is written
/// through a link that leads out.
fn unpack(tar: &Path, to: &Path, most_bytes: u64) -> io::Result<()> {
    let mut archive = tar::Archive::new(io::BufReader::new(File::open(tar)?));
    let mut bytes = 0_u64;
    let mut folders = Vec::new();
    for (number, entry) in (0_u64..).zip(archive.entries()?) {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let refuse = |what: &str| Err(io::Error::other(format!("{} {what}", path.display())));
        if path.components().any(|part| part == Component::ParentDir) {
            return refuse("has `..` in its name");
        }
        if is_left_out(&path) {
            continue;
        }
        bytes = bytes.saturating_add(entry.size());
        if bytes > most_bytes || number > ENTRIES {
            return Err(io::Error::other(format!(
                "it holds more than {most_bytes} bytes or {ENTRIES} files"
            )));
        }
        match entry.header().entry_type() {
            // Last, since one may be closed to writing.
            EntryType::Directory => folders.push(entry),
            EntryType::Regular
            | EntryType::Continuous
            | EntryType::GNUSparse
            | EntryType::Link
            | EntryType::Symlink => {
                entry.unpack_in(to)?;
            }
            EntryType::XGlobalHeader => {}
            _ => return refuse("is no file, folder or link"),
        }
    }
    if bytes == 0 {
        return Err(io::Error::other("it is empty or no uncompressed tar file"));
    }
    // The deepest first, so that closing one does not hide those below.
    folders.sort_by(|a, b| b.path_bytes().cmp(&a.path_bytes()));
    for mut folder in folders {
        folder.unpack_in(to)?;
    }
    Ok(())
}

/// Whether an entry lies where the sandbox puts its own.
fn is_left_out(path: &Path) -> bool {
    let mut names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    names
        .next()
        .is_some_and(|first| LEFT_OUT.iter().any(|name| *name == first) && names.next().is_some())
}
