use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use antiphon_interaction::ThinkingLevel;

/// Which values of `reasoning_effort` a model's server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum EffortRange {
    /// All levels by their names.
    #[default]
    All,
    /// `low`, `medium` and `high`.
    Three,
    /// The field is refused.
    None,
}

/// What was learnt of each model; empty in the usual case.
#[derive(Debug, Default)]
pub(super) struct EffortRanges(RwLock<HashMap<String, EffortRange>>);

impl EffortRanges {
    pub(super) fn of(&self, model: &str) -> EffortRange {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(model)
            .copied()
            .unwrap_or_default()
    }

    /// After a refusal of what `range` gave for `level`: the range to try next.
    pub(super) fn narrow(&self, model: &str, range: EffortRange, level: &ThinkingLevel) -> EffortRange {
        let next = match range {
            EffortRange::All if EffortRange::Three.value(level) != EffortRange::All.value(level) => EffortRange::Three,
            EffortRange::All | EffortRange::Three | EffortRange::None => EffortRange::None,
        };
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(model.to_owned(), next);
        next
    }
}

impl EffortRange {
    /// What to send for `level`, if anything.
    pub(super) fn value(self, level: &ThinkingLevel) -> Option<&str> {
        match (self, level) {
            (Self::None, _) => None,
            (Self::Three, ThinkingLevel::Minimal) => Some("low"),
            (Self::Three, ThinkingLevel::Xhigh) => Some("high"),
            (
                Self::All | Self::Three,
                ThinkingLevel::Minimal
                | ThinkingLevel::Low
                | ThinkingLevel::Medium
                | ThinkingLevel::High
                | ThinkingLevel::Xhigh
                | ThinkingLevel::Unknown(_),
            ) => Some(level.as_str()),
        }
    }
}
