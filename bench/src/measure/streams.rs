use std::sync::Arc;
use std::time::Duration;

use antiphon_sse::Decoder;
use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::Method;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Bed;
use super::turn::{PATH, request};
use crate::Options;
use crate::answers::{BEFORE_GATE, GATED, LONG_TOKENS, text};
use crate::http::Connection;
use crate::report::{Budget, Figure};
use crate::upstream::{CLOSE_GATE, OPEN_GATE};

const TIME: Duration = Duration::from_secs(300);
const SETTLED: Duration = Duration::from_secs(1);
/// How many streams are being opened at any time.
const OPENING: usize = 64;
/// A background run that many streams follow.
const FOLLOWERS_OF_ONE: u32 = 100;

/// What holds a stream open.
#[derive(Clone)]
enum Kind {
    /// Each its own run, with its own call of the upstream.
    Posts,
    /// Each follows one of these background runs.
    Follows(Arc<[String]>),
}

/// Many open streams: what each takes, and whether all events come.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for follow in [false, true] {
        let bed = Bed::make(options).await?;
        let figure = timeout(TIME, one(options, &bed, follow)).await;
        figures.extend(figure.context("the streams were not through in time")??);
        bed.clear().await?;
    }
    Ok(figures)
}

async fn one(options: &Options, bed: &Bed, follow: bool) -> anyhow::Result<Vec<Figure>> {
    let mut upstream = Connection::open(bed.upstream.address).await?;
    upstream.post(OPEN_GATE, Bytes::new()).await?;
    // What the first streams of all bring into being belongs to none of them.
    open_and_drain(bed, &Kind::Posts, 32).await?;
    upstream.post(CLOSE_GATE, Bytes::new()).await?;
    let kind = if follow {
        Kind::Follows(runs(bed, options.streams.div_ceil(FOLLOWERS_OF_ONE)).await?)
    } else {
        Kind::Posts
    };
    sleep(SETTLED).await;
    let before = bed.antiphon.memory()?;

    let count = usize::try_from(options.streams)?;
    let halfway = Arc::new(Barrier::new(count + 1));
    let streams = open(bed, &kind, count, Some(&halfway));
    let gate = async {
        halfway.wait().await;
        sleep(SETTLED).await;
        let during = bed.antiphon.memory()?;
        upstream.post(OPEN_GATE, Bytes::new()).await?;
        anyhow::Ok(during)
    };
    let (whole, during) = tokio::try_join!(streams, gate)?;
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory, shown with three digits")]
    let each = during.saturating_sub(before) as f64 / 1024.0 / f64::from(options.streams);
    let name = if follow {
        "followers of background runs"
    } else {
        "streamed runs"
    };
    let lost = f64::from(options.streams) - f64::from(u32::try_from(whole)?);
    Ok(vec![
        Figure::new(
            format!("{} open streams ({name}), memory each", options.streams),
            each,
            "KiB",
        )
        .budget(Budget::AtMost(80.0)),
        Figure::new(
            format!("{} open streams ({name}), streams with a lost event", options.streams),
            lost,
            "",
        )
        .budget(Budget::AtMost(0.0)),
    ])
}

/// Starts background runs that stop at the gate.
async fn runs(bed: &Bed, count: u32) -> anyhow::Result<Arc<[String]>> {
    let mut connection = Connection::open(bed.antiphon.address).await?;
    let body = Bytes::from(json!({"model": GATED, "input": "Say hello.", "background": true}).to_string());
    let mut ids = Vec::new();
    for _ in 0..count {
        let run: Value = serde_json::from_slice(&connection.post(PATH, body.clone()).await?)?;
        ids.push(run["id"].as_str().context("no id")?.to_owned());
    }
    Ok(ids.into())
}

async fn open_and_drain(bed: &Bed, kind: &Kind, count: usize) -> anyhow::Result<()> {
    let whole = open(bed, kind, count, None).await?;
    ensure!(whole == count, "only {whole} of {count} streams were whole");
    Ok(())
}

/// Opens the streams, reads them to their ends and counts those that lost nothing. Each waits at `halfway` when it has
/// read what comes before the gate.
async fn open(bed: &Bed, kind: &Kind, count: usize, halfway: Option<&Arc<Barrier>>) -> anyhow::Result<usize> {
    let opening = Arc::new(Semaphore::new(OPENING));
    let mut streams = JoinSet::new();
    for number in 0..count {
        let (address, opening, halfway, kind) = (
            bed.antiphon.address,
            Arc::clone(&opening),
            halfway.cloned(),
            kind.clone(),
        );
        streams.spawn(async move {
            let permit = opening.acquire_owned().await?;
            let mut connection = Connection::open(address).await?;
            let body = match &kind {
                Kind::Posts => {
                    let body = request(GATED, true, true).to_string();
                    connection.stream(Method::POST, PATH, body.into()).await?
                }
                Kind::Follows(ids) => {
                    let id = &ids[number % ids.len()];
                    connection
                        .stream(Method::GET, &format!("{PATH}/{id}?stream=true"), Bytes::new())
                        .await?
                }
            };
            let mut reading = Reading::new(body);
            while reading.deltas < BEFORE_GATE && reading.read().await? {}
            drop(permit);
            if let Some(halfway) = halfway {
                halfway.wait().await;
            }
            while reading.read().await? {}
            anyhow::Ok(reading.is_whole())
        });
    }
    let mut whole = 0;
    while let Some(stream) = streams.join_next().await {
        whole += usize::from(stream??);
    }
    Ok(whole)
}

/// One stream, being read.
struct Reading {
    body: Incoming,
    decoder: Decoder,
    text: String,
    deltas: usize,
    others: Vec<String>,
}

impl Reading {
    fn new(body: Incoming) -> Self {
        Self {
            body,
            decoder: Decoder::new(1 << 20),
            text: String::new(),
            deltas: 0,
            others: Vec::new(),
        }
    }

    /// Reads what comes next; `false` at the end.
    async fn read(&mut self) -> anyhow::Result<bool> {
        let Some(frame) = self.body.frame().await else {
            return Ok(false);
        };
        let Ok(data) = frame?.into_data() else { return Ok(true) };
        let mut rest = &data[..];
        while let Some(event) = self.decoder.next_event(&mut rest)? {
            if event.event == "step.delta" {
                let event: Value = serde_json::from_str(&event.data)?;
                let text = event["delta"]["text"].as_str().context("a delta without text")?;
                self.text.push_str(text);
                self.deltas += 1;
            } else if event.event == "error" {
                bail!("a stream failed: {}", event.data);
            } else {
                self.others.push(event.event);
            }
        }
        Ok(true)
    }

    /// Whether every event came, once and in order.
    fn is_whole(&self) -> bool {
        let input = ["step.start", "step.stop"];
        let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
        let fits = |input: &[&str]| {
            let expected = [
                &["interaction.created", "interaction.status_update"],
                input,
                &["step.start", "step.stop", "interaction.completed", "done"],
            ];
            others == expected.concat()
        };
        // A GET also tells of the input step.
        self.deltas == LONG_TOKENS && self.text == text(GATED) && (fits(&[]) || fits(&input))
    }
}
