use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::bare::python;
use super::bed::{Bed, Database};
use super::turn::{DIRECT_PATH, PATH, Turns, direct};
use crate::Options;
use crate::answers::{CODE, PAGE_PATH, READ, SEARCH, SHORT};
use crate::http::Connection;
use crate::report::Figure;
use crate::statistics::{Durations, median};

const PROGRAMS: usize = 30;
const TOGETHER: usize = 40;
const ROUNDS: usize = 3;
/// The server's own search answers no more than 200 in a burst.
const SEARCHES: usize = 100;
const DOCUMENTS: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);

/// Turns in which the server runs a tool, beside what they are made of: two calls of the model, and the tool's own work.
pub(super) async fn measure(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let documents = TempDir::new()?;
    write(documents.path())?;
    let folder = documents.path().to_str().context("a folder without a name")?;
    let arguments = ["--search-documents", folder];
    // The page lies on this machine; the user ids are apart from those of other servers on it.
    let arguments = [
        &arguments[..],
        &["--outbound-allow", "127.0.0.1", "--sandbox-user-ids", "300000-300999"],
    ]
    .concat();
    let bed = Bed::with(options, Database::Sqlite, &arguments).await?;
    let mut figures = match programs(options, &bed).await {
        Ok(figures) => figures,
        // There are machines without sandboxes.
        Err(error) => {
            super::say(&format!("no programs: {error:#}"))?;
            Vec::new()
        }
    };
    indexed(&bed).await?;
    let page = bed.upstream.address;
    figures.push(sources(options, &bed, SEARCH, "google_search", None).await?);
    figures.push(sources(options, &bed, READ, "url_context", Some(page)).await?);
    bed.clear().await?;
    Ok(figures)
}

/// Turns that run a program: in a new conversation, in one that goes on, and many at once.
async fn programs(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Figure>> {
    let mut connection = Connection::open(bed.antiphon.address).await?;
    let (mut bare, mut cold, mut warm) = (Durations::default(), Durations::default(), Durations::default());
    let mut last = program(&mut connection, None).await?;
    for _ in 0..options.times(PROGRAMS) {
        let began = Instant::now();
        python().await?;
        bare.push(began.elapsed());
        let began = Instant::now();
        program(&mut connection, None).await?;
        cold.push(began.elapsed());
        let began = Instant::now();
        last = program(&mut connection, Some(&last)).await?;
        warm.push(began.elapsed());
    }
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    for _ in 0..options.times(ROUNDS) {
        let mut connections = Vec::new();
        for _ in 0..TOGETHER {
            connections.push(Connection::open(bed.antiphon.address).await?);
        }
        let began = Instant::now();
        let running: Vec<_> = (0..TOGETHER).map(|_| tokio::spawn(python())).collect();
        for program in running {
            program.await??;
        }
        alone.push(began.elapsed().as_secs_f64());
        let began = Instant::now();
        let running: Vec<_> = connections
            .into_iter()
            .map(|mut connection| tokio::spawn(async move { program(&mut connection, None).await }))
            .collect();
        for program in running {
            program.await??;
        }
        together.push(began.elapsed().as_secs_f64());
    }
    let floor = bare.quantile(0.5);
    let figure = |what: &str, durations: &Durations| {
        Figure::new(
            format!("stored turn with code_execution p50, {what}"),
            durations.quantile(0.5),
            "ms",
        )
        .beside("python3 -c pass", floor)
        .note(format!("p99 {:.1} ms", durations.quantile(0.99)))
    };
    Ok(vec![
        figure("a new conversation", &cold),
        figure("one that goes on", &warm),
        Figure::new(
            format!("{TOGETHER} turns with code_execution at once, all done"),
            median(together),
            "s",
        )
        .beside("as many python3 -c pass", median(alone)),
    ])
}

/// One stored turn that runs a program; its id.
async fn program(connection: &mut Connection, after: Option<&str>) -> anyhow::Result<String> {
    let mut body = json!({"model": CODE, "input": "Do nothing.", "tools": [{"type": "code_execution"}]});
    if let Some(after) = after {
        body["previous_interaction_id"] = after.into();
    }
    let turn: Value = serde_json::from_slice(&connection.post(PATH, body.to_string().into()).await?)?;
    let steps = turn["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ran = steps
        .iter()
        .any(|step| step["type"] == "code_execution_result" && step["is_error"] != true);
    ensure!(ran && turn["status"] == "completed", "no program was run: {turn}");
    Ok(turn["id"].as_str().context("no id")?.to_owned())
}

/// What a tool that looks for sources adds to a turn without it, less the second call of the model.
async fn sources(
    options: &Options,
    bed: &Bed,
    model: &str,
    tool: &str,
    page: Option<SocketAddr>,
) -> anyhow::Result<Figure> {
    let body = |model: &str, tools: Value| json!({"model": model, "input": "When?", "store": false, "tools": tools});
    let mut with = Turns::interaction(bed.antiphon.address, &body(model, json!([{"type": tool}]))).await?;
    let mut without = Turns::interaction(bed.antiphon.address, &body(SHORT, json!([]))).await?;
    let mut directly = Turns::new(bed.upstream.address, DIRECT_PATH, &direct(SHORT, true)).await?;
    let mut fetched = Durations::default();
    let mut page = match page {
        Some(address) => Some(Connection::open(address).await?),
        None => None,
    };
    for turns in [&mut with, &mut without, &mut directly] {
        turns.take_many(options.times(20)).await?;
        turns.forget();
    }
    for _ in 0..options.times(SEARCHES) {
        with.take().await?;
        without.take().await?;
        directly.take().await?;
        if let Some(page) = &mut page {
            let began = Instant::now();
            page.get(PAGE_PATH).await?;
            fetched.push(began.elapsed());
        }
    }
    let [whole, plain, call] = [with, without, directly].map(|turns| turns.durations.quantile(0.5));
    let mut note = format!("a turn with it {whole:.3} ms, the model's second call {call:.3} ms");
    if page.is_some() {
        note = format!("{note}, the page fetched directly {:.3} ms", fetched.quantile(0.5));
    }
    let added = Figure::new(format!("added by {tool} p50, unstored"), whole - plain - call, "ms");
    Ok(added.beside("the turn without it", plain).note(note))
}

/// Waits until the documents are found, and makes sure that answers carry sources.
async fn indexed(bed: &Bed) -> anyhow::Result<()> {
    let mut connection = Connection::open(bed.antiphon.address).await?;
    let cited = async {
        loop {
            let answer = answer(&mut connection, SEARCH, "google_search").await?;
            if is_cited(&answer) {
                return anyhow::Ok(());
            }
            sleep(POLL).await;
        }
    };
    timeout(PATIENCE, cited)
        .await
        .context("the documents are not found")??;
    let read = answer(&mut connection, READ, "url_context").await?;
    ensure!(is_cited(&read), "the page was not read: {read}");
    Ok(())
}

async fn answer(connection: &mut Connection, model: &str, tool: &str) -> anyhow::Result<Value> {
    let body = json!({"model": model, "input": "When?", "store": false, "tools": [{"type": tool}]});
    let body: Bytes = body.to_string().into();
    Ok(serde_json::from_slice(&connection.post(PATH, body).await?)?)
}

fn is_cited(answer: &Value) -> bool {
    let steps = answer["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    steps
        .iter()
        .any(|step| !step["content"][0]["annotations"][0]["url"].is_null())
}

/// A thousand documents: of what is searched for, the number is in one of them, the words are in all.
fn write(folder: &Path) -> anyhow::Result<()> {
    for number in 0..DOCUMENTS {
        let filler = (0..300).map(|word| format!("word{} ", (word * 7 + number * 13) % 5_000));
        let text = format!(
            "# Bridge {number}\n\nThe harbour bridge {number} was opened in 1932.\n\n{}\n",
            filler.collect::<String>()
        );
        std::fs::write(folder.join(format!("bridge-{number}.md")), text)?;
    }
    Ok(())
}
