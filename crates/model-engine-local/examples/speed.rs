//! The engine against a bare decode loop, on random weights of half a billion parameters, of fewer (`small`), or on the
//! model file given: reading and writing with 1 and 4 calls at once, and the time to the first token along a conversation.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use antiphon_interaction::Content;
use antiphon_model_engine::{Message, ModelEngine, ModelEvent, ModelRequest, OutputFormat, Sampling, ToolSelection};
use antiphon_model_engine_local::bare_loop::{BareModel, Work};
use antiphon_model_engine_local::random_weights::RandomModel;
use antiphon_model_engine_local::{Config, LocalEngine};
use futures::StreamExt;

type Failure = Box<dyn Error + Send + Sync>;

const PROMPT: u32 = 400;
const ANSWER: u32 = 48;
const ROUNDS: usize = 3;

struct Call {
    input: u64,
    output: u64,
    first: Instant,
    last: Instant,
}

fn request(name: &str, messages: Vec<Message>, answer: u32) -> ModelRequest {
    ModelRequest {
        model: name.to_owned(),
        system_instruction: None,
        messages,
        functions: Vec::new(),
        tool_selection: ToolSelection::Auto,
        output_format: OutputFormat::Text,
        sampling: Sampling {
            temperature: Some(0.0),
            max_output_tokens: Some(u64::from(answer)),
            ..Sampling::default()
        },
        thinking_level: None,
    }
}

async fn call(engine: &LocalEngine, request: ModelRequest) -> Result<Call, Failure> {
    let mut stream = engine.generate(request);
    let mut first = None;
    while let Some(event) = stream.next().await {
        match event? {
            ModelEvent::Started | ModelEvent::ToolCall(_) => {}
            ModelEvent::Thought(_) | ModelEvent::Text(_) => {
                first.get_or_insert_with(Instant::now);
            }
            ModelEvent::Finished(finish) => {
                let last = Instant::now();
                let usage = finish.usage;
                let output = usage.output_tokens + usage.thought_tokens;
                let input = usage.input_tokens - usage.cached_tokens;
                return Ok(Call {
                    input,
                    output,
                    first: first.unwrap_or(last),
                    last,
                });
            }
        }
    }
    Err("no end".into())
}

fn speed(tokens: u64, time: Duration) -> f64 {
    f64::from(u32::try_from(tokens).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

fn words(seed: usize, count: u32) -> String {
    (0..count / 6)
        .map(|index| format!("{:05} ", (seed * 7919 + index as usize * 31) % 99_999))
        .collect()
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let random = folder.path().join("random.gguf");
    let path = match std::env::args().nth(1).as_deref() {
        None => {
            RandomModel::half_billion(1).write(&random)?;
            random
        }
        Some("small") => {
            let shape = RandomModel {
                layers: 8,
                width: 512,
                heads: 8,
                feed_forward: 1536,
                ..RandomModel::half_billion(1)
            };
            RandomModel {
                vocabulary: 32_000,
                ..shape
            }
            .write(&random)?;
            random
        }
        Some(path) => PathBuf::from(path),
    };
    let config = Config::new(path);
    let bare = BareModel::load(&config)?;
    let engine = LocalEngine::load(&config, Arc::new(jiff::Timestamp::default))?;
    let name = engine.info().name;
    println!("tokens per second    bare   engine   ratio");
    for sequences in [1_u32, 4] {
        let (mut bare_best, mut engine_best) = ((0.0_f64, 0.0_f64), (0.0_f64, 0.0_f64));
        for round in 0..ROUNDS {
            let times = bare.decode(Work {
                sequences,
                prompt_tokens: PROMPT,
                answer_tokens: ANSWER,
            })?;
            bare_best.0 = bare_best.0.max(speed(u64::from(PROMPT * sequences), times.prefill));
            bare_best.1 = bare_best
                .1
                .max(speed(u64::from((ANSWER - 1) * sequences), times.decode));
            let start = Instant::now();
            let calls = (0..sequences as usize).map(|index| {
                let text = words(round * 100 + index * 10 + sequences as usize, PROMPT);
                call(
                    &engine,
                    request(&name, vec![Message::User(vec![Content::text(text)])], ANSWER),
                )
            });
            let calls: Vec<Call> = futures::future::try_join_all(calls).await?;
            let first = calls.iter().map(|call| call.first).max().unwrap_or(start);
            let last = calls.iter().map(|call| call.last).max().unwrap_or(start);
            let input = calls.iter().map(|call| call.input).sum();
            let output: u64 = calls.iter().map(|call| call.output - 1).sum();
            engine_best.0 = engine_best.0.max(speed(input, first - start));
            engine_best.1 = engine_best.1.max(speed(output, last - first));
        }
        for (what, bare, engine) in [
            ("read", bare_best.0, engine_best.0),
            ("write", bare_best.1, engine_best.1),
        ] {
            println!(
                "{what:5} {sequences} at once   {bare:8.1} {engine:8.1} {:7.2}",
                engine / bare
            );
        }
    }
    let mut messages = Vec::new();
    let mut firsts = Vec::new();
    for turn in 0..50 {
        messages.push(Message::User(vec![Content::text(words(turn + 5000, 30))]));
        let start = Instant::now();
        let called = call(&engine, request(&name, messages.clone(), 4)).await?;
        firsts.push(called.first - start);
        let content = vec![Content::text(words(turn + 9000, 12))];
        messages.push(Message::Assistant {
            reasoning: None,
            content,
            tool_calls: Vec::new(),
        });
    }
    println!("first token: turn 2 {:?}, turn 50 {:?}", firsts[1], firsts[49]);
    Ok(())
}
