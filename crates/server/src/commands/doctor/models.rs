use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::machine;
use super::report::Finding;
use crate::hub;
use crate::options::{ModelOptions, StoreOptions};
use crate::{terminal, wiring};

/// What would answer.
pub(super) async fn look(options: &ModelOptions, data_dir: Option<&Path>, serving: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(model) = &options.model {
        findings.push(local(model, data_dir));
    }
    if let Some(address) = &options.upstream {
        findings.push(upstream(address, options).await);
    }
    if findings.is_empty() {
        findings.push(unnamed(options, serving));
    }
    findings
}

/// What answers when neither a model nor an upstream is named.
fn unnamed(options: &ModelOptions, serving: bool) -> Finding {
    if cfg!(feature = "bundled-model") && options.bundled_model != Some(false) {
        return Finding::good(
            "model",
            "the built-in one, which is very small; --model or --upstream name a larger one",
        );
    }
    if serving {
        return Finding::open(
            "model",
            "none is named here; the server that runs may have one: `antiphon chat` asks it",
        );
    }
    Finding::bad("model", "none is named here, so every question would be refused")
        .mend("name one with --model FILE.gguf (or hf:OWNER/REPO), or --upstream URL of an OpenAI-compatible server")
}

fn local(model: &str, data_dir: Option<&Path>) -> Finding {
    let path = match hub::locate(model, data_dir) {
        Ok(path) => path,
        Err(error) => return Finding::bad("model", format!("{error:#}")),
    };
    match header(&path) {
        Ok(bytes) => {
            let (free, _) = machine::free_memory();
            let said = format!("{} is a GGUF file of {}", path.display(), terminal::bytes(bytes));
            if bytes > free {
                Finding::open(
                    "model",
                    format!(
                        "{said}, and {} of memory are free: it will be slow",
                        terminal::bytes(free)
                    ),
                )
                .mend("take a smaller quantisation, or close other programs")
            } else {
                Finding::good("model", said)
            }
        }
        Err(why) => {
            Finding::bad("model", format!("{} {why}", path.display())).mend("name another file, or fetch it again")
        }
    }
}

/// The size of a file that begins like a GGUF file, or why it does not.
fn header(path: &Path) -> Result<u64, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let data = file.metadata().map_err(unreadable)?;
    if data.is_dir() {
        return Err("is a folder".to_owned());
    }
    let mut begin = [0; 8];
    file.read_exact(&mut begin)
        .map_err(|_| "is no GGUF file: it is too short".to_owned())?;
    let [a, b, c, d, version @ ..] = begin;
    match ([a, b, c, d], u32::from_le_bytes(version)) {
        ([b'G', b'G', b'U', b'F'], 2 | 3) => Ok(data.len()),
        ([b'G', b'G', b'U', b'F'], version) => Err(format!("is a GGUF file of version {version}; 2 and 3 are known")),
        (_, _) => Err("is no GGUF file".to_owned()),
    }
}

async fn upstream(address: &str, options: &ModelOptions) -> Finding {
    // The local model would be loaded.
    let options = ModelOptions {
        model: None,
        ..options.clone()
    };
    let registry = match wiring::models::registry(&options, &StoreOptions::default()) {
        Ok(registry) => registry,
        Err(error) => return Finding::bad("upstream", format!("{error:#}")),
    };
    let (models, failures) = registry.models().await;
    if let Some(failure) = failures.first() {
        return Finding::bad("upstream", format!("{address}: {failure}"))
            .mend("start it, or check --upstream and ANTIPHON_UPSTREAM_API_KEY");
    }
    let names: Vec<&str> = models.iter().map(|model| model.info.name.as_str()).collect();
    match names.as_slice() {
        [] => Finding::bad("upstream", format!("{address} answers and lists no model"))
            .mend("load a model there, or name one with --upstream-model"),
        [default] => Finding::good("upstream", format!("{address} has {default}")),
        [default, others @ ..] => Finding::good(
            "upstream",
            format!("{address} has {default} (the default) and {} more", others.len()),
        ),
    }
}
