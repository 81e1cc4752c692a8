//! Other servers that keep conversations in front of an OpenAI-compatible upstream, measured where they are installed.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::Bed;
use crate::Options;
use crate::answers::SHORT;
use crate::http::Connection;
use crate::process::{Other, free_address};

/// How many times as many turns per second as another server Antiphon is to make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RateBudget {
    pub(super) name: &'static str,
    pub(super) stored: bool,
    pub(super) factor: f64,
    /// What an earlier measurement on two cores found.
    pub(super) earlier: f64,
}

const AGENTIC_STORED: RateBudget = RateBudget {
    name: "agentic-api",
    stored: true,
    factor: 3.0,
    earlier: 874.0,
};
const AGENTIC_UNSTORED: RateBudget = RateBudget {
    name: "agentic-api",
    stored: false,
    factor: 1.0,
    earlier: 7_540.0,
};
const LITELLM_STORED: RateBudget = RateBudget {
    name: "LiteLLM",
    stored: true,
    factor: 60.0,
    earlier: 44.0,
};

pub(super) const BUDGETS: [RateBudget; 3] = [AGENTIC_STORED, AGENTIC_UNSTORED, LITELLM_STORED];

const READY: Duration = Duration::from_secs(60);

/// One kind of turn of another server.
pub(super) struct Rival {
    pub(super) budget: RateBudget,
    pub(super) path: &'static str,
    pub(super) body: Value,
    server: std::rc::Rc<Running>,
}

struct Running {
    server: Other,
    _data: TempDir,
}

impl Rival {
    pub(super) fn address(&self) -> SocketAddr {
        self.server.server.address
    }
}

/// Starts the servers that were named, and waits until each has answered once.
pub(super) async fn start(options: &Options, bed: &Bed) -> anyhow::Result<Vec<Rival>> {
    let mut rivals = Vec::new();
    if let Some(program) = &options.agentic_api {
        let server = std::rc::Rc::new(agentic_api(program, bed.upstream.address).await?);
        for (budget, store) in [(AGENTIC_STORED, true), (AGENTIC_UNSTORED, false)] {
            let body = json!({"model": SHORT, "input": "Say hello.", "store": store});
            rivals.push(Rival {
                budget,
                path: "/v1/responses",
                body,
                server: std::rc::Rc::clone(&server),
            });
        }
    }
    if let Some(program) = &options.litellm {
        let server = std::rc::Rc::new(litellm(program, bed.upstream.address).await?);
        let body = json!({"model": SHORT, "input": "Say hello.", "store": true});
        rivals.push(Rival {
            budget: LITELLM_STORED,
            path: "/v1beta/interactions",
            body,
            server,
        });
    }
    for rival in &rivals {
        first_answer(rival).await?;
    }
    Ok(rivals)
}

async fn agentic_api(program: &Path, upstream: SocketAddr) -> anyhow::Result<Running> {
    let data = TempDir::new()?;
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .args([
            "--llm-api-base",
            &format!("http://{upstream}"),
            "--skip-llm-ready-check",
        ])
        .args([
            "--gateway-host",
            "127.0.0.1",
            "--gateway-port",
            &address.port().to_string(),
        ])
        .args([
            "--db-url",
            &format!("sqlite://{}?mode=rwc", data.path().join("agentic.db").display()),
        ])
        .env("HOME", data.path())
        .env("RUST_LOG", "error")
        .current_dir(data.path());
    Ok(Running {
        server: Other::start(command, address).await?,
        _data: data,
    })
}

async fn litellm(program: &Path, upstream: SocketAddr) -> anyhow::Result<Running> {
    let data = TempDir::new()?;
    let address = free_address()?;
    let model =
        json!({"model": format!("openai/{SHORT}"), "api_base": format!("http://{upstream}/v1"), "api_key": "none"});
    let config = json!({
        "general_settings": {"dangerously_permit_weak_or_unset_master_key": true},
        "model_list": [{"model_name": SHORT, "litellm_params": model}]
    });
    let file = data.path().join("config.yaml");
    // JSON is YAML too.
    std::fs::write(&file, config.to_string())?;
    let mut command = Command::new(program);
    command
        .arg("--config")
        .arg(&file)
        .args([
            "--host",
            "127.0.0.1",
            "--port",
            &address.port().to_string(),
            "--telemetry",
            "False",
        ])
        .env("HOME", data.path())
        // It asks the network for prices otherwise.
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .current_dir(data.path());
    Ok(Running {
        server: Other::start(command, address).await?,
        _data: data,
    })
}

/// Servers listen before they are ready.
async fn first_answer(rival: &Rival) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let answer = async {
            let mut connection = Connection::open(rival.address()).await?;
            connection.post(rival.path, rival.body.to_string().into()).await
        };
        match answer.await {
            Ok(_) => return Ok(()),
            Err(error) if began.elapsed() > READY => {
                return Err(error.context(format!("{} gives no answer", rival.budget.name)));
            }
            Err(_) => sleep(Duration::from_millis(200)).await,
        }
    }
}
