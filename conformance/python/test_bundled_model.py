"""The quick start and the tools on the built-in model: mostly in shape, and in content where its card says that it is sure."""

import json

import pytest

from servers import Antiphon
from wire import MODEL, Wire

GREEDY = {"temperature": 0, "max_output_tokens": 64}
MUST = {**GREEDY, "tool_choice": "any"}


@pytest.fixture(scope="module")
def place(tmp_path_factory, upstream_server):
    folder = tmp_path_factory.mktemp("bundled")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "bridge.md").write_text("# The bridge\n\nThe old bridge was opened in 1932.\n")
    server = Antiphon(folder, "--search-documents", str(notes))
    yield server
    server.stop()


@pytest.fixture
def sdk(place, sdk_for):
    return sdk_for(place)


def whole(interaction):
    assert interaction.status in ("completed", "incomplete")
    usage = interaction.usage
    parts = (usage.total_input_tokens, usage.total_output_tokens, usage.total_thought_tokens, usage.total_tool_use_tokens)
    assert usage.total_output_tokens > 0 and usage.total_tokens == sum(parts)
    return interaction


def test_turns_and_streams(sdk, place):
    first = whole(sdk.interactions.create(model=MODEL, input="Hello there!", generation_config=GREEDY))
    assert first.output_text
    second = whole(
        sdk.interactions.create(
            model=MODEL, input="Two dogs are here. How many paws?", previous_interaction_id=first.id, generation_config=GREEDY
        )
    )
    streamed = list(sdk.interactions.create(model=MODEL, input="Hello there!", generation_config=GREEDY, stream=True))
    text = "".join(e.delta.text for e in streamed if e.event_type == "step.delta" and e.delta.type == "text")
    assert text == first.output_text
    with Wire(place.url).replay(second.id) as stream:
        assert stream.rest()[-1]["event_type"] == "interaction.completed"


def test_what_a_newcomer_types(sdk):
    def say(text, **fields):
        return sdk.interactions.create(model=MODEL, input=text, generation_config={"temperature": 0}, **fields)

    named = say("Hi, my name is Phil.")
    assert say("What is my name?", previous_interaction_id=named.id).output_text == "Your name is Phil."
    dogs = say("I have 2 dogs in my house.")
    assert "8 paws" in say("How many paws are in my house?", previous_interaction_id=dogs.id).output_text
    assert "antiphon-nano" in say("Why is the sky blue?").output_text
    weather = {
        "type": "function",
        "name": "get_weather",
        "description": "Get the current weather for a given location.",
        "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
    }
    asked = say("What is the weather in Paris and in London?", tools=[weather])
    calls = [step for step in asked.steps if step.type == "function_call"]
    assert [call.arguments for call in calls] == [{"location": "Paris"}, {"location": "London"}]
    run = say("Calculate the first 10 Fibonacci numbers", tools=[{"type": "code_execution"}])
    assert "[0, 1, 1, 2, 3, 5, 8, 13, 21, 34]" in run.output_text


def test_structured_output(sdk):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "enum": ["Ada", "Alan"]}, "age": {"type": "integer"}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    asked = {"type": "text", "mime_type": "application/json", "schema": schema}
    answer = sdk.interactions.create(
        model=MODEL, input="Ada is 36 years old.", response_format=asked, generation_config={"temperature": 0}
    )
    assert sorted(json.loads(answer.output_text)) == ["age", "name"]


def test_a_function(sdk):
    lamp = {
        "type": "function",
        "name": "set_lamp",
        "description": "Switches a lamp.",
        "parameters": {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]},
    }
    asked = sdk.interactions.create(model=MODEL, input="Switch the lamp on.", tools=[lamp], generation_config=MUST)
    assert asked.status == "requires_action"
    calls = [step for step in asked.steps if step.type == "function_call"]
    assert all(call.name == "set_lamp" and isinstance(call.arguments["on"], bool) for call in calls) and calls
    results = [{"type": "function_result", "call_id": call.id, "result": {"on": True}} for call in calls]
    whole(
        sdk.interactions.create(
            model=MODEL, previous_interaction_id=asked.id, tools=[lamp], input=results, generation_config=GREEDY
        )
    )


@pytest.mark.parametrize("name", ["code_execution", "google_search"])
def test_a_tool_of_the_server(sdk, name):
    done = sdk.interactions.create(
        model=MODEL, input="When was the old bridge opened?", tools=[{"type": name}], generation_config=MUST
    )
    kinds = [step.type for step in done.steps]
    assert kinds[:2] == [f"{name}_call", f"{name}_result"]
    assert done.status in ("completed", "incomplete", "failed")
    if done.status == "failed":
        assert done.errors[0].code in ("malformed_function_call", "too_many_tool_calls")


def test_background(sdk, place):
    begun = sdk.interactions.create(model=MODEL, input="Hello there!", background=True, generation_config=GREEDY)
    end = Wire(place.url).until_over(begun.id)
    assert end["status"] in ("completed", "incomplete") and end["steps"][0]["type"] == "user_input"
