use std::fs;
use std::io::{IsTerminal as _, Write as _, stderr, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::commands::runtime;
use crate::data_dir::DataDir;
use crate::hub::{self, Choice, Hub, HubFile, ModelName, Variant};
use crate::terminal;

/// More files than this are not listed in a message.
const MAX_LISTED: usize = 30;

/// Fetch a model, so that `serve --model` finds it by the same name.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The model, as in `hf:Qwen/Qwen3-0.6B-GGUF:Q8_0`; without QUANT it is `Q4_K_M`, else `Q8_0`, else the only one.
    ///
    /// The hub is Hugging Face's, or the one at `HF_ENDPOINT`; a token in `HF_TOKEN` opens gated and private models.
    #[arg(value_name = "hf:OWNER/REPO[:QUANT]")]
    model: String,
    /// The folder for everything that is kept [default: the user's data folder].
    #[arg(long, env = "ANTIPHON_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    runtime()?.block_on(pull(arguments))
}

async fn pull(arguments: &Arguments) -> anyhow::Result<()> {
    let name = ModelName::parse(&arguments.model)?;
    let data_dir = DataDir::open(arguments.data_dir.as_deref())?;
    let hub = Hub::from_environment()?;
    let files = hub.files(&name).await?;
    let variants = hub::variants(files.iter().map(|file| file.path.as_str()));
    let variant = chosen(&name, &variants, &files)?;
    let folder = hub::folder(data_dir.path(), &name);
    fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;

    let wanted = variant
        .parts()
        .iter()
        .filter_map(|part| files.iter().find(|file| file.path == *part))
        .cloned();
    let (wanted, missing) = hub.plan(&name, wanted.collect(), &folder).await?;
    hub::check_room(&folder, missing)?;
    for file in &wanted {
        let destination = folder.join(&file.path);
        if destination.exists() {
            continue;
        }
        let progress = Progress::begin(file);
        hub.fetch(&name, file, &destination, &progress).await?;
        progress.end(file);
    }
    let first = variant.parts().first().context("a model has a file")?;
    writeln!(stdout(), "{}", folder.join(first).display())?;
    say(&format!("Serve it with: antiphon serve --model {name}"));
    Ok(())
}

fn chosen<'a>(name: &ModelName, variants: &'a [Variant], files: &[HubFile]) -> anyhow::Result<&'a Variant> {
    let repository = format!("{}/{}", name.owner(), name.repo());
    let list = || listed(variants.iter().map(|variant| described(variant, files)));
    match (hub::choose(variants, name.wanted()), variants, name.wanted()) {
        (Choice::One(variant), _, _) => Ok(variant),
        (Choice::None | Choice::Several, [], _) => bail!(
            "{repository} has no GGUF model; look for a repository of the same model whose name ends in GGUF. It has:{}",
            listed(files.iter().map(|file| file.path.clone()))
        ),
        (_, _, Some(wanted)) => bail!(
            "{repository} has no `{wanted}`; take one of these, as in hf:{repository}:QUANT:{}",
            list()
        ),
        (_, _, None) => bail!(
            "{repository} has several models; name one, as in hf:{repository}:QUANT:{}",
            list()
        ),
    }
}

fn described(variant: &Variant, files: &[HubFile]) -> String {
    let size = |part: &String| files.iter().find(|file| file.path == *part).and_then(|file| file.size);
    let total: Option<u64> = variant.parts().iter().map(size).sum();
    let total = total
        .map(|total| format!(" ({})", terminal::bytes(total)))
        .unwrap_or_default();
    format!("{}{total}", variant.stem())
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MAX_LISTED);
    let mut list: String = names.take(MAX_LISTED).map(|name| format!("\n  {name}")).collect();
    if more > 0 {
        list.push_str(&format!("\n  and {more} more"));
    }
    list
}

/// For the person at the terminal, if there is one.
fn say(text: &str) {
    writeln!(stderr(), "{text}").ok();
}

/// A bar on a terminal, two lines elsewhere.
struct Progress {
    bar: ProgressBar,
    drawn: bool,
}

impl Progress {
    fn begin(file: &HubFile) -> Self {
        let drawn = std::io::stderr().is_terminal();
        let size = file
            .size
            .map(|size| format!(" ({})", terminal::bytes(size)))
            .unwrap_or_default();
        if !drawn {
            say(&format!("fetching {}{size}", file.path));
        }
        let target = if drawn {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let (bar, template) = match file.size {
            Some(size) => (
                ProgressBar::with_draw_target(Some(size), target),
                "{wide_msg} {bar:24} {percent:>3}%  {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left",
            ),
            None => (
                ProgressBar::with_draw_target(None, target),
                "{spinner} {wide_msg} {decimal_bytes}  {decimal_bytes_per_sec}",
            ),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        bar.set_message(file.path.clone());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, drawn }
    }

    fn end(self, file: &HubFile) {
        self.bar.finish_and_clear();
        let checked = if file.sha256.is_some() {
            ", its checksum is right"
        } else {
            "; the hub tells no checksum"
        };
        say(&format!("{} is there{checked}", file.path));
    }
}

impl hub::Progress for Progress {
    fn at(&self, bytes: u64) {
        if self.bar.position() == 0 && bytes > 0 {
            // What an earlier run left says nothing about the speed.
            self.bar.reset_eta();
        }
        self.bar.set_position(bytes);
    }

    fn broken(&self, why: &anyhow::Error) {
        let text = format!("{why}; trying again");
        if self.drawn {
            self.bar.println(text);
        } else {
            say(&text);
        }
    }
}
