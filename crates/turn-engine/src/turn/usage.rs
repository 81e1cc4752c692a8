//! What the model calls of a turn used, in the API's terms.

use antiphon_interaction::{GroundingToolCount, Modality, ModalityTokens, Usage};
use antiphon_model_engine::ModelUsage;

/// The sum over the calls of a turn.
///
/// The input is that of the first call. By how much the prompt of a later call is longer, beyond what the model itself had said
/// in between, is what the tools fed in.
pub(super) struct UsageSum {
    /// Whether the prompt is all text, so that its tokens are of one modality.
    text_only: bool,
    /// The prompt of the first call of the whole answer, where that was another request's.
    initial: Option<u64>,
    /// Whether the answer goes over several calls or requests.
    chained: bool,
    first: Option<ModelUsage>,
    last: ModelUsage,
    output: u64,
    thought: u64,
    tool_use: u64,
    grounding: Vec<GroundingToolCount>,
}

impl UsageSum {
    pub(super) fn new(text_only: bool, initial: Option<u64>) -> Self {
        Self {
            text_only,
            initial,
            chained: initial.is_some(),
            first: None,
            last: ModelUsage::default(),
            output: 0,
            thought: 0,
            tool_use: 0,
            grounding: Vec::new(),
        }
    }

    /// Goes on from what an earlier attempt had counted.
    pub(super) fn resume(&mut self, before: &Usage) {
        self.first = Some(ModelUsage {
            input_tokens: before.total_input_tokens,
            cached_tokens: before.total_cached_tokens,
            ..ModelUsage::default()
        });
        let read = before.total_input_tokens.saturating_add(before.total_tool_use_tokens);
        self.last = ModelUsage {
            input_tokens: read.saturating_add(before.total_output_tokens),
            ..ModelUsage::default()
        };
        self.output = before.total_output_tokens;
        self.thought = before.total_thought_tokens;
        self.tool_use = before.total_tool_use_tokens;
        self.grounding.clone_from(&before.grounding_tool_count);
    }

    /// Adds one call of the model.
    pub(super) fn add(&mut self, call: ModelUsage) {
        if self.first.is_none() {
            self.first = Some(call);
        } else {
            let known = self.last.input_tokens.saturating_add(self.last.output_tokens);
            self.tool_use = self.tool_use.saturating_add(call.input_tokens.saturating_sub(known));
        }
        self.output = self.output.saturating_add(call.output_tokens);
        self.thought = self.thought.saturating_add(call.thought_tokens);
        self.last = call;
    }

    /// The answer goes on beyond this call.
    pub(super) fn chain(&mut self) {
        self.chained = true;
    }

    /// The prompt of the first call of the whole answer.
    pub(super) fn initial_input(&self) -> u64 {
        let first = self.first.map_or(0, |first| first.input_tokens);
        self.initial.unwrap_or(first)
    }

    /// Counts uses of a grounding tool.
    pub(super) fn count(&mut self, grounding: Option<(&'static str, u64)>) {
        let Some((tool_type, count)) = grounding else { return };
        match self.grounding.iter_mut().find(|known| known.tool_type == tool_type) {
            Some(known) => known.count = known.count.saturating_add(count),
            None => self.grounding.push(GroundingToolCount {
                tool_type: tool_type.to_owned(),
                count,
            }),
        }
    }

    /// The sum; `None` before the first call has ended.
    pub(super) fn total(&self) -> Option<Usage> {
        let first = self.first?;
        let text = |tokens: u64| {
            vec![ModalityTokens {
                modality: Modality::Text,
                tokens,
            }]
        };
        let prompt = |tokens: u64| if self.text_only { text(tokens) } else { Vec::new() };
        let cached = first.cached_tokens.min(first.input_tokens);
        let usage = Usage {
            total_input_tokens: first.input_tokens,
            total_output_tokens: self.output,
            total_thought_tokens: self.thought,
            total_cached_tokens: cached,
            total_tool_use_tokens: self.tool_use,
            input_tokens_by_modality: prompt(first.input_tokens),
            output_tokens_by_modality: text(self.output),
            cached_tokens_by_modality: if cached > 0 { prompt(cached) } else { Vec::new() },
            grounding_tool_count: self.grounding.clone(),
            initial_input_tokens: self.chained.then(|| self.initial_input()),
            ..Usage::default()
        };
        Some(usage.summed())
    }
}
