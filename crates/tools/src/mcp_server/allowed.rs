use std::collections::BTreeSet;

use antiphon_interaction::{Json, ToolChoiceMode};
use serde::Deserialize;

use super::declaration::invalid;
use crate::OpenError;

/// Which tools of a server the model may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allowed {
    /// Those named; `None` is all.
    named: Option<BTreeSet<String>>,
    /// Those taken out again.
    barred: BTreeSet<String>,
}

/// One object of the list. A field that is not known could be a limit that is not kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    mode: Option<ToolChoiceMode>,
    #[serde(default)]
    tools: Vec<String>,
}

impl Allowed {
    pub(super) fn all() -> Self {
        Self {
            named: None,
            barred: BTreeSet::new(),
        }
    }

    /// Reads both forms: names, and `{mode, tools}` objects.
    pub(super) fn parse(path: &str, wanted: &Json) -> Result<Self, OpenError> {
        if let Ok(names) = serde_json::from_str::<BTreeSet<String>>(wanted.text()) {
            if names.is_empty() {
                return Err(invalid(
                    path.to_owned(),
                    "names no tool; leave it out to allow all of them",
                ));
            }
            return Ok(Self {
                named: Some(names),
                barred: BTreeSet::new(),
            });
        }
        let Ok(entries) = serde_json::from_str::<Vec<Entry>>(wanted.text()) else {
            return Err(invalid(
                path.to_owned(),
                "a list of tools' names, or of objects with `mode` and `tools`",
            ));
        };
        Self::from_entries(path, entries)
    }

    fn from_entries(path: &str, entries: Vec<Entry>) -> Result<Self, OpenError> {
        // A list of which no entry allows anything allows nothing.
        let mut allowed = Self {
            named: Some(BTreeSet::new()),
            barred: BTreeSet::new(),
        };
        for (index, Entry { mode, tools }) in entries.into_iter().enumerate() {
            match mode.unwrap_or(ToolChoiceMode::Auto) {
                ToolChoiceMode::Auto if tools.is_empty() => allowed.named = None,
                ToolChoiceMode::Auto => {
                    if let Some(named) = &mut allowed.named {
                        named.extend(tools);
                    }
                }
                ToolChoiceMode::None => allowed.barred.extend(tools),
                ToolChoiceMode::Any | ToolChoiceMode::Validated | ToolChoiceMode::Unknown(_) => {
                    return Err(invalid(
                        format!("{path}[{index}].mode"),
                        "`auto` or `none`; whether the model must call a tool is said in `generation_config.tool_choice`",
                    ));
                }
            }
        }
        Ok(allowed)
    }

    pub(super) fn allows(&self, tool: &str) -> bool {
        self.named.as_ref().is_none_or(|named| named.contains(tool)) && !self.barred.contains(tool)
    }

    /// The first name that is not one of `tools`.
    pub(super) fn unknown<'a>(&'a self, tools: &[&str]) -> Option<&'a str> {
        let names = self.named.iter().flatten().chain(&self.barred);
        names.map(String::as_str).find(|name| !tools.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn allowed(wanted: serde_json::Value) -> Vec<&'static str> {
        let allowed = Allowed::parse("tools[0].allowed_tools", &Json::from(wanted)).unwrap();
        ["a", "b", "c"]
            .into_iter()
            .filter(|tool| allowed.allows(tool))
            .collect()
    }

    #[test]
    fn both_forms_allow_what_they_name_and_nothing_else() {
        assert_eq!(allowed(json!(["a", "b"])), ["a", "b"]);
        assert_eq!(
            allowed(json!([{ "tools": ["a"] }, { "mode": "auto", "tools": ["b"] }])),
            ["a", "b"]
        );
        assert_eq!(allowed(json!([{ "mode": "auto" }])), ["a", "b", "c"]);
        assert_eq!(
            allowed(json!([{ "mode": "auto" }, { "mode": "none", "tools": ["b"] }])),
            ["a", "c"]
        );
        assert_eq!(allowed(json!([{ "mode": "none" }])), [""; 0]);
    }

    #[test]
    fn what_cannot_be_kept_is_refused_by_name() {
        let refused = |wanted: serde_json::Value| Allowed::parse("p", &Json::from(wanted)).unwrap_err().to_string();
        assert!(refused(json!([])).contains("leave it out"));
        assert!(refused(json!("a")).contains("a list of"));
        assert!(refused(json!([{ "names": ["a"] }])).contains("a list of"));
        assert!(refused(json!([{ "mode": "any", "tools": ["a"] }])).starts_with("p[0].mode: "));
    }
}
