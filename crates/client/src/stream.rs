use std::time::Duration;

use antiphon_interaction::InteractionEvent;
use antiphon_sse::Decoder;
use bytes::{Buf, Bytes};
use futures::stream::{self, BoxStream, StreamExt};
use reqwest::Response;

use crate::Error;

/// The events of an interaction, in order.
///
/// Ends after `[DONE]`, or with one error; a stream that just stops is [`Error::Interrupted`]. Dropping it closes the
/// connection.
pub struct EventStream {
    response: Option<Response>,
    decoder: Decoder,
    piece: Bytes,
    idle_timeout: Duration,
    last_event_id: Option<String>,
}

impl EventStream {
    pub(crate) fn new(
        response: Response,
        max_event_bytes: usize,
        idle_timeout: Duration,
        last_event_id: Option<&str>,
    ) -> Self {
        Self {
            response: Some(response),
            decoder: Decoder::new(max_event_bytes),
            piece: Bytes::new(),
            idle_timeout,
            last_event_id: last_event_id.map(str::to_owned),
        }
    }

    /// The id of the last event that came, or the one that the stream began after: where to resume.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// The next event; `None` after the last. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<InteractionEvent, Error>> {
        let item = self.read().await.transpose();
        match &item {
            Some(Ok(event)) => {
                if let Some(id) = event.event_id() {
                    self.last_event_id = Some(id.to_owned());
                }
            }
            Some(Err(_)) | None => self.response = None,
        }
        item
    }

    /// The same as a `Stream`.
    pub fn into_stream(self) -> BoxStream<'static, Result<InteractionEvent, Error>> {
        stream::unfold(self, |mut events| async move {
            events.next().await.map(|item| (item, events))
        })
        .boxed()
    }

    async fn read(&mut self) -> Result<Option<InteractionEvent>, Error> {
        let Some(response) = &mut self.response else {
            return Ok(None);
        };
        loop {
            let mut rest = &self.piece[..];
            let event = self.decoder.next_event(&mut rest);
            let left = rest.len();
            self.piece.advance(self.piece.len() - left);
            let event = event.map_err(|error| Error::Protocol {
                message: error.to_string(),
                source: Some(Box::new(error)),
            })?;
            if let Some(event) = event {
                return if event.data == "[DONE]" {
                    Ok(None)
                } else {
                    parse(&event.data).map(Some)
                };
            }
            let piece = tokio::time::timeout(self.idle_timeout, response.chunk()).await;
            match piece.map_err(|_| Error::TimedOut {
                after: self.idle_timeout,
            })? {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => return Err(Error::Interrupted { source: None }),
                Err(source) => {
                    return Err(Error::Interrupted {
                        source: Some(source.without_url()),
                    });
                }
            }
        }
    }
}

fn parse(data: &str) -> Result<InteractionEvent, Error> {
    serde_json::from_str(data).map_err(|source| Error::Protocol {
        message: "an event of its stream does not have the agreed shape".to_owned(),
        source: Some(Box::new(source)),
    })
}
