use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are made for the look: those that are still empty when this is dropped are taken away again.
pub(super) struct Borrowed(Vec<PathBuf>);

impl Borrowed {
    /// To be called before `folder` is made.
    pub(super) fn new(folder: &Path) -> Self {
        let missing = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        Self(missing.map(Path::to_owned).collect())
    }

    /// Whether the folder was there already.
    pub(super) fn was_there(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Somebody uses it by now, or it could not be made.
            fs::remove_dir(folder).ok();
        }
    }
}
