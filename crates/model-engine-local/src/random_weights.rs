//! Model files with random weights, for tests and benchmarks: they say nothing sensible, but they are read, prompted
//! and run like any other, and the same seed always gives the same file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// 32-bit floats.
    F32,
    /// 8-bit blocks, as most people run models.
    Q8,
}

/// A model of the Llama architecture with a byte-level vocabulary.
#[derive(Debug, Clone)]
pub struct RandomModel {
    /// Decides the weights.
    pub seed: u64,
    /// Layers.
    pub layers: u32,
    /// Width; a multiple of 32 and of twice `heads`.
    pub width: u32,
    /// Attention heads.
    pub heads: u32,
    /// Heads of keys and values; divides `heads`.
    pub kv_heads: u32,
    /// Width of the feed-forward layers; a multiple of 32.
    pub feed_forward: u32,
    /// The context it claims to be trained on.
    pub context: u32,
    /// Tokens of the vocabulary at least; it has 256 bytes and `control` in any case.
    pub vocabulary: u32,
    /// Control tokens; the first ends an answer.
    pub control: Vec<String>,
    /// Tokens that stand for their text and are looked for in every text.
    pub user_defined: Vec<String>,
    /// The chat template, if any.
    pub template: Option<String>,
    /// Claims a sliding window of that size.
    pub sliding_window: Option<u32>,
    /// How numbers are stored.
    pub weights: Weights,
}

impl RandomModel {
    /// A model of some hundred kilobytes.
    pub fn tiny(seed: u64) -> Self {
        Self {
            seed,
            layers: 2,
            width: 64,
            heads: 4,
            kv_heads: 2,
            feed_forward: 128,
            context: 2048,
            vocabulary: 0,
            control: ["<|im_end|>", "<|im_start|>"].map(str::to_owned).to_vec(),
            user_defined: Vec::new(),
            template: None,
            sliding_window: None,
            weights: Weights::F32,
        }
    }

    /// The shape of a model of half a billion parameters.
    pub fn half_billion(seed: u64) -> Self {
        Self {
            layers: 24,
            width: 896,
            heads: 14,
            kv_heads: 2,
            feed_forward: 4864,
            context: 32_768,
            vocabulary: 151_936,
            weights: Weights::Q8,
            ..Self::tiny(seed)
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let tokens = self.tokens();
        let tensors = self.tensors(tokens.len() as u64);
        let mut header = Vec::new();
        header.extend_from_slice(b"GGUF");
        header.extend_from_slice(&3_u32.to_le_bytes());
        header.extend_from_slice(&(tensors.len() as u64).to_le_bytes());
        let values = self.values(&tokens);
        header.extend_from_slice(&(values.len() as u64).to_le_bytes());
        for (key, value) in &values {
            text(&mut header, key);
            header.extend_from_slice(value);
        }
        let mut offset = 0_u64;
        for tensor in &tensors {
            text(&mut header, &tensor.name);
            header.extend_from_slice(&u32::try_from(tensor.shape.len()).unwrap_or_default().to_le_bytes());
            tensor
                .shape
                .iter()
                .for_each(|size| header.extend_from_slice(&size.to_le_bytes()));
            header.extend_from_slice(&tensor.kind().to_le_bytes());
            header.extend_from_slice(&offset.to_le_bytes());
            offset += tensor.bytes().next_multiple_of(ALIGNMENT);
        }
        header.resize(header.len().next_multiple_of(32), 0);
        let mut file = BufWriter::new(File::create(path)?);
        file.write_all(&header)?;
        let mut random = fastrand::Rng::with_seed(self.seed);
        for tensor in &tensors {
            tensor.write(&mut file, &mut random)?;
            let padding = tensor.bytes().next_multiple_of(ALIGNMENT) - tensor.bytes();
            file.write_all(&[0; 32][..usize::try_from(padding).unwrap_or_default()])?;
        }
        file.flush()
    }

    /// Token texts with their kinds.
    fn tokens(&self) -> Vec<(String, i32)> {
        let mut tokens: Vec<(String, i32)> = (0..=255).map(|byte| (byte_letter(byte).to_string(), NORMAL)).collect();
        tokens.extend(self.control.iter().map(|mark| (mark.clone(), CONTROL)));
        tokens.extend(self.user_defined.iter().map(|mark| (mark.clone(), USER_DEFINED)));
        let missing = (self.vocabulary as usize).saturating_sub(tokens.len());
        tokens.extend((0..missing).map(|index| (format!("w{index}"), NORMAL)));
        tokens
    }

    fn values(&self, tokens: &[(String, i32)]) -> Vec<(String, Vec<u8>)> {
        let llama = |key: &str| format!("llama.{key}");
        let head = self.width / self.heads;
        let mut values = vec![
            ("general.architecture".to_owned(), string("llama")),
            ("general.name".to_owned(), string("random weights")),
            (llama("context_length"), number(self.context)),
            (llama("embedding_length"), number(self.width)),
            (llama("block_count"), number(self.layers)),
            (llama("feed_forward_length"), number(self.feed_forward)),
            (llama("attention.head_count"), number(self.heads)),
            (llama("attention.head_count_kv"), number(self.kv_heads)),
            (llama("rope.dimension_count"), number(head)),
            (
                llama("attention.layer_norm_rms_epsilon"),
                [6_u32.to_le_bytes(), 1e-5_f32.to_le_bytes()].concat(),
            ),
            (
                llama("vocab_size"),
                number(u32::try_from(tokens.len()).unwrap_or_default()),
            ),
            ("tokenizer.ggml.model".to_owned(), string("gpt2")),
            ("tokenizer.ggml.pre".to_owned(), string("qwen2")),
            (
                "tokenizer.ggml.tokens".to_owned(),
                strings(tokens.iter().map(|(text, _)| text.as_str())),
            ),
            (
                "tokenizer.ggml.token_type".to_owned(),
                integers(tokens.iter().map(|&(_, kind)| kind)),
            ),
            ("tokenizer.ggml.merges".to_owned(), strings(["a b"].into_iter())),
            (
                "tokenizer.ggml.add_bos_token".to_owned(),
                [7_u32.to_le_bytes().as_slice(), &[0]].concat(),
            ),
        ];
        if !self.control.is_empty() {
            values.push(("tokenizer.ggml.eos_token_id".to_owned(), number(256)));
        }
        if let Some(window) = self.sliding_window {
            values.push((llama("attention.sliding_window"), number(window)));
        }
        if let Some(template) = &self.template {
            values.push(("tokenizer.chat_template".to_owned(), string(template)));
        }
        values
    }

    fn tensors(&self, vocabulary: u64) -> Vec<Tensor> {
        let [width, wide] = [self.width, self.feed_forward].map(u64::from);
        let keys = u64::from(self.width / self.heads * self.kv_heads);
        let weights = |name: String, input: u64, output: u64| Tensor {
            name,
            shape: vec![input, output],
            weights: Some(self.weights),
        };
        let ones = |name: String| Tensor {
            name,
            shape: vec![width],
            weights: None,
        };
        let mut tensors = vec![
            weights("token_embd.weight".to_owned(), width, vocabulary),
            ones("output_norm.weight".to_owned()),
            weights("output.weight".to_owned(), width, vocabulary),
        ];
        for layer in 0..self.layers {
            let name = |part: &str| format!("blk.{layer}.{part}.weight");
            tensors.extend([
                ones(name("attn_norm")),
                weights(name("attn_q"), width, width),
                weights(name("attn_k"), width, keys),
                weights(name("attn_v"), width, keys),
                weights(name("attn_output"), width, width),
                ones(name("ffn_norm")),
                weights(name("ffn_gate"), width, wide),
                weights(name("ffn_up"), width, wide),
                weights(name("ffn_down"), wide, width),
            ]);
        }
        tensors
    }
}

const ALIGNMENT: u64 = 32;
const NORMAL: i32 = 1;
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const BLOCK: u64 = 32;

struct Tensor {
    name: String,
    shape: Vec<u64>,
    /// `None` for ones.
    weights: Option<Weights>,
}

impl Tensor {
    fn kind(&self) -> u32 {
        match self.weights {
            Some(Weights::Q8) => 8,
            Some(Weights::F32) | None => 0,
        }
    }

    fn count(&self) -> u64 {
        self.shape.iter().product()
    }

    fn bytes(&self) -> u64 {
        match self.weights {
            Some(Weights::Q8) => self.count() / BLOCK * (BLOCK + 2),
            Some(Weights::F32) | None => self.count() * 4,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "sizes and noise need no precision"
    )]
    fn write(&self, file: &mut impl Write, random: &mut fastrand::Rng) -> io::Result<()> {
        // The usual spread: the sum over one row of inputs keeps its size.
        let spread = 1.7 / (self.shape.first().copied().unwrap_or(1) as f32).sqrt();
        match self.weights {
            None => (0..self.count()).try_for_each(|_| file.write_all(&1_f32.to_le_bytes())),
            Some(Weights::F32) => (0..self.count()).try_for_each(|_| {
                let weight = (random.f32() * 2.0 - 1.0) * spread;
                file.write_all(&weight.to_le_bytes())
            }),
            Some(Weights::Q8) => {
                let scale = half(spread / 127.0);
                let mut block = [0; 2 + BLOCK as usize];
                block[..2].copy_from_slice(&scale.to_le_bytes());
                (0..self.count() / BLOCK).try_for_each(|_| {
                    random.fill(&mut block[2..]);
                    file.write_all(&block)
                })
            }
        }
    }
}

/// A small positive number as a 16-bit float, rounded down.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> 23).unwrap_or_default() - 127 + 15;
    if exponent <= 0 {
        return 0x0400;
    }
    let exponent = u16::try_from(exponent).unwrap_or_default();
    (exponent << 10) | u16::try_from((bits >> 13) & 0x3ff).unwrap_or_default()
}

/// The letter that stands for a byte in byte-level vocabularies: printable ones for themselves, the others for
/// letters from 256 on.
fn byte_letter(byte: u8) -> char {
    let printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if printable(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&other| !printable(other)).count();
    u32::try_from(before)
        .ok()
        .and_then(|before| char::from_u32(256 + before))
        .unwrap_or(' ')
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn number(value: u32) -> Vec<u8> {
    [4_u32.to_le_bytes(), value.to_le_bytes()].concat()
}

fn string(value: &str) -> Vec<u8> {
    let mut bytes = 8_u32.to_le_bytes().to_vec();
    text(&mut bytes, value);
    bytes
}

fn list(kind: u32, count: usize) -> Vec<u8> {
    let mut bytes = [9_u32.to_le_bytes(), kind.to_le_bytes()].concat();
    bytes.extend_from_slice(&(count as u64).to_le_bytes());
    bytes
}

fn strings<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<u8> {
    let texts: Vec<&str> = texts.collect();
    let mut bytes = list(8, texts.len());
    texts.into_iter().for_each(|item| text(&mut bytes, item));
    bytes
}

fn integers(numbers: impl Iterator<Item = i32>) -> Vec<u8> {
    let numbers: Vec<i32> = numbers.collect();
    let mut bytes = list(5, numbers.len());
    numbers
        .into_iter()
        .for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    bytes
}
