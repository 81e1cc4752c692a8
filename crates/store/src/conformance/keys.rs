//! API keys, secrets and health.

use futures::future::join_all;

use super::Fixture;
use super::sample::at;
use crate::{ApiKey, Error, KeyHash, NewApiKey, Store as _};

fn key(id: &str, hash: u8) -> NewApiKey {
    let key = ApiKey {
        id: id.into(),
        project: "p".into(),
        name: format!("name of {id}"),
        created: at(1),
    };
    NewApiKey {
        key,
        hash: KeyHash([hash; 32]),
    }
}

/// A key is found by its hash and by nothing else, until it is revoked.
pub async fn keys_are_found_listed_and_revoked<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let (second, first) = (key("b", 1), key("a", 2));
    store.add_key(second.clone()).await.unwrap();
    store.add_key(first.clone()).await.unwrap();
    assert_eq!(store.keys().await.unwrap(), [second.key.clone(), first.key.clone()]);
    assert_eq!(store.find_key(first.hash).await.unwrap(), Some(first.key.clone()));
    assert_eq!(store.find_key(KeyHash([3; 32])).await.unwrap(), None);

    assert!(store.revoke_key("a".into()).await.unwrap());
    assert!(!store.revoke_key("a".into()).await.unwrap());
    assert_eq!(store.find_key(first.hash).await.unwrap(), None);
    assert_eq!(store.keys().await.unwrap(), [second.key]);
    store.add_key(first).await.unwrap();
}

/// Neither the id nor the hash of a key can be given twice.
pub async fn an_id_and_a_hash_are_taken_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    store.add_key(key("a", 1)).await.unwrap();
    for clash in [key("a", 2), key("b", 1)] {
        let refused = store.add_key(clash.clone()).await.unwrap_err();
        assert!(
            matches!(&refused, Error::AlreadyExists(taken) if *taken == clash.key.id),
            "{refused}"
        );
    }
    assert_eq!(store.keys().await.unwrap(), [key("a", 1).key]);
}

/// The first candidate wins; all callers get the same bytes. Each name has its own.
pub async fn a_secret_is_stored_once<F: Fixture>() {
    let fixture = F::fresh().await;
    let store = fixture.store();
    let got = join_all((0..8).map(|n| store.secret("sealing", vec![n; 32]))).await;
    let first = got[0].as_ref().unwrap().clone();
    for secret in got {
        assert_eq!(secret.unwrap(), first);
    }
    assert_eq!(store.secret("signing", b"other".to_vec()).await.unwrap(), b"other");
    assert_eq!(store.secret("sealing", b"late".to_vec()).await.unwrap(), first);
}

/// A store that works answers the question whether it does.
pub async fn a_healthy_store_says_so<F: Fixture>() {
    let fixture = F::fresh().await;
    fixture.store().check().await.unwrap();
}
