//! The files of an environment, as the server touches them.
//!
//! What lies in a workspace was made by hostile programs. Every path is opened below the workspace's own descriptor with
//! `openat2`, which refuses links and ways out in the kernel, at the moment of use.

use std::collections::HashSet;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Dir, FileType, Gid, Mode, OFlags, ResolveFlags, Uid, fchown, fstat, mkdirat, openat2};
use rustix::io::Errno;

use crate::environment::FileEntry;
use crate::error::Error;

/// Folders nested deeper are not listed.
const DEPTH: usize = 32;

/// A folder that commands may write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub path: PathBuf,
    /// The user id of the commands; none when it is the server's own.
    pub owner: Option<u32>,
}

impl Workspace {
    /// Opens the folder or makes it. A new one gets a user id of the range that no other environment in `directory` has.
    pub fn open(path: PathBuf, ids: Option<(u32, u32)>) -> Result<Self, Error> {
        let fail = |source| Error::file("open the workspace", &path, source);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                let owner = ids.map(|_| metadata.uid());
                if let Some((first, last)) = ids
                    && !(first..=last).contains(&metadata.uid())
                {
                    return Err(fail(io::Error::other(format!(
                        "it belongs to user {}, which is not one of those for environments ({first} to {last})",
                        metadata.uid()
                    ))));
                }
                Ok(Self { path, owner })
            }
            Ok(_) => Err(fail(io::Error::from(io::ErrorKind::NotADirectory))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(path, ids),
            Err(error) => Err(fail(error)),
        }
    }

    fn make(path: PathBuf, ids: Option<(u32, u32)>) -> Result<Self, Error> {
        let owner = match ids {
            Some(range) => Some(free_id(path.parent().unwrap_or(Path::new("/")), range)?),
            None => None,
        };
        let fail = |source| Error::file("make the workspace", &path, source);
        // Under another name until it is complete: a folder that a crash left half made would belong to the server.
        let unfinished = path.with_extension("new");
        match fs::remove_dir(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
            Ok(()) | Err(_) => {}
        }
        fs::create_dir(&unfinished).map_err(fail)?;
        fs::set_permissions(&unfinished, Permissions::from_mode(0o700)).map_err(fail)?;
        if let Some(uid) = owner {
            chown(&unfinished, Some(uid), Some(uid)).map_err(fail)?;
        }
        fs::rename(&unfinished, &path).map_err(fail)?;
        Ok(Self { path, owner })
    }

    /// The regular files, at most `limit`.
    pub fn files(&self, limit: usize) -> Result<Vec<FileEntry>, Error> {
        let top = self.folder()?;
        let mut found = Vec::new();
        let mut open = vec![PathBuf::new()];
        while let Some(folder) = open.pop() {
            let opened = if folder.as_os_str().is_empty() {
                rustix::io::fcntl_dupfd_cloexec(&top, 3)
            } else {
                beneath(&top, &folder, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())
            };
            // Closed by its owner, or gone: nothing to show.
            let Ok(entries) = opened.and_then(Dir::read_from) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_bytes();
                if name == b"." || name == b".." {
                    continue;
                }
                let path = folder.join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name));
                match entry.file_type() {
                    FileType::Directory if path.components().count() < DEPTH => open.push(path),
                    FileType::RegularFile => found.extend(entry_of(&top, path)),
                    _ => {}
                }
                if found.len() >= limit {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Reads a regular file of at most `limit` bytes.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
        let path = inside(path)?;
        let fail = |source: io::Error| Error::file("read", &path, source);
        let file =
            beneath(&self.folder()?, &path, OFlags::RDONLY, Mode::empty()).map_err(|error| fail(error.into()))?;
        let file = regular(file).map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        let too_large = |bytes| Error::FileTooLarge {
            path: path.clone(),
            bytes,
            limit,
        };
        if bytes > limit {
            return Err(too_large(bytes));
        }
        let mut content = Vec::new();
        file.take(limit.saturating_add(1))
            .read_to_end(&mut content)
            .map_err(fail)?;
        if content.len() as u64 > limit {
            return Err(too_large(content.len() as u64));
        }
        Ok(content)
    }

    /// Writes a file and makes the folders above it.
    pub fn write(&self, path: &Path, content: &[u8]) -> Result<(), Error> {
        let path = inside(path)?;
        let fail = |source: io::Error| Error::file("write", &path, source);
        let top = self.folder()?;
        let above: Vec<&Path> = path.ancestors().skip(1).collect();
        for folder in above.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
            self.make_folder(&top, folder).map_err(|error| fail(error.into()))?;
        }
        let flags = OFlags::WRONLY | OFlags::CREATE;
        let file = beneath(&top, &path, flags, Mode::from_raw_mode(0o644)).map_err(|error| fail(error.into()))?;
        let mut file = regular(file).map_err(fail)?;
        self.give(&file).map_err(|error| fail(error.into()))?;
        file.set_len(0).and_then(|()| file.write_all(content)).map_err(fail)
    }

    /// Removes the folder and everything in it.
    ///
    /// The tree may be deeper than paths are long or descriptors many, and closed to its owner. So it is flattened:
    /// folders are moved to the top before what they were in is removed, and no path ever gets long.
    pub fn remove(path: &Path) -> Result<(), Error> {
        let fail = |source| Error::file("remove the workspace", path, source);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(_) | Err(_) => {}
        }
        let mut number = 0_u64;
        let mut queue = vec![path.to_owned()];
        while let Some(folder) = queue.pop() {
            fs::set_permissions(&folder, Permissions::from_mode(0o700)).map_err(fail)?;
            for entry in fs::read_dir(&folder).map_err(fail)? {
                let entry = entry.map_err(fail)?;
                if !entry.file_type().map_err(fail)?.is_dir() {
                    fs::remove_file(entry.path()).map_err(fail)?;
                    continue;
                }
                let mut flat = entry.path();
                if folder != path {
                    // A folder that is closed to its owner cannot be moved, since its parent entry changes.
                    fs::set_permissions(&flat, Permissions::from_mode(0o700)).map_err(fail)?;
                    loop {
                        flat = path.join(format!("removed-{number}"));
                        number += 1;
                        if fs::symlink_metadata(&flat).is_err() {
                            break;
                        }
                    }
                    fs::rename(entry.path(), &flat).map_err(fail)?;
                }
                queue.push(flat);
            }
            if folder != path {
                fs::remove_dir(&folder).map_err(fail)?;
            }
        }
        fs::remove_dir(path).map_err(fail)
    }

    fn folder(&self) -> Result<OwnedFd, Error> {
        rustix::fs::openat(
            CWD,
            &self.path,
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(|error| Error::file("open the workspace", &self.path, error))
    }

    fn make_folder(&self, top: &OwnedFd, folder: &Path) -> Result<(), Errno> {
        let parent = match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => beneath(top, parent, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?,
            None => rustix::io::fcntl_dupfd_cloexec(top, 3)?,
        };
        let name = folder.file_name().ok_or(Errno::INVAL)?;
        match mkdirat(&parent, name, Mode::from_raw_mode(0o755)) {
            Ok(()) => self.give(beneath(
                &parent,
                Path::new(name),
                OFlags::RDONLY | OFlags::DIRECTORY,
                Mode::empty(),
            )?),
            Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes the commands the owner of what the server made.
    fn give(&self, file: impl AsFd) -> Result<(), Errno> {
        match self.owner {
            Some(uid) => fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(uid))),
            None => Ok(()),
        }
    }
}

fn entry_of(top: &OwnedFd, path: PathBuf) -> Option<FileEntry> {
    let stat = fstat(beneath(top, &path, OFlags::PATH, Mode::empty()).ok()?).ok()?;
    let modified = i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec);
    (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(|| FileEntry {
        path,
        bytes: u64::try_from(stat.st_size).unwrap_or(0),
        modified_nanos: modified,
    })
}

/// Opens a path that stays below `top` and meets no link; never waits for a pipe's other end.
fn beneath(top: &OwnedFd, path: &Path, flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let flags = if flags.contains(OFlags::PATH) {
        flags
    } else {
        flags | OFlags::NONBLOCK
    };
    let resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV;
    openat2(top, path, flags, mode, resolve)
}

fn regular(file: OwnedFd) -> io::Result<File> {
    let file = File::from(file);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// The path without `.`; refused when absolute, empty or with `..`.
pub fn inside(path: &Path) -> Result<PathBuf, Error> {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => {
                return Err(Error::InvalidPath { path: path.to_owned() });
            }
        }
    }
    if clean.as_os_str().is_empty() {
        return Err(Error::InvalidPath { path: path.to_owned() });
    }
    Ok(clean)
}

/// A user id of the range that owns no folder in `directory`.
fn free_id(directory: &Path, (first, last): (u32, u32)) -> Result<u32, Error> {
    let fail = |source| Error::file("list", directory, source);
    let mut taken = HashSet::new();
    for entry in fs::read_dir(directory).map_err(fail)? {
        taken.insert(entry.and_then(|entry| entry.metadata()).map_err(fail)?.uid());
    }
    (first..=last)
        .find(|id| !taken.contains(id))
        .ok_or(Error::NoUserIdLeft { first, last })
}
