//! Strict reading of requests.
//!
//! The published JSON Schema of a type is compiled once into a [`Shape`] and every request body is checked against
//! it before it is deserialized, so that an unknown field, a wrong type or an unknown value is refused with its
//! path, also inside unions, and with the nearest valid name.

mod check;
mod shape;

use std::fmt;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

pub(crate) use check::{shortened, snake_case, unknown_parameter};
pub(crate) use shape::Shape;

/// What is wrong with a body, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field, as `input[2].content[0].mime_type`; empty for the body itself.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// The compiled schema of one request type.
pub struct Checker {
    shape: Shape,
    definitions: shape::Definitions,
}

impl Checker {
    /// Compiles the schema of `T`.
    pub fn of<T: JsonSchema>() -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let schema = generator.root_schema_for::<T>().to_value();
        let definitions = shape::Definitions::compile(&schema);
        Self {
            shape: Shape::compile(&schema),
            definitions,
        }
    }

    /// Checks `body`; the first violation in document order is returned.
    ///
    /// # Errors
    /// The body does not fit the schema.
    pub fn check(&self, body: &serde_json::Value) -> Result<(), Violation> {
        check::Walk {
            definitions: &self.definitions,
            path: String::new(),
        }
        .value(&self.shape, body)
    }
}
