//! When environments were last used, so that forgotten ones can be removed.
//!
//! An empty file for each, written by the server: what commands do to the times of their own files changes nothing.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{Timespec, Timestamps, UTIME_NOW, futimens};

use crate::environment::EnvironmentId;
use crate::error::Error;

const MARK: &str = ".used-";

/// Notes that an environment is used now.
pub fn note(directory: &Path, id: &EnvironmentId) -> Result<(), Error> {
    let path = mark(directory, id);
    // The kernel's clock, which `sweep` is to be called with.
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    let times = Timestamps {
        last_access: now,
        last_modification: now,
    };
    let noted = File::create(&path).and_then(|file| Ok(futimens(&file, &times)?));
    noted.map_err(|source| Error::file("note the use in", &path, source))
}

/// When an environment was last used; one without a note counts from now on.
pub fn last(directory: &Path, id: &EnvironmentId) -> Result<SystemTime, Error> {
    let path = mark(directory, id);
    match fs::metadata(&path).and_then(|metadata| metadata.modified()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            note(directory, id)?;
            fs::metadata(&path).and_then(|metadata| metadata.modified())
        }
        found => found,
    }
    .map_err(|source| Error::file("read", &path, source))
}

/// Removes the note.
pub fn forget(directory: &Path, id: &EnvironmentId) -> Result<(), Error> {
    let path = mark(directory, id);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file("remove", &path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The environments that have files or a note.
pub fn all(directory: &Path) -> Result<Vec<EnvironmentId>, Error> {
    let fail = |source| Error::file("list", directory, source);
    let mut ids = Vec::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        let name = name.to_str().map(|name| name.strip_prefix(MARK).unwrap_or(name));
        // Other names, which begin with a dot or have an extension, are not environments.
        ids.extend(name.and_then(|name| EnvironmentId::new(name).ok()));
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn mark(directory: &Path, id: &EnvironmentId) -> PathBuf {
    let mut name = OsStr::new(MARK).to_owned();
    name.push(id.as_str());
    directory.join(name)
}
