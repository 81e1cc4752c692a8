use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::Error;

const SUPPORTED: &str = "s3:, s3a:, gs:, az:, azure:, adl:, abfs: or abfss:";
const CLOUDS: [&str; 8] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"];
/// The variables that say how to reach a bucket; no other ever leaves this function.
const VARIABLES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];
/// The folder of large bytes in the data folder.
const FOLDER: &str = "blobs";

/// Where the operator wants large bytes.
#[derive(Debug, Clone)]
pub struct Place {
    /// `[store] blobs`: a folder, an address such as `s3://BUCKET/FOLDER`, or `database`; without it `blobs` in the data folder,
    /// where that will do.
    pub configured: Option<String>,
    /// The data folder.
    pub data_folder: PathBuf,
    /// Whether several machines may use the store, as with `PostgreSQL`.
    pub shared_store: bool,
    /// Whether the configured folder is the same on all of them.
    pub shared_folder: bool,
}

/// Where large bytes go. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Backend {
    /// Into objects; the name is for messages and holds no secret.
    Objects(Arc<dyn ObjectStore>, String),
    /// Into documents of the store itself. For small deployments: what is large is then in every backup of the database.
    Database,
}

/// Opens the place for large bytes. A folder is made if it is missing; a bucket is not called yet.
///
/// `environment` are the variables of the process, of which those of the clouds are used (`AWS_ACCESS_KEY_ID`, `AWS_REGION`,
/// `AWS_ENDPOINT_URL`, `GOOGLE_APPLICATION_CREDENTIALS`, `AZURE_STORAGE_ACCOUNT_NAME`, …).
///
/// # Errors
/// [`Error::NoSharedPlace`] and [`Error::FolderNotShared`] when several machines share the store and would not share the bytes;
/// otherwise what is wrong with the place.
pub fn backend(place: &Place, environment: impl IntoIterator<Item = (String, String)>) -> Result<Backend, Error> {
    let Some(configured) = &place.configured else {
        if place.shared_store {
            return Err(Error::NoSharedPlace);
        }
        return folder(&place.data_folder.join(FOLDER));
    };
    if configured == "database" {
        return Ok(Backend::Database);
    }
    // A single letter is the drive of a path.
    let url = Url::parse(configured).ok().filter(|url| url.scheme().len() > 1);
    let path = match &url {
        None => PathBuf::from(configured),
        Some(url) if url.scheme() == "file" => url.to_file_path().map_err(|()| unsupported(configured))?,
        Some(url) => return cloud(url, configured, environment),
    };
    if place.shared_store && !place.shared_folder {
        return Err(Error::FolderNotShared {
            folder: path.display().to_string(),
        });
    }
    folder(&path)
}

fn folder(path: &Path) -> Result<Backend, Error> {
    let unusable = |source| Error::Folder {
        folder: path.display().to_string(),
        source,
    };
    std::fs::create_dir_all(path).map_err(unusable)?;
    let store = LocalFileSystem::new_with_prefix(path).map_err(|source| unusable(source.into()))?;
    // What a commit refers to must be as durable as the commit.
    let store = store.with_fsync(true).with_automatic_cleanup(true);
    Ok(Backend::Objects(Arc::new(store), path.display().to_string()))
}

fn cloud(
    url: &Url,
    configured: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Backend, Error> {
    if !CLOUDS.contains(&url.scheme()) {
        return Err(unsupported(configured));
    }
    let variables = environment
        .into_iter()
        .filter(|(name, _)| VARIABLES.iter().any(|start| name.starts_with(start)))
        .map(|(name, value)| (name.to_ascii_lowercase(), value));
    let (store, path) = object_store::parse_url_opts(url, variables).map_err(|source| Error::Address {
        address: public(configured),
        source,
    })?;
    Ok(Backend::Objects(
        Arc::new(PrefixStore::new(store, path)),
        public(configured),
    ))
}

fn unsupported(configured: &str) -> Error {
    Error::Scheme {
        address: public(configured),
        supported: SUPPORTED,
    }
}

/// The address without what may be a secret: user, password, query.
fn public(configured: &str) -> String {
    let bare = configured.split(['?', '#']).next().unwrap_or_default();
    match Url::parse(bare) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            let cleared = url.set_password(None).and_then(|()| url.set_username(""));
            if cleared.is_ok() {
                url.to_string()
            } else {
                format!("{}:…", url.scheme())
            }
        }
        Ok(_) | Err(_) => bare.to_owned(),
    }
}
