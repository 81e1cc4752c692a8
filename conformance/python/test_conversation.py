"""Chains of turns: what is carried on and what is not."""

import pytest

from wire import text_of


def roles(request):
    return [message["role"] for message in request["messages"]]


@pytest.mark.behaviour(7)
def test_an_interaction_holds_its_own_turn_only(wire):
    first = wire.created(input="One")
    second = wire.created(input="Two", previous_interaction_id=first["id"])
    assert len(second["steps"]) == 1
    found = wire.get(second["id"]).json
    assert [step["type"] for step in found["steps"]] == ["user_input", "model_output"]
    assert found["previous_interaction_id"] == first["id"]


@pytest.mark.behaviour(8)
def test_the_system_instruction_is_per_request(wire, upstream):
    first = wire.created(input="One", system_instruction="Be brief.")
    assert roles(upstream.last_request()) == ["system", "user"]
    wire.created(input="Two", previous_interaction_id=first["id"])
    assert roles(upstream.last_request()) == ["user", "assistant", "user"]
    wire.created(input="Two", previous_interaction_id=first["id"], system_instruction="Be long.")
    assert upstream.last_request()["messages"][0] == {"role": "system", "content": "Be long."}


@pytest.mark.behaviour(9)
def test_tools_and_settings_are_per_request(wire, upstream):
    tools = [{"type": "function", "name": "f"}]
    settings = {"seed": 1, "stop_sequences": ["x"]}
    first = wire.created(input="One", tools=tools, generation_config=settings)
    assert [tool["function"]["name"] for tool in upstream.last_request()["tools"]] == ["f"]
    assert first["tools"] == tools
    assert first["generation_config"] == settings
    second = wire.created(input="Two", previous_interaction_id=first["id"])
    for name in ("tools", "seed", "stop"):
        assert name not in upstream.last_request()
    assert "tools" not in second and "generation_config" not in second


def test_several_children_of_one_parent(wire, upstream):
    root = wire.created(input="Root")
    children = [wire.created(input=f"Child {n}", previous_interaction_id=root["id"]) for n in (1, 2)]
    wire.created(input="Grandchild", previous_interaction_id=children[0]["id"])
    said = [m["content"] for m in upstream.last_request()["messages"] if m["role"] == "user"]
    assert said == ["Root", "Child 1", "Grandchild"]


def test_the_model_may_change_between_turns(wire):
    first = wire.created(input="One", model="gemini-3.5-flash")
    second = wire.created(input="Two", model="gemini-3.8-pro", previous_interaction_id=first["id"])
    assert (first["model"], second["model"]) == ("gemini-3.5-flash", "gemini-3.8-pro")


@pytest.mark.behaviour(14)
def test_an_unstored_turn_is_no_parent(wire):
    unstored = wire.created(input="One", store=False)
    reply = wire.create(input="Two", previous_interaction_id=unstored["id"])
    assert (reply.status, reply.error["code"]) == (404, "not_found")
    assert wire.get(unstored["id"]).status == 404


def test_an_unstored_turn_reads_the_history(wire, upstream):
    first = wire.created(input="One")
    second = wire.created(input="Two", previous_interaction_id=first["id"], store=False)
    assert text_of(second) == "You said: Two"
    assert roles(upstream.last_request()) == ["user", "assistant", "user"]


@pytest.mark.behaviour(15)
def test_a_running_turn_is_no_parent(wire, upstream, gate):
    with wire.create_stream(input=f"!say One|@gate:{gate}|.") as running:
        interaction_id = running.read_until("interaction.created")[0]["interaction"]["id"]
        upstream.wait_reached(gate)
        reply = wire.create(input="Two", previous_interaction_id=interaction_id)
        assert (reply.status, reply.error["code"]) == (400, "failed_precondition")
        upstream.open(gate)
        assert running.rest()[-1]["interaction"]["status"] == "completed"
    assert wire.create(input="Two", previous_interaction_id=interaction_id).status == 200


def test_a_deleted_parent_leaves_its_children_readable(wire):
    parent = wire.created(input="One")
    child = wire.created(input="Two", previous_interaction_id=parent["id"])
    wire.call("DELETE", f"/v1beta/interactions/{parent['id']}")
    assert wire.get(child["id"]).status == 200
    below = wire.create(input="Three", previous_interaction_id=child["id"])
    assert (below.status, below.error["code"]) == (404, "not_found")
    assert parent["id"] in below.error["message"]


@pytest.mark.behaviour(40, 41)
def test_usage_adds_up_and_grows(wire):
    first = wire.created(input="!think a|b\n!say c|d|e")["usage"]
    names = ("total_input_tokens", "total_output_tokens", "total_thought_tokens", "total_tool_use_tokens")
    assert first["total_tokens"] == sum(first[name] for name in names)
    assert (first["total_thought_tokens"], first["total_output_tokens"]) == (2, 3)
    assert (first["total_tool_use_tokens"], first["total_cached_tokens"]) == (0, 0)

    one = wire.created(input="One two three")
    two = wire.created(input="Four", previous_interaction_id=one["id"])["usage"]
    assert two["total_input_tokens"] > one["usage"]["total_input_tokens"]
    assert 0 < two["total_cached_tokens"] <= two["total_input_tokens"]
