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
pub mod durability;
pub mod erasure;
pub mod fidelity;
pub mod keys;
pub mod open_step;
pub mod ordering;
mod sample;
pub mod scope;
pub mod sweeping;
pub mod tree;

use std::future::Future;

use crate::Store;

/// An empty store of its own for one test.
pub trait Fixture: Sized + Send {
    /// The store under test.
    type Store: Store;

    /// Makes an empty store.
    fn fresh() -> impl Future<Output = Self> + Send;

    /// The store.
    fn store(&self) -> &Self::Store;
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
            ordering::unfinished_interactions_come_oldest_first,
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
            sweeping::a_sweep_takes_limit_trees_at_most,
            sweeping::tombstones_are_swept,
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
