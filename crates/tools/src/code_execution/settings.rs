use std::time::Duration;

use antiphon_environments::SandboxPolicy;

/// What the programs of `code_execution` may do, and how much of what comes of them is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeExecutionSettings {
    /// The sandbox. Its `wall_time` is the time limit of a program; its `output_bytes` bound what is kept of standard output,
    /// and as much of standard error.
    pub policy: SandboxPolicy,
    /// The languages that a model may use; the first is taken when a call names none. Empty means Python.
    pub languages: Vec<CodeLanguage>,
    /// The longest program, in bytes.
    pub code_bytes: usize,
    /// How many bytes of a result the model reads; the beginning and the end of a longer one.
    pub model_bytes: usize,
    /// How many bytes of a result are kept in its step.
    pub step_bytes: usize,
    /// Which images are shown.
    pub images: ImageLimits,
}

impl Default for CodeExecutionSettings {
    /// Python for 30 seconds under the sandbox's usual policy; programs up to 256 KiB; 32 KiB of a result for the model and
    /// 1 MiB in the step.
    fn default() -> Self {
        Self {
            policy: SandboxPolicy {
                wall_time: Duration::from_secs(30),
                ..SandboxPolicy::default()
            },
            languages: vec![CodeLanguage::Python],
            code_bytes: 256 * 1024,
            model_bytes: 32 * 1024,
            step_bytes: 1024 * 1024,
            images: ImageLimits::default(),
        }
    }
}

/// Which of the images that a program leaves behind are shown. The model is told of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageLimits {
    /// How many of one call.
    pub count: usize,
    /// Bytes of one image.
    pub bytes: u64,
    /// Bytes of all images of one call.
    pub total_bytes: u64,
}

impl Default for ImageLimits {
    /// 8 images, 4 MiB each, 12 MiB together.
    fn default() -> Self {
        Self {
            count: 8,
            bytes: 4 << 20,
            total_bytes: 12 << 20,
        }
    }
}

/// A language that programs are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeLanguage {
    /// The `python3` of the sandbox's root.
    Python,
    /// Its `bash`, for agents.
    Bash,
}

impl CodeLanguage {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Bash => "bash",
        }
    }
}
