//! Where the deltas of a step began and ended, so that a finished step replays exactly as it was streamed.
//!
//! A mark is one LEB128 number: its two low bits say what the delta was, the rest how long. One byte covers a text delta of
//! up to 31 bytes, so the marks are never longer than the text.

use antiphon_interaction::{
    ArgumentsDelta, Content, Json, ModelOutput, Step, StepDelta, TextAnnotationDelta, TextDelta, Thought,
    ThoughtSignatureDelta, ThoughtSummaryDelta,
};

const APPEND: u64 = 0;
const ANNOTATIONS: u64 = 1;
const BLOCK: u64 = 2;
const SIGNATURE: u64 = 3;

/// Collects the marks of one step.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks(Vec<u8>);

impl Marks {
    pub(crate) fn push(&mut self, delta: &StepDelta) {
        let (kind, length) = match delta {
            StepDelta::Text(delta) => (APPEND, delta.text.len()),
            StepDelta::Arguments(delta) => (APPEND, delta.arguments.len()),
            StepDelta::ThoughtSummary(ThoughtSummaryDelta {
                content: Some(Content::Text(text)),
            }) => (APPEND, text.text.len()),
            StepDelta::TextAnnotation(delta) => (ANNOTATIONS, delta.annotations.len()),
            StepDelta::ThoughtSignature(_) => (SIGNATURE, 0),
            StepDelta::Image(_)
            | StepDelta::Audio(_)
            | StepDelta::Document(_)
            | StepDelta::Video(_)
            | StepDelta::ThoughtSummary(_)
            | StepDelta::FunctionResult(_)
            | StepDelta::CodeExecutionCall(_)
            | StepDelta::CodeExecutionResult(_)
            | StepDelta::UrlContextCall(_)
            | StepDelta::UrlContextResult(_)
            | StepDelta::GoogleSearchCall(_)
            | StepDelta::GoogleSearchResult(_)
            | StepDelta::GoogleMapsCall(_)
            | StepDelta::GoogleMapsResult(_)
            | StepDelta::FileSearchCall(_)
            | StepDelta::FileSearchResult(_)
            | StepDelta::McpServerToolCall(_)
            | StepDelta::McpServerToolResult(_)
            | StepDelta::ToolSearchCall(_)
            | StepDelta::ToolSearchResult(_)
            | StepDelta::RetrievalCall(_)
            | StepDelta::RetrievalResult(_)
            | StepDelta::ProcessingCall(_)
            | StepDelta::ProcessingResult(_)
            | StepDelta::Unknown(_) => (BLOCK, 0),
        };
        let mut number = (length as u64) << 2 | kind;
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

fn decode(bytes: &[u8]) -> impl Iterator<Item = (u64, usize)> + '_ {
    let mut rest = bytes.iter();
    std::iter::from_fn(move || {
        let mut number = 0_u64;
        let mut shift = 0;
        loop {
            let byte = *rest.next()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some((number & 3, usize::try_from(number >> 2).ok()?));
            }
            shift += 7;
        }
    })
}

/// The step as its `step.start` showed it, and its deltas.
///
/// A step whose marks do not fit it (written by a newer build, say) is shown whole at its start.
pub(crate) fn unfold(step: &Step, marks: &[u8]) -> (Step, Vec<StepDelta>) {
    let unfolded = match step {
        Step::ModelOutput(output) => unfold_output(output, marks),
        Step::Thought(thought) => unfold_thought(thought, marks),
        Step::FunctionCall(call) => {
            let mut text = call.arguments.text();
            let mut deltas = Vec::new();
            for (kind, length) in decode(marks) {
                let Some((fragment, rest)) = (kind == APPEND).then(|| text.split_at_checked(length)).flatten() else {
                    return (step.clone(), Vec::new());
                };
                text = rest;
                deltas.push(StepDelta::Arguments(ArgumentsDelta {
                    arguments: fragment.to_owned(),
                }));
            }
            let mut start = call.clone();
            if !deltas.is_empty() {
                start.arguments = Json::empty_object();
            }
            Some((Step::FunctionCall(start), deltas))
        }
        Step::UserInput(_) | Step::FunctionResult(_) | Step::Unknown(_) => None,
        Step::CodeExecutionCall(_)
        | Step::CodeExecutionResult(_)
        | Step::UrlContextCall(_)
        | Step::UrlContextResult(_)
        | Step::GoogleSearchCall(_)
        | Step::GoogleSearchResult(_)
        | Step::GoogleMapsCall(_)
        | Step::GoogleMapsResult(_)
        | Step::FileSearchCall(_)
        | Step::FileSearchResult(_)
        | Step::McpServerToolCall(_)
        | Step::McpServerToolResult(_)
        | Step::RetrievalCall(_)
        | Step::RetrievalResult(_)
        | Step::ToolSearchCall(_)
        | Step::ToolSearchResult(_)
        | Step::ProcessingCall(_)
        | Step::ProcessingResult(_) => {
            // Its values came whole, in one delta.
            let whole = decode(marks).eq([(BLOCK, 0)]);
            whole
                .then(|| step.server_delta())
                .flatten()
                .map(|(start, delta)| (start, vec![delta]))
        }
    };
    unfolded.unwrap_or_else(|| (step.clone(), Vec::new()))
}

fn unfold_output(output: &ModelOutput, marks: &[u8]) -> Option<(Step, Vec<StepDelta>)> {
    let mut blocks = output.content.iter().peekable();
    let mut deltas = Vec::new();
    let mut text_at = 0_usize;
    let mut annotations_at = 0_usize;
    for (kind, length) in decode(marks) {
        match kind {
            BLOCK => {
                if blocks.next_if(|block| matches!(block, Content::Text(_))).is_some() {
                    (text_at, annotations_at) = (0, 0);
                }
                deltas.push(block_delta(blocks.next()?)?);
            }
            APPEND => {
                let Content::Text(block) = blocks.peek()? else {
                    return None;
                };
                let fragment = block.text.get(text_at..text_at.checked_add(length)?)?;
                text_at += length;
                deltas.push(StepDelta::Text(TextDelta {
                    text: fragment.to_owned(),
                }));
            }
            ANNOTATIONS => {
                let Content::Text(block) = blocks.peek()? else {
                    return None;
                };
                let some = block
                    .annotations
                    .as_ref()?
                    .get(annotations_at..annotations_at.checked_add(length)?)?;
                annotations_at += length;
                deltas.push(StepDelta::TextAnnotation(TextAnnotationDelta {
                    annotations: some.to_vec(),
                }));
            }
            _ => return None,
        }
    }
    Some((
        Step::ModelOutput(ModelOutput {
            content: Vec::new(),
            error: output.error.clone(),
        }),
        deltas,
    ))
}

fn block_delta(block: &Content) -> Option<StepDelta> {
    match block {
        Content::Image(block) => Some(StepDelta::Image(block.clone())),
        Content::Audio(block) => Some(StepDelta::Audio(block.clone())),
        Content::Document(block) => Some(StepDelta::Document(block.clone())),
        Content::Video(block) => Some(StepDelta::Video(block.clone())),
        Content::Text(_) | Content::Unknown(_) => None,
    }
}

fn unfold_thought(thought: &Thought, marks: &[u8]) -> Option<(Step, Vec<StepDelta>)> {
    let mut blocks = thought.summary.iter().peekable();
    let mut deltas = Vec::new();
    let mut text_at = 0_usize;
    for (kind, length) in decode(marks) {
        let delta = match kind {
            APPEND => {
                let Content::Text(block) = blocks.peek()? else {
                    return None;
                };
                let fragment = block.text.get(text_at..text_at.checked_add(length)?)?;
                text_at += length;
                StepDelta::ThoughtSummary(ThoughtSummaryDelta {
                    content: Some(Content::text(fragment)),
                })
            }
            SIGNATURE => StepDelta::ThoughtSignature(ThoughtSignatureDelta {
                signature: thought.signature.clone().unwrap_or_default(),
            }),
            _ => return None,
        };
        deltas.push(delta);
    }
    Some((Step::Thought(Thought::default()), deltas))
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
