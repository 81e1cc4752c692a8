use antiphon_interaction::{WebhookConfig, WebhookEvent};
use url::Url;

use crate::Error;
use crate::service::{Inner, Webhooks};

const LONGEST_URI: usize = 2048;
const LONGEST_NAME: usize = 256;

/// Each is a delivery of its own.
const MOST_URIS: usize = 10;

/// It travels in a header too, inside the signed token, and receivers take 8 KiB or so of one.
const LARGEST_METADATA: usize = 4096;

impl Webhooks {
    /// Checks a request's `webhook_config`: at most 10 addresses that may be sent to, and metadata that is an object of 4 KiB at
    /// most.
    ///
    /// # Errors
    /// [`Error::Invalid`], whose path begins with `webhook_config`.
    pub fn check_config(&self, config: &WebhookConfig) -> Result<(), Error> {
        let WebhookConfig { uris, user_metadata } = config;
        if uris.as_ref().is_some_and(Vec::is_empty) {
            let message = "is empty; name an address, or leave it out for the webhooks of the project";
            return Err(Error::invalid("webhook_config.uris", message));
        }
        let uris = uris.as_deref().unwrap_or_default();
        if uris.len() > MOST_URIS {
            let message = format!("has {} addresses, and at most {MOST_URIS} are taken", uris.len());
            return Err(Error::invalid("webhook_config.uris", message));
        }
        for (index, uri) in uris.iter().enumerate() {
            self.inner.check_uri(uri, &format!("webhook_config.uris[{index}]"))?;
        }
        let Some(metadata) = user_metadata else { return Ok(()) };
        let path = "webhook_config.user_metadata";
        if !metadata.is_object() {
            return Err(Error::invalid(path, "must be a JSON object"));
        }
        if metadata.text().len() > LARGEST_METADATA {
            let message = format!(
                "has {} bytes, and at most {LARGEST_METADATA} are taken",
                metadata.text().len()
            );
            return Err(Error::invalid(path, message));
        }
        Ok(())
    }
}

impl Inner {
    /// Checks an address by what is written in it; what its name resolves to is judged at each delivery.
    pub(crate) fn check_uri(&self, uri: &str, path: &str) -> Result<(), Error> {
        if uri.len() > LONGEST_URI {
            return Err(Error::invalid(path, format!("is longer than {LONGEST_URI} bytes")));
        }
        let url = Url::parse(uri)
            .map_err(|error| Error::invalid(path, format!("is not an address ({error}); write https://host/path")))?;
        self.outbound
            .check(&url)
            .map_err(|refusal| Error::invalid(path, format!("{refusal}; events go to public https addresses")))
    }
}

/// Checks the client's name of a webhook.
pub(crate) fn check_name(name: Option<&str>) -> Result<(), Error> {
    if name.is_some_and(|name| name.chars().count() > LONGEST_NAME) {
        return Err(Error::invalid(
            "name",
            format!("is longer than {LONGEST_NAME} characters"),
        ));
    }
    Ok(())
}

/// Checks what a webhook subscribes to; what is said twice counts once.
pub(crate) fn check_events(events: Vec<WebhookEvent>) -> Result<Vec<WebhookEvent>, Error> {
    let mut checked = Vec::with_capacity(events.len().min(16));
    for (index, event) in events.into_iter().enumerate() {
        if let WebhookEvent::Unknown(name) = &event {
            let name: String = name.chars().take(60).collect();
            let message = format!("`{name}` is not an event of this API");
            return Err(Error::invalid(format!("subscribed_events[{index}]"), message));
        }
        if !checked.contains(&event) {
            checked.push(event);
        }
    }
    if checked.is_empty() {
        return Err(Error::invalid("subscribed_events", "is empty; name at least one event"));
    }
    Ok(checked)
}
