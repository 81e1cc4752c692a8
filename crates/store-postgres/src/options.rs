use std::str::FromStr as _;
use std::time::Duration;

use antiphon_store::Error;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::failure::{Cause, Location};

/// The fewest connections that the store can do with: one that writes, one that listens, one for the rest.
const FEWEST: u32 = 3;
/// Longer names would not leave room for the prefix of the notification channel.
const LONGEST_SCHEMA: usize = 50;
/// What may stand behind the `?` of a URL; sqlx ignores what it does not know.
pub const PARAMETERS: [&str; 14] = [
    "schema",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];
/// Other spellings of some of them.
const SPELLINGS: [&str; 5] = ["ssl-mode", "ssl-root-cert", "ssl-ca", "ssl-cert", "ssl-key"];

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

    /// The database that a URL names, and with `?schema=NAME` which of its schemas.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for a URL that is none, one of another kind of database, or one with a parameter that is not known.
    pub fn from_url(text: &str) -> Result<Self, Error> {
        let refused = |cause| Err(Location::unknown().unavailable(cause));
        // Without `//` it may be anything, a password too.
        let Some(mut url) = Url::parse(text).ok().filter(|_| text.contains("://")) else {
            return refused(Cause::Url);
        };
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return refused(Cause::Scheme(url.scheme().to_owned()));
        }
        let is_known = |name: &str| {
            let names = PARAMETERS.iter().chain(&SPELLINGS);
            names.copied().any(|known| known == name) || (name.starts_with("options[") && name.ends_with(']'))
        };
        let (schemas, others): (Vec<_>, Vec<_>) =
            url.query_pairs().into_owned().partition(|(name, _)| name == "schema");
        if let Some((unknown, _)) = others.iter().find(|(name, _)| !is_known(name)) {
            // It may be the rest of a password with a `?` in it.
            let is_password = url.query().is_some_and(|query| query.contains('@'));
            return refused(if is_password {
                Cause::Url
            } else {
                Cause::Parameter(unknown.clone())
            });
        }
        let schema = schemas.into_iter().next_back().map(|(_, schema)| schema);
        url.set_query(None);
        if !others.is_empty() {
            url.query_pairs_mut().extend_pairs(others);
        }
        let default = Self::new(url);
        Ok(Self {
            schema: schema.unwrap_or(default.schema),
            ..default
        })
    }

    /// Where the data is, without a password.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the options are wrong.
    pub fn location(&self) -> Result<String, Error> {
        Ok(Checked::new(self.clone())?.location.to_string())
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
        let name = connect.get_application_name().unwrap_or("antiphon").to_owned();
        Ok(Self {
            connect: connect
                .application_name(&name)
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
