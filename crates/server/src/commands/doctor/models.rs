use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use antiphon_model_engine_local::Config;

use super::machine;
use super::report::Finding;
use crate::hub;
use crate::options::{ModelOptions, StoreOptions};
use crate::terminal::causes;
use crate::{terminal, wiring};

/// What would answer.
pub(super) async fn look(options: &ModelOptions, data_dir: Option<&Path>, serving: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    // What is served, unless something does not say.
    let mut names = Some(Vec::new());
    if let Some(model) = &options.model {
        let (finding, name) = local(model, data_dir);
        findings.push(finding);
        names = joined(names, name.map(|name| vec![name]));
    }
    if let Some(address) = &options.upstream {
        let (finding, theirs) = upstream(address, options).await;
        findings.push(finding);
        names = joined(names, theirs);
    }
    if findings.is_empty() {
        let (finding, name) = unnamed(options, serving);
        findings.push(finding);
        names = name.map(|name| vec![name.to_owned()]);
    }
    if let Some(names) = names {
        findings.extend(aliases(options, &names));
    }
    findings
}

fn joined(names: Option<Vec<String>>, others: Option<Vec<String>>) -> Option<Vec<String>> {
    Some([names?, others?].concat())
}

/// The aliases that nobody would answer for. Those that cannot be read are told of with the settings.
fn aliases(options: &ModelOptions, names: &[String]) -> Vec<Finding> {
    let aliases = wiring::models::aliases(options).unwrap_or_default();
    let lost = aliases.iter().filter(|alias| !wiring::models::is_served(alias, names));
    lost.map(|alias| {
        let said = format!("`{}` stands for `{}`, which is not served", alias.pattern, alias.model);
        Finding::bad("alias", said).mend(format!("name one of {} with --alias", names.join(", ")))
    })
    .collect()
}

/// What answers when neither a model nor an upstream is named.
fn unnamed(options: &ModelOptions, serving: bool) -> (Finding, Option<&'static str>) {
    if cfg!(feature = "bundled-model") && options.bundled_model != Some(false) {
        let said = "the built-in one, which is very small; --model or --upstream name a larger one";
        return (Finding::good("model", said), Some(wiring::models::BUNDLED_NAME));
    }
    if serving {
        let said = "none is named here; the server that runs may have one: `antiphon chat` asks it";
        return (Finding::open("model", said), None);
    }
    let finding = Finding::bad("model", "none is named here, so every question would be refused")
        .mend("name one with --model FILE.gguf (or hf:OWNER/REPO), or --upstream URL of an OpenAI-compatible server");
    (finding, None)
}

/// The file, and the name under which it would be served.
fn local(model: &str, data_dir: Option<&Path>) -> (Finding, Option<String>) {
    match hub::locate(model, data_dir) {
        Ok(path) => (file(&path), Some(Config::new(path).model_name())),
        Err(error) => (Finding::bad("model", causes(&error)), None),
    }
}

fn file(path: &Path) -> Finding {
    match header(path) {
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

/// The upstream, and the names of its models if it tells them.
async fn upstream(address: &str, options: &ModelOptions) -> (Finding, Option<Vec<String>>) {
    // The local model would be loaded; aliases are looked at by themselves.
    let options = ModelOptions {
        model: None,
        alias: Vec::new(),
        ..options.clone()
    };
    let registry = match wiring::models::registry(&options, &StoreOptions::default()) {
        Ok(registry) => registry,
        Err(error) => return (Finding::bad("upstream", causes(&error)), None),
    };
    let (models, failures) = registry.models().await;
    if let Some(failure) = failures.first() {
        let finding = Finding::bad("upstream", format!("{address}: {failure}"))
            .mend("start it, or check --upstream and ANTIPHON_UPSTREAM_API_KEY");
        return (finding, None);
    }
    let names: Vec<String> = models.into_iter().map(|model| model.info.name).collect();
    (listed(address, &names), Some(names))
}

fn listed(address: &str, names: &[String]) -> Finding {
    match names {
        [] => Finding::bad("upstream", format!("{address} answers and lists no model"))
            .mend("load a model there, or name one with --upstream-model"),
        [default] => Finding::good("upstream", format!("{address} has {default}")),
        [default, others @ ..] => Finding::good(
            "upstream",
            format!("{address} has {default} (the default) and {} more", others.len()),
        ),
    }
}
