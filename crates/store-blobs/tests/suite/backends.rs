//! Where large bytes may go.

use std::path::Path;

use antiphon_store_blobs::{Backend, Error, Place, backend};
use tempfile::TempDir;

fn place(configured: Option<&str>, data_folder: &Path) -> Place {
    Place {
        configured: configured.map(str::to_owned),
        data_folder: data_folder.to_owned(),
        shared_store: true,
        shared_folder: false,
    }
}

/// With a database of several machines, only a place that they share will do.
#[test]
fn several_machines_need_a_place_that_they_share() {
    let folder = TempDir::new().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    let refused = backend(&place(None, folder.path()), []).unwrap_err();
    assert!(matches!(refused, Error::NoSharedPlace), "{refused}");
    for address in [elsewhere.to_owned(), format!("file://{elsewhere}")] {
        let refused = backend(&place(Some(&address), folder.path()), []).unwrap_err();
        assert!(
            matches!(&refused, Error::FolderNotShared { folder } if folder == elsewhere),
            "{refused}"
        );
        assert!(!Path::new(elsewhere).exists());
    }
    let declared = Place {
        shared_folder: true,
        ..place(Some(elsewhere), folder.path())
    };
    assert!(matches!(backend(&declared, []).unwrap(), Backend::Objects(_, name) if name == elsewhere));
    let database = backend(&place(Some("database"), folder.path()), []).unwrap();
    assert!(matches!(database, Backend::Database));
}

/// Buckets are reached by what the environment says; an address shows no secret and no other kind is taken.
#[test]
fn buckets_are_named_by_their_address() {
    let folder = TempDir::new().unwrap();
    let environment = [
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-central-1"),
        ("HOME", "/"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let opened = backend(&place(Some("s3://bucket/some/folder"), folder.path()), environment).unwrap();
    let shown = format!("{opened:?}");
    assert!(
        matches!(&opened, Backend::Objects(_, name) if name == "s3://bucket/some/folder"),
        "{shown}"
    );
    for address in ["https://user:word@host/x?token=y", "memory:///", "ftp://host/x"] {
        let refused = backend(&place(Some(address), folder.path()), []).unwrap_err();
        assert!(matches!(refused, Error::Scheme { .. }), "{refused}");
        let shown = refused.to_string();
        assert!(!shown.contains("word") && !shown.contains("token"), "{shown}");
    }
}
