use std::io::{Write as _, stdout};

use crate::commands::runtime;
use crate::options::Options;
use crate::wiring;

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    let registry = wiring::models::registry(&options.model, &options.store)?;
    if registry.is_empty() {
        writeln!(out, "{}", antiphon_turn_engine::Error::NoModel)?;
        return Ok(());
    }
    let (models, failures) = runtime()?.block_on(registry.models());
    for (index, model) in models.iter().enumerate() {
        let info = &model.info;
        let limit = info
            .input_token_limit
            .map_or_else(|| "unknown context".to_owned(), |limit| format!("{limit} tokens"));
        let can = &info.capabilities;
        let abilities: Vec<&str> = [
            (can.function_calling, "functions"),
            (can.structured_output, "json"),
            (can.thinking, "thinking"),
            (can.image_input, "images"),
            (can.audio_input, "audio"),
        ]
        .into_iter()
        .filter_map(|(has, name)| has.then_some(name))
        .collect();
        let default = if index == 0 { " (default)" } else { "" };
        writeln!(out, "{}{default}  {limit}  {}", info.name, abilities.join(" "))?;
    }
    for failure in &failures {
        writeln!(out, "unavailable: {failure}")?;
    }
    let names: Vec<String> = models.into_iter().map(|model| model.info.name).collect();
    for alias in registry.aliases() {
        let model = match alias.model.as_str() {
            "" => "the default model",
            named => named,
        };
        let known = match wiring::models::is_served(alias, &names) {
            true => "",
            false if failures.is_empty() => "  (not served)",
            false => "  (not known to be served)",
        };
        writeln!(out, "{} -> {model}{known}", alias.pattern)?;
    }
    Ok(())
}
