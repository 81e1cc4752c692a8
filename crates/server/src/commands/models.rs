use crate::commands::runtime;
use crate::options::Options;
use crate::wiring;

#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let registry = wiring::models::registry(&options.model, &options.store)?;
    if registry.is_empty() {
        println!("{}", antiphon_turn_engine::Error::NoModel);
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
        println!("{}{default}  {limit}  {}", info.name, abilities.join(" "));
    }
    for failure in failures {
        println!("unavailable: {failure}");
    }
    for alias in registry.aliases() {
        let model = if alias.model.is_empty() {
            "the default model"
        } else {
            alias.model.as_str()
        };
        println!("{} -> {model}", alias.pattern);
    }
    Ok(())
}
