//! What the tests of this workspace share; no shipped crate depends on it.
//!
//! [`ScriptedEngine`] is a model engine and [`FakeUpstream`] an `OpenAI` server on a socket. Both play [`Script`]s, hold still
//! at [`Gate`]s until the test lets them go on, check every request they get, and show what the model saw as a few lines
//! for snapshots. Nothing here sleeps.

mod call;
mod gate;
mod script;
mod scripted;
#[cfg(feature = "server")]
mod server;
mod tool;
mod upstream;

pub use call::{Call, CallState};
pub use gate::Gate;
pub use script::{Fragment, Refusal, Script};
pub use scripted::{ScriptedEngine, check_request, render_request, scripted_model};
#[cfg(feature = "server")]
pub use server::{CountingEntropy, EventReply, ManualClock, Reply, ServerSetup, TestServer};
pub use tool::ScriptedTool;
pub use upstream::{FakeUpstream, UpstreamRequest, check_body, render_body, unused_address};
