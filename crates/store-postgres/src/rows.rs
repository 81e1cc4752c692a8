//! What a column holds.

use std::borrow::Cow;

use antiphon_store::{Error, NewJob};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, Type};

use crate::failure::{Cause, Failure, Location};

const ESCAPE: char = '\u{1}';

/// A name as it is stored: text cannot hold the character 0, and a notification separates names by new lines.
pub fn escaped(name: &str) -> Cow<'_, str> {
    if !name.contains(['\0', '\n', ESCAPE]) {
        return Cow::Borrowed(name);
    }
    let mut stored = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        match character {
            '\0' => stored.extend([ESCAPE, '0']),
            '\n' => stored.extend([ESCAPE, 'n']),
            ESCAPE => stored.extend([ESCAPE, ESCAPE]),
            other => stored.push(other),
        }
    }
    Cow::Owned(stored)
}

/// A text as it is stored: like a name, except that new lines alone are left as they are.
pub fn escaped_text(text: &str) -> Cow<'_, str> {
    if text.contains(['\0', ESCAPE]) {
        escaped(text)
    } else {
        Cow::Borrowed(text)
    }
}

/// What [`escaped`] or [`escaped_text`] was given.
pub fn unescaped(stored: String) -> String {
    if !stored.contains(ESCAPE) {
        return stored;
    }
    let mut name = String::with_capacity(stored.len());
    let mut characters = stored.chars();
    while let Some(character) = characters.next() {
        match character {
            ESCAPE => match characters.next() {
                Some('0') => name.push('\0'),
                Some('n') => name.push('\n'),
                Some(other) => name.push(other),
                None => {}
            },
            other => name.push(other),
        }
    }
    name
}

/// Nanoseconds since 1970; times beyond the years 1677 to 2262 are stored as the nearest that fits.
pub fn nanoseconds(time: Timestamp) -> i64 {
    let (least, most) = (i128::from(i64::MIN), i128::from(i64::MAX));
    i64::try_from(time.as_nanosecond().clamp(least, most)).unwrap_or_default()
}

/// The time that [`nanoseconds`] stored.
pub fn time(nanoseconds: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).map_err(|error| Failure::Unreadable(error.to_string()))
}

/// A count as SQL takes it.
pub fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A number that was 32 bits wide when it was stored.
pub fn narrow(wide: i64) -> Result<u32, Failure> {
    u32::try_from(wide).map_err(|_| Failure::Unreadable(format!("{wide} stands where a small number should")))
}

/// The value in a column.
pub fn get<'r, T: sqlx::Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres>>(
    row: &'r PgRow,
    column: usize,
) -> Result<T, Failure> {
    Ok(row.try_get(column)?)
}

/// The name in a column.
pub fn name(row: &PgRow, column: usize) -> Result<String, Failure> {
    Ok(unescaped(get(row, column)?))
}

/// The value of stored JSON; `what` names it when it cannot be read.
pub fn json<T: DeserializeOwned>(text: Option<&str>, what: impl FnOnce() -> String) -> Result<T, Failure> {
    let text = match text {
        Some(text) => text,
        None => return Err(Failure::Unreadable(format!("{} is missing", what()))),
    };
    serde_json::from_str(text)
        .map_err(|error| Failure::Unreadable(format!("{} is not what this build writes: {error}", what())))
}

/// The JSON of a value to be stored.
pub fn to_json<T: Serialize + ?Sized>(value: &T, location: &Location) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| location.unavailable(Cause::Json(std::sync::Arc::new(error))))
}

/// A job as the database's functions read it.
#[derive(Serialize)]
struct JobText<'a> {
    id: Cow<'a, str>,
    project: Cow<'a, str>,
    kind: Cow<'a, str>,
    payload: Cow<'a, str>,
    interaction: Option<Cow<'a, str>>,
    due: i64,
    priority: i16,
    worker: Option<Cow<'a, str>>,
    places: Option<u32>,
}

/// Jobs as the database's functions take them.
pub struct JobTexts {
    /// A JSON array.
    pub json: String,
    /// The locks that those with a limit need.
    pub limited: Vec<String>,
}

impl JobTexts {
    pub fn new(jobs: &[NewJob], location: &Location) -> Result<Self, Error> {
        let mut limited = Vec::new();
        let mut texts = Vec::with_capacity(jobs.len());
        for job in jobs {
            let NewJob {
                id,
                project,
                kind,
                payload,
                interaction,
                due,
                priority,
                worker,
                limit,
            } = job;
            if limit.is_some() {
                limited.push(format!("{} {}", escaped(project.as_str()), escaped(kind)));
            }
            texts.push(JobText {
                id: escaped(id),
                project: escaped(project.as_str()),
                kind: escaped(kind),
                payload: escaped_text(payload),
                interaction: interaction.as_ref().map(|id| escaped(id.as_str())),
                due: nanoseconds(*due),
                priority: *priority,
                worker: worker.as_ref().map(|worker| escaped(worker.as_str())),
                places: *limit,
            });
        }
        limited.sort_unstable();
        limited.dedup();
        Ok(Self {
            json: to_json(&texts, location)?,
            limited,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, escaped_text, unescaped};

    #[test]
    fn a_name_survives_its_escape_and_no_two_share_one() {
        let names = ["plain", "a\0b", "a\u{1}0b", "\n", "\u{1}n", "\u{1}\u{1}", "\u{1}", ""];
        let stored: Vec<String> = names.iter().map(|name| escaped(name).into_owned()).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!stored[index].contains(['\0', '\n']));
            assert_eq!(unescaped(stored[index].clone()), *name);
            assert_eq!(unescaped(escaped_text(name).into_owned()), *name);
            assert!(!stored[..index].contains(&stored[index]));
        }
    }
}
