use antiphon_testkit::{CallState, FakeUpstream, Gate, Refusal, Script};
use serde_json::json;

use crate::antiphon::Machine;

#[tokio::test]
async fn a_conversation_through_pipes() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    upstream.push(Script::reply("Hello \u{1b}[2J\u{1b}]0;mine\u{7}").text("there."));
    upstream.push(Script::reply("Again."));
    upstream.push(Script::reply("Anew."));
    let server = machine.serve(&["--upstream", &upstream.url()]).await;
    let said = machine
        .type_into(
            &["chat", "--base-url", &server.url, "--system", "Be brief."],
            "hi\n\nand now\n/new\nthe third",
        )
        .await;
    assert!(said.ok, "{said:?}");
    assert_eq!(
        said.out, "Hello ␛[2J␛]0;mine␇there.\nAgain.\nAnew.\n",
        "only the answers, readable"
    );
    let asked: Vec<_> = upstream
        .calls()
        .iter()
        .map(|call| call.request().body["messages"].clone())
        .collect();
    let hello = "Hello \u{1b}[2J\u{1b}]0;mine\u{7}there.";
    assert_eq!(
        asked[1],
        json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "hi" },
            { "role": "assistant", "content": hello },
            { "role": "user", "content": "and now" },
        ])
    );
    assert_eq!(asked[2].as_array().unwrap().len(), 2, "a new conversation");
}

#[tokio::test]
async fn thoughts_are_shown_beside_the_answer_when_asked_for() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    upstream.push(Script::new().thought("Hm, \u{1b}[31m").thought("two.").text("2"));
    let server = machine
        .serve(&["--upstream", &upstream.url(), "--upstream-thinking-models", "*"])
        .await;
    let said = machine
        .type_into(
            &["chat", "--thinking", "--base-url", &format!("{}/v1/", server.url)],
            "1+1?",
        )
        .await;
    assert_eq!((said.out.as_str(), said.err.as_str()), ("2\n", "Hm, ␛[31mtwo.\n"));
}

#[tokio::test]
async fn an_interrupt_stops_the_answer_and_not_the_program() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    let gate = Gate::new();
    upstream.push(Script::reply("One, two").gate(&gate).text(", three"));
    upstream.push(Script::reply("Fine."));
    let server = machine.serve(&["--upstream", &upstream.url()]).await;
    let mut chat = machine.start(&["chat", "--base-url", &server.url]);
    chat.line("count").await;
    let counting = upstream.call(0).await;
    gate.reached().await;
    chat.interrupt().await;
    chat.until("Stopped").await;
    assert_eq!(counting.over().await, CallState::Dropped);
    chat.line("never mind").await;
    let said = chat.end().await;
    assert!(said.ok && said.out.ends_with("Fine.\n"), "{said:?}");
    let asked = upstream.calls()[1].request().body["messages"].clone();
    assert_eq!(asked, json!([{ "role": "user", "content": "never mind" }]));
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_told_with_the_way_on() {
    let machine = Machine::new();
    let upstream = FakeUpstream::start().await.unwrap();
    let too_long = "This model's maximum context length is 100 tokens. However, your messages resulted in 250 tokens.";
    upstream.push(Script::reply("Yes?"));
    upstream.push(Script::new().status(Refusal::new(400, too_long)));
    let server = machine.serve(&["--upstream", &upstream.url()]).await;
    let said = machine
        .type_into(&["chat", "--base-url", &server.url], "hi\na long story")
        .await;
    assert!(!said.ok);
    assert!(
        said.err.contains("250") && said.err.contains("100") && said.err.contains("/new"),
        "{}",
        said.err
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_one_clear_line() {
    let machine = Machine::new();
    let url = format!("http://{}", antiphon_testkit::unused_address().unwrap());
    let said = machine
        .variable("GOOGLE_GEMINI_BASE_URL", url.as_str())
        .type_into(&["chat"], "hi")
        .await;
    assert!(!said.ok);
    assert_eq!(
        said.err,
        format!(
            "antiphon: no server answers at {url}: start one with `antiphon serve`, or name another with --base-url\n"
        )
    );
}
