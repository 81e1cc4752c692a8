//! Which events come of which ends, and who is told.

use antiphon_interaction::{CreateWebhook, Status, UpdateWebhook, WebhookEvent, WebhookState};
use antiphon_store::{JobStore as _, Settlement};
use serde_json::json;

use crate::receiver::Receiver;
use crate::setup::Setup;

const ALL: [WebhookEvent; 4] = [
    WebhookEvent::InteractionCompleted,
    WebhookEvent::InteractionRequiresAction,
    WebhookEvent::InteractionFailed,
    WebhookEvent::InteractionCancelled,
];

#[tokio::test]
async fn every_end_is_told_once_by_name() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    setup.hook(&receiver.uri(), &ALL).await;
    let mut expected = Vec::new();
    for (status, event) in [
        (Status::Completed, "interaction.completed"),
        (Status::Incomplete, "interaction.completed"),
        (Status::BudgetExceeded, "interaction.completed"),
        (Status::RequiresAction, "interaction.requires_action"),
        (Status::Cancelled, "interaction.cancelled"),
    ] {
        let id = setup.ended(status, None).await;
        setup.work().await;
        expected.push(json!({
            "type": event, "version": "v1", "timestamp": setup.now().to_string(), "data": { "id": id.as_str() }
        }));
    }
    let id = setup.ended(Status::Failed, None).await;
    setup.work().await;
    expected.push(json!({
        "type": "interaction.failed", "version": "v1", "timestamp": setup.now().to_string(),
        "data": { "id": id.as_str(), "error_code": "api_error", "error_message": "it broke" }
    }));
    let letters = receiver.letters();
    assert_eq!(letters.iter().map(|letter| letter.json()).collect::<Vec<_>>(), expected);
    let mut ids: Vec<_> = letters.iter().map(|letter| letter.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), expected.len());
    assert_eq!(setup.waiting().await, 0);
}

#[tokio::test]
async fn only_enabled_webhooks_that_subscribed_are_told() {
    let setup = Setup::new();
    let (wanted, other, disabled, foreign) = (
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
        Receiver::start().await,
    );
    setup.hook(&wanted.uri(), &[WebhookEvent::InteractionCompleted]).await;
    setup.hook(&wanted.uri(), &[WebhookEvent::InteractionCompleted]).await;
    setup.hook(&other.uri(), &[WebhookEvent::InteractionFailed]).await;
    let off = setup.hook(&disabled.uri(), &ALL).await;
    let request = UpdateWebhook {
        state: Some(WebhookState::Disabled),
        ..UpdateWebhook::default()
    };
    setup
        .webhooks
        .update(&setup.project, &off.id, request, None)
        .await
        .unwrap();
    let request = CreateWebhook {
        name: None,
        uri: foreign.uri(),
        subscribed_events: ALL.to_vec(),
    };
    setup.webhooks.create(&"foreign".into(), request).await.unwrap();

    setup.ended(Status::Completed, None).await;
    let job = setup.claim().await.remove(0);
    let deliveries = setup.webhooks.run(&job).await.unwrap();
    assert!(matches!(&deliveries, Settlement::Done { enqueue } if enqueue.len() == 2));
    assert!(setup.store.settle(job.id, job.fence, deliveries).await.unwrap());
    setup.work().await;
    let letters = wanted.letters();
    assert_eq!(letters.len(), 2, "each webhook of its own, of the same address too");
    assert_ne!(letters[0].header("webhook-id"), letters[1].header("webhook-id"));
    for silent in [&other, &disabled, &foreign] {
        assert_eq!(silent.letters().len(), 0);
    }
}

#[tokio::test]
async fn an_event_expanded_twice_becomes_the_same_deliveries() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    setup.hook(&receiver.uri(), &ALL).await;
    setup.ended(Status::Completed, None).await;
    let job = setup.claim().await.remove(0);
    let first = setup.webhooks.run(&job).await.unwrap();
    assert_eq!(setup.webhooks.run(&job).await.unwrap(), first);
}

#[tokio::test]
async fn erasing_an_interaction_takes_back_what_was_not_delivered() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    receiver.always(500);
    setup.hook(&receiver.uri(), &ALL).await;
    let id = setup.ended(Status::Completed, None).await;
    setup.work().await;
    assert_eq!((receiver.letters().len(), setup.waiting().await), (1, 1));
    antiphon_store::Store::erase(&*setup.store, setup.project.clone(), id)
        .await
        .unwrap();
    assert_eq!(setup.waiting().await, 0);
}
