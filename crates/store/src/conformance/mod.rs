//! The suite that every store runs: one function for each promise of [`Store`].
//!
//! A backend implements [`Fixture`] (and [`DurableFixture`], when its data outlives it) in its tests, and stamps out
//! one `#[tokio::test]` per promise:
//!
//! ```ignore
//! antiphon_store::conformance_suite!(SqliteFixture);
//! antiphon_store::durability_suite!(SqliteFixture);
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

pub mod commits;
pub mod documents;
pub mod durability;
pub mod erasure;
pub mod fidelity;
pub mod following;
pub mod jobs;
pub mod keys;
pub mod leases;
pub mod open_step;
pub mod ordering;
mod sample;
pub mod scope;
pub mod settling;
pub mod sweeping;
pub mod takeover;
pub mod tree;

use std::future::Future;

use crate::{Store, WorkerId};

/// An empty store of its own for one test.
pub trait Fixture: Sized + Send {
    /// The store under test.
    type Store: Store;

    /// Makes an empty store.
    fn fresh() -> impl Future<Output = Self> + Send;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// Makes the worker's lease run out. A store that goes by the time it is given has nothing to do: the suite gives it a
    /// later one from then on.
    fn expire(&self, _worker: WorkerId) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// A fixture whose data outlives its store.
pub trait DurableFixture: Fixture {
    /// Drops the store, in the ordinary way, and opens a new one on the same data.
    fn reopen(self) -> impl Future<Output = Self> + Send;
}

/// Stamps out a test for each promise of a store, against one [`Fixture`].
#[macro_export]
macro_rules! conformance_suite {
    ($fixture:ty) => {
        $crate::conformance_tests! {
            $fixture;
            commits::a_created_interaction_reads_back_whole,
            commits::one_commit_creates_fills_and_finishes,
            commits::a_commit_with_one_bad_part_changes_nothing,
            commits::an_id_is_taken_once,
            commits::an_absent_interaction_cannot_change,
            commits::a_parent_that_never_existed_is_refused,
            commits::a_terminal_interaction_never_changes,
            commits::another_attempt_is_fenced_off,
            commits::a_place_is_filled_once,
            ordering::commits_apply_in_the_order_they_were_started,
            ordering::a_dropped_future_still_applies,
            ordering::concurrent_callers_each_get_their_own_answer,
            open_step::a_finished_step_replaces_its_open_entries,
            open_step::entries_read_back_by_place,
            open_step::a_terminal_status_drops_the_open_step,
            scope::another_projects_interactions_do_not_exist,
            tree::a_conversation_reads_root_first,
            tree::branches_share_their_ancestors,
            tree::a_thousand_turns_read_back,
            erasure::an_erased_interaction_is_gone,
            erasure::a_running_interaction_can_be_erased,
            erasure::children_of_an_erased_interaction_stay,
            fidelity::unknown_variants_and_digits_are_kept_to_the_byte,
            fidelity::long_and_odd_text_is_kept,
            sweeping::a_tree_goes_by_its_newest_member,
            sweeping::running_trees_stay,
            sweeping::a_project_can_be_swept_alone,
            sweeping::a_sweep_takes_limit_trees_at_most,
            sweeping::a_sweep_names_its_trees,
            sweeping::a_tree_is_over_with_its_last_member,
            sweeping::tombstones_are_swept,
            jobs::a_claim_gives_what_was_enqueued,
            jobs::only_what_is_due_and_asked_for_is_given,
            jobs::what_is_enqueued_twice_is_there_once,
            jobs::a_job_may_begin_with_its_worker,
            jobs::higher_priorities_and_emptier_projects_go_first,
            jobs::a_project_holds_no_more_than_it_may,
            jobs::workers_that_claim_at_once_get_different_jobs,
            jobs::a_full_queue_refuses_the_whole_commit,
            jobs::jobs_go_with_their_interaction,
            jobs::the_queue_is_told_by_kind,
            settling::a_finished_job_leaves_others_in_its_place,
            settling::a_job_can_go_on_later_with_another_payload,
            settling::a_job_given_back_has_not_been_tried,
            settling::a_commit_ends_the_job_that_causes_it,
            settling::progress_counts_the_tries_anew,
            settling::an_old_token_changes_nothing,
            leases::without_a_lease_nothing_is_given,
            leases::what_a_silent_worker_holds_goes_to_another,
            leases::a_late_renewal_that_nobody_noticed_is_good,
            leases::what_a_retired_worker_holds_is_free_at_once,
            leases::foreground_runs_without_a_worker_are_orphans,
            takeover::a_later_attempt_takes_over,
            takeover::an_earlier_attempt_cannot_take_over,
            takeover::a_refused_takeover_changes_nothing,
            documents::a_document_reads_back_whole,
            documents::each_version_follows_the_one_before,
            documents::lists_come_newest_first_and_page_by_page,
            documents::a_document_goes_with_its_group,
            documents::a_group_is_trimmed_to_its_newest,
            documents::another_projects_documents_do_not_exist,
            documents::a_document_and_its_jobs_are_one_write,
            following::news_is_what_a_reader_does_not_have,
            following::another_attempt_is_news_from_its_start,
            following::an_absent_interaction_has_no_news,
            keys::keys_are_found_listed_and_revoked,
            keys::an_id_and_a_hash_are_taken_once,
            keys::a_secret_is_stored_once,
            keys::a_healthy_store_says_so,
        }
    };
}

/// Stamps out the tests of durability, against one [`DurableFixture`].
#[macro_export]
macro_rules! durability_suite {
    ($fixture:ty) => {
        $crate::conformance_tests! {
            $fixture;
            durability::everything_is_there_after_reopening,
            durability::jobs_and_documents_outlive_the_process,
            durability::dropping_the_store_finishes_what_was_started,
        }
    };
}

/// The tests named, one each. For the two suites only.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($fixture:ty; $($module:ident :: $promise:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $promise() {
                $crate::conformance::$module::$promise::<$fixture>().await;
            }
        )+
    };
}
