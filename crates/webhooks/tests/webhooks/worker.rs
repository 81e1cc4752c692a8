//! The webhooks' jobs in the hands of a worker.

use std::sync::Arc;
use std::time::Duration;

use antiphon_interaction::{Status, WebhookEvent};
use antiphon_jobs::{Options, Parts, Worker};
use antiphon_store::{FollowStore as _, JobStore};

use crate::receiver::Receiver;
use crate::setup::Setup;

#[tokio::test]
async fn a_worker_takes_an_event_to_its_receiver() {
    let setup = Setup::new();
    let receiver = Receiver::start().await;
    setup.hook(&receiver.uri(), &[WebhookEvent::InteractionCompleted]).await;
    let now = setup.now();
    let worker = Worker::start(Parts {
        store: Arc::clone(&setup.store) as Arc<dyn JobStore>,
        changes: setup.store.changes(),
        handlers: setup.webhooks.handlers(),
        now: Arc::new(move || now),
        new_id: Arc::new(|| "another worker".into()),
        options: Options::default(),
    })
    .await
    .unwrap();
    let id = setup.ended(Status::Completed, None).await;
    receiver.reached().await;
    worker.shut_down(Duration::from_secs(60)).await;
    assert_eq!(receiver.only_letter().json()["data"]["id"], id.as_str());
    assert_eq!(setup.waiting().await, 0);
}
