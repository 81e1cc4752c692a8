use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use antiphon_store::ProjectId;
use antiphon_turn_engine::{ProjectPolicy, Projects};
use anyhow::bail;
use serde::Deserialize;

use super::store::Days;

/// `[projects.NAME]`: what is different for the keys of a project. In the settings file only.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ProjectOptions {
    /// Background interactions of a higher priority go first.
    pub(crate) priority: i16,
    /// Instead of `queued_per_project`.
    pub(crate) queued: Option<NonZeroU32>,
    /// Erase conversations this long after their last turn, 1 day at least; at most the `retention_days` of `[store]`, if that is set.
    pub(crate) retention_days: Option<Days>,
}

/// How the projects' background runs are queued.
pub(crate) fn policies(projects: &BTreeMap<String, ProjectOptions>) -> Projects {
    Projects::new(projects.iter().map(|(name, options)| {
        let ProjectOptions {
            priority,
            queued,
            retention_days: _,
        } = options;
        let policy = ProjectPolicy {
            priority: *priority,
            queued: queued.map(NonZeroU32::get),
        };
        (ProjectId::from(name.as_str()), policy)
    }))
}

/// After how long what is erased; `None` stands for all projects.
pub(crate) fn retentions(
    projects: &BTreeMap<String, ProjectOptions>,
    all: Option<Duration>,
) -> anyhow::Result<Vec<(Option<ProjectId>, Duration)>> {
    let mut retentions: Vec<_> = all.map(|age| (None, age)).into_iter().collect();
    for (name, options) in projects {
        let Some(age) = options.retention_days.map(Days::length) else {
            continue;
        };
        if all.is_some_and(|all| age > all) {
            bail!(
                "the settings keep conversations of the project `{name}` longer than those of all projects: raise \
                 `retention_days` of [store], or lower that of [projects.{name}]"
            );
        }
        retentions.push((Some(ProjectId::from(name.as_str())), age));
    }
    Ok(retentions)
}
