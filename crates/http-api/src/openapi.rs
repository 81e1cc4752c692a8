//! The API's description, made from the types that are enforced.

mod webhooks;

use std::sync::LazyLock;

use antiphon_interaction::{CreateInteraction, ErrorBody, Interaction, InteractionEvent};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::router::VERSIONS;
use crate::routes::models::{Model, ModelList};

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = serde_json::to_string_pretty(&build()).unwrap_or_default();
    text.push('\n');
    text
});

/// `openapi.json`, as it is served and checked in.
pub fn document() -> &'static str {
    &DOCUMENT
}

fn build() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut paths = serde_json::Map::new();
    let mut api = vec![
        ("/interactions", interactions(&mut generator)),
        ("/interactions/{id}", interaction(&mut generator)),
        ("/interactions/{id}/cancel", cancel(&mut generator)),
        ("/models", models(&mut generator)),
        ("/models/{id}", model(&mut generator)),
    ];
    api.extend(webhooks::paths(&mut generator));
    for version in VERSIONS {
        for (path, item) in &api {
            paths.insert(format!("/{version}{path}"), item.clone());
        }
    }
    for (path, summary) in [
        ("/healthz", "Whether the process answers"),
        ("/readyz", "Whether the store reads and writes"),
        ("/metrics", "Metrics in Prometheus' text format"),
        ("/openapi.json", "This document"),
        (
            "/.well-known/jwks.json",
            "The public keys that sign deliveries to the addresses of requests",
        ),
    ] {
        paths.insert(
            path.to_owned(),
            json!({ "get": { "summary": summary, "responses": { "200": { "description": "OK" } } } }),
        );
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Antiphon: the Interactions API",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "The versions /v1, /v1beta and /v1alpha are the same. In requests, fields that are not listed are refused."
        },
        "security": [{}, { "key": [] }, { "query_key": [] }, { "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "x-goog-api-key" },
                "query_key": { "type": "apiKey", "in": "query", "name": "key" },
                "bearer": { "type": "http", "scheme": "bearer" }
            }
        }
    })
}

fn reply<T: schemars::JsonSchema>(generator: &mut SchemaGenerator, errors: &[&str]) -> Value {
    let mut responses = json!({
        "200": { "description": "OK", "content": { "application/json": { "schema": generator.subschema_for::<T>() } } }
    });
    let error = generator.subschema_for::<ErrorBody>();
    for status in errors {
        responses[*status] = json!({
            "description": reason(status), "content": { "application/json": { "schema": error } }
        });
    }
    responses
}

fn reason(status: &str) -> &'static str {
    match status {
        "400" => "The request breaks a rule, or the state does not allow it",
        "401" => "No key, or an unknown one",
        "403" => "Not from this origin or host",
        "404" => "No such interaction, model or webhook",
        "409" => "Others change it all the time; try again",
        "413" => "The body is too large",
        "429" => "The queue is full; see Retry-After",
        "503" => "The model or the store cannot answer now",
        "504" => "The model took too long",
        _ => "A fault of the server's",
    }
}

fn id_parameter() -> Value {
    json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } })
}

fn interactions(generator: &mut SchemaGenerator) -> Value {
    let mut responses = reply::<Interaction>(
        generator,
        &["400", "401", "403", "404", "413", "429", "500", "503", "504"],
    );
    let event = generator.subschema_for::<InteractionEvent>();
    responses["200"]["content"]["text/event-stream"] = json!({
        "schema": event,
        "x-note": "With `stream: true`. Each frame has one event in `data`, and `[DONE]` comes last."
    });
    let body = generator.subschema_for::<CreateInteraction>();
    json!({ "post": {
        "operationId": "createInteraction",
        "summary": "Asks a model",
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": responses
    } })
}

fn interaction(generator: &mut SchemaGenerator) -> Value {
    let mut get = reply::<Interaction>(generator, &["400", "401", "403", "404", "500"]);
    let event = generator.subschema_for::<InteractionEvent>();
    get["200"]["content"]["text/event-stream"] = json!({ "schema": event });
    let flag = |name: &str, text: &str| json!({ "name": name, "in": "query", "description": text, "schema": { "type": "boolean", "default": false } });
    json!({
        "get": {
            "operationId": "getInteraction",
            "summary": "Reads an interaction, or its events",
            "parameters": [
                id_parameter(),
                flag("stream", "Whether the events are wanted"),
                { "name": "last_event_id", "in": "query", "description": "With `stream`: only the events after this one", "schema": { "type": "string" } },
                flag("include_input", "Whether `input` is wanted")
            ],
            "responses": get
        },
        "delete": {
            "operationId": "deleteInteraction",
            "summary": "Erases an interaction",
            "parameters": [id_parameter()],
            "responses": reply::<std::collections::BTreeMap<String, Value>>(generator, &["401", "403", "404", "500"])
        }
    })
}

fn cancel(generator: &mut SchemaGenerator) -> Value {
    json!({ "post": {
        "operationId": "cancelInteraction",
        "summary": "Cancels a background interaction; `{id}:cancel` does the same",
        "parameters": [id_parameter()],
        "responses": reply::<Interaction>(generator, &["400", "401", "403", "404", "500"])
    } })
}

fn models(generator: &mut SchemaGenerator) -> Value {
    json!({ "get": {
        "operationId": "listModels",
        "summary": "The models, and what each can do",
        "parameters": [
            { "name": "page_size", "in": "query", "schema": { "type": "integer", "default": 50, "maximum": 1000 } },
            { "name": "page_token", "in": "query", "schema": { "type": "string" } }
        ],
        "responses": reply::<ModelList>(generator, &["400", "401", "403", "503"])
    } })
}

fn model(generator: &mut SchemaGenerator) -> Value {
    json!({ "get": {
        "operationId": "getModel",
        "summary": "One model; any name that the server answers to",
        "parameters": [id_parameter()],
        "responses": reply::<Model>(generator, &["401", "403", "404", "503"])
    } })
}
