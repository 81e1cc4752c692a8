//! The wire form: everything the API says, parsed and printed back byte for byte, and the rules by which deltas add up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

mod fold;
mod golden;
