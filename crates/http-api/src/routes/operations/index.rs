use std::fmt::Write as _;

use antiphon_turn_engine::ModelListing;
use axum::extract::State;
use axum::response::Html;
use http::{HeaderMap, header};

use crate::error::Error;
use crate::extract::Caller;
use crate::state::ApiState;

const PAGE: &str = include_str!("index.html");

/// `GET /`: what runs here and how to use it.
pub(crate) async fn index(
    State(state): State<ApiState>,
    caller: Result<Caller, Error>,
    headers: HeaderMap,
) -> Html<String> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("127.0.0.1:8080");
    let listing = match &caller {
        Ok(_) => state.engine.models().await,
        Err(_) => ModelListing {
            models: Vec::new(),
            failures: Vec::new(),
        },
    };
    let mut models = String::new();
    for model in &listing.models {
        // Writing to a string cannot fail.
        writeln!(
            models,
            "<li><code>{}</code> {}</li>",
            escape(&model.name),
            escape(&model.description)
        )
        .ok();
    }
    for failure in &listing.failures {
        writeln!(models, "<li class=\"failure\">{}</li>", escape(&failure.to_string())).ok();
    }
    match &caller {
        Err(Error::Unauthenticated(refusal)) => {
            writeln!(
                models,
                "<li>{}. With a key, <code>GET /v1/models</code> lists the models.</li>",
                escape(refusal)
            )
            .ok();
        }
        Err(refusal) => {
            writeln!(models, "<li class=\"failure\">{}</li>", escape(&refusal.to_string())).ok();
        }
        Ok(_) if models.is_empty() => {
            let failure = antiphon_turn_engine::Error::NoModel.to_string();
            writeln!(models, "<li class=\"failure\">{}</li>", escape(&failure)).ok();
        }
        Ok(_) => {}
    }
    // A store that cannot say it cannot check a key either.
    let (key, header) = match state.authority.needs_key().await {
        Ok(false) => ("local", ""),
        Ok(true) | Err(_) => ("YOUR_KEY", " -H 'x-goog-api-key: YOUR_KEY'"),
    };
    let name = listing
        .models
        .first()
        .map_or("gemini-3-flash", |model| model.name.as_str());
    Html(
        PAGE.replace("{version}", state.version)
            .replace("{key}", key)
            .replace("{header}", header)
            .replace("{models}", &models)
            .replace("{model}", &escape(name))
            .replace("{base}", &format!("http://{}", escape(host))),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
