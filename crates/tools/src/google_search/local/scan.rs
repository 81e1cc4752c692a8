use std::{
    io::Read,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::UNIX_EPOCH,
};

use walkdir::WalkDir;

use super::{
    index::{Index, Stamp},
    read::{Format, read},
};
use crate::google_search::Error;

/// The longest file that is read.
const MAX_FILE_BYTES: u64 = 8 << 20;
/// The most documents of an index.
const MAX_DOCUMENTS: usize = 200_000;

/// What a scan of the folder did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rescan {
    /// Documents that are in the index now.
    pub documents: usize,
    /// Of these, how many were new or changed.
    pub read: usize,
    /// Documents that are no longer in the folder.
    pub removed: usize,
    /// Files that cannot be read, or are longer than 8 MiB.
    pub skipped: usize,
}

/// Brings the index up to the folder's state. Each document is put in at once or not at all. When `stop` is set it returns
/// soon, and the next scan does the rest.
pub(super) fn scan(index: &mut Index, folder: &Path, stop: &AtomicBool) -> Result<Rescan, Error> {
    let unusable = |source| Error::Folder {
        path: folder.to_owned(),
        source,
    };
    // A folder that is gone, such as a disk that is not mounted, must not empty the index.
    std::fs::read_dir(folder).map_err(unusable)?;
    let mut known = index.stamps()?;
    let mut done = Rescan::default();
    // Links are not followed: they may lead out of the folder.
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.path())) {
        if stop.load(Ordering::Relaxed) {
            return Ok(done);
        }
        let Ok(entry) = entry else {
            done.skipped += 1;
            continue;
        };
        let path = entry.path();
        let Some(format) = Format::of(path).filter(|_| entry.file_type().is_file()) else {
            continue;
        };
        let name = path.strip_prefix(folder).ok().and_then(Path::to_str);
        let (Some(name), Ok(metadata)) = (name, entry.metadata()) else {
            done.skipped += 1;
            continue;
        };
        if metadata.len() > MAX_FILE_BYTES || done.documents == MAX_DOCUMENTS {
            done.skipped += 1;
            continue;
        }
        let stamp = Stamp {
            modified: modified(&metadata),
            size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
        };
        if known.get(name) != Some(&stamp) {
            let Ok(bytes) = bytes(path) else {
                done.skipped += 1;
                continue;
            };
            index.put(name, stamp, &read(path, format, &bytes))?;
            done.read += 1;
        }
        known.remove(name);
        done.documents += 1;
    }
    for name in known.keys() {
        index.remove(name)?;
        done.removed += 1;
    }
    Ok(done)
}

fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // It may have grown since it was looked at.
    std::fs::File::open(path)?
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with('.'))
}

/// Nanoseconds, or 0 where the system does not know.
fn modified(metadata: &std::fs::Metadata) -> i64 {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or_default()
}
