//! A loaded model file: its weights, its vocabulary and what its template tells about its family.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

use antiphon_model_engine::{Capabilities, Error, ModelInfo};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::{LogOptions, send_logs_to_tracing};
use llguidance::ParserFactory;
use toktrie::{ApproximateTokEnv, TokEnv, TokRxInfo, TokTrie};

use crate::dialect::{Family, ThinkMarks};
use crate::engine::Now;
use crate::prompt::{Abilities, BREAK, CHATML, ChatTemplate, Guard};
use crate::sampler::Defaults;
use crate::{Config, LoadError, constraint, gguf_header};

/// Everything about a model that its calls share.
pub(crate) struct Model {
    pub llama: LlamaModel,
    pub name: String,
    /// The most tokens of one call, prompt and answer together.
    pub limit: u32,
    pub template: ChatTemplate,
    pub abilities: Abilities,
    pub family: Family,
    /// Whether the template shows tools in a notation that we read.
    pub native_tools: bool,
    /// Whether the template writes calls in JSON, as far as is known: some of the Hermes family write arguments as tags.
    pub calls_in_json: bool,
    pub think: Option<ThinkMarks>,
    /// Whether a part of the KV cache can be cut off: not with recurrent or sliding-window memory.
    pub cuttable: bool,
    pub guard: Guard,
    pub defaults: Defaults,
    thinking: bool,
    description: String,
    /// Control tokens, and the marks of the dialect that are one token of another kind, by their text.
    special: HashMap<String, LlamaToken>,
    read_marks: HashSet<LlamaToken>,
    grammars: OnceLock<Result<ParserFactory, String>>,
}

static BACKEND: OnceLock<LlamaBackend> = OnceLock::new();
static BACKEND_START: Mutex<()> = Mutex::new(());

/// llama.cpp itself, started once per process; its log goes to `tracing`.
pub(crate) fn backend() -> Result<&'static LlamaBackend, LoadError> {
    let _one_at_a_time = BACKEND_START.lock();
    if let Some(backend) = BACKEND.get() {
        return Ok(backend);
    }
    send_logs_to_tracing(LogOptions::default());
    let backend = LlamaBackend::init().map_err(LoadError::Backend)?;
    Ok(BACKEND.get_or_init(|| backend))
}

impl Model {
    /// Loads the file. Blocks for as long as that takes.
    pub fn load(config: &Config, now: Now) -> Result<Self, LoadError> {
        let path = &config.model;
        let header = gguf_header::read(path)?;
        let params = LlamaModelParams::default().with_n_gpu_layers(config.gpu_layers);
        let llama = LlamaModel::load_from_file(backend()?, path, &params).map_err(|source| LoadError::Refused {
            path: path.clone(),
            architecture: header.architecture.clone(),
            bytes: header.bytes,
            source,
        })?;
        if llama.n_vocab() <= 0 {
            return Err(LoadError::NoVocabulary { path: path.clone() });
        }
        let source = llama
            .chat_template(None)
            .ok()
            .and_then(|template| template.to_string().ok());
        let source = source.as_deref().unwrap_or(CHATML);
        let (bos, eos) = (
            token_text(&llama, llama.vocab().bos()),
            token_text(&llama, llama.vocab().eos()),
        );
        let template = ChatTemplate::new(source, bos, eos, now).map_err(|source| LoadError::Template {
            path: path.clone(),
            source,
        })?;
        let abilities = Abilities::of(&template);
        let known = Family::of_template(source);
        let family = known.unwrap_or(Family::Hermes);
        let think = family.think_marks(source);
        let mut special: HashMap<String, LlamaToken> = llama
            .vocab()
            .tokens()
            .filter(|&token| llama.vocab().is_control(token))
            .map(|token| (token_text(&llama, token), token))
            .collect();
        let marks: Vec<&'static str> = family
            .marks()
            .iter()
            .copied()
            .chain(think.iter().flat_map(|marks| [marks.open, marks.close]))
            .collect();
        let guard = Guard::new(special.keys().map(String::as_str).chain(marks.iter().copied()));
        let read_marks = special
            .iter()
            .filter(|(text, _)| {
                marks
                    .iter()
                    .any(|mark| mark.contains(text.as_str()) && !text.is_empty())
            })
            .map(|(_, &token)| token)
            .collect();
        special.extend(marks.iter().filter_map(
            |&mark| match llama.vocab().tokenize(mark.as_bytes(), false, true)[..] {
                [token] => Some((mark.to_owned(), token)),
                _ => None,
            },
        ));
        let trained = match llama.n_ctx_train() {
            0 => u32::MAX,
            trained => trained,
        };
        let number = |key: &str| llama.meta_val_str(key).ok().and_then(|value| value.parse::<f32>().ok());
        let usual = Defaults::default();
        let defaults = Defaults {
            temperature: number("general.sampling.temp").unwrap_or(usual.temperature),
            top_p: number("general.sampling.top_p").unwrap_or(usual.top_p),
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small whole number"
            )]
            top_k: number("general.sampling.top_k").map_or(usual.top_k, |top_k| top_k as usize),
        };
        let window =
            number(&format!("{}.attention.sliding_window", header.architecture)).is_some_and(|size| size > 0.0);
        Ok(Self {
            name: config.model_name(),
            limit: trained.min(config.cache_tokens(trained)),
            native_tools: abilities.tools && known.is_some_and(|family| family != Family::GemmaJson),
            calls_in_json: !["<function=", "<arg_key>"].iter().any(|tag| source.contains(tag)),
            thinking: think.is_some() || family == Family::Harmony || source.contains("enable_thinking"),
            cuttable: !(window || llama.is_recurrent() || llama.is_hybrid()),
            description: description(&llama, &header.architecture),
            template,
            abilities,
            family,
            think,
            guard,
            defaults,
            special,
            read_marks,
            grammars: OnceLock::new(),
            llama,
        })
    }

    /// The model as the registry shows it.
    pub fn info(&self) -> ModelInfo {
        ModelInfo {
            name: self.name.clone(),
            description: self.description.clone(),
            input_token_limit: Some(self.input_limit()),
            output_token_limit: Some(self.input_limit()),
            capabilities: Capabilities {
                image_input: false,
                audio_input: false,
                function_calling: true,
                structured_output: true,
                thinking: self.thinking,
            },
        }
    }

    /// The most tokens of a prompt: one is left for the answer.
    pub fn input_limit(&self) -> u64 {
        u64::from(self.limit.saturating_sub(1))
    }

    /// The control token that prints as `text`, or the one token for a mark of the dialect.
    pub fn special_token(&self, text: &str) -> Option<i32> {
        self.special.get(text).map(|token| token.0)
    }

    /// The tokens of a rendered prompt.
    pub fn tokenize(&self, prompt: &str) -> Vec<LlamaToken> {
        let vocab = self.llama.vocab();
        let mut tokens = Vec::with_capacity(prompt.len() / 3);
        for piece in prompt.split(BREAK).filter(|piece| !piece.is_empty()) {
            tokens.extend(vocab.tokenize(piece.as_bytes(), false, true));
        }
        if vocab.should_add_bos() && vocab.bos().0 >= 0 && tokens.first() != Some(&vocab.bos()) {
            tokens.insert(0, vocab.bos());
        }
        tokens
    }

    /// The bytes that a token adds to the answer: none for control tokens that the family's reader does not know.
    pub fn piece(&self, token: LlamaToken, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.reserve(64);
        let vocab = self.llama.vocab();
        if !vocab.is_control(token) || self.read_marks.contains(&token) {
            vocab.token_to_piece_into(token, bytes, true, None);
        }
    }

    /// The maker of grammar matchers, made on first use.
    pub fn grammars(&self) -> Result<&ParserFactory, Error> {
        self.grammars
            .get_or_init(|| constraint::factory(self))
            .as_ref()
            .map_err(|message| Error::Constraint {
                message: format!("the vocabulary of `{}` cannot be constrained: {message}", self.name),
            })
    }

    /// The vocabulary as the grammar's matcher needs it: the bytes of every token, special tokens marked as such. A mark of the
    /// dialect is one of them whatever the file says: as plain text it would fit into the strings of a call.
    pub fn token_environment(&self) -> TokEnv {
        let vocab = self.llama.vocab();
        let mut ends: Vec<u32> = vocab
            .tokens()
            .filter(|&token| vocab.is_eog(token))
            .map(|token| token.0.cast_unsigned())
            .collect();
        let main = [vocab.eot(), vocab.eos()]
            .into_iter()
            .find(|token| token.0 >= 0)
            .map(|token| token.0.cast_unsigned());
        let main = main.or(ends.first().copied()).unwrap_or(0);
        ends.retain(|&token| token != main);
        ends.insert(0, main);
        let marks: HashSet<LlamaToken> = self.special.values().copied().collect();
        let words: Vec<Vec<u8>> = vocab
            .tokens()
            .map(|token| {
                let bytes = vocab.token_to_piece(token, false, None);
                if !marks.contains(&token) && !bytes.is_empty() {
                    return bytes;
                }
                let text = vocab.token_to_piece(token, true, None);
                if text.is_empty() {
                    text
                } else {
                    [&[TokTrie::SPECIAL_TOKEN_MARKER], text.as_slice()].concat()
                }
            })
            .collect();
        let info = TokRxInfo::new(self.llama.n_vocab().cast_unsigned(), main);
        let trie = TokTrie::from(&info, &words).with_eos_tokens(&ends);
        Arc::new(ApproximateTokEnv::new(trie))
    }
}

fn token_text(llama: &LlamaModel, token: LlamaToken) -> String {
    if token.0 < 0 {
        return String::new();
    }
    String::from_utf8_lossy(&llama.vocab().token_to_piece(token, true, None)).into_owned()
}

fn description(llama: &LlamaModel, architecture: &str) -> String {
    let title = llama
        .meta_val_str("general.name")
        .unwrap_or_else(|_| architecture.to_owned());
    let millions = llama.n_params().div_ceil(1_000_000);
    format!("{title}, {millions} million parameters, on this machine")
}
