use antiphon_interaction::WebhookConfig;
use antiphon_store::{NewJob, Record};

/// Says what the end of a background interaction causes, such as webhooks.
///
/// Contract for implementers: the jobs are enqueued in the commit that ends the interaction, so they are done if and only if it
/// has ended. [`Outbox::jobs`] may be asked again for the same end (after a commit that failed), so it must give jobs with the same ids.
pub trait Outbox: Send + Sync + 'static {
    /// The jobs that the end of `record` causes.
    fn jobs(&self, record: &Record) -> Vec<NewJob>;

    /// Checks what a request asks for.
    ///
    /// # Errors
    /// The field's path and what is wrong with it.
    fn check(&self, config: &WebhookConfig) -> Result<(), (String, String)>;
}

/// Causes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOutbox;

impl Outbox for NoOutbox {
    fn jobs(&self, _record: &Record) -> Vec<NewJob> {
        Vec::new()
    }

    fn check(&self, _config: &WebhookConfig) -> Result<(), (String, String)> {
        let message = "this server sends no webhooks; poll `GET /v1/interactions/{id}` or stream it";
        Err(("webhook_config".to_owned(), message.to_owned()))
    }
}
