//! The resource: what is shown, what is hidden, what is refused.

use std::time::Duration;

use antiphon_interaction::{
    CreateWebhook, ErrorCode, Json, RevocationBehavior, RotateSigningSecret, UpdateWebhook, WebhookConfig,
    WebhookEvent, WebhookState,
};
use antiphon_store::ProjectId;
use antiphon_webhooks::{Error, Page};
use serde_json::json;

use crate::setup::Setup;

const PUBLIC: &str = "https://example.com/hook";
const EVENTS: [WebhookEvent; 1] = [WebhookEvent::InteractionCompleted];

fn path_of(error: Error) -> String {
    match error {
        Error::Invalid { path, .. } => path,
        other => unreachable!("{other}"),
    }
}

#[tokio::test]
async fn the_secret_is_shown_once_and_then_only_its_end() {
    let setup = Setup::new();
    let made = setup.hook(PUBLIC, &EVENTS).await;
    let secret = made.new_signing_secret.clone().unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() == 38, "{secret}");
    assert_eq!(made.id.len(), 36);

    let mut shown = setup.webhooks.get(&setup.project, &made.id).await.unwrap();
    let text = serde_json::to_string(&shown).unwrap();
    assert!(!text.contains(&secret[..34]), "{text}");
    let truncated = format!("whsec_...{}", &secret[34..]);
    assert_eq!(shown.signing_secrets[0].truncated_secret, truncated);
    assert_eq!(shown.signing_secrets[0].expire_time, None);
    shown.new_signing_secret = Some(secret);
    assert_eq!(shown, made);
}

#[tokio::test]
async fn a_list_has_pages_and_only_the_projects_own() {
    let setup = Setup::new();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, setup.hook(PUBLIC, &EVENTS).await.id);
        setup.advance(Duration::from_secs(1));
    }
    let mut page = Page {
        size: Some(2),
        token: None,
    };
    let mut found = Vec::new();
    loop {
        let list = setup.webhooks.list(&setup.project, &page).await.unwrap();
        assert!(list.webhooks.len() <= 2 && list.webhooks.iter().all(|hook| hook.new_signing_secret.is_none()));
        found.extend(list.webhooks.into_iter().map(|hook| hook.id));
        page.token = list.next_page_token;
        if page.token.is_none() {
            break;
        }
    }
    assert_eq!(found, made);
    page.token = Some("3".to_owned());
    assert_eq!(
        path_of(setup.webhooks.list(&setup.project, &page).await.unwrap_err()),
        "page_token"
    );

    let other = ProjectId::from("other");
    let list = setup.webhooks.list(&other, &Page::default()).await.unwrap();
    assert_eq!(list.webhooks, []);
    for error in [
        setup.webhooks.get(&other, &made[0]).await.unwrap_err(),
        setup.webhooks.delete(&other, &made[0]).await.unwrap_err(),
        setup.webhooks.ping(&other, &made[0]).await.unwrap_err(),
        setup
            .webhooks
            .deliveries(&other, &made[0], &Page::default())
            .await
            .unwrap_err(),
        setup
            .webhooks
            .rotate(&other, &made[0], RotateSigningSecret::default())
            .await
            .unwrap_err(),
        setup
            .webhooks
            .update(&other, &made[0], UpdateWebhook::default(), None)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.code(), ErrorCode::NotFound, "{error}");
    }
    setup.webhooks.delete(&setup.project, &made[0]).await.unwrap();
    let gone = setup.webhooks.get(&setup.project, &made[0]).await.unwrap_err();
    assert_eq!(gone.code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn an_update_changes_what_the_mask_names() {
    let setup = Setup::new();
    let id = setup.hook(PUBLIC, &EVENTS).await.id;
    let update = |request, mask| setup.webhooks.update(&setup.project, &id, request, mask);
    let both = || UpdateWebhook {
        name: Some("Mine".to_owned()),
        uri: Some("https://example.org/".to_owned()),
        subscribed_events: None,
        state: None,
    };
    let changed = update(both(), Some("name")).await.unwrap();
    assert_eq!((changed.name.as_deref(), changed.uri.as_str()), (Some("Mine"), PUBLIC));
    let changed = update(both(), None).await.unwrap();
    assert_eq!(changed.uri, "https://example.org/");
    let cleared = update(UpdateWebhook::default(), Some("name")).await.unwrap();
    assert_eq!((cleared.name, cleared.uri.as_str()), (None, "https://example.org/"));
    let state = |state| UpdateWebhook {
        state: Some(state),
        ..UpdateWebhook::default()
    };
    let disabled = update(state(WebhookState::Disabled), Some("state")).await.unwrap();
    assert_eq!(disabled.state, WebhookState::Disabled);

    for (request, mask, path) in [
        (both(), Some("name,colour"), "update_mask"),
        (both(), Some("subscribed_events"), "subscribed_events"),
        (state(WebhookState::DisabledDueToFailedDeliveries), None, "state"),
        (
            UpdateWebhook {
                uri: Some("https://10.0.0.1/".to_owned()),
                ..both()
            },
            None,
            "uri",
        ),
        (
            UpdateWebhook {
                subscribed_events: Some(Vec::new()),
                ..both()
            },
            None,
            "subscribed_events",
        ),
    ] {
        assert_eq!(path_of(update(request, mask).await.unwrap_err()), path);
    }
    assert_eq!(setup.webhooks.get(&setup.project, &id).await.unwrap(), disabled);
}

#[tokio::test]
async fn addresses_inside_and_unencrypted_ones_are_refused() {
    let setup = Setup::new();
    for uri in [
        "http://example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://localhost/",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "example.com/hook",
        "",
    ] {
        let request = CreateWebhook {
            name: None,
            uri: uri.to_owned(),
            subscribed_events: EVENTS.to_vec(),
        };
        let error = setup.webhooks.create(&setup.project, request).await.unwrap_err();
        assert_eq!(path_of(error), "uri", "{uri}");
        let config = WebhookConfig {
            uris: Some(vec![PUBLIC.to_owned(), uri.to_owned()]),
            user_metadata: None,
        };
        let error = setup.webhooks.check_config(&config).unwrap_err();
        assert_eq!(path_of(error), "webhook_config.uris[1]", "{uri}");
    }
    let metadata = |value: serde_json::Value| WebhookConfig {
        uris: None,
        user_metadata: Some(Json::from(value)),
    };
    setup.webhooks.check_config(&metadata(json!({ "a": 1 }))).unwrap();
    for value in [json!([1]), json!({ "a": "x".repeat(5000) })] {
        let error = setup.webhooks.check_config(&metadata(value)).unwrap_err();
        assert_eq!(path_of(error), "webhook_config.user_metadata");
    }
    let unknown = CreateWebhook {
        name: None,
        uri: PUBLIC.to_owned(),
        subscribed_events: vec![WebhookEvent::BatchFailed, WebhookEvent::from("batch.completed")],
    };
    let error = setup.webhooks.create(&setup.project, unknown).await.unwrap_err();
    assert!(error.to_string().contains("batch.completed"));
    assert_eq!(path_of(error), "subscribed_events[1]");
}

#[tokio::test]
async fn a_project_has_at_most_a_hundred() {
    let setup = Setup::new();
    for _ in 0..100 {
        setup.hook(PUBLIC, &EVENTS).await;
    }
    let request = CreateWebhook {
        name: None,
        uri: PUBLIC.to_owned(),
        subscribed_events: EVENTS.to_vec(),
    };
    let error = setup.webhooks.create(&setup.project, request).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::FailedPrecondition);
}

#[tokio::test]
async fn rotation_overlaps_unless_it_must_not() {
    let setup = Setup::new();
    let made = setup.hook(PUBLIC, &EVENTS).await;
    let rotate = |behavior| {
        let request = RotateSigningSecret {
            revocation_behavior: behavior,
        };
        setup.webhooks.rotate(&setup.project, &made.id, request)
    };
    let second = rotate(None).await.unwrap().secret;
    assert_ne!(Some(&second), made.new_signing_secret.as_ref());
    let shown = setup
        .webhooks
        .get(&setup.project, &made.id)
        .await
        .unwrap()
        .signing_secrets;
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].expire_time, None);
    assert_eq!(
        shown[1].expire_time.unwrap().as_second() - setup.now().as_second(),
        24 * 3600
    );
    rotate(Some(RevocationBehavior::Immediately)).await.unwrap();
    let shown = setup
        .webhooks
        .get(&setup.project, &made.id)
        .await
        .unwrap()
        .signing_secrets;
    assert_eq!(shown.len(), 1);
    assert!(
        !setup.stored(&made.id).await.contains(&second),
        "a revoked secret is gone for good"
    );
    let error = rotate(Some(RevocationBehavior::from("never"))).await.unwrap_err();
    assert_eq!(path_of(error), "revocation_behavior");

    let shouted: RotateSigningSecret =
        serde_json::from_str(r#"{"revocation_behavior": "REVOKE_PREVIOUS_SECRETS_AFTER_H24"}"#).unwrap();
    assert_eq!(shouted.revocation_behavior, Some(RevocationBehavior::AfterH24));
}
