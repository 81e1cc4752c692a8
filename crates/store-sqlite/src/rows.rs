//! What a column holds.

use antiphon_interaction::{InteractionId, Status};
use antiphon_store::Error;
use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Cause, Failure, Location};

/// An interaction's number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seq(pub i64);

impl Seq {
    /// Where a step lies.
    pub fn place(self, index: u32) -> i64 {
        (self.0 << 32) | i64::from(index)
    }
}

/// The index of the step that lies at `place`.
pub fn index_of(place: i64) -> u32 {
    place as u32
}

/// Nanoseconds since 1970; times beyond the years 1677 to 2262 are stored as the nearest that fits.
pub fn nanoseconds(time: Timestamp) -> i64 {
    let (least, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
    i64::try_from(time.as_nanosecond().clamp(least, most)).unwrap_or_default()
}

/// The time in a column.
pub fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, Failure> {
    moment(row.get(column)?)
}

/// The time that is stored as `nanoseconds`.
pub fn moment(nanoseconds: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).map_err(|error| Failure::Unreadable(error.to_string()))
}

/// The status in a column.
pub fn status(row: &Row<'_>, column: usize) -> Result<Status, Failure> {
    Ok(Status::from(text(row, column)?))
}

/// The id in a column.
pub fn id(row: &Row<'_>, column: usize) -> Result<InteractionId, Failure> {
    Ok(InteractionId::from(text(row, column)?))
}

/// The text in a column, without a copy.
pub fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, Failure> {
    row.get_ref(column)?
        .as_str()
        .map_err(|error| Failure::Unreadable(format!("column {column}: {error}")))
}

/// The value of the JSON in a column; `what` names it when it cannot be read.
pub fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize, what: &str) -> Result<T, Failure> {
    match row.get_ref(column)? {
        ValueRef::Text(text) => serde_json::from_slice(text)
            .map_err(|error| Failure::Unreadable(format!("{what} is not what this build writes: {error}"))),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Failure::Unreadable(format!("{what} is missing")))
        }
    }
}

/// The JSON of a value to be stored.
pub fn to_json<T: Serialize + ?Sized>(value: &T, location: &Location) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| location.unavailable(Cause::Json(std::sync::Arc::new(error))))
}

/// The first row of a cached statement, if there is one.
pub fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    statement
        .query_row(parameters, |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// All rows of a cached statement.
pub fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// Runs a cached statement; returns how many rows it changed.
pub fn execute(connection: &Connection, sql: &str, parameters: impl rusqlite::Params) -> Result<usize, Failure> {
    Ok(connection.prepare_cached(sql)?.execute(parameters)?)
}
