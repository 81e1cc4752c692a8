use antiphon_model_engine::{Error, ModelEngine, ModelEvent};
use antiphon_model_engine_local::random_weights::RandomModel;
use futures::StreamExt;

use crate::model::{Loaded, ask, fold, load_with};

fn one_at_a_time(queue: u32) -> Loaded {
    load_with(&RandomModel::tiny(1), |config| {
        config.parallel = std::num::NonZeroU32::MIN;
        config.queue = queue;
    })
}

#[tokio::test]
async fn nothing_happens_before_the_stream_is_polled() {
    let model = one_at_a_time(0);
    let _unpolled: Vec<_> = (0..4).map(|_| model.engine.generate(ask("Hello"))).collect();
    assert_eq!(model.answer(ask("Hello")).await.finish().usage.output_tokens, 24);
}

#[tokio::test]
async fn a_full_queue_refuses_and_says_when_to_come_back() {
    let model = one_at_a_time(1);
    let mut endless = ask("Hello");
    endless.sampling.max_output_tokens = None;
    let mut running = model.engine.generate(endless.clone());
    assert!(matches!(running.next().await, Some(Ok(ModelEvent::Started))));
    let mut waiting = model.engine.generate(endless);
    assert!(futures::poll!(waiting.next()).is_pending());
    let error = model.refusal(ask("Hello")).await;
    assert!(matches!(error, Error::Overloaded { .. }), "{error:?}");
    assert!(error.retry_after().is_some());
    drop(running);
    drop(waiting);
    assert_eq!(model.answer(ask("Hello")).await.finish().usage.output_tokens, 24);
}

#[tokio::test]
async fn a_dropped_stream_frees_its_place() {
    let long = RandomModel {
        context: 1 << 18,
        ..RandomModel::tiny(1)
    };
    let model = load_with(&long, |config| {
        config.parallel = std::num::NonZeroU32::MIN;
        config.context_tokens = std::num::NonZeroU32::new(1 << 18);
    });
    let mut endless = ask("Hello");
    endless.sampling.max_output_tokens = None;
    let mut running = model.engine.generate(endless);
    assert!(matches!(running.next().await, Some(Ok(ModelEvent::Started))));
    assert!(matches!(running.next().await, Some(Ok(ModelEvent::Text(_)))));
    // Only when the first call is gone can the second start, and by itself it would go on for hours.
    let second = fold(model.engine.generate(ask("Hi")));
    drop(running);
    assert_eq!(second.await.unwrap().finish().usage.output_tokens, 24);
}

#[tokio::test]
async fn dropping_the_engine_ends_running_calls_with_an_error() {
    let model = one_at_a_time(8);
    let mut endless = ask("Hello");
    endless.sampling.max_output_tokens = None;
    let mut running = model.engine.generate(endless);
    assert!(matches!(running.next().await, Some(Ok(ModelEvent::Started))));
    drop(model);
    let last = running.collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Err(Error::Unavailable { .. }))), "{last:?}");
}

#[tokio::test]
async fn a_newcomer_starts_while_a_long_prompt_is_read() {
    let model = load_with(&RandomModel::tiny(1), |config| {
        config.batch_tokens = std::num::NonZeroU32::new(8)
    });
    let mut long = model.engine.generate(ask(&"x".repeat(1900)));
    assert!(matches!(long.next().await, Some(Ok(ModelEvent::Started))));
    let newcomer = model.answer(ask("Hi")).await;
    assert_eq!(newcomer.finish().usage.output_tokens, 24);
    // The long prompt takes well over two hundred steps, the newcomer some thirty: no word can have come yet.
    assert!(futures::poll!(long.next()).is_pending());
}
