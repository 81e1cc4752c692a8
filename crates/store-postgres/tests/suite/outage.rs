//! The way to the database is disturbed.

use std::time::Duration;

use antiphon_interaction::Status;
use antiphon_store::{Change, Commit, Error, FollowStore as _, Head, Store as _, Update};
use antiphon_store_postgres::{PostgresOptions, PostgresStore};
use futures::StreamExt as _;
use futures::future::join_all;
use jiff::Timestamp;
use sqlx::Executor as _;

use crate::proxy::{Proxy, Way};
use crate::sample::{change, create, id, steps, with_step};
use crate::server::Schema;

/// A store that reaches the schema through the proxy.
async fn through(proxy: &Proxy, schema: &Schema, timeout: Duration) -> PostgresStore {
    let options = PostgresOptions {
        url: proxy.url(&schema.url),
        timeout,
        ..schema.options()
    };
    PostgresStore::connect(options).await.unwrap()
}

const PATIENT: Duration = Duration::from_secs(60);
const IMPATIENT: Duration = Duration::from_secs(2);

fn end(name: &str) -> Commit {
    Commit {
        update: Some(Update {
            status: Status::Completed,
            updated: Timestamp::UNIX_EPOCH,
            head: Head::default(),
        }),
        ..change(name)
    }
}

/// The database has applied a commit and the answer is lost: the caller is told that it was applied, once.
#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let schema = Schema::new();
    let (proxy, direct) = (Proxy::to(&schema.url), schema.open().await);
    let store = through(&proxy, &schema, PATIENT).await;
    store.commit(create("run", true)).await.unwrap();
    let mut changes = direct.changes();
    assert_eq!(changes.next().await, Some(Change::Missed));

    proxy.set(Way::Deaf);
    let commit = store.commit(with_step("run", 0));
    let refused = store.commit(with_step("run", 0));
    assert_eq!(changes.next().await, Some(Change::Interaction(id("run"))));
    assert_eq!(steps(&direct, "run").await, 1);
    proxy.set(Way::Open);
    proxy.cut();
    commit.await.unwrap();
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists(_)), "{refused}");
    assert_eq!(steps(&direct, "run").await, 1);
}

/// Connections that end under way cost nothing but time.
#[tokio::test]
async fn a_cut_connection_loses_no_commit_and_no_order() {
    let schema = Schema::new();
    let proxy = Proxy::to(&schema.url);
    let store = through(&proxy, &schema, PATIENT).await;
    store.commit(create("run", false)).await.unwrap();
    for round in 0..5 {
        let commits: Vec<_> = (0..40)
            .map(|n| store.commit(with_step("run", round * 40 + n)))
            .collect();
        proxy.cut();
        for done in join_all(commits).await {
            done.unwrap();
        }
        assert_eq!(steps(&store, "run").await, (round as usize + 1) * 40);
    }
    store.commit(end("run")).await.unwrap();
}

/// A database that does not answer is reported in words, and used again when it does. What was acknowledged is there.
#[tokio::test]
async fn a_paused_database_is_reported_and_used_again() {
    let schema = Schema::new();
    let proxy = Proxy::to(&schema.url);
    let store = through(&proxy, &schema, IMPATIENT).await;
    store.commit(create("run", false)).await.unwrap();
    proxy.set(Way::Paused);
    let (commit, check) = (store.commit(with_step("run", 0)), store.check());
    let (unknown, unreached) = (commit.await.unwrap_err(), check.await.unwrap_err());
    for (failure, why) in [(unknown, "not known"), (unreached, "no connection")] {
        let text = failure.to_string();
        assert!(matches!(failure, Error::Unavailable { .. }), "{text}");
        assert!(text.contains("127.0.0.1") && text.contains(why), "{text}");
    }
    proxy.set(Way::Open);
    store.check().await.unwrap();
    store.commit(with_step("run", 1)).await.unwrap();
    let direct = schema.open().await;
    // Whether the first was applied is what the caller was told is not known.
    assert!([1, 2].contains(&steps(&direct, "run").await));
}

/// While nobody lets connections in, callers are told; then work goes on.
#[tokio::test]
async fn a_shut_database_is_reported_and_used_again() {
    let schema = Schema::new();
    let proxy = Proxy::to(&schema.url);
    let store = through(&proxy, &schema, IMPATIENT).await;
    store.commit(create("run", false)).await.unwrap();
    proxy.set(Way::Shut);
    proxy.cut();
    let failure = store.commit(with_step("run", 0)).await.unwrap_err();
    assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
    let failure = store.read(crate::sample::project(), id("run")).await.unwrap_err();
    assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
    proxy.set(Way::Open);
    store.commit(with_step("run", 0)).await.unwrap();
    assert_eq!(steps(&store, "run").await, 1);
}

/// Followers are told when they may have missed something.
#[tokio::test]
async fn a_listener_that_was_cut_off_says_so_and_hears_again() {
    let schema = Schema::new();
    let (proxy, direct) = (Proxy::to(&schema.url), schema.open().await);
    let store = through(&proxy, &schema, PATIENT).await;
    let mut changes = store.changes();
    assert_eq!(changes.next().await, Some(Change::Missed));
    proxy.cut();
    assert_eq!(changes.next().await, Some(Change::Missed));
    direct.commit(create("run", true)).await.unwrap();
    assert_eq!(changes.next().await, Some(Change::Interaction(id("run"))));
}

/// Readers that find no free connection are told; commits have their own.
#[tokio::test]
async fn a_pool_that_is_used_up_is_reported_and_stops_no_commit() {
    let schema = Schema::new();
    let options = PostgresOptions {
        max_connections: 3,
        timeout: IMPATIENT,
        ..schema.options()
    };
    let store = PostgresStore::connect(options).await.unwrap();
    let mut other = schema.connection().await;
    other.execute("BEGIN; LOCK TABLE api_keys").await.unwrap();
    // One has the connection and waits for the lock, the other waits for the connection.
    let (one, other_one) = (store.keys(), store.keys());
    store.commit(create("run", false)).await.unwrap();
    for failure in [one.await.unwrap_err(), other_one.await.unwrap_err()] {
        assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
    }
    other.execute("COMMIT").await.unwrap();
    assert_eq!(store.keys().await.unwrap(), []);
    store.check().await.unwrap();
}

/// A store that is dropped while the database does not answer waits no longer than it may, and tells who still waits.
#[tokio::test]
async fn dropping_the_store_gives_up_a_database_that_is_gone() {
    let schema = Schema::new();
    let proxy = Proxy::to(&schema.url);
    let store = through(&proxy, &schema, IMPATIENT).await;
    store.commit(create("run", false)).await.unwrap();
    proxy.set(Way::Paused);
    let (commit, read) = (
        store.commit(with_step("run", 0)),
        store.read(crate::sample::project(), id("run")),
    );
    drop(store);
    for failure in [commit.await.unwrap_err(), read.await.unwrap_err()] {
        assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
    }
}
