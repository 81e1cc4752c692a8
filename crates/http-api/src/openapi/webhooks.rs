use std::collections::BTreeMap;

use antiphon_interaction::{
    CreateWebhook, PingWebhook, RotateSigningSecret, RotatedSigningSecret, UpdateWebhook, Webhook, WebhookDeliveryList,
    WebhookList,
};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{id_parameter, reply};

/// The paths of webhooks, without their version.
pub(super) fn paths(generator: &mut SchemaGenerator) -> [(&'static str, Value); 6] {
    [
        ("/webhooks", collection(generator)),
        ("/webhooks/{id}", item(generator)),
        ("/webhooks/{id}:ping", ping(generator)),
        (
            "/webhooks/{id}:rotateSigningSecret",
            rotate(generator, "rotateSigningSecret"),
        ),
        ("/webhooks/{id}/rotate_secret", rotate(generator, "rotateSecret")),
        ("/webhooks/{id}/deliveries", deliveries(generator)),
    ]
}

fn body<T: JsonSchema>(generator: &mut SchemaGenerator, required: bool) -> Value {
    let schema = generator.subschema_for::<T>();
    json!({ "required": required, "content": { "application/json": { "schema": schema } } })
}

fn page_parameters() -> [Value; 2] {
    [
        json!({ "name": "page_size", "in": "query", "schema": { "type": "integer", "default": 50, "maximum": 1000 } }),
        json!({ "name": "page_token", "in": "query", "schema": { "type": "string" } }),
    ]
}

fn collection(generator: &mut SchemaGenerator) -> Value {
    json!({
        "post": {
            "operationId": "createWebhook",
            "summary": "Registers a webhook; its signing secret is in this reply and in no other",
            "requestBody": body::<CreateWebhook>(generator, true),
            "responses": reply::<Webhook>(generator, &["400", "401", "403", "413", "500"])
        },
        "get": {
            "operationId": "listWebhooks",
            "summary": "The webhooks, the newest first",
            "parameters": page_parameters(),
            "responses": reply::<WebhookList>(generator, &["400", "401", "403", "500"])
        }
    })
}

fn item(generator: &mut SchemaGenerator) -> Value {
    json!({
        "get": {
            "operationId": "getWebhook",
            "summary": "Reads a webhook",
            "parameters": [id_parameter()],
            "responses": reply::<Webhook>(generator, &["401", "403", "404", "500"])
        },
        "patch": {
            "operationId": "updateWebhook",
            "summary": "Changes a webhook",
            "parameters": [
                id_parameter(),
                {
                    "name": "update_mask", "in": "query", "schema": { "type": "string" },
                    "description": "The fields to change, parted by commas; all that the body holds when absent. One that the body lacks is cleared."
                }
            ],
            "requestBody": body::<UpdateWebhook>(generator, true),
            "responses": reply::<Webhook>(generator, &["400", "401", "403", "404", "409", "413", "500"])
        },
        "delete": {
            "operationId": "deleteWebhook",
            "summary": "Removes a webhook; what was not delivered yet never is",
            "parameters": [id_parameter()],
            "responses": reply::<BTreeMap<String, Value>>(generator, &["401", "403", "404", "500"])
        }
    })
}

fn ping(generator: &mut SchemaGenerator) -> Value {
    json!({ "post": {
        "operationId": "pingWebhook",
        "summary": "Sends a signed test event now, once; what came of it is among the deliveries",
        "parameters": [id_parameter()],
        "requestBody": body::<PingWebhook>(generator, false),
        "responses": reply::<BTreeMap<String, Value>>(generator, &["400", "401", "403", "404", "413", "500"])
    } })
}

fn rotate(generator: &mut SchemaGenerator, operation: &str) -> Value {
    json!({ "post": {
        "operationId": operation,
        "summary": "Makes a new signing secret; it is in this reply and in no other",
        "parameters": [id_parameter()],
        "requestBody": body::<RotateSigningSecret>(generator, false),
        "responses": reply::<RotatedSigningSecret>(generator, &["400", "401", "403", "404", "409", "413", "500"])
    } })
}

fn deliveries(generator: &mut SchemaGenerator) -> Value {
    let [size, token] = page_parameters();
    json!({ "get": {
        "operationId": "listWebhookDeliveries",
        "summary": "The last 100 attempts to deliver, the newest first; with the id `dynamic` those to the addresses of requests",
        "parameters": [id_parameter(), size, token],
        "responses": reply::<WebhookDeliveryList>(generator, &["400", "401", "403", "404", "500"])
    } })
}
