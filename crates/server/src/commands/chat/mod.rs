//! A conversation at the terminal, with any server of the API.
//!
//! Answers go to standard output; the prompt, thoughts, calls and messages go to standard error, so that a pipe gets the
//! answers alone.

mod conversation;
mod lines;
mod screen;

use antiphon_client::{Client, Config};
use anyhow::bail;
use clap::Args;
use tokio::signal;

use self::conversation::{Conversation, Outcome};
use self::lines::{Line, Lines};
use self::screen::Screen;
use crate::commands::runtime;
use crate::terminal;

const HELP: &str = "\
/new     begin a new conversation
/help    show this
/quit    leave; Ctrl-D does the same
\"\"\"      begins and ends a question of several lines
Ctrl-C   stops the answer";

/// Talk with a model of a running server.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The model [default: the server's].
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The server, with or without `/v1`; its key is taken from `GEMINI_API_KEY`.
    #[arg(
        long,
        env = "GOOGLE_GEMINI_BASE_URL",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    base_url: String,
    /// How the model is to answer.
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// Show what the model thinks.
    #[arg(long)]
    thinking: bool,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<()> {
    runtime()?.block_on(chat(arguments))
}

async fn chat(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments {
        model,
        base_url,
        system,
        thinking,
    } = arguments;
    let base_url = without_version(&base_url).to_owned();
    let mut config = Config::new(base_url.as_str());
    config.api_key = std::env::var("GEMINI_API_KEY").ok().filter(|key| !key.is_empty());
    let client = Client::new(config)?;
    let model = match model {
        Some(model) => model,
        None => default_model(&client, &base_url).await?,
    };
    let mut screen = Screen::new();
    let mut lines = Lines::start();
    if lines.is_terminal() {
        screen.note(&format!("{model} at {base_url}. /help shows what else can be typed."))?;
    }
    let mut conversation = Conversation::new(client, model, system, thinking);
    loop {
        if lines.is_terminal() {
            screen.prompt()?;
        }
        let line = tokio::select! {
            line = lines.next() => line?,
            interrupted = signal::ctrl_c() => {
                interrupted?;
                lines.forget();
                screen.line_end()?;
                screen.note("/quit or Ctrl-D leaves.")?;
                continue;
            }
        };
        match line {
            Line::End => {
                if lines.is_terminal() {
                    screen.line_end()?;
                }
                return Ok(());
            }
            Line::Command(command) => match command.as_str() {
                "/quit" | "/exit" | "/bye" => return Ok(()),
                "/new" => {
                    conversation.forget();
                    screen.note("A new conversation.")?;
                }
                "/help" | "/?" => screen.note(HELP)?,
                unknown => screen.note(&format!("There is no {unknown}; /help shows what can be typed."))?,
            },
            Line::Question(question) => match answer(&mut conversation, &question, &mut screen).await? {
                Outcome::Answered => {}
                Outcome::Failed(message) if lines.is_terminal() => screen.failure(&message)?,
                // A script must see that its question was not answered.
                Outcome::Failed(message) => bail!("{message}"),
            },
        }
    }
}

/// The address of a server, which may have been given with the version of the API that follows it in every path.
fn without_version(address: &str) -> &str {
    let address = address.trim_end_matches('/');
    ["/v1", "/v1beta", "/v1alpha"]
        .into_iter()
        .find_map(|version| address.strip_suffix(version))
        .unwrap_or(address)
}

async fn answer(conversation: &mut Conversation, question: &str, screen: &mut Screen) -> anyhow::Result<Outcome> {
    let outcome = tokio::select! {
        outcome = conversation.ask(question, screen) => Some(outcome?),
        // Dropping the answer closes its connection, and with it the run at the server ends.
        interrupted = signal::ctrl_c() => {
            interrupted?;
            None
        }
    };
    screen.end_answer()?;
    match outcome {
        Some(outcome) => Ok(outcome),
        None => {
            screen.note("Stopped; the conversation goes on as if this had not been asked.")?;
            Ok(Outcome::Answered)
        }
    }
}

async fn default_model(client: &Client, base_url: &str) -> anyhow::Result<String> {
    let models = match client.models().await {
        Ok(models) => models,
        Err(antiphon_client::Error::Unreachable { .. }) => {
            bail!("no server answers at {base_url}: start one with `antiphon serve`, or name another with --base-url")
        }
        Err(error) => bail!("{}", conversation::describe(&error)),
    };
    match models.first() {
        Some(model) => Ok(terminal::readable_line(model.id())),
        None => bail!(
            "the server at {base_url} has no model: start it with `antiphon serve --model FILE.gguf` or `--upstream URL`"
        ),
    }
}
