//! The rules to which the fake upstream holds its callers.

use antiphon_testkit::check_body;
use serde_json::{Value, json};

fn body(messages: &Value) -> Value {
    json!({ "model": "m", "messages": messages, "stream": true, "stream_options": { "include_usage": true } })
}

fn call(id: &str) -> Value {
    json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": id, "type": "function", "function": { "name": "f", "arguments": "{}" } }] })
}

fn result(id: &str) -> Value {
    json!({ "role": "tool", "tool_call_id": id, "content": "1" })
}

#[test]
fn a_conversation_in_order_passes() {
    let user = json!({ "role": "user", "content": "hi" });
    let system = json!({ "role": "system", "content": "be brief" });
    let said = json!({ "role": "assistant", "content": "hello" });
    for messages in [
        json!([user]),
        json!([system, user, said, user]),
        json!([user, call("a"), result("a")]),
        json!([user, call("a"), result("a"), call("b"), result("b"), user]),
    ] {
        assert_eq!(check_body(&body(&messages)), Ok(()), "{messages}");
    }
}

#[test]
fn what_breaks_a_rule_is_named() {
    let user = json!({ "role": "user", "content": "hi" });
    let said = json!({ "role": "assistant", "content": "hello" });
    let cases = [
        (json!([]), "no message"),
        (json!([user, said]), "last message"),
        (json!([user, user]), "`user` does not belong"),
        (json!([said, user]), "`assistant` does not belong"),
        (json!([user, call("a")]), "have no result"),
        (json!([user, call("a"), user]), "have no result"),
        (json!([user, call("a"), result("b")]), "`b`, which waits for none"),
        (
            json!([user, call("a"), result("a"), result("a")]),
            "`tool` does not belong",
        ),
        (
            json!([user, { "role": "assistant", "content": null }, user]),
            "without text or calls",
        ),
        (json!([{ "role": "user", "content": [] }]), "without text or parts"),
    ];
    for (messages, expected) in cases {
        let broken = check_body(&body(&messages)).unwrap_err();
        assert!(broken.contains(expected), "{messages}: {broken}");
    }
    let mut unstreamed = body(&json!([user]));
    unstreamed["stream"] = false.into();
    assert!(check_body(&unstreamed).is_err());
    let mut twice = body(&json!([user]));
    let tool = json!({ "type": "function", "function": { "name": "f", "parameters": {} } });
    twice["tools"] = json!([tool, tool]);
    assert!(check_body(&twice).unwrap_err().contains("declared twice"));
}
