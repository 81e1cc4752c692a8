//! How model families write their thoughts and function calls, one file each.
//!
//! A [`Reader`] is fed the model's text as it comes and gives [`Part`]s. Ordinary text passes through at once; only
//! what may still turn out to be the beginning of a marker is held back. The parser crates of the field were
//! compared and left out: they bring Python parsers, tokenizers or HTTP clients along, and they turn a call that
//! cannot be read into text, where a client needs an error.

mod bare_json;
mod call;
mod gemma;
mod gemma_values;
mod harmony;
mod hermes;
mod hermes_xml;
mod marked;
mod mistral;
mod plain;
mod scanner;
mod thinking;

pub(crate) use call::Unreadable;
pub(crate) use scanner::held_back;
use thinking::Thinking;

/// A piece of what the model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Reasoning.
    Thought(String),
    /// Answer.
    Text(String),
    /// A whole call.
    Call {
        /// The model's own id for it.
        id: Option<String>,
        /// The function.
        name: String,
        /// The text of a JSON object.
        arguments: String,
    },
}

/// Reads one answer. After an error it must not be used again.
pub(crate) trait Reader: Send {
    /// Takes the next text.
    fn push(&mut self, text: &str, parts: &mut Vec<Part>) -> Result<(), Unreadable>;

    /// Ends the answer. Where a token limit cut it (`cut`), an unfinished call is dropped instead of refused.
    fn finish(&mut self, cut: bool, parts: &mut Vec<Part>) -> Result<(), Unreadable>;

    /// Whether the next text belongs to the reasoning, as far as is known.
    fn thinks(&self) -> bool {
        false
    }
}

/// A way of writing function calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `<tool_call>{"name": …, "arguments": …}</tool_call>`: Qwen, Hermes and many more.
    Hermes,
    /// `{"name": …, "parameters": …}` as the whole answer, `<|python_tag|>` before it or not: Llama 3.
    Llama,
    /// `[TOOL_CALLS][{"name": …, "arguments": …}]`: Mistral to 2024.
    MistralList,
    /// `[TOOL_CALLS]name[ARGS]{…}`: Mistral since.
    MistralArgs,
    /// `{"name": …, "parameters": …}` as the whole answer, fenced or not: Gemma to 3, whose template knows no tools.
    GemmaJson,
    /// `<start_function_call>call:name{…}<end_function_call>`: `FunctionGemma`.
    GemmaFunction,
    /// `<|tool_call>call:name{…}<tool_call|>`: Gemma 4.
    Gemma4,
    /// Channels: gpt-oss.
    Harmony,
}

/// The marks around reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThinkMarks {
    /// Before it.
    pub open: &'static str,
    /// After it.
    pub close: &'static str,
}

const THINK_TAGS: ThinkMarks = ThinkMarks {
    open: "<think>",
    close: "</think>",
};
const THINK_BRACKETS: ThinkMarks = ThinkMarks {
    open: "[THINK]",
    close: "[/THINK]",
};
const THINK_GEMMA: ThinkMarks = ThinkMarks {
    open: "<|channel>thought",
    close: "<channel|>",
};

impl Family {
    /// The family whose marks a chat template uses, or `None` where it uses none that is known.
    pub fn of_template(template: &str) -> Option<Self> {
        let has = |mark: &str| template.contains(mark);
        if has("<|channel|>") && has("<|message|>") {
            Some(Self::Harmony)
        } else if has("<start_function_call>") {
            Some(Self::GemmaFunction)
        } else if has("<|tool_call>") && has("<tool_call|>") {
            Some(Self::Gemma4)
        } else if has("[TOOL_CALLS]") && has("[ARGS]") {
            Some(Self::MistralArgs)
        } else if has("[TOOL_CALLS]") {
            Some(Self::MistralList)
        } else if has("<tool_call>") {
            Some(Self::Hermes)
        } else if has("<|python_tag|>") || has("<|start_header_id|>") {
            Some(Self::Llama)
        } else if has("<start_of_turn>") {
            Some(Self::GemmaJson)
        } else {
            None
        }
    }

    /// The marks around its reasoning, by its template.
    pub fn think_marks(self, template: &str) -> Option<ThinkMarks> {
        match self {
            Self::Harmony => None,
            Self::Gemma4 => Some(THINK_GEMMA),
            Self::Hermes
            | Self::Llama
            | Self::MistralList
            | Self::MistralArgs
            | Self::GemmaJson
            | Self::GemmaFunction => [THINK_TAGS, THINK_BRACKETS]
                .into_iter()
                .find(|marks| template.contains(marks.close)),
        }
    }

    /// The texts that mean something to the reader. As control tokens they are read, all others are dropped; in the
    /// conversation's own text they are defused.
    pub fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Hermes => &["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"],
            Self::Llama => &["<|python_tag|>"],
            Self::MistralList | Self::MistralArgs => &["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]"],
            Self::GemmaJson => &[],
            Self::GemmaFunction => &["<start_function_call>", "<end_function_call>", "<escape>"],
            Self::Gemma4 => &["<|tool_call>", "<tool_call|>", "<|\"|>"],
            Self::Harmony => harmony::MARKS,
        }
    }

    /// A reader for one answer. `open` says that the prompt ends inside the reasoning.
    pub fn reader(self, marks: Option<ThinkMarks>, open: bool, functions: &Functions) -> Box<dyn Reader> {
        let calls: Box<dyn Reader> = match self {
            Self::Harmony => return Box::new(harmony::Harmony::default()),
            _ if functions.is_empty() => Box::new(plain::Plain),
            Self::Hermes => Box::new(hermes::Hermes::reader(functions.clone())),
            Self::Llama => Box::new(bare_json::BareJson::llama(functions.clone())),
            Self::MistralList | Self::MistralArgs => Box::new(mistral::Mistral::default()),
            Self::GemmaJson => Box::new(bare_json::BareJson::gemma(functions.clone())),
            Self::GemmaFunction => Box::new(gemma::Gemma::function()),
            Self::Gemma4 => Box::new(gemma::Gemma::four()),
        };
        match marks {
            Some(marks) => Box::new(Thinking::new(marks, open, calls)),
            None => calls,
        }
    }
}

/// The functions of a call, with their parameters' schemas.
#[derive(Debug, Clone, Default)]
pub(crate) struct Functions(std::sync::Arc<Vec<(String, serde_json::Value)>>);

impl Functions {
    /// Functions by name, with the schema of their parameters.
    pub fn new(functions: Vec<(String, serde_json::Value)>) -> Self {
        Self(std::sync::Arc::new(functions))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &serde_json::Value)> {
        self.0.iter().map(|(name, parameters)| (name.as_str(), parameters))
    }

    /// The parameters' schema of one.
    pub fn parameters(&self, name: &str) -> Option<&serde_json::Value> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, parameters)| parameters)
    }
}

#[cfg(test)]
mod fixtures;
