//! The model that is compiled in: `antiphon-nano`, trained by `training/`.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_lc_rs::digest::{SHA256, digest};

use super::models::BUNDLED_NAME as NAME;

/// What its KV cache holds; it was trained for no more, and its memory stays small.
pub(crate) const CONTEXT_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);

/// What a person should know of it.
pub(crate) const NOTICE: &str =
    "the built-in model antiphon-nano answers: it is very small; plug in a larger one with --model or --upstream";

static FILE: &[u8] = include_bytes!("../../../../models/antiphon-nano.gguf");

/// Writes the model into the data folder, once for each version of it, and returns its path.
pub(crate) fn place(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let sum = digest(&SHA256, FILE);
    let version: String = sum.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let folder = data_dir.join("models");
    let path = folder.join(format!("{NAME}-{version}.gguf"));
    if fs::read(&path).is_ok_and(|there| there == FILE) {
        return Ok(path);
    }
    let write = || {
        fs::create_dir_all(&folder)?;
        // Another process may be writing it too: each writes its own and the last rename wins with the same bytes.
        let part = folder.join(format!("{NAME}-{version}.{}.part", std::process::id()));
        fs::write(&part, FILE)?;
        fs::rename(&part, &path)
    };
    write().with_context(|| format!("the built-in model cannot be written to {}", folder.display()))?;
    Ok(path)
}
