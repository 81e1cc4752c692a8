use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

use antiphon_turn_engine::Limits;

use super::layered::layered;

layered! {
    /// `[jobs]`: how background interactions and webhooks are worked off.
    #[command(next_help_heading = "[jobs] how background interactions and webhooks are worked off")]
    pub(crate) struct JobsOptions {
        /// How long after this process falls silent others take over what it runs [default: 5].
        #[arg(long, env = "ANTIPHON_LEASE_SECONDS", value_name = "SECONDS")]
        pub(crate) lease_seconds: Option<NonZeroU64>,
        /// How many background interactions this process runs at once; as many webhooks beside them [default: 64].
        #[arg(long, env = "ANTIPHON_CONCURRENCY", value_name = "COUNT")]
        pub(crate) concurrency: Option<NonZeroUsize>,
        /// How often to look for work when nothing says that there is any [default: 1].
        #[arg(long, env = "ANTIPHON_POLL_SECONDS", value_name = "SECONDS")]
        pub(crate) poll_seconds: Option<NonZeroU64>,
        /// How many background interactions of one project run at once, in all processes together; the rest waits
        /// [default: no limit].
        #[arg(long, env = "ANTIPHON_RUNNING_PER_PROJECT", value_name = "COUNT")]
        pub(crate) running_per_project: Option<NonZeroU32>,
        /// How many background interactions of one project may be unfinished; more are refused with 429 [default: 10000].
        #[arg(long, env = "ANTIPHON_QUEUED_PER_PROJECT", value_name = "COUNT")]
        pub(crate) queued_per_project: Option<NonZeroU32>,
        /// How many tokens one call of a model makes at most; a longer answer takes several calls [default: 65536].
        #[arg(long, env = "ANTIPHON_CALL_TOKENS", value_name = "TOKENS")]
        pub(crate) call_tokens: Option<NonZeroU64>,
    }
}

impl JobsOptions {
    pub(crate) fn worker(&self) -> antiphon_jobs::Options {
        let default = antiphon_jobs::Options::default();
        let seconds = |count: NonZeroU64| Duration::from_secs(count.get());
        antiphon_jobs::Options {
            lease: self.lease_seconds.map_or(default.lease, seconds),
            concurrency: self.concurrency.map_or(default.concurrency, NonZeroUsize::get),
            per_project: self
                .running_per_project
                .map_or(default.per_project, |most| Some(most.get())),
            poll: self.poll_seconds.map_or(default.poll, seconds),
        }
    }

    /// The limits of runs that are set here.
    pub(crate) fn limits(&self, others: Limits) -> Limits {
        Limits {
            queued_per_project: self
                .queued_per_project
                .map_or(others.queued_per_project, |most| Some(most.get())),
            call_tokens: self.call_tokens.map_or(others.call_tokens, NonZeroU64::get),
            ..others
        }
    }
}
