//! `/webhooks`: the resource, strictly read; deliveries themselves are tested where they are made.

use antiphon_outbound::OutboundRules;
use antiphon_testkit::{Reply, ServerSetup, TestServer};
use http::Method;
use serde_json::{Value, json};

const URI: &str = "https://example.com/hook";

async fn send(server: &TestServer, method: Method, path: &str, body: Value) -> Reply {
    server.send(server.request(method, path).json(&body)).await
}

async fn made(server: &TestServer) -> Value {
    let body = json!({ "name": "Mine", "uri": URI, "subscribed_events": ["interaction.completed", "batch.failed"] });
    send(server, Method::POST, "/v1/webhooks", body).await.ok()
}

#[tokio::test]
async fn a_webhook_lives_under_every_version() {
    let server = TestServer::start().await;
    let made = made(&server).await;
    let id = made["id"].as_str().unwrap();
    let secret = made["new_signing_secret"].as_str().unwrap();
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("new_signing_secret");
    assert_eq!(
        shown,
        json!({
            "id": id, "name": "Mine", "uri": URI, "subscribed_events": ["interaction.completed", "batch.failed"],
            "state": "enabled",
            "signing_secrets": [{ "truncated_secret": format!("whsec_...{}", &secret[secret.len() - 4..]) }],
            "create_time": "2026-01-02T03:04:05Z", "update_time": "2026-01-02T03:04:05Z"
        })
    );
    for version in ["v1", "v1beta", "v1alpha"] {
        assert_eq!(server.get(&format!("/{version}/webhooks/{id}")).await.ok(), shown);
        let list = server.get(&format!("/{version}/webhooks?pageSize=1")).await.ok();
        assert_eq!(list, json!({ "webhooks": [shown] }));
    }
    let update = format!("/v1/webhooks/{id}?update_mask=name,state");
    let updated = send(&server, Method::PATCH, &update, json!({ "state": "disabled" }))
        .await
        .ok();
    assert_eq!(
        (&updated["state"], &updated["name"]),
        (&json!("disabled"), &Value::Null)
    );

    for path in [":rotateSigningSecret", "/rotate_secret"] {
        let body = json!({ "revocation_behavior": "REVOKE_PREVIOUS_SECRETS_AFTER_H24" });
        let rotated = send(&server, Method::POST, &format!("/v1/webhooks/{id}{path}"), body)
            .await
            .ok();
        assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_"));
    }
    let empty = server.request(Method::POST, &format!("/v1/webhooks/{id}/rotate_secret"));
    server.send(empty).await.ok();
    let shown = server.get(&format!("/v1/webhooks/{id}")).await.ok();
    assert_eq!(shown["signing_secrets"].as_array().unwrap().len(), 4);

    let gone = server.request(Method::DELETE, &format!("/v1/webhooks/{id}"));
    assert_eq!(server.send(gone).await.ok(), json!({}));
    assert_eq!(server.get(&format!("/v1/webhooks/{id}")).await.error().0, 404);
}

#[tokio::test]
async fn what_a_webhook_may_not_be_is_refused_by_name() {
    let server = TestServer::start().await;
    let id = made(&server).await["id"].as_str().unwrap().to_owned();
    let item = format!("/v1/webhooks/{id}");
    let events = json!(["interaction.completed"]);
    let create = |more: Value| {
        let mut body = json!({ "uri": URI, "subscribed_events": events });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        (Method::POST, "/v1/webhooks".to_owned(), body)
    };
    for ((method, path, body), says) in [
        (
            create(json!({ "subscribedEvents": [] })),
            "subscribedEvents: unknown parameter",
        ),
        (create(json!({ "state": "enabled" })), "state: unknown parameter"),
        (
            create(json!({ "subscribed_events": ["interaction.done"] })),
            "subscribed_events[0]: `interaction.done`",
        ),
        (
            create(json!({ "subscribed_events": [] })),
            "subscribed_events: is empty",
        ),
        (
            create(json!({ "uri": "https://192.168.0.1/" })),
            "uri: 192.168.0.1 is refused",
        ),
        (
            create(json!({ "uri": "http://example.com/" })),
            "uri: example.com is refused",
        ),
        (
            (Method::POST, "/v1/webhooks".into(), json!({ "uri": URI })),
            "subscribed_events: is missing",
        ),
        (
            (Method::PATCH, item.clone(), json!({ "id": "x" })),
            "id: unknown parameter",
        ),
        (
            (
                Method::PATCH,
                item.clone(),
                json!({ "state": "disabled_due_to_failed_deliveries" }),
            ),
            "state: must be",
        ),
        (
            (Method::PATCH, format!("{item}?update_mask=secret"), json!({})),
            "update_mask: `secret`",
        ),
        (
            (Method::POST, format!("{item}:ping"), json!({ "a": 1 })),
            "a: unknown parameter",
        ),
        (
            (
                Method::POST,
                format!("{item}:rotateSigningSecret"),
                json!({ "revocation_behavior": "x" }),
            ),
            "revocation_behavior: `x`",
        ),
        (
            (
                Method::POST,
                "/v1/interactions".into(),
                json!({
                    "model": "scripted", "input": "hi", "background": true, "webhook_config": { "uris": ["https://10.1.1.1"] }
                }),
            ),
            "webhook_config.uris[0]: 10.1.1.1 is refused: its address is not a public one; the server's operator can allow it with `--outbound-allow`",
        ),
        (
            (
                Method::POST,
                "/v1/interactions".into(),
                json!({ "model": "scripted", "input": "hi", "background": true, "webhook_config": { "uris": [] } }),
            ),
            "webhook_config.uris: is empty",
        ),
    ] {
        let (status, code, message) = send(&server, method, &path, body).await.error();
        assert_eq!((status, code.as_str()), (400, "invalid_request"), "{message}");
        assert!(message.starts_with(says), "{says}: {message}");
    }
    for (method, path, status) in [
        (Method::POST, format!("{item}:unknown"), 404),
        (Method::POST, item.clone(), 405),
        (Method::POST, "/v1/webhooks/nothing:ping".into(), 404),
        (Method::PUT, item.clone(), 405),
    ] {
        let reply = send(&server, method, &path, json!({})).await;
        assert_eq!(reply.error().0, status, "{path}");
    }
}

#[tokio::test]
async fn another_projects_webhook_is_not_there_and_the_keys_are_for_all() {
    let server = TestServer::start().await;
    server.add_key("a", "key-a", "a").await;
    server.add_key("b", "key-b", "b").await;
    let with = |key: &str, method, path: &str| server.request(method, path).header("x-goog-api-key", key);
    let body = json!({ "uri": URI, "subscribed_events": ["interaction.completed"] });
    let made = server
        .send(with("key-a", Method::POST, "/v1/webhooks").json(&body))
        .await
        .ok();
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send(with("key-b", Method::GET, &path)).await.error().0, 404);
    let list = server.send(with("key-b", Method::GET, "/v1/webhooks")).await.ok();
    assert_eq!(list, json!({ "webhooks": [] }));
    assert_eq!(server.get(&path).await.error().0, 401);
    let keys = server.get("/.well-known/jwks.json").await.ok();
    assert_eq!(
        (&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]),
        (&json!("RSA"), &json!("RS256"))
    );
}

#[tokio::test]
async fn a_ping_and_what_came_of_it() {
    let server = ServerSetup {
        outbound: OutboundRules {
            allow: vec!["127.0.0.1".parse().unwrap()],
            ..OutboundRules::default()
        },
        ..ServerSetup::default()
    }
    .start()
    .await;
    // Its own health check takes no POST, which is as good a receiver as any.
    let uri = format!("http://{}/healthz", server.address());
    let body = json!({ "uri": uri, "subscribed_events": ["interaction.completed"] });
    let made = send(&server, Method::POST, "/v1/webhooks", body).await.ok();
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let ping = server.request(Method::POST, &format!("{path}:ping"));
    assert_eq!(server.send(ping).await.ok(), json!({}));
    let list = server.get(&format!("{path}/deliveries")).await.ok();
    let delivery = &list["deliveries"][0];
    assert_eq!(
        (&delivery["type"], &delivery["uri"]),
        (&json!("webhook.ping"), &json!(uri))
    );
    assert_eq!(
        (&delivery["outcome"], &delivery["response_status"]),
        (&json!("given_up"), &json!(405))
    );
}
