//! Keys that are missing, wrong, changed.

use std::sync::Arc;

use antiphon_store::memory::MemoryStore;
use antiphon_store::{Error as StoreError, Store as _};
use antiphon_store_encrypted::{Error, Keys};

use crate::sample::{FIRST, SECOND, encrypted, id, project, run, try_open};

/// Data that is encrypted is not opened without its key, nor under another; the error names the key by its id.
#[tokio::test]
async fn without_the_key_nothing_starts() {
    let inner = Arc::new(MemoryStore::default());
    assert!(try_open(inner.clone(), None).await.is_ok());
    encrypted(inner.clone(), FIRST).await;
    let Err(Error::NoKey { key }) = try_open(inner.clone(), None).await else {
        panic!("opened")
    };
    let other = match try_open(inner.clone(), Some(SECOND)).await {
        Err(error @ Error::OtherKey { .. }) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("opened"),
    };
    assert!(
        other.contains(&format!("`{key}`")) && !other.contains(SECOND),
        "{other}"
    );
    assert!(try_open(inner, Some(FIRST)).await.is_ok());
}

/// A new key put first encrypts, the old one still decrypts; without the old one its data is an error that names it.
#[tokio::test]
async fn keys_are_replaced() {
    let inner = Arc::new(MemoryStore::default());
    encrypted(inner.clone(), FIRST).await.commit(run("old")).await.unwrap();
    let both = encrypted(inner.clone(), &format!("{SECOND}, {FIRST}")).await;
    both.commit(run("new")).await.unwrap();
    assert!(both.read(project(), id("old")).await.unwrap().is_some());

    let Err(Error::OtherKey { .. }) = try_open(inner.clone(), Some(FIRST)).await else {
        panic!("the new one is in use")
    };
    let second = encrypted(inner, SECOND).await;
    assert!(second.read(project(), id("new")).await.unwrap().is_some());
    match second.read(project(), id("old")).await {
        Err(StoreError::Damaged { message, .. }) => assert!(message.contains("under the key `"), "{message}"),
        other => panic!("{other:?}"),
    }
}

/// What is no key is told by its place, and not shown.
#[test]
fn a_malformed_key_is_refused() {
    for (text, number) in [("", 1), ("c2hvcnQ=", 1), (&*format!("{FIRST},{FIRST}x"), 2)] {
        let refused = Keys::parse(text).unwrap_err();
        assert!(
            matches!(refused, Error::Malformed { number: found } if found == number),
            "{refused}"
        );
        assert!(text.is_empty() || !refused.to_string().contains(text), "{refused}");
    }
    let shown = format!("{:?}", Keys::parse(FIRST).unwrap());
    assert!(shown.len() < 20 && !shown.contains("AQEB"), "{shown}");
}
