use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

const DATABASE: &str = "antiphon.db";
const LOCK: &str = "antiphon.lock";

/// The folder in which everything is kept.
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// The folder named, or the user's data folder, whether it is there or not.
    pub(crate) fn at(named: Option<&Path>) -> anyhow::Result<Self> {
        let path = match named {
            Some(path) => path.to_owned(),
            None => default_path()?,
        };
        Ok(Self { path })
    }

    /// The same; it is made if it is not there.
    pub(crate) fn open(named: Option<&Path>) -> anyhow::Result<Self> {
        let folder = Self::at(named)?;
        make_private_folder(&folder.path).with_context(|| {
            format!(
                "the data folder {} cannot be made; name another with --data-dir",
                folder.path.display()
            )
        })?;
        Ok(folder)
    }

    /// Where the database is, or would be.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The database; a new one is made readable for its owner only, and SQLite gives its other files the same rights.
    pub(crate) fn make_database(&self) -> PathBuf {
        let path = self.database();
        let mut options = File::options();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // There already, or it cannot be made: then opening it says why.
        options.open(&path).ok();
        path
    }

    /// Whether a server has made a database here.
    pub(crate) fn has_database(&self) -> bool {
        self.database().metadata().is_ok_and(|database| database.len() > 0)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps other servers out of the folder for as long as the file lives; `otherwise` says what can be done beside stopping the
    /// one that has it.
    pub(crate) fn lock(&self, otherwise: &str) -> anyhow::Result<File> {
        let path = self.path.join(LOCK);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => bail!(
                "another antiphon serves from {}; stop it{otherwise}",
                self.path.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }

    /// Whether another process has locked the folder.
    pub(crate) fn is_locked(&self) -> bool {
        let file = File::options().append(true).open(self.path.join(LOCK));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

/// Conversations and keys are nobody else's to read.
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn default_path() -> anyhow::Result<PathBuf> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(folder) = variable("XDG_DATA_HOME").filter(|folder| folder.is_absolute()) {
        return Ok(folder.join("antiphon"));
    }
    match variable("HOME") {
        Some(home) => Ok(home.join(".local/share/antiphon")),
        None => bail!("neither XDG_DATA_HOME nor HOME is set; name a folder with --data-dir"),
    }
}
