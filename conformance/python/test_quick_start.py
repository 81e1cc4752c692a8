"""What a newcomer does first, with the official SDK, as the hosted API's quick start shows it."""

import asyncio
import json
from typing import List, Optional

import pydantic
import pytest
from google import genai
from google.genai._interactions import BadRequestError, NotFoundError

MODEL = "gemini-3.5-flash"

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The name of the city"}},
        "required": ["city"],
    },
}


@pytest.mark.behaviour(1, 40)
def test_first_call(client):
    interaction = client.interactions.create(model=MODEL, input="Tell me a short joke about programming.")
    assert interaction.output_text == "You said: Tell me a short joke about programming."
    assert interaction.status == "completed"
    assert interaction.id.startswith("v1_")
    assert interaction.model == MODEL
    usage = interaction.usage
    assert usage.total_tokens == usage.total_input_tokens + usage.total_output_tokens + usage.total_thought_tokens


@pytest.mark.behaviour(1)
def test_first_call_asynchronously(client):
    async def two_at_once():
        calls = [client.aio.interactions.create(model=MODEL, input=f"Number {number}") for number in (1, 2)]
        answers = [interaction.output_text for interaction in await asyncio.gather(*calls)]
        chunks = []
        async for event in await client.aio.interactions.create(model=MODEL, input="Number 3", stream=True):
            if event.event_type == "step.delta" and event.delta.type == "text":
                chunks.append(event.delta.text)
        await client.aio.aclose()
        return answers + ["".join(chunks)]

    assert asyncio.run(two_at_once()) == ["You said: Number 1", "You said: Number 2", "You said: Number 3"]


@pytest.mark.behaviour(21, 25)
def test_streaming(client):
    kinds, text, last = [], "", None
    for event in client.interactions.create(model=MODEL, input="!say Hel|lo, |wörld", stream=True):
        kinds.append(event.event_type)
        last = event
        if event.event_type == "step.delta" and event.delta.type == "text":
            text += event.delta.text
    assert text == "Hello, wörld"
    assert kinds[0] == "interaction.created"
    assert last.event_type == "interaction.completed"
    assert last.interaction.status == "completed"
    assert last.interaction.usage.total_tokens > 0


@pytest.mark.behaviour(7)
def test_stateful_turns(client, upstream):
    first = client.interactions.create(model=MODEL, input="Hi, my name is Amir.")
    second = client.interactions.create(model=MODEL, input="What is my name?", previous_interaction_id=first.id)
    assert second.output_text == "You said: What is my name?"
    assert second.previous_interaction_id == first.id
    assert [(m["role"], m["content"]) for m in upstream.last_request()["messages"]] == [
        ("user", "Hi, my name is Amir."),
        ("assistant", "You said: Hi, my name is Amir."),
        ("user", "What is my name?"),
    ]


def test_stateless_turns(client, upstream):
    history = [{"type": "user_input", "content": [{"type": "text", "text": "Hi, my name is Amir."}]}]
    first = client.interactions.create(model=MODEL, input=history, store=False)
    history += [step.model_dump(exclude_none=True) for step in first.steps]
    history.append({"type": "user_input", "content": [{"type": "text", "text": "What is my name?"}]})
    second = client.interactions.create(model=MODEL, input=history, store=False)
    assert second.output_text == "You said: What is my name?"
    assert [m["role"] for m in upstream.last_request()["messages"]] == ["user", "assistant", "user"]
    with pytest.raises(NotFoundError):
        client.interactions.get(first.id)


class Ingredient(pydantic.BaseModel):
    name: str
    grams: float


class Recipe(pydantic.BaseModel):
    title: str = pydantic.Field(description="The dish's name")
    servings: int
    ingredients: List[Ingredient]
    note: Optional[str] = None


@pytest.mark.behaviour(42)
def test_structured_output_with_pydantic(client, upstream):
    interaction = client.interactions.create(
        model=MODEL,
        input="A recipe for pancakes, please.",
        response_format={"type": "text", "mime_type": "application/json", "schema": Recipe.model_json_schema()},
    )
    recipe = Recipe.model_validate_json(interaction.output_text)
    assert recipe.ingredients[0].grams == 1.5
    sent = upstream.last_request()["response_format"]
    assert sent["type"] == "json_schema"
    assert set(sent["json_schema"]["schema"]["properties"]) == {"title", "servings", "ingredients", "note"}


@pytest.mark.behaviour(42)
def test_structured_output_from_a_bare_schema(client):
    schema = {"type": "object", "properties": {"sentiment": {"type": "string", "enum": ["good", "bad"]}}}
    interaction = client.interactions.create(model=MODEL, input="I like it.", response_format=schema)
    assert json.loads(interaction.output_text) == {"sentiment": "good"}


@pytest.mark.behaviour(42)
def test_structured_output_streamed(client):
    text = ""
    for event in client.interactions.create(
        model=MODEL,
        input="A recipe for pancakes, please.",
        stream=True,
        response_format={"type": "text", "mime_type": "application/json", "schema": Recipe.model_json_schema()},
    ):
        if event.event_type == "step.delta":
            assert event.delta.type == "text"
            text += event.delta.text
    Recipe.model_validate_json(text)


@pytest.mark.behaviour(16)
def test_function_calling_stateful(client):
    asked = '!call get_weather {"city":"Paris"}'
    interaction = client.interactions.create(model=MODEL, input=asked, tools=[WEATHER])
    assert interaction.status == "requires_action"
    call = interaction.steps[-1]
    assert (call.type, call.name, call.arguments) == ("function_call", "get_weather", {"city": "Paris"})
    answer = client.interactions.create(
        model=MODEL,
        previous_interaction_id=interaction.id,
        tools=[WEATHER],
        input=[{"type": "function_result", "name": call.name, "call_id": call.id, "result": "sunny, 24 °C"}],
    )
    assert answer.status == "completed"
    assert answer.output_text == "Results: get_weather=sunny, 24 °C"


def test_function_calling_stateless(client):
    asked = '!think It asks for the weather.\n!call get_weather {"city":"Paris"}'
    history = [{"type": "user_input", "content": [{"type": "text", "text": asked}]}]
    first = client.interactions.create(model=MODEL, input=history, tools=[WEATHER], store=False)
    assert first.status == "requires_action"
    history += [step.model_dump(exclude_none=True) for step in first.steps]
    call = first.steps[-1]
    history.append({"type": "function_result", "name": call.name, "call_id": call.id, "result": {"sky": "clear"}})
    answer = client.interactions.create(model=MODEL, input=history, tools=[WEATHER], store=False)
    assert answer.status == "completed"
    assert "clear" in answer.output_text


@pytest.mark.behaviour(17)
def test_function_calling_streamed(client):
    arguments, call_id = "", None
    for event in client.interactions.create(
        model=MODEL, input='!call get_weather {"city":"Reykjavík"}', tools=[WEATHER], stream=True
    ):
        if event.event_type == "step.start":
            assert (event.step.type, event.step.arguments) == ("function_call", {})
            call_id = event.step.id
        elif event.event_type == "step.delta":
            assert event.delta.type == "arguments_delta"
            arguments += event.delta.arguments
        elif event.event_type == "interaction.completed":
            assert event.interaction.status == "requires_action"
    assert call_id
    assert json.loads(arguments) == {"city": "Reykjavík"}


@pytest.mark.behaviour(38)
def test_thinking(client):
    interaction = client.interactions.create(
        model=MODEL,
        input="!think Two and two |make four.\n!say 4",
        generation_config={"thinking_level": "low", "thinking_summaries": "auto"},
    )
    thought, answer = interaction.steps
    assert thought.type == "thought" and thought.signature
    assert thought.summary[0].text == "Two and two make four."
    assert answer.type == "model_output"
    assert interaction.output_text == "4"
    assert interaction.usage.total_thought_tokens == 2


@pytest.mark.behaviour(8)
def test_system_instruction_and_settings(client, upstream):
    client.interactions.create(
        model=MODEL,
        input="Hello",
        system_instruction="You are a cat.",
        generation_config={"max_output_tokens": 100, "seed": 7, "stop_sequences": ["END"]},
    )
    sent = upstream.last_request()
    assert sent["messages"][0] == {"role": "system", "content": "You are a cat."}
    assert sent["seed"] == 7
    assert sent["stop"] == ["END"]
    assert 100 in (sent.get("max_tokens"), sent.get("max_completion_tokens"))


@pytest.mark.behaviour(3, 6)
def test_get_and_delete(client):
    created = client.interactions.create(model=MODEL, input="Remember me.")
    found = client.interactions.get(created.id, include_input=True)
    assert [step.type for step in found.steps] == ["user_input", "model_output"]
    assert found.output_text == created.output_text
    assert found.input is not None
    client.interactions.delete(created.id)
    with pytest.raises(NotFoundError) as missing:
        client.interactions.get(created.id)
    assert missing.value.body["error"]["code"] == "not_found"


@pytest.mark.behaviour(30, 31)
def test_replay(client):
    events = list(client.interactions.create(model=MODEL, input="!say a|b|c", stream=True))
    interaction_id = events[0].interaction.id
    replayed = list(client.interactions.get(interaction_id, stream=True))
    assert replayed[-1].event_type == "interaction.completed"
    middle = replayed[len(replayed) // 2]
    rest = list(client.interactions.get(interaction_id, stream=True, last_event_id=middle.event_id))
    assert [event.event_id for event in rest] == [event.event_id for event in replayed[len(replayed) // 2 + 1 :]]


@pytest.mark.behaviour(10)
def test_errors(client):
    with pytest.raises(BadRequestError) as unknown:
        client.interactions.create(model=MODEL, input="Hi", extra_body={"temprature": 1})
    assert unknown.value.body["error"]["code"] == "invalid_request"
    assert "temprature" in str(unknown.value)
    with pytest.raises(NotFoundError):
        client.interactions.create(model=MODEL, input="Hi", previous_interaction_id="v1_nothing")
    with pytest.raises(BadRequestError):
        list(client.interactions.create(model=MODEL, input="Hi", tools=[WEATHER, WEATHER], stream=True))


@pytest.mark.behaviour(5)
@pytest.mark.parametrize("version", ["v1", "v1beta", "v1alpha"])
def test_every_version(antiphon, client, version):
    with genai.Client(http_options={"api_version": version}) as versioned:
        assert versioned.interactions.create(model=MODEL, input="Hi").output_text == "You said: Hi"


def test_models_listing(client):
    names = [model.name for model in client.models.list()]
    assert any("scripted" in name for name in names), names
    model = client.models.get(model=names[0])
    assert model.name == names[0]
