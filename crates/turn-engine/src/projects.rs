use std::collections::HashMap;
use std::sync::Arc;

use antiphon_store::ProjectId;

/// How a project's background runs are queued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProjectPolicy {
    /// Runs of a higher priority go first; 0 is that of projects without a policy.
    pub priority: i16,
    /// How many unfinished background runs it may have; `None` for what [`Limits`](crate::Limits) says.
    pub queued: Option<u32>,
}

/// The policies of projects; those that are not named have the default one. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Projects(Arc<HashMap<ProjectId, ProjectPolicy>>);

impl Projects {
    /// These policies.
    pub fn new(policies: impl IntoIterator<Item = (ProjectId, ProjectPolicy)>) -> Self {
        Self(Arc::new(policies.into_iter().collect()))
    }

    pub(crate) fn of(&self, project: &ProjectId) -> ProjectPolicy {
        self.0.get(project).copied().unwrap_or_default()
    }
}
