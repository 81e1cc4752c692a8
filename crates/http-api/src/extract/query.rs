use axum::extract::{Query as Pairs, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::Uri;

use crate::error::Error;
use crate::strict::{Violation, shortened, snake_case, unknown_parameter};

/// What every method of the hosted API takes and has nothing to decide here: `key` is read with the other keys, and a reply has one
/// form.
const OF_EVERY_METHOD: [&str; 7] = [
    "key",
    "alt",
    "$alt",
    "prettyPrint",
    "$prettyPrint",
    "quotaUser",
    "$quotaUser",
];

/// The query of a request, read as strictly as a body. Names may be in camel case, since the SDKs send some so.
pub(crate) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads the parameters that a route knows.
    pub(crate) fn read(uri: &Uri, known: &[&'static str]) -> Result<Self, Error> {
        let Pairs(pairs) = Pairs::<Vec<(String, String)>>::try_from_uri(uri).map_err(|error| Error::Parameter {
            path: "query",
            message: error.body_text(),
        })?;
        let mut query = Self(Vec::new());
        for (name, value) in pairs {
            if OF_EVERY_METHOD.contains(&name.as_str()) {
                continue;
            }
            let snake = snake_case(&name);
            let Some(&known) = known.iter().find(|known| **known == snake) else {
                return Err(Error::Violation(Violation {
                    path: shortened(&name),
                    message: unknown_parameter(&name, known),
                }));
            };
            if query.text(known).is_some() {
                return Err(refused(known, "is there twice".to_owned()));
            }
            query.0.push((known, value));
        }
        Ok(query)
    }

    /// A parameter, as it is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(known, value)| (*known == name).then_some(value.as_str()))
    }

    /// A boolean: `true`, `True`, `1`; `false`, `False`, `0`, nothing.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, Error> {
        let text = self.text(name).unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" | "" => Ok(false),
            _ => Err(refused(
                name,
                format!("expected true or false, got `{}`", shortened(text)),
            )),
        }
    }

    /// A number of things.
    pub(crate) fn count(&self, name: &'static str) -> Result<Option<usize>, Error> {
        let number = |text: &str| {
            text.parse().map_err(|_| {
                refused(
                    name,
                    format!("expected a whole number from 0 on, got `{}`", shortened(text)),
                )
            })
        };
        self.text(name).map(number).transpose()
    }
}

fn refused(path: &'static str, message: String) -> Error {
    Error::Parameter { path, message }
}

/// For routes that know no parameters.
pub(crate) async fn no_parameters(uri: Uri, request: Request, next: Next) -> Result<Response, Error> {
    Query::read(&uri, &[])?;
    Ok(next.run(request).await)
}
