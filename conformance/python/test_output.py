"""What the model gives: length, thoughts, form."""

import json

import pytest

from wire import MODEL, text_of


@pytest.mark.behaviour(37)
def test_the_output_limit_leaves_the_partial_text(wire, client):
    settings = {"max_output_tokens": 3}
    interaction = wire.created(input="!long 10", generation_config=settings)
    assert interaction["status"] == "incomplete"
    assert text_of(interaction) == "w1 w2 w3 "
    assert interaction["usage"]["total_output_tokens"] == 3
    assert wire.get(interaction["id"]).json["status"] == "incomplete"
    by_sdk = client.interactions.create(model=MODEL, input="!long 10", generation_config=settings)
    assert (by_sdk.status, by_sdk.output_text) == ("incomplete", "w1 w2 w3 ")
    with wire.create_stream(input="!long 10", generation_config=settings) as stream:
        assert stream.rest()[-1]["interaction"]["status"] == "incomplete"


@pytest.mark.behaviour(38)
@pytest.mark.parametrize("settings, shown", [({}, False), ({"thinking_summaries": "none"}, False), ({"thinking_summaries": "auto"}, True)])
def test_thoughts_are_signed_and_shown_on_request_only(wire, settings, shown):
    interaction = wire.created(input="!think A secret.\n!say Four", generation_config=settings)
    thought, answer = interaction["steps"]
    assert thought["type"] == "thought" and thought["signature"]
    assert ("A secret." in json.dumps(thought)) is shown
    assert bool(thought.get("summary")) is shown
    assert answer["content"] == [{"type": "text", "text": "Four"}]
    assert wire.get(interaction["id"]).json["steps"][1:] == interaction["steps"]


def test_no_thought_step_without_a_thought(wire):
    assert [step["type"] for step in wire.created(input="!say Four")["steps"]] == ["model_output"]


@pytest.mark.behaviour(39)
def test_a_resent_thought_has_to_be_unaltered(wire):
    question = {"type": "user_input", "content": [{"type": "text", "text": "!think Hm.\n!say Four"}]}
    thought, answer = wire.created(input=[question], store=False)["steps"]
    following = {"type": "user_input", "content": [{"type": "text", "text": "Why?"}]}

    def resend(*steps):
        return wire.create(input=[question, *steps, following], store=False)

    assert text_of(resend(thought, answer).json) == "You said: Why?"
    assert text_of(resend(answer).json) == "You said: Why?"
    unsigned = {name: value for name, value in thought.items() if name != "signature"}
    middle = len(thought["signature"]) // 2
    other = "A" if thought["signature"][middle] != "A" else "B"
    altered = {**thought, "signature": thought["signature"][:middle] + other + thought["signature"][middle + 1 :]}
    with_summary = {**thought, "summary": [{"type": "text", "text": "Something else."}]}
    for step in (unsigned, altered, with_summary):
        reply = resend(step, answer)
        assert reply.status == 400, reply.body
        assert "signature" in reply.error["message"]
        assert "input[1]" in reply.error["message"]


SCHEMA = {
    "type": "object",
    "properties": {
        "names": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3},
        "age": {"type": ["integer", "null"], "minimum": 18},
        "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "required": ["names", "age"],
    "additionalProperties": False,
}


@pytest.mark.behaviour(42)
@pytest.mark.parametrize(
    "form",
    [
        {"type": "text", "mime_type": "application/json", "schema": SCHEMA},
        [{"type": "text", "mime_type": "application/json", "schema": SCHEMA}],
        SCHEMA,
    ],
    ids=["object", "list", "bare schema"],
)
def test_structured_output_follows_its_schema(wire, upstream, form):
    interaction = wire.created(input="Anybody", response_format=form)
    value = json.loads(text_of(interaction))
    assert 2 <= len(value["names"]) <= 3
    assert value["age"] >= 18
    assert upstream.last_request()["response_format"]["json_schema"]["schema"]["required"] == ["names", "age"]
    assert interaction["response_format"] == form


@pytest.mark.behaviour(42)
def test_a_schema_outside_the_documented_subset_is_refused(wire, upstream):
    form = {"type": "text", "mime_type": "application/json", "schema": {"type": "sculpture"}}
    reply = wire.create(input="Anybody", response_format=form)
    assert reply.status == 400
    assert "response_format" in reply.error["message"]
    assert upstream.requests() == []


def test_a_form_that_the_model_cannot_give_is_refused(wire):
    reply = wire.create(input="A cat", response_format={"type": "image"})
    assert reply.status == 400
    assert "image" in reply.error["message"]


def test_hints_are_taken_and_the_truth_is_told(wire):
    interaction = wire.created(
        input="Hi",
        service_tier="priority",
        safety_settings=[{"type": "harassment", "threshold": "block_none"}],
        generation_config={"thinking_level": "high"},
    )
    assert interaction["service_tier"] == "standard"
    assert interaction["usage"]["total_thought_tokens"] == 0
