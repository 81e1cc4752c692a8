use antiphon_interaction::Content;
use antiphon_model_engine::Message;

use super::engine::Engine;
use crate::Options;
use crate::report::{Budget, Figure};
use crate::statistics::median;

const CONVERSATIONS: usize = 3;
const TURNS: usize = 50;
const QUESTION: u32 = 20;
const ANSWER: u32 = 4;

/// Time to the first token of turn 50 beside that of turn 2.
pub(super) async fn measure(options: &Options, engine: &Engine) -> anyhow::Result<Figure> {
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let mut last = None;
    for _ in 0..options.times(CONVERSATIONS) {
        let mut messages = Vec::new();
        for turn in 1..=TURNS {
            messages.push(engine.prompt(QUESTION));
            let answer = engine.call(messages.clone(), ANSWER).await?;
            let first = answer.first.as_secs_f64() * 1e3;
            match turn {
                2 => early.push(first),
                TURNS => late.push(first),
                _ => {}
            }
            let content = vec![Content::text(answer.text)];
            messages.push(Message::Assistant {
                reasoning: None,
                content,
                tool_calls: Vec::new(),
            });
            last = Some(answer.usage);
        }
    }
    let figure = Figure::new(format!("time to first token, turn {TURNS}"), median(late), "ms")
        .beside("turn 2", median(early))
        .budget(Budget::AtMost(1.3));
    Ok(match last {
        Some(usage) => figure.note(format!(
            "{} of {} prompt tokens from the cache",
            usage.cached_tokens, usage.input_tokens
        )),
        None => figure,
    })
}
