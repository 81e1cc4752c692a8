"""A model server that refuses or fails."""

import pytest
from google.genai import Client, types
from google.genai._interactions import InternalServerError, RateLimitError

from wire import MODEL, text_of


@pytest.fixture
def impatient(client):
    """The SDK without its repetitions."""
    with Client(http_options=types.HttpOptions(retry_options=types.HttpRetryOptions(attempts=1))) as client:
        yield client


@pytest.mark.behaviour(27)
@pytest.mark.parametrize("stream", [False, True], ids=["unary", "streamed"])
def test_a_failure_before_any_output_is_an_http_status(wire, impatient, stream):
    reply = wire.create(input="!status 500", stream=stream)
    assert (reply.status, reply.error["code"]) == (503, "service_unavailable")
    with pytest.raises(InternalServerError):
        impatient.interactions.create(model=MODEL, input="!status 500", stream=stream)


@pytest.mark.behaviour(48)
def test_a_busy_model_is_429_with_its_retry_after(wire, impatient):
    reply = wire.create(input="!status 429 1")
    assert (reply.status, reply.error["code"]) == (429, "too_many_requests")
    assert int(reply.headers["retry-after"]) >= 1
    with pytest.raises(RateLimitError):
        impatient.interactions.create(model=MODEL, input="!status 429 1")


@pytest.mark.behaviour(78)
def test_a_repeated_request_has_one_effect(client, wire, upstream):
    """The SDK repeats a 5xx; what failed left nothing behind, and the conversation goes on once."""
    root = client.interactions.create(model=MODEL, input="Root")
    child = client.interactions.create(model=MODEL, input="!fail once 2\n!say Done", previous_interaction_id=root.id)
    assert child.output_text == "Done"
    assert len(upstream.requests()) == 1 + 3
    wire.created(input="Next", previous_interaction_id=child.id)
    said = [m["content"] for m in upstream.last_request()["messages"] if m["role"] == "assistant"]
    assert said == ["You said: Root", "Done"]


@pytest.mark.behaviour(26)
def test_a_unary_failure_after_output_keeps_what_there_is(wire):
    interaction = wire.created(input="!say Half |an answer|@error")
    assert interaction["status"] == "failed"
    assert text_of(interaction) == "Half an answer"
    assert isinstance(interaction["errors"][0]["code"], str)
    assert wire.get(interaction["id"]).json["status"] == "failed"


@pytest.mark.behaviour(26)
def test_the_sdk_sees_the_error_event(client):
    events = list(client.interactions.create(model=MODEL, input="!say Half|@error", stream=True))
    assert [event.event_type for event in events][-2:] == ["error", "interaction.completed"]
    assert isinstance(events[-2].error.code, str)
    assert events[-1].interaction.status == "failed"
