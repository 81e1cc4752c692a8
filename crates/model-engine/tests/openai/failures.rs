//! What goes wrong with servers, and the error that comes of it.

use std::time::Duration;

use antiphon_model_engine::openai::{Config, OpenAiEngine, Secret};
use antiphon_model_engine::{Error, ModelEngine, ModelEvent};
use antiphon_testkit::{CallState, Refusal, Script, unused_address};
use futures::{StreamExt, join};

use crate::support::{engine, events, good, impatient, question, refused, text, timed, upstream};

const KEY: &str = "sk-very-secret";

#[tokio::test]
async fn an_answer_that_breaks_off_keeps_what_was_said() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let said = || Script::new().text("a");
    let endings = [
        ("a cut connection", said().cut()),
        ("an end without a reason", said().end()),
        ("an error object", said().error_object("out of memory", "500")),
        (
            "an error event",
            said().raw("event: error\ndata: out of memory\n\n").end(),
        ),
        (
            "an error in the old style",
            said()
                .raw("data: {\"object\":\"error\",\"message\":\"out of memory\"}\n\n")
                .end(),
        ),
        (
            "an aborted answer",
            said()
                .raw("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"abort\"}]}\n\n")
                .end(),
        ),
        (
            "a malformed chunk",
            said().raw("data: {\"choices\":[{\"delta\":{\"con\n\n").text("b"),
        ),
        (
            "a chunk of another shape",
            said().raw("data: {\"choices\":[{\"delta\":\"b\"}]}\n\n").text("b"),
        ),
    ];
    for (ending, script) in endings {
        upstream.push(script);
        let (events, error) = events(&engine, question()).await;
        assert_eq!(events, [ModelEvent::Started, text("a")], "{ending}");
        assert!(matches!(error, Some(Error::Interrupted { .. })), "{ending}: {error:?}");
        if ending.starts_with("an error") {
            assert!(error.unwrap().to_string().ends_with("out of memory"), "{ending}");
        }
    }
    // Nothing of this harms the next call.
    upstream.push(Script::reply("fine"));
    good(&engine, question()).await;
}

#[tokio::test]
async fn an_answer_that_never_says_anything_is_no_answer() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    upstream.push(Script::new().started().end());
    upstream.push(Script::new().raw("data: [DONE]\n\n").end());
    for _ in 0..2 {
        let (events, error) = events(&engine, question()).await;
        assert_eq!(events, [ModelEvent::Started]);
        assert!(matches!(error, Some(Error::Interrupted { .. })), "{error:?}");
    }
}

#[tokio::test]
async fn an_event_over_the_limit_ends_the_answer() {
    let upstream = upstream().await;
    let config = Config {
        max_event_bytes: 1000,
        ..Config::new(upstream.url())
    };
    let engine = OpenAiEngine::new(config).unwrap();
    upstream.push(Script::new().text("a").text("b".repeat(2000)));
    let (events, error) = events(&engine, question()).await;
    assert_eq!(events, [ModelEvent::Started, text("a")]);
    assert!(matches!(error, Some(Error::Interrupted { .. })), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_begin_times_out() {
    for script in [Script::new().hang(), Script::new().started().hang()] {
        let upstream = upstream().await;
        let (engine, timer) = timed(&upstream);
        upstream.push(script);
        let limit = Config::new("").first_event_timeout;
        let (outcome, ()) = join!(events(&engine, question()), async {
            upstream.call(0).await;
            timer.advance(limit);
        });
        assert!(
            matches!(outcome.1, Some(Error::TimedOut { after, .. }) if after == limit),
            "{outcome:?}"
        );
        assert_eq!(upstream.call(0).await.over().await, CallState::Dropped);
        assert_eq!(upstream.calls().len(), 1, "a slow server is not asked again");
    }
}

#[tokio::test]
async fn a_trickle_of_bytes_without_an_event_times_out() {
    let upstream = upstream().await;
    let (engine, timer) = timed(&upstream);
    let limit = Config::new("").idle_timeout;
    let gate = antiphon_testkit::Gate::new();
    upstream.push(
        Script::new()
            .text("a")
            .gate(&gate)
            .raw(": still here\n\ndata: {\"cho")
            .hang(),
    );
    let mut stream = engine.generate(question());
    assert_eq!(stream.next().await.unwrap().unwrap(), ModelEvent::Started);
    assert_eq!(stream.next().await.unwrap().unwrap(), text("a"));
    // `join` polls the stream first, so it waits for the next event when the clock moves; half the time passes before
    // the bytes come, half after.
    let (item, ()) = join!(stream.next(), async {
        timer.advance(limit / 2);
        gate.open();
        timer.advance(limit / 2);
    });
    assert!(
        matches!(item, Some(Err(Error::TimedOut { after, .. })) if after == limit),
        "{item:?}"
    );
    assert!(stream.next().await.is_none());
    assert_eq!(upstream.call(0).await.over().await, CallState::Dropped);
}

#[tokio::test]
async fn refusals_become_typed_errors() {
    let upstream = upstream().await;
    let (engine, _) = impatient(Config {
        retries: 0,
        ..Config::new(upstream.url())
    });
    let answer = async |refusal: Refusal| {
        upstream.push(Script::new().status(refusal));
        refused(&engine, question()).await
    };
    let plain = |status| Refusal::new(status, "because");

    for status in [401, 403] {
        let error = answer(plain(status)).await;
        assert!(
            matches!(&error, Error::Credentials { message } if !message.contains("because") && message.contains("ANTIPHON_UPSTREAM_API_KEY")),
            "{error:?}"
        );
    }
    let missing = answer(Refusal::new(404, "The model `fake-model` does not exist.")).await;
    assert!(matches!(missing, Error::ModelNotFound { model } if model == "fake-model"));
    assert!(matches!(
        answer(Refusal::new(404, "").body("{\"detail\":\"Not Found\"}")).await,
        Error::Unavailable { .. }
    ));
    let full = answer(plain(429).header("retry-after", "7")).await;
    assert!(matches!(full, Error::Overloaded { retry_after: Some(after), .. } if after == Duration::from_secs(7)));
    for status in [301, 500, 502, 503, 504] {
        assert!(
            matches!(answer(plain(status)).await, Error::Unavailable { .. }),
            "{status}"
        );
    }
    for body in [
        "{\"error\":{\"message\":\"because\"}}",
        "{\"error\":\"because\"}",
        "{\"message\":\"because\"}",
        "because",
    ] {
        let error = answer(plain(400).body(body)).await;
        assert!(
            matches!(&error, Error::Rejected { message } if message.ends_with(": because")),
            "{error:?}"
        );
    }
    let silent = answer(Refusal::new(200, "no stream for you")).await;
    assert!(
        matches!(&silent, Error::Unavailable { message, .. } if message.contains("no stream for you")),
        "{silent:?}"
    );
    let long = answer(plain(400).body("é".repeat(100_000))).await;
    assert!(long.to_string().len() < 5000);
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_told_with_both_counts() {
    let upstream = upstream().await;
    let engine = engine(&upstream);
    let too_long = [
        Refusal::new(400, "This model's maximum context length is 4097 tokens. However, your messages resulted in 7575 tokens. Please reduce the length of the messages."),
        Refusal::new(400, "This model's maximum context length is 4097 tokens. However, you requested 8575 tokens (7575 in the messages, 1000 in the completion)."),
        Refusal::new(400, "This model's maximum context length is 4097 tokens. However, your request has 7575 input tokens. Please reduce the length of the input messages."),
        Refusal::new(400, "").body("{\"object\":\"error\",\"message\":\"The input (7575 tokens) is longer than the model's context length (4097 tokens).\",\"code\":400}"),
        Refusal::new(400, "").body("{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\",\"type\":\"exceed_context_size_error\",\"n_prompt_tokens\":7575,\"n_ctx\":4097}}"),
    ];
    for refusal in too_long {
        upstream.push(Script::new().status(refusal.clone()));
        let error = refused(&engine, question()).await;
        assert!(
            matches!(
                error,
                Error::PromptTooLong {
                    prompt_tokens: 7575,
                    limit: 4097,
                    ..
                }
            ),
            "{refusal:?}: {error:?}"
        );
    }
    // Here it is the answer that does not fit.
    upstream.push(Script::new().status(Refusal::new(400, "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in the completion).")));
    assert!(matches!(refused(&engine, question()).await, Error::Rejected { .. }));
}

#[tokio::test]
async fn passing_refusals_are_tried_again_after_the_pause_asked_for() {
    let upstream = upstream().await;
    let (engine, timer) = impatient(Config::new(upstream.url()));
    upstream.push(Script::new().status(Refusal::new(503, "loading")));
    upstream.push(
        Script::new().status(
            Refusal::new(429, "busy")
                .header("date", "Tue, 01 Jan 2030 00:00:00 GMT")
                .header("retry-after", "Tue, 01 Jan 2030 00:00:03 GMT"),
        ),
    );
    upstream.push(Script::reply("fine"));
    assert_eq!(good(&engine, question()).await[1], text("fine"));
    assert_eq!(
        timer.short_sleeps()[..2],
        [Duration::from_millis(250), Duration::from_secs(3)]
    );
}

#[tokio::test]
async fn retries_end() {
    let upstream = upstream().await;
    let (engine, _) = impatient(Config::new(upstream.url()));
    for _ in 0..4 {
        upstream.push(Script::new().status(Refusal::new(429, "busy").header("retry-after", "1")));
    }
    assert!(matches!(refused(&engine, question()).await, Error::Overloaded { .. }));
    assert_eq!(upstream.calls().len(), 3);
    // A pause over the limit is not slept; the client hears of it.
    upstream.push(Script::reply("never asked"));
    let shorter = Config {
        retry_after_limit: Duration::from_millis(500),
        ..Config::new(upstream.url())
    };
    let (engine, _) = impatient(shorter);
    let error = refused(&engine, question()).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(upstream.calls().len(), 4);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let address = unused_address().unwrap();
    let (engine, timer) = impatient(Config::new(format!("http://{address}")));
    let error = refused(&engine, question()).await;
    assert!(matches!(error, Error::Unavailable { source: Some(_), .. }), "{error:?}");
    // Where it would be is for the log, not for clients.
    assert!(!error.to_string().contains(&address.to_string()), "{error}");
    assert_eq!(
        timer.short_sleeps(),
        [Duration::from_millis(250), Duration::from_millis(500)]
    );
}

#[tokio::test]
async fn an_answer_that_has_begun_is_never_asked_for_again() {
    let upstream = upstream().await;
    let (engine, _) = impatient(Config::new(upstream.url()));
    upstream.push(Script::new().started().cut());
    upstream.push(Script::reply("again"));
    assert!(events(&engine, question()).await.1.is_some());
    assert_eq!(upstream.calls().len(), 1);
}

#[tokio::test]
async fn the_key_is_sent_and_never_told() {
    let upstream = upstream().await;
    let mut config = Config::new(upstream.url());
    config.api_key = Some(Secret::new(KEY));
    assert!(!format!("{config:?}").contains(KEY));
    let engine = OpenAiEngine::new(config).unwrap();
    upstream.push(Script::new().status(Refusal::new(400, &format!("your key {KEY} may not"))));
    upstream.push(
        Script::new()
            .text("a")
            .error_object(format!("the key {KEY} ran out"), "402"),
    );
    let first = refused(&engine, question()).await;
    let second = events(&engine, question()).await.1.unwrap();
    for error in [first, second] {
        assert!(error.to_string().contains("[key]"), "{error}");
        assert!(!format!("{error:?}").contains(KEY));
    }
    let sent = upstream.call(0).await.request().headers.get("authorization").cloned();
    assert_eq!(sent.unwrap(), format!("Bearer {KEY}").as_str());
}

#[test]
fn an_address_that_cannot_be_used_is_refused_at_once() {
    for address in ["", "localhost:8000", "ftp://host", "http://"] {
        let error = OpenAiEngine::new(Config::new(address)).err();
        assert!(matches!(error, Some(Error::Internal { .. })), "{address}: {error:?}");
    }
}
