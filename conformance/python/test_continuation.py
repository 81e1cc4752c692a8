"""Answers that are longer than one call of the model."""

import pytest
from google.genai._interactions import BadRequestError

from wire import MODEL, Wire, text_of

WORDS = "".join(f"w{number} " for number in range(1, 26))
ASK = {"model": MODEL, "input": "!long 25", "generation_config": {"max_output_tokens": 40}}


@pytest.fixture
def server(start):
    return start("--call-tokens", "10")


@pytest.fixture
def sdk(server, sdk_for):
    return sdk_for(server)


@pytest.mark.behaviour(49)
@pytest.mark.parametrize("store", [True, False])
def test_the_sdk_goes_on_by_itself(sdk, store):
    interaction = sdk.interactions.create(**ASK, store=store)
    assert (interaction.status, interaction.output_text) == ("completed", WORDS)
    assert len(interaction.continuation_ids) == 3


@pytest.mark.behaviour(49)
def test_the_sdk_goes_on_by_itself_in_a_stream(sdk):
    text, ends = "", []
    for event in sdk.interactions.create(**ASK, stream=True):
        if event.event_type == "step.delta" and event.delta.type == "text":
            text += event.delta.text
        if event.event_type == "interaction.completed":
            ends.append(event.interaction.status)
    assert text == WORDS
    assert ends[-1] == "completed"


@pytest.mark.behaviour(49)
def test_on_the_wire(server, upstream):
    wire = Wire(server.url)
    first = wire.created(**ASK)
    assert (first["status"], text_of(first)) == ("requires_continuation", WORDS[: WORDS.index("w11")])
    upstream.forget_requests()
    going_on = {**ASK, "previous_interaction_id": first["id"], "continuation_token": first["continuation_token"]}
    del going_on["input"]
    second = wire.created(**going_on)
    assert second["status"] == "requires_continuation"
    assert second["continuation_token"] != first["continuation_token"]
    assert second["usage"]["initial_input_tokens"] == first["usage"]["total_input_tokens"]
    assert upstream.last_request()["max_tokens"] == 10
    # There is no input of its own to show.
    assert wire.get(second["id"]).json["steps"] == second["steps"]


@pytest.mark.behaviour(50)
def test_a_token_of_another_interaction_is_refused(sdk, server):
    wire = Wire(server.url)
    first, other = wire.created(**ASK), wire.created(input="Hi")
    with pytest.raises(BadRequestError, match="belongs to"):
        sdk.interactions.create(
            model=MODEL, previous_interaction_id=other["id"], extra_body={"continuation_token": first["continuation_token"]}
        )


def test_the_background_goes_on_under_one_id(server):
    wire = Wire(server.url)
    begun = wire.created(**ASK, background=True)
    end = wire.until_over(begun["id"])
    assert end["status"] == "completed"
    assert [step["type"] for step in end["steps"]] == ["user_input", "model_output", "model_output", "model_output"]
    assert text_of(end) == WORDS
