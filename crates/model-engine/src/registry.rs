use std::sync::Arc;

use crate::{Error, ModelEngine, ModelInfo};

/// Sends the names that match `pattern` to one model of one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// A model name; `*` stands for any text.
    pub pattern: String,
    /// The engine's name for the model; empty for the default model.
    pub model: String,
}

impl Alias {
    /// Whether `name` matches the pattern.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.pattern.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

/// A model, found.
#[derive(Clone)]
pub struct Resolved {
    /// The engine that serves it.
    pub engine: Arc<dyn ModelEngine>,
    /// What the engine says of it.
    pub info: ModelInfo,
}

/// Which engine serves which model name.
///
/// A name is looked up engine by engine: among the engine's own models first, then as an alias of one of them. The usual last alias sends
/// `gemini-*` to the default model, so that programs keep the names in their code.
#[derive(Clone, Default)]
pub struct Registry {
    engines: Vec<Arc<dyn ModelEngine>>,
    aliases: Vec<Alias>,
}

impl Registry {
    /// Serves the models of `engines`, the first one's first model by default.
    pub fn new(engines: Vec<Arc<dyn ModelEngine>>, aliases: Vec<Alias>) -> Self {
        Self { engines, aliases }
    }

    /// Whether no engine is configured.
    pub fn is_empty(&self) -> bool {
        self.engines.is_empty()
    }

    /// The configured aliases, in order.
    pub fn aliases(&self) -> &[Alias] {
        &self.aliases
    }

    /// All models, the default first, and what went wrong with engines that gave no list.
    pub async fn models(&self) -> (Vec<Resolved>, Vec<Error>) {
        let mut found = Vec::new();
        let mut failures = Vec::new();
        for engine in &self.engines {
            match engine.models().await {
                Ok(models) => found.extend(models.into_iter().map(|info| Resolved {
                    engine: Arc::clone(engine),
                    info,
                })),
                Err(error) => failures.push(error),
            }
        }
        (found, failures)
    }

    /// The model for a name that a client used, `models/` before it or not.
    ///
    /// # Errors
    /// No engine serves it; or, where an engine could not give its list, that engine's error.
    pub async fn resolve(&self, name: &str) -> Result<Resolved, Error> {
        let name = name.strip_prefix("models/").unwrap_or(name);
        let wanted = self.aliases.iter().find(|alias| alias.matches(name));
        let mut failure = None;
        let mut aliased = None;
        let mut served = Vec::new();
        // Engine by engine, so that one that is down is not waited for when an earlier one serves the name.
        for engine in &self.engines {
            let models = match engine.models().await {
                Ok(models) => models,
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            };
            let resolved = |info: &ModelInfo| Resolved {
                engine: Arc::clone(engine),
                info: info.clone(),
            };
            if let Some(info) = models.iter().find(|info| info.name == name) {
                return Ok(resolved(info));
            }
            if aliased.is_none()
                && let Some(alias) = wanted
            {
                let target = models
                    .iter()
                    .find(|info| alias.model.is_empty() || info.name == alias.model);
                aliased = target.map(resolved);
            }
            if aliased.is_some() {
                break;
            }
            served.extend(models.into_iter().map(|info| info.name));
        }
        match (aliased, failure, wanted) {
            (Some(found), _, _) => Ok(found),
            (None, Some(failure), _) => Err(failure),
            (None, None, Some(alias)) if !alias.model.is_empty() => Err(Error::UnknownName {
                name: alias.model.clone(),
                served,
            }),
            (None, None, _) => Err(Error::UnknownName {
                name: name.to_owned(),
                served,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let matches = |pattern: &str, name: &str| {
            Alias {
                pattern: pattern.to_owned(),
                model: String::new(),
            }
            .matches(name)
        };
        assert!(matches("gemini-*", "gemini-3-flash"));
        assert!(matches("*", "anything"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("exact", "exact"));
        assert!(!matches("exact", "exactly"));
        assert!(!matches("gemini-*", "gpt-4"));
        assert!(!matches("a*b*c", "a-c"));
    }
}
