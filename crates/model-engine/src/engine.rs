use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::{Error, ModelEvent, ModelInfo, ModelRequest};

/// What a model call gives: events, then the end or one error.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, Error>>;

/// Something that runs models.
///
/// Contract for implementers:
/// - `generate` does nothing until its stream is polled. The first event is [`ModelEvent::Started`], or the
///   only item is an error. Everything that can be refused (unknown model, prompt too long, queue full, upstream
///   status) is refused before `Started`.
/// - After `Started` come thoughts, text and tool calls in the order in which the model made them, and last
///   exactly one [`ModelEvent::Finished`], or one error. Nothing follows either.
/// - A [`ModelEvent::ToolCall`] is whole: its arguments are a JSON object. A call that cannot be read is
///   [`Error::MalformedToolCall`]. Text fragments are never empty and are whole UTF-8 characters.
/// - Dropping the stream cancels the call at once and frees what it held (slots, connections, memory).
/// - An engine retries only before `Started`, and never panics on what a model or an upstream says.
pub trait ModelEngine: Send + Sync + 'static {
    /// The models that this engine serves now, the default first.
    ///
    /// # Errors
    /// The list could not be had, because an upstream is down for instance.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelInfo>, Error>>;

    /// Calls `request.model`, one of [`ModelEngine::models`].
    fn generate(&self, request: ModelRequest) -> ModelStream;
}
