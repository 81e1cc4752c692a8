//! Models of a Hugging Face hub: how they are named, fetched, and found again on this machine.
//!
//! A model named `hf:OWNER/REPO[:QUANT]` lies in `<data folder>/models/OWNER/REPO/`, under the file names of its repository.
//! [`resolve`] looks there and nowhere else; [`Hub`] fetches what is not there.
//!
//! The download is ours, over `reqwest`: the crate `hf-hub` (1.0) begins an interrupted file anew, keeps a cache of its own
//! layout, and brings a second transfer protocol with its tree.

mod download;
mod listing;
mod name;
mod part;
mod variant;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::data_dir::DataDir;

pub(crate) use download::{Progress, check_room};
pub(crate) use listing::{Hub, HubFile};
pub(crate) use name::ModelName;
pub(crate) use variant::{Choice, Variant, choose, variants};

/// Folders below a repository's folder are read this deep.
const MAX_DEPTH: usize = 4;
const MAX_FILES: usize = 10_000;

/// The folder of a repository's files.
pub(crate) fn folder(data_dir: &Path, name: &ModelName) -> PathBuf {
    data_dir.join("models").join(name.owner()).join(name.repo())
}

/// The file to load for `name` (`hf:OWNER/REPO[:QUANT]`), of a split model the first; `None` when the name is not of that
/// form or no such model was pulled, whole, into `data_dir`. Reads folders only.
pub(crate) fn resolve(name: &str, data_dir: &Path) -> Option<PathBuf> {
    let name = ModelName::parse(name).ok()?;
    let folder = folder(data_dir, &name);
    let mut files = Vec::new();
    collect(&folder, "", MAX_DEPTH, &mut files);
    let variants = variants(files.iter().map(String::as_str));
    match choose(&variants, name.wanted()) {
        Choice::One(variant) => variant.parts().first().map(|first| folder.join(first)),
        Choice::None | Choice::Several => None,
    }
}

/// The file to load for what `--model` says: a file, or a model of the hub that was pulled into the data folder.
///
/// # Errors
/// The model of the hub is not there; the message has the command that fetches it.
pub(crate) fn locate(model: &str, data_dir: Option<&Path>) -> anyhow::Result<PathBuf> {
    if !model.starts_with("hf:") {
        return Ok(PathBuf::from(model));
    }
    let name = ModelName::parse(model)?;
    let data_dir = DataDir::at(data_dir)?;
    match resolve(model, data_dir.path()) {
        Some(path) => Ok(path),
        None => bail!(
            "{name} is not in {} yet; fetch it with `antiphon pull {name}`",
            data_dir.path().display()
        ),
    }
}

/// Adds the files below `folder`, as paths with `/` that begin with `prefix`.
fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (Ok(name), true) = (entry.file_name().into_string(), files.len() < MAX_FILES) else {
            continue;
        };
        // A link counts as what it leads to.
        match fs::metadata(entry.path()) {
            Ok(data) if data.is_file() => files.push(format!("{prefix}{name}")),
            Ok(data) if data.is_dir() && depth > 1 => {
                collect(&entry.path(), &format!("{prefix}{name}/"), depth - 1, files);
            }
            Ok(_) | Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulled_model_is_found_by_its_name() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("models/me/model-GGUF");
        fs::create_dir_all(folder.join("Q2_K")).unwrap();
        let put = |file: &str| fs::write(folder.join(file), "GGUF").unwrap();
        let found = |name: &str| resolve(name, data.path()).map(|path| path.strip_prefix(&folder).unwrap().to_owned());
        assert_eq!(found("hf:me/model-GGUF"), None);

        put("model-Q8_0.gguf.part");
        put("Q2_K/model-Q2_K-00001-of-00002.gguf");
        assert_eq!(found("hf:me/model-GGUF"), None, "half a model is none");
        put("Q2_K/model-Q2_K-00002-of-00002.gguf");
        assert_eq!(
            found("hf:me/model-GGUF"),
            Some("Q2_K/model-Q2_K-00001-of-00002.gguf".into())
        );

        put("model-Q4_K_M.gguf");
        assert_eq!(found("hf:me/model-GGUF"), Some("model-Q4_K_M.gguf".into()));
        assert_eq!(
            found("hf:me/model-GGUF:q2_k"),
            Some("Q2_K/model-Q2_K-00001-of-00002.gguf".into())
        );
        assert_eq!(found("hf:me/model-GGUF:Q8_0"), None);
        assert_eq!(found("me/model-GGUF"), None);
    }
}
