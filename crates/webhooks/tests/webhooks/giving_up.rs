//! When deliveries end without success, and what becomes of their webhook.

use std::time::Duration;

use antiphon_interaction::{DeliveryOutcome, Status, UpdateWebhook, WebhookEvent, WebhookState};

use crate::receiver::Receiver;
use crate::setup::Setup;

const EVENTS: [WebhookEvent; 2] = [WebhookEvent::InteractionCompleted, WebhookEvent::InteractionFailed];

/// Goes from attempt to attempt until there is none left.
async fn to_the_end(setup: &Setup, hook: &str) {
    while let Some(due) = setup
        .attempts(hook)
        .await
        .last()
        .and_then(|last| last.next_attempt_time)
    {
        setup.advance_to(due);
        setup.work().await;
    }
}

async fn state(setup: &Setup, hook: &str) -> WebhookState {
    setup.webhooks.get(&setup.project, hook).await.unwrap().state
}

#[tokio::test]
async fn a_receiver_that_fails_for_a_day_is_disabled_until_it_is_enabled_again() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    receiver.always(500);
    let hook = setup.hook(&receiver.uri(), &EVENTS).await.id;
    let began = setup.now();
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    assert_eq!(state(&setup, &hook).await, WebhookState::Enabled);
    to_the_end(&setup, &hook).await;

    let attempts = setup.attempts(&hook).await;
    let last = attempts.last().unwrap();
    assert_eq!(last.outcome, DeliveryOutcome::GivenUp);
    let tried = last.time.duration_since(began);
    assert!((24 * 3600..24 * 3600 + 60).contains(&tried.as_secs()), "{tried}");
    assert_eq!(receiver.letters().len(), attempts.len());
    assert_eq!(state(&setup, &hook).await, WebhookState::DisabledDueToFailedDeliveries);
    assert_eq!(setup.waiting().await, 0);

    setup.ended(Status::Completed, None).await;
    setup.work().await;
    assert_eq!(
        receiver.letters().len(),
        attempts.len(),
        "a disabled one is sent nothing"
    );

    receiver.always(200);
    let enable = UpdateWebhook {
        state: Some(WebhookState::Enabled),
        ..UpdateWebhook::default()
    };
    setup
        .webhooks
        .update(&setup.project, &hook, enable, None)
        .await
        .unwrap();
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    assert_eq!(receiver.letters().len(), attempts.len() + 1);
}

#[tokio::test]
async fn one_event_that_is_never_taken_disables_nothing() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await.id;
    receiver.always(500);
    setup.ended(Status::Failed, None).await;
    setup.work().await;
    let due = setup.attempts(&hook).await[0].next_attempt_time.unwrap();
    // Something else gets through while it waits.
    receiver.answer(200, &[]);
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    setup.advance_to(due);
    setup.work().await;
    to_the_end(&setup, &hook).await;
    assert_eq!(
        setup.attempts(&hook).await.last().unwrap().outcome,
        DeliveryOutcome::GivenUp
    );
    assert_eq!(state(&setup, &hook).await, WebhookState::Enabled);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_disabled_at_once() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    receiver.always(500);
    let hook = setup.hook(&receiver.uri(), &EVENTS).await.id;
    setup.ended(Status::Failed, None).await;
    setup.work().await;
    receiver.always(410);
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    assert_eq!(state(&setup, &hook).await, WebhookState::DisabledDueToFailedDeliveries);
    // What still waited for it is dropped.
    setup.advance(Duration::from_hours(1));
    setup.work().await;
    assert_eq!((receiver.letters().len(), setup.waiting().await), (2, 0));
}

#[tokio::test]
async fn what_waits_for_a_removed_webhook_is_dropped() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    receiver.always(500);
    let hook = setup.hook(&receiver.uri(), &EVENTS).await.id;
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    setup.webhooks.delete(&setup.project, &hook).await.unwrap();
    setup.advance(Duration::from_hours(1));
    setup.work().await;
    assert_eq!((receiver.letters().len(), setup.waiting().await), (1, 0));
}
