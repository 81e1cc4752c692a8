//! Which databases are opened, and what is said of the others.

use antiphon_store::{Error, Store as _};
use antiphon_store_postgres::{PostgresOptions, PostgresStore};

use crate::sample::{create, steps, with_step};
use crate::server::Schema;

async fn refusal(options: PostgresOptions) -> Error {
    match PostgresStore::connect(options).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

/// A rolling upgrade: the newer build has been there, and said whether this one may go on.
#[tokio::test]
async fn a_newer_schema_is_used_when_its_build_allows_and_refused_when_not() {
    let schema = Schema::new();
    let running = schema.open().await;
    running.commit(create("run", false)).await.unwrap();
    schema
        .execute("ALTER TABLE interactions ADD COLUMN newer text; UPDATE format SET version = 1000")
        .await;
    running.commit(with_step("run", 0)).await.unwrap();
    let started = schema.open().await;
    started.commit(with_step("run", 1)).await.unwrap();

    schema.execute("UPDATE format SET reads_from = 1000").await;
    let refused = refusal(schema.options()).await;
    assert!(matches!(&refused, Error::Newer { found: 1000, .. }), "{refused}");
    let refused = running.commit(with_step("run", 2)).await.unwrap_err();
    assert!(matches!(&refused, Error::Newer { found: 1000, .. }), "{refused}");
    assert_eq!(steps(&running, "run").await, 2);
}

#[tokio::test]
async fn another_programs_schema_is_left_alone() {
    let schema = Schema::new();
    schema
        .execute(&format!(
            "CREATE SCHEMA {0}; CREATE TABLE {0}.interactions (theirs int)",
            schema.name
        ))
        .await;
    let refused = refusal(schema.options()).await;
    assert!(
        matches!(&refused, Error::Damaged { message, .. } if message.contains("another program")),
        "{refused}"
    );
}

#[tokio::test]
async fn wrong_options_are_named() {
    let schema = Schema::new();
    let cases = [
        (
            PostgresOptions {
                schema: "a\"; DROP".to_owned(),
                ..schema.options()
            },
            "no name for a schema",
        ),
        (
            PostgresOptions {
                schema: "pg_mine".to_owned(),
                ..schema.options()
            },
            "no name for a schema",
        ),
        (
            PostgresOptions {
                max_connections: 2,
                ..schema.options()
            },
            "too few",
        ),
        (PostgresOptions::new("127.0.0.1:secret"), "cannot be read"),
    ];
    for (options, expected) in cases {
        let refused = refusal(options).await;
        assert!(matches!(refused, Error::Unavailable { .. }), "{refused}");
        assert!(refused.to_string().contains(expected), "{refused}");
    }
}

/// What sqlx would take for PostgreSQL, or pass over, is refused by name.
#[test]
fn a_url_is_read_whole_or_refused() {
    let read = PostgresOptions::from_url("postgresql://me:hunter2@db:5433/data?sslmode=disable&schema=mine").unwrap();
    assert_eq!(
        (read.schema.as_str(), read.url.ends_with("/data?sslmode=disable")),
        ("mine", true)
    );
    assert_eq!(read.location().unwrap(), "postgres://me@db:5433/data?schema=mine");
    for (url, expected) in [
        ("mysql://me:hunter2@db/data", "`mysql://` is no PostgreSQL"),
        (
            "postgres://db/data?schemma=mine",
            "no parameter `schemma`; it may have schema, sslmode",
        ),
        ("me:hunter2@db", "cannot be read"),
        ("postgres://me:1?hunter2@db/data", "%3F"),
    ] {
        let refused = PostgresOptions::from_url(url).err().unwrap().to_string();
        assert!(refused.contains(expected) && !refused.contains("hunter2"), "{refused}");
    }
}

/// The message says where, never with which password.
#[tokio::test]
async fn a_password_is_never_told() {
    let schema = Schema::new();
    // Bound and never listening: connections are refused.
    let unused = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("postgres://me:hunter2@{unused}/data"),
        schema.url.replace("antiphon@", "nobody:hunter2@"),
        "postgres://me:hunter2@[broken/data".to_owned(),
    ] {
        let refused = refusal(PostgresOptions {
            url,
            ..schema.options()
        })
        .await;
        let told = format!("{refused} {refused:?}");
        assert!(
            matches!(refused, Error::Unavailable { .. }) && !told.contains("hunter2"),
            "{told}"
        );
    }
}
