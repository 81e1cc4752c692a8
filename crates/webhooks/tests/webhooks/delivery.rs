//! One delivery: what is on the wire, how it is signed, when it comes again.

use std::time::Duration;

use antiphon_interaction::{DeliveryOutcome, RevocationBehavior, RotateSigningSecret, Status, WebhookEvent};
use standardwebhooks::Webhook as Verifier;

use crate::receiver::Receiver;
use crate::setup::Setup;

const EVENTS: [WebhookEvent; 1] = [WebhookEvent::InteractionCompleted];

#[tokio::test]
async fn a_delivery_passes_the_standard_verification() {
    let setup = Setup::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the library verifies against the machine's clock"
    )]
    setup.advance_to(jiff::Timestamp::now());
    let receiver = Receiver::start().await;
    let secret = setup.hook(&receiver.uri(), &EVENTS).await.new_signing_secret.unwrap();
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    let letter = receiver.only_letter();
    let verifier = Verifier::new(&secret).unwrap();
    verifier.verify(&letter.body, &letter.headers).unwrap();
    assert!(verifier.verify(b"{}", &letter.headers).is_err());
    assert_eq!(
        (letter.path.as_str(), letter.header("content-type")),
        ("/hook", "application/json")
    );
}

#[tokio::test]
async fn a_delivery_that_is_not_taken_comes_again_under_the_same_id() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    let secret = hook.new_signing_secret.unwrap();
    let began = setup.now();
    for status in [500, 404, 302] {
        receiver.answer(status, &[("location", "/elsewhere")]);
    }
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    for count in 1..=3 {
        let attempts = setup.attempts(&hook.id).await;
        assert_eq!(attempts.len(), count);
        setup.work().await;
        assert_eq!(receiver.letters().len(), count, "not before it is due");
        setup.advance_to(attempts.last().unwrap().next_attempt_time.unwrap());
        setup.work().await;
    }
    let letters = receiver.letters();
    assert_eq!(letters.len(), 4);
    for letter in &letters {
        assert_eq!(letter.header("webhook-id"), letters[0].header("webhook-id"));
        assert_eq!((letter.path.as_str(), &letter.body), ("/hook", &letters[0].body));
        assert!(letter.signed_by(&secret));
    }
    assert_ne!(
        letters[0].header("webhook-timestamp"),
        letters[3].header("webhook-timestamp"),
        "each try is signed anew"
    );
    let attempts = setup.attempts(&hook.id).await;
    let told: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.attempt, attempt.response_status, attempt.outcome.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (1, Some(500), DeliveryOutcome::Failed),
            (2, Some(404), DeliveryOutcome::Failed),
            (3, Some(302), DeliveryOutcome::Failed),
            (4, Some(200), DeliveryOutcome::Delivered),
        ]
    );
    assert_eq!(attempts[0].time, began);
    assert_eq!(setup.waiting().await, 0);
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    receiver.answer(503, &[("retry-after", "3600")]);
    receiver.answer(429, &[("retry-after", "Fri, 02 Jan 2026 06:04:05 GMT")]);
    setup.ended(Status::Completed, None).await;
    setup.work().await;
    let due = setup.attempts(&hook.id).await[0].next_attempt_time.unwrap();
    assert_eq!(due.to_string(), "2026-01-02T04:04:05Z");
    setup.advance_to(due);
    setup.work().await;
    let due = setup.attempts(&hook.id).await[1].next_attempt_time.unwrap();
    assert_eq!(due.to_string(), "2026-01-02T06:04:05Z");
    setup.advance_to(due);
    setup.work().await;
    assert_eq!(receiver.letters().len(), 3);
}

#[tokio::test]
async fn after_a_rotation_both_secrets_verify_for_a_day() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    let first = hook.new_signing_secret.unwrap();
    let rotate = |behavior| {
        let request = RotateSigningSecret {
            revocation_behavior: Some(behavior),
        };
        setup.webhooks.rotate(&setup.project, &hook.id, request)
    };
    let second = rotate(RevocationBehavior::AfterH24).await.unwrap().secret;
    let ping = || setup.webhooks.ping(&setup.project, &hook.id);
    ping().await.unwrap();
    setup.advance(Duration::from_hours(24) - Duration::from_secs(1));
    ping().await.unwrap();
    setup.advance(Duration::from_secs(1));
    ping().await.unwrap();
    let third = rotate(RevocationBehavior::Immediately).await.unwrap().secret;
    ping().await.unwrap();
    let signed: Vec<_> = receiver
        .letters()
        .iter()
        .map(|letter| [&first, &second, &third].map(|secret| letter.signed_by(secret)))
        .collect();
    assert_eq!(
        signed,
        [
            [true, true, false],
            [true, true, false],
            [false, true, false],
            [false, false, true],
        ]
    );
}

#[tokio::test]
async fn a_ping_is_sent_at_once_and_once() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    receiver.always(500);
    setup.webhooks.ping(&setup.project, &hook.id).await.unwrap();
    let letter = receiver.only_letter();
    assert!(letter.signed_by(&hook.new_signing_secret.unwrap()));
    assert_eq!(
        (&letter.json()["type"], &letter.json()["data"]["id"]),
        (&"webhook.ping".into(), &hook.id.clone().into())
    );
    assert_eq!(setup.waiting().await, 0);
    let attempts = setup.attempts(&hook.id).await;
    assert_eq!((attempts.len(), attempts[0].response_status), (1, Some(500)));
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_not_waited_for() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    receiver.fall_silent();
    setup.ended(Status::Completed, None).await;
    let working = setup.work();
    tokio::pin!(working);
    tokio::select! {
        () = &mut working => panic!("the delivery ended before its receiver answered"),
        () = receiver.reached() => {}
    }
    // From here on only the delivery's own time limit can go on.
    tokio::time::pause();
    working.await;
    let attempts = setup.attempts(&hook.id).await;
    assert_eq!(attempts[0].outcome, DeliveryOutcome::Failed);
    assert!(attempts[0].error.as_ref().unwrap().contains("too long"), "{attempts:?}");
    // Measured by the paused clock.
    assert!((10_000..11_000).contains(&attempts[0].duration_ms), "{attempts:?}");
}

#[tokio::test]
async fn an_address_that_is_no_longer_allowed_is_not_connected_to() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    setup.ended(Status::Completed, None).await;
    setup.work_by(&setup.allowing_nothing()).await;
    assert_eq!(receiver.letters().len(), 0);
    let attempts = setup.attempts(&hook.id).await;
    assert_eq!(attempts[0].response_status, None);
    assert!(attempts[0].error.as_ref().unwrap().contains("refused"), "{attempts:?}");
}

#[tokio::test]
async fn the_last_hundred_attempts_are_kept() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    let hook = setup.hook(&receiver.uri(), &EVENTS).await;
    for _ in 0..103 {
        setup.webhooks.ping(&setup.project, &hook.id).await.unwrap();
        setup.advance(Duration::from_secs(1));
    }
    let attempts = setup.attempts(&hook.id).await;
    assert_eq!(attempts.len(), 100);
    assert_eq!(attempts[99].time.as_second(), setup.now().as_second() - 1);
}
