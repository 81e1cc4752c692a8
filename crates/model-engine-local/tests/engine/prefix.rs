use antiphon_model_engine::{Message, ModelRequest};
use antiphon_model_engine_local::random_weights::RandomModel;

use crate::model::{Answer, Loaded, ask, assistant, load, load_with, user};

fn conversation(messages: Vec<Message>) -> ModelRequest {
    ModelRequest { messages, ..ask("") }
}

#[tokio::test]
async fn turns_go_on_where_the_last_one_ended() {
    let model = load(&RandomModel::tiny(3));
    let mut messages = Vec::new();
    let mut before = 0;
    for turn in 0..6 {
        messages.push(user(&format!("question {turn}")));
        let usage = model.answer(conversation(messages.clone())).await.finish().usage;
        // The answer itself is spelled otherwise in the next prompt, all before it is not.
        assert_eq!(usage.cached_tokens, before, "turn {turn}");
        before = usage.input_tokens;
        messages.push(assistant("another answer than the one it gave"));
    }
}

#[tokio::test]
async fn an_answer_is_the_same_with_and_without_reuse() {
    let shared = load(&RandomModel::tiny(4));
    let history = vec![user("Hello there"), assistant("General"), user("How are you?")];
    shared.answer(conversation(history[..1].to_vec())).await;
    let reused = shared.answer(conversation(history.clone())).await;
    let fresh = load(&RandomModel::tiny(4)).answer(conversation(history)).await;
    assert!(reused.finish().usage.cached_tokens > 0);
    assert_eq!(fresh.finish().usage.cached_tokens, 0);
    assert_eq!(reused.text, fresh.text);
}

async fn branches(model: &Loaded) -> [Answer; 3] {
    let parent = "a long parent message that both branches share, word for word";
    let branch = |text: &str| conversation(vec![user(parent), assistant("the same answer"), user(text)]);
    [
        model.answer(branch("left")).await,
        model.answer(branch("right")).await,
        model.answer(branch("left")).await,
    ]
}

#[tokio::test]
async fn branches_share_their_parent() {
    let model = load(&RandomModel::tiny(5));
    let [left, right, again] = branches(&model).await;
    let cached = |answer: &Answer| answer.finish().usage.cached_tokens;
    let input = |answer: &Answer| answer.finish().usage.input_tokens;
    assert_eq!(cached(&left), 0);
    // "right" and what follows it, and the same for "left"
    let own = |text: &str| (text.len() + 1 + 1 + 1 + "assistant\n".len()) as u64;
    assert_eq!(cached(&right), input(&right) - own("right"));
    assert_eq!(cached(&again), input(&again) - 1, "the first branch is still kept");
    assert_eq!(again.text, left.text);
}

#[tokio::test]
async fn a_memory_that_cannot_be_cut_is_computed_again_and_says_so() {
    let model = RandomModel {
        sliding_window: Some(64),
        ..RandomModel::tiny(5)
    };
    let model = load(&model);
    let [left, right, again] = branches(&model).await;
    for answer in [&left, &right, &again] {
        assert_eq!(answer.finish().usage.cached_tokens, 0);
    }
    assert_eq!(again.text, left.text);
}

#[tokio::test]
async fn kept_conversations_make_room_for_running_ones() {
    let model = load_with(&RandomModel::tiny(6), |config| {
        config.context_tokens = std::num::NonZeroU32::new(512)
    });
    for turn in 0..8 {
        let answer = model.answer(ask(&format!("{turn}{}", "x".repeat(300)))).await;
        assert_eq!(answer.finish().usage.output_tokens, 24, "turn {turn}");
    }
}

#[tokio::test]
async fn running_calls_that_outgrow_the_cache_take_turns() {
    let small = || {
        load_with(&RandomModel::tiny(6), |config| {
            config.context_tokens = std::num::NonZeroU32::new(256)
        })
    };
    let request = |text: &str| {
        let mut request = ask(text);
        request.sampling.max_output_tokens = Some(150);
        request.sampling.seed = Some(1);
        request
    };
    let model = small();
    let (first, second) = futures::join!(model.answer(request("first")), model.answer(request("second")));
    assert_eq!(first.text, small().answer(request("first")).await.text);
    assert_eq!(second.text, small().answer(request("second")).await.text);
}
