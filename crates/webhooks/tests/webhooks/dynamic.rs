//! Addresses that a request brought along: signed by the server's own key.

use antiphon_interaction::{DeliveryOutcome, Json, Status, WebhookConfig, WebhookEvent};
use antiphon_webhooks::DYNAMIC;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::receiver::{Letter, Receiver};
use crate::setup::Setup;

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// The claims of a letter's token, if the key set verifies it.
fn claims(letter: &Letter, jwks: &Value) -> Option<Value> {
    let (signed, signature) = letter.header("webhook-signature").rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Value = serde_json::from_slice(&decode(header)).ok()?;
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    let key = jwks["keys"]
        .as_array()?
        .iter()
        .find(|key| key["kid"] == header["kid"])?;
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"]),
        (&json!("RSA"), &json!("RS256"), &json!("sig"))
    );
    let public = PublicKeyComponents {
        n: decode(key["n"].as_str()?),
        e: decode(key["e"].as_str()?),
    };
    public
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature))
        .ok()?;
    serde_json::from_slice(&decode(claims)).ok()
}

#[tokio::test]
async fn the_requests_own_addresses_replace_registered_ones_and_verify_by_the_key_set() {
    let setup = Setup::new();
    let (registered, own, second) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    setup
        .hook(&registered.uri(), &[WebhookEvent::InteractionCompleted])
        .await;
    let config = WebhookConfig {
        uris: Some(vec![own.uri(), second.uri()]),
        user_metadata: Some(Json::parse(r#"{"job": "nightly", "big": 12345678901234567890}"#).unwrap()),
    };
    setup.webhooks.check_config(&config).unwrap();
    own.answer(503, &[]);
    let id = setup.ended(Status::Completed, Some(config)).await;
    setup.work().await;
    let attempts = setup.attempts(DYNAMIC).await;
    setup.advance_to(attempts.iter().find_map(|attempt| attempt.next_attempt_time).unwrap());
    setup.work().await;
    assert_eq!(registered.letters().len(), 0);

    let letters = own.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].header("webhook-id"), letters[1].header("webhook-id"));
    assert_ne!(
        letters[0].header("webhook-id"),
        second.only_letter().header("webhook-id")
    );
    let jwks = setup.webhooks.jwks().await.unwrap();
    for (letter, uri) in [
        (&letters[0], own.uri()),
        (&letters[1], own.uri()),
        (&second.only_letter(), second.uri()),
    ] {
        let claims = claims(letter, &jwks).unwrap();
        let issued: i64 = letter.header("webhook-timestamp").parse().unwrap();
        assert_eq!(
            claims,
            json!({
                "iss": "antiphon", "aud": uri, "iat": issued, "exp": issued + 300,
                "jti": letter.header("webhook-id"),
                "body_sha256": URL_SAFE_NO_PAD.encode(digest(&SHA256, &letter.body)),
                "type": "interaction.completed", "version": "v1", "timestamp": letters[0].json()["timestamp"],
                "data": { "id": id.as_str() },
                "user_metadata": { "job": "nightly", "big": 12_345_678_901_234_567_890_u64 }
            })
        );
        assert_eq!(letter.json()["user_metadata"], claims["user_metadata"]);
    }
    let mut altered = letters[0].clone();
    let token = letters[0].header("webhook-signature");
    let parts: Vec<&str> = token.split('.').collect();
    let forged = String::from_utf8(decode(parts[1])).unwrap().replace("v1_1", "v1_2");
    let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(forged), parts[2]);
    assert_ne!(forged, token);
    altered.headers.insert("webhook-signature", forged.parse().unwrap());
    assert_eq!(claims(&altered, &jwks), None);
}

#[tokio::test]
async fn all_processes_on_a_store_sign_with_one_key() {
    let setup = Setup::new();
    let other = setup.allowing_nothing();
    let key = setup.webhooks.jwks().await.unwrap();
    assert_eq!(other.jwks().await.unwrap(), key);
    let text = key.to_string();
    for private in ["\"d\"", "\"p\"", "\"q\""] {
        assert!(!text.contains(private), "{text}");
    }
}

#[tokio::test]
async fn metadata_without_addresses_goes_to_the_registered_webhooks() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let secret = setup
        .hook(&receiver.uri(), &[WebhookEvent::InteractionCompleted])
        .await
        .new_signing_secret
        .unwrap();
    let config = WebhookConfig {
        uris: None,
        user_metadata: Some(Json::from(json!({ "job": 1 }))),
    };
    setup.ended(Status::Completed, Some(config)).await;
    setup.work().await;
    let letter = receiver.only_letter();
    assert!(letter.signed_by(&secret));
    assert_eq!(letter.json()["user_metadata"], json!({ "job": 1 }));
}

#[tokio::test]
async fn an_address_of_a_request_is_given_up_when_it_is_gone() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    receiver.always(410);
    let config = WebhookConfig {
        uris: Some(vec![receiver.uri()]),
        user_metadata: None,
    };
    setup.ended(Status::Completed, Some(config)).await;
    setup.work().await;
    assert_eq!((receiver.letters().len(), setup.waiting().await), (1, 0));
    assert_eq!(setup.attempts(DYNAMIC).await[0].outcome, DeliveryOutcome::GivenUp);
}
