use std::str::FromStr as _;
use std::time::Duration;

use antiphon_store::Error;
use sqlx::postgres::PgConnectOptions;

use crate::failure::{Cause, Location};

/// The fewest connections that the store can do with: one that writes, one that listens, one for the rest.
const FEWEST: u32 = 3;
/// Longer names would not leave room for the prefix of the notification channel.
const LONGEST_SCHEMA: usize = 50;

/// Which database, and how it is used.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database`, with the parameters of libpq (`sslmode`, `host` for a Unix socket's
    /// folder, and so on).
    pub url: String,
    /// At most so many connections, at least 3.
    pub max_connections: u32,
    /// The schema that holds the tables, made when it is missing: lower-case letters, digits and `_`, 50 at most. Processes
    /// that name the same one share their data.
    pub schema: String,
    /// How long an operation goes on trying while the database does not answer or no connection is free. What was
    /// being asked by then fails as [`Error::Unavailable`].
    pub timeout: Duration,
}

impl PostgresOptions {
    /// This database, with 16 connections, the schema `antiphon` and 30 s.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            schema: "antiphon".into(),
            timeout: Duration::from_secs(30),
        }
    }
}

/// The options, checked.
#[derive(Clone)]
pub struct Checked {
    pub connect: PgConnectOptions,
    pub pool_size: u32,
    pub schema: String,
    pub timeout: Duration,
    pub location: Location,
}

impl Checked {
    pub fn new(options: PostgresOptions) -> Result<Self, Error> {
        let PostgresOptions {
            url,
            max_connections,
            schema,
            timeout,
        } = options;
        // The text of the error may hold a part of the URL, and with it the password.
        let connect = PgConnectOptions::from_str(&url).map_err(|_| Location::unknown().unavailable(Cause::Url))?;
        let place = connect
            .get_socket()
            .map_or_else(|| connect.get_host().to_owned(), |socket| socket.display().to_string());
        let location = Location::new(format!(
            "postgres://{}@{place}:{}/{}?schema={schema}",
            connect.get_username(),
            connect.get_port(),
            connect.get_database().unwrap_or_default(),
        ));
        if !is_schema(&schema) {
            return Err(location.unavailable(Cause::Schema(schema)));
        }
        if max_connections < FEWEST {
            return Err(location.unavailable(Cause::TooFewConnections(max_connections)));
        }
        Ok(Self {
            connect: connect
                .application_name("antiphon")
                .options([("search_path", schema.as_str())]),
            pool_size: max_connections - 2,
            schema,
            timeout,
            location,
        })
    }
}

fn is_schema(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= LONGEST_SCHEMA
        && !name.starts_with("pg_")
        && bytes
            .next()
            .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
