string_enum! {
    /// Where an interaction stands.
    ///
    /// All but `queued` and `in_progress` are terminal: nothing changes the interaction any more, and going on
    /// means a new interaction that names this one as its parent.
    pub enum Status {
        /// Accepted, not begun.
        "queued" => Queued,
        /// The model or a tool is at work.
        "in_progress" => InProgress,
        /// The model finished its answer.
        "completed" => Completed,
        /// The client has to answer function calls.
        "requires_action" => RequiresAction,
        /// A token limit cut the answer short; what there is stays.
        "incomplete" => Incomplete,
        /// One call's limit was reached; a continuation token goes on.
        "requires_continuation" => RequiresContinuation,
        /// A budget was used up.
        "budget_exceeded" => BudgetExceeded,
        /// It failed; `errors` says why.
        "failed" => Failed,
        /// It was cancelled.
        "cancelled" => Cancelled,
    }
}

impl Status {
    /// Whether nothing changes the interaction any more.
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Self::Queued | Self::InProgress)
    }
}
