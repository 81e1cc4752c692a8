//! A typed client of the Interactions API, ours or the hosted one.
//!
//! [`Client`] has one method per call; requests and replies are the types of `antiphon-interaction`, which keep what they do
//! not know, so that a newer server is no error. A stream is an [`EventStream`]; when it breaks, [`Client::stream_from`]
//! goes on after the last event that came.
//!
//! ```no_run
//! # async fn example() -> Result<(), antiphon_client::Error> {
//! use antiphon_client::{Client, Config};
//! use antiphon_interaction::CreateInteraction;
//!
//! let client = Client::new(Config::new("http://127.0.0.1:8080"))?;
//! let question = CreateInteraction {
//!     model: Some("gemini-3-flash".to_owned()),
//!     input: Some("Say hello.".into()),
//!     ..CreateInteraction::default()
//! };
//! let mut stream = client.stream(&question).await?;
//! while let Some(event) = stream.next().await {
//!     let _ = event?;
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod config;
mod error;
mod model;
mod stream;

pub use client::Client;
pub use config::Config;
pub use error::Error;
pub use model::{Model, ModelCapabilities};
pub use stream::EventStream;
