use std::fmt;

/// A key that is never shown.
#[derive(Clone, serde::Deserialize)]
pub(crate) struct Key(String);

impl Key {
    /// The key of the variable, or else that of the settings file.
    pub(crate) fn of(variable: &str, file: Option<&Self>) -> Option<String> {
        std::env::var(variable)
            .ok()
            .or_else(|| file.map(|key| key.0.clone()))
            .filter(|key| !key.is_empty())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}
