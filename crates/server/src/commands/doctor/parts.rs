use std::path::Path;
use std::sync::Arc;

use antiphon_store::memory::MemoryStore;

use super::borrowed::Borrowed;
use super::place::Folder;
use super::report::Finding;
use crate::data_dir::DataDir;
use crate::options::StoreOptions;
use crate::terminal::causes;
use crate::wiring::stores;

/// What stands around the tables: where large bytes go, and the keys that what is kept was encrypted with.
pub(super) async fn look(options: &StoreOptions, folder: &Folder) -> Vec<Finding> {
    let Some(data_dir) = &folder.data_dir else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    findings.extend(large_bytes(options, data_dir).await);
    if folder.is_current {
        findings.extend(encryption(options, data_dir).await);
    }
    findings
}

/// The place for large bytes, tried out as `serve` does; the usual one is in the data folder.
async fn large_bytes(options: &StoreOptions, data_dir: &DataDir) -> Option<Finding> {
    if options.blobs.is_none() && options.database.is_none() {
        return None;
    }
    let place = options.blobs.as_deref().unwrap_or_default();
    let _borrowed = Borrowed::new(Path::new(place));
    let tried = stores::with_blobs(data_dir, options, Arc::new(MemoryStore::default())).await;
    Some(match tried {
        Ok(_) => Finding::good("large bytes", "they can be kept, read and deleted"),
        Err(error) => Finding::bad("large bytes", causes(&error)).mend("name a place with --blobs"),
    })
}

/// Whether the keys are those of the store. Wrong ones are told of with the settings.
async fn encryption(options: &StoreOptions, data_dir: &DataDir) -> Option<Finding> {
    let keys = stores::encryption_keys(options).ok()?;
    let store = match stores::beside(data_dir, options).await {
        Ok(store) => store,
        Err(error) => return Some(Finding::bad("encryption", causes(&error))),
    };
    Some(match (stores::check_encryption(store, keys.as_ref()).await, keys) {
        (Ok(()), Some(_)) => Finding::good(
            "encryption",
            "what is kept can be decrypted, and what is new is encrypted",
        ),
        (Ok(()), None) => Finding::open("encryption", "off; ANTIPHON_ENCRYPTION_KEY switches it on"),
        (Err(error), _) => Finding::bad("encryption", causes(&error.into())),
    })
}
