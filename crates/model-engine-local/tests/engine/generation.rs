use antiphon_model_engine::{Error, FinishReason, ModelEngine, Sampling};
use antiphon_model_engine_local::random_weights::RandomModel;

use crate::model::{ask, fold, load, load_with};

#[tokio::test]
async fn an_answer_streams_and_counts_its_tokens() {
    let model = load(&RandomModel::tiny(1));
    let answer = model.answer(ask("Hello")).await;
    assert!(!answer.text.is_empty());
    let usage = answer.finish().usage;
    // <|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n, one token per byte and per mark
    assert_eq!(
        usage.input_tokens,
        3 + "user\nHello".len() as u64 + "\n".len() as u64 + "assistant\n".len() as u64
    );
    assert_eq!((usage.cached_tokens, usage.thought_tokens), (0, 0));
    assert_eq!(answer.finish().reason, FinishReason::Length);
    assert_eq!(usage.output_tokens, 24);
}

#[tokio::test]
async fn a_seed_repeats_an_answer_and_another_gives_another() {
    let model = load(&RandomModel::tiny(1));
    let draw = |seed| {
        let mut request = ask("Hello");
        request.sampling = Sampling {
            temperature: Some(1.0),
            top_p: Some(1.0),
            seed: Some(seed),
            max_output_tokens: Some(24),
            ..Sampling::default()
        };
        model.answer(request)
    };
    let first = draw(5).await;
    assert_eq!(first.text, draw(5).await.text);
    assert_ne!(first.text, draw(6).await.text);
}

#[tokio::test]
async fn a_stop_sequence_ends_the_answer() {
    let model = load(&RandomModel::tiny(1));
    let whole = model.answer(ask("Hello")).await.text;
    let letters: Vec<char> = whole.chars().collect();
    let stop: String = letters[letters.len() / 2..letters.len() / 2 + 2].iter().collect();
    let mut request = ask("Hello");
    request.sampling.stop_sequences = vec![stop.clone()];
    let answer = model.answer(request).await;
    assert_eq!(answer.text.trim_end(), whole[..whole.find(&stop).unwrap()].trim_end());
    assert_eq!(answer.finish().reason, FinishReason::Stop);
}

#[tokio::test]
async fn calls_decoded_together_say_what_they_say_alone() {
    let model = load(&RandomModel::tiny(2));
    let alone = [
        model.answer(ask("first")).await,
        model.answer(ask("second, and longer")).await,
    ];
    let fresh = load_with(&RandomModel::tiny(2), |config| {
        config.prompt_share = std::num::NonZeroU32::new(3)
    });
    let together = futures::join!(
        fold(fresh.engine.generate(ask("first"))),
        fold(fresh.engine.generate(ask("second, and longer"))),
    );
    assert_eq!(together.0.unwrap().text, alone[0].text);
    assert_eq!(together.1.unwrap().text, alone[1].text);
}

#[tokio::test]
async fn a_prompt_beyond_the_context_is_refused_with_both_counts() {
    let model = load_with(&RandomModel::tiny(1), |config| {
        config.context_tokens = std::num::NonZeroU32::new(256)
    });
    let error = model.refusal(ask(&"x".repeat(300))).await;
    assert!(
        matches!(
            error,
            Error::PromptTooLong {
                prompt_tokens: 319,
                limit: 255,
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_ends_where_the_context_does() {
    let model = load_with(&RandomModel::tiny(1), |config| {
        config.context_tokens = std::num::NonZeroU32::new(256)
    });
    let mut request = ask(&"x".repeat(200));
    request.sampling.max_output_tokens = None;
    let answer = model.answer(request).await;
    assert_eq!(answer.finish().reason, FinishReason::Length);
    assert_eq!(
        answer.finish().usage.input_tokens + answer.finish().usage.output_tokens,
        256
    );
}

#[tokio::test]
async fn another_models_name_is_not_found() {
    let model = load(&RandomModel::tiny(1));
    let mut request = ask("Hello");
    request.model = "large".to_owned();
    assert!(matches!(model.refusal(request).await, Error::ModelNotFound { .. }));
}
