use std::io;
use std::path::PathBuf;

/// Why a model file could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the model file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is not a GGUF model: {reason}. Antiphon runs GGUF files; other formats must be converted first", path.display())]
    NotGguf {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// A part of the file is missing.
    #[error("{} is cut short: {reason}. Fetch it again", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// llama.cpp does not take the file.
    #[error(
        "{} cannot be loaded (architecture `{architecture}`, {bytes} bytes): it may be damaged, of an architecture that this build of llama.cpp does not know, or larger than the free memory; the log has llama.cpp's own words", path.display()
    )]
    Refused {
        /// The file.
        path: PathBuf,
        /// What it says it is.
        architecture: String,
        /// How large it is.
        bytes: u64,
        /// llama.cpp's error.
        #[source]
        source: llama_cpp_2::LlamaModelLoadError,
    },
    /// There is no room for the KV cache.
    #[error(
        "no context of {tokens} tokens could be made for {}: set a smaller context, or fewer parallel calls", path.display()
    )]
    NoContext {
        /// The file.
        path: PathBuf,
        /// How long.
        tokens: u32,
        /// llama.cpp's error.
        #[source]
        source: llama_cpp_2::LlamaContextLoadError,
    },
    /// The file's chat template cannot be used.
    #[error("the chat template of {} cannot be used: {source}", path.display())]
    Template {
        /// The file.
        path: PathBuf,
        /// Why.
        source: minijinja::Error,
    },
    /// The scheduler thread could not be started.
    #[error("the scheduler thread could not be started: {0}")]
    Thread(#[source] io::Error),
    /// llama.cpp itself did not start.
    #[error("llama.cpp could not be started: {0}")]
    Backend(#[source] llama_cpp_2::LlamaCppError),
    /// The vocabulary cannot be used for text.
    #[error("{} has no vocabulary for text, so it cannot chat", path.display())]
    NoVocabulary {
        /// The file.
        path: PathBuf,
    },
}
