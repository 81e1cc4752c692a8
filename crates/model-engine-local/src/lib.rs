//! The `local` engine: any GGUF file through llama.cpp, in this process.
//!
//! [`LocalEngine::load`] reads the file and starts one scheduler thread, which alone touches the model's context.
//! A call goes through four hands:
//!
//! 1. `prompt` turns the conversation into the file's own chat template, and that into tokens;
//! 2. `constraint` builds the grammar of the answer, where the call asks for a schema or for function calls;
//! 3. `scheduler` decodes it in a batch with all other calls, beginning after the longest prefix that some earlier
//!    call left in the KV cache;
//! 4. `output` cuts what the model writes into thoughts, text and function calls, by the `dialect` of its family.
//!
//! One and two happen on blocking threads, three and four on the scheduler thread, and the caller's stream only
//! receives events. Dropping the stream frees the call's place before the next step.

#[cfg(feature = "bare-loop")]
pub mod bare_loop;
mod config;
mod constraint;
mod dialect;
mod engine;
mod error;
mod gguf_header;
mod model;
mod output;
mod prepare;
mod prompt;
#[cfg(feature = "random-weights")]
pub mod random_weights;
mod sampler;
mod scheduler;
mod token_text;

pub use config::Config;
pub use engine::{LocalEngine, Now};
pub use error::LoadError;
