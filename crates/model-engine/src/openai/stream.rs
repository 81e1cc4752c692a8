use std::sync::Arc;
use std::time::Duration;

use antiphon_sse::{Decoder, Event};
use bytes::{Buf, Bytes};
use futures::future::{BoxFuture, Either, select};
use futures::{FutureExt, Stream};
use reqwest::Response;

use super::answer::Answer;
use super::transport::{FIRST_EVENT, Opened};
use super::{Shared, Timer};
use crate::{Error, ModelEvent, ModelRequest, ToolSelection};

/// How long usage and the end may take once the server has said why it stopped.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long, and how much of, the rest of a finished answer is read so that its connection can be used again.
const REST_TIME: Duration = Duration::from_secs(1);
const REST_BYTES: usize = 64 << 10;

pub(super) fn generate(
    shared: Arc<Shared>,
    request: ModelRequest,
) -> impl Stream<Item = Result<ModelEvent, Error>> + Send {
    async_stream::stream! {
        let opened = match Box::pin(shared.transport.open(&shared, &request)).await {
            Ok(opened) => opened,
            Err(error) => {
                yield Err(error);
                return;
            }
        };
        yield Ok(ModelEvent::Started);

        let ModelRequest { model, tool_selection, .. } = request;
        let must_call = matches!(tool_selection, ToolSelection::Any(_));
        let mut answer = Answer::new(must_call, shared.config.max_event_bytes, shared.config.api_key.clone());
        let mut reader = Reader::new(&shared, opened);
        let mut told = Vec::new();
        let mut seen_reasoning = false;
        loop {
            let step = read_on(&shared, &mut reader, &mut answer, &mut told).await;
            if answer.reasoned() && !seen_reasoning {
                seen_reasoning = true;
                shared.models.note_reasoning(&model);
            }
            for event in told.drain(..) {
                yield Ok(event);
            }
            match step {
                Ok(Step::On) => {}
                Ok(Step::Over) => return,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            }
        }
    }
}

enum Step {
    On,
    Over,
}

/// Takes one event, or the end, and puts what it means into `told`.
async fn read_on(
    shared: &Arc<Shared>,
    reader: &mut Reader,
    answer: &mut Answer,
    told: &mut Vec<ModelEvent>,
) -> Result<Step, Error> {
    let done = match reader.next(&*shared.timer).await {
        Next::Event(event) => {
            if !answer.read(&event, told)? {
                let patience = if answer.has_reason() {
                    LAST_WORDS
                } else {
                    shared.config.idle_timeout
                };
                reader.wait_at_most(patience);
                return Ok(Step::On);
            }
            true
        }
        Next::End => false,
        Next::Broken(_) | Next::Silent { .. } if answer.has_reason() => false,
        Next::Broken(error) => {
            let message = "the connection to the server behind the model broke in mid-answer".to_owned();
            return Err(Error::Interrupted {
                message,
                source: Some(Box::new(error.without_url())),
            });
        }
        Next::Silent { first: true } => {
            return Err(Error::TimedOut {
                what: FIRST_EVENT,
                after: shared.config.first_event_timeout,
            });
        }
        Next::Silent { first: false } => {
            return Err(Error::TimedOut {
                what: "the next event from the server behind the model",
                after: shared.config.idle_timeout,
            });
        }
        Next::TooLong(error) => {
            let message = format!(
                "the server behind the model sent an event of more than {} bytes",
                shared.config.max_event_bytes
            );
            return Err(Error::Interrupted {
                message,
                source: Some(Box::new(error)),
            });
        }
    };
    answer.end(done, told)?;
    reader.give_back(&shared.timer);
    Ok(Step::Over)
}

enum Next {
    Event(Event),
    End,
    Broken(reqwest::Error),
    Silent { first: bool },
    TooLong(antiphon_sse::Error),
}

/// The events of a response, each awaited for a limited time.
struct Reader {
    response: Option<Response>,
    decoder: Option<Decoder>,
    piece: Bytes,
    patience: Duration,
    /// Runs while an event is awaited; a new one for each event.
    deadline: Option<BoxFuture<'static, ()>>,
    first: bool,
}

impl Reader {
    fn new(shared: &Shared, opened: Opened) -> Self {
        Self {
            response: Some(opened.response),
            decoder: Some(Decoder::new(shared.config.max_event_bytes)),
            piece: Bytes::new(),
            patience: shared.config.first_event_timeout,
            deadline: Some(opened.deadline),
            first: true,
        }
    }

    fn wait_at_most(&mut self, patience: Duration) {
        self.first = false;
        self.patience = patience;
        self.deadline = None;
    }

    async fn next(&mut self, timer: &dyn Timer) -> Next {
        let (Some(response), Some(decoder)) = (&mut self.response, &mut self.decoder) else {
            return Next::End;
        };
        loop {
            let mut rest = &self.piece[..];
            let event = decoder.next_event(&mut rest);
            let left = rest.len();
            self.piece.advance(self.piece.len() - left);
            match event {
                Ok(Some(event)) => return Next::Event(event),
                Ok(None) => {}
                Err(error) => return Next::TooLong(error),
            }
            // What has arrived already is taken without a timer.
            let piece = match response.chunk().now_or_never() {
                Some(piece) => piece,
                None => {
                    let deadline = self.deadline.get_or_insert_with(|| timer.sleep(self.patience));
                    match select(Box::pin(response.chunk()), deadline).await {
                        Either::Left((piece, _)) => piece,
                        Either::Right(_) => return Next::Silent { first: self.first },
                    }
                }
            };
            match piece {
                Ok(Some(piece)) => self.piece = piece,
                Ok(None) => break,
                Err(error) => return Next::Broken(error),
            }
        }
        self.response = None;
        // Some servers leave out the blank line after their last event.
        match self.decoder.take().map(Decoder::finish) {
            Some(Ok(Some(event))) => Next::Event(event),
            Some(Ok(None)) | None => Next::End,
            Some(Err(error)) => Next::TooLong(error),
        }
    }

    /// Reads the little that may follow the last event: a connection is used again only when its answer was read to the end.
    fn give_back(&mut self, timer: &Arc<dyn Timer>) {
        let Some(mut response) = self.response.take() else {
            return;
        };
        match response.chunk().now_or_never() {
            Some(Ok(None) | Err(_)) => {}
            Some(Ok(Some(_))) | None => {
                let timeout = timer.sleep(REST_TIME);
                tokio::spawn(async move {
                    let rest = Box::pin(async {
                        let mut bytes = 0;
                        while let Ok(Some(piece)) = response.chunk().await {
                            bytes += piece.len();
                            if bytes > REST_BYTES {
                                break;
                            }
                        }
                    });
                    select(rest, timeout).await;
                });
            }
        }
    }
}
