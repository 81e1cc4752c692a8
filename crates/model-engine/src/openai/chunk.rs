//! The events of an answer as servers write them. Only what is used is read, and `null` is as good as absent.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ModelUsage;

#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(default, borrow)]
    pub(super) choices: Option<Vec<Choice<'a>>>,
    #[serde(default)]
    pub(super) usage: Option<Usage>,
    #[serde(default, borrow)]
    pub(super) error: Option<&'a RawValue>,
    #[serde(default, borrow)]
    pub(super) object: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(default)]
    pub(super) index: u32,
    #[serde(default, borrow)]
    pub(super) delta: Option<Delta<'a>>,
    #[serde(default, borrow)]
    pub(super) finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) refusal: Option<String>,
    #[serde(default)]
    pub(super) reasoning_content: Option<String>,
    #[serde(default)]
    pub(super) reasoning: Option<String>,
    #[serde(default, borrow)]
    pub(super) tool_calls: Option<Vec<CallDelta<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct CallDelta<'a> {
    #[serde(default)]
    pub(super) index: Option<u32>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default, borrow)]
    pub(super) function: Option<FunctionDelta<'a>>,
}

#[derive(Deserialize)]
pub(super) struct FunctionDelta<'a> {
    #[serde(default)]
    pub(super) name: Option<String>,
    /// A string by the book; some servers write the object itself.
    #[serde(default, borrow)]
    pub(super) arguments: Option<&'a RawValue>,
}

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default)]
    completion_tokens_details: Option<CompletionDetails>,
    #[serde(default)]
    prompt_cache_hit_tokens: Option<u64>,
}

#[derive(Deserialize, Clone, Copy)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

#[derive(Deserialize, Clone, Copy)]
struct CompletionDetails {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

/// No honest count is larger; sums of such counts stay far from overflow.
const MAX_TOKENS: u64 = 1 << 40;

impl Usage {
    /// Splits the counts so that they do not overlap, by the bytes that were shown where the server does not say.
    pub(super) fn split(self, reasoning_bytes: u64, other_bytes: u64) -> ModelUsage {
        let input_tokens = self.prompt_tokens.unwrap_or_default().min(MAX_TOKENS);
        let completion = self.completion_tokens.unwrap_or_default().min(MAX_TOKENS);
        let cached = self
            .prompt_tokens_details
            .and_then(|details| details.cached_tokens)
            .or(self.prompt_cache_hit_tokens);
        let counted = self
            .completion_tokens_details
            .and_then(|details| details.reasoning_tokens);
        let thought_tokens = match counted {
            Some(tokens) if tokens > 0 || reasoning_bytes == 0 => tokens.min(completion),
            Some(_) | None => in_proportion(completion, reasoning_bytes, other_bytes),
        };
        ModelUsage {
            input_tokens,
            cached_tokens: cached.unwrap_or_default().min(input_tokens),
            output_tokens: completion - thought_tokens,
            thought_tokens,
        }
    }
}

fn in_proportion(tokens: u64, part: u64, rest: u64) -> u64 {
    let whole = u128::from(part) + u128::from(rest);
    if whole == 0 {
        return 0;
    }
    let share = u128::from(tokens) * u128::from(part) / whole;
    u64::try_from(share).unwrap_or(tokens)
}
