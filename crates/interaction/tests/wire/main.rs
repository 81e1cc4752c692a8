//! The wire form: everything the API says, parsed and printed back byte for byte, and the rules by which deltas add up.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop where it is"
)]
#![expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]

mod fold;
mod golden;
