use std::collections::VecDeque;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::Bed;
use super::turn::{PATH, Turns};
use crate::Options;
use crate::answers::SHORT;
use crate::http::Connection;
use crate::report::{Budget, Figure};

const ROUNDS: usize = 100;
const QUESTION: &str = "What comes after this?";

/// A turn at the end of a chain beside the same history sent along.
pub(super) async fn measure(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Figure>> {
    let mut connection = Connection::open(bed.antiphon.address).await?;
    let mut history: VecDeque<Value> = VecDeque::new();
    let mut parent = None;
    let mut figures = Vec::new();
    for depth in 1..=options.depth {
        let turn = json!({"model": SHORT, "input": QUESTION, "previous_interaction_id": parent});
        let answer: Value = serde_json::from_slice(&connection.post(PATH, turn.to_string().into()).await?)?;
        let steps = answer["steps"].as_array().context("no steps")?;
        history.push_back(said(QUESTION));
        history.extend(steps.iter().cloned());
        parent = Some(answer["id"].as_str().context("no id")?.to_owned());
        if depth == 1 || depth == options.depth {
            let stored = json!({"model": SHORT, "input": QUESTION, "previous_interaction_id": parent});
            let steps: Vec<&Value> = history.iter().collect();
            let mut steps = json!(steps);
            steps.as_array_mut().context("no list")?.push(said(QUESTION));
            let sent = json!({"model": SHORT, "input": steps, "store": false});
            figures.extend(compare(options, bed, depth, &stored, &sent).await?);
        }
    }
    Ok(figures)
}

fn said(text: &str) -> Value {
    json!({"type": "user_input", "content": [{"type": "text", "text": text}]})
}

async fn compare(
    options: &Options,
    bed: &Bed,
    depth: u32,
    stored: &Value,
    sent: &Value,
) -> anyhow::Result<Vec<Figure>> {
    let mut chained = Turns::interaction(bed.antiphon.address, stored).await?;
    let mut resent = Turns::interaction(bed.antiphon.address, sent).await?;
    for _ in 0..options.times(ROUNDS) {
        chained.take().await?;
        resent.take().await?;
    }
    let (p50, beside) = (chained.durations.quantile(0.5), resent.durations.quantile(0.5));
    let figure = Figure::new(format!("turn at depth {depth} p50"), p50, "ms").beside("history sent, unstored", beside);
    // At depth 1 there is no history to speak of, and the durable write is what the ratio shows.
    Ok(vec![if depth == 1 {
        figure
    } else {
        figure.budget(Budget::AtMost(2.0))
    }])
}
