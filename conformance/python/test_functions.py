"""Function calls: their form, their results, and the choice whether to call."""

import json

import pytest

from wire import fold, steps_of_type, text_of


def function(name, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "name": name, "description": f"Does {name}.", "parameters": schema}


TOOLS = [function("get_weather", city={"type": "string"}), function("get_time", zone={"type": "string"})]
TWO_CALLS = '!call get_weather {"city":"Paris"}\n!call get_time {"zone":"CET"}'


def result(call, value, **fields):
    return {"type": "function_result", "call_id": call["id"], "name": call["name"], "result": value, **fields}


@pytest.mark.behaviour(16)
def test_a_call_has_its_arguments_as_an_object(wire):
    interaction = wire.created(input='!say Let me see.\n!call get_weather {"city":"Paris","days":[1,2]}', tools=TOOLS)
    assert interaction["status"] == "requires_action"
    call = interaction["steps"][-1]
    assert (call["type"], call["name"]) == ("function_call", "get_weather")
    assert call["arguments"] == {"city": "Paris", "days": [1, 2]}
    assert call["id"]
    assert wire.get(interaction["id"]).json["status"] == "requires_action"


@pytest.mark.behaviour(17)
def test_streamed_arguments_are_fragments(wire):
    with wire.create_stream(input=TWO_CALLS, tools=TOOLS) as stream:
        events = stream.rest()
    starts = [event["step"] for event in events if event["event_type"] == "step.start"]
    assert [step["arguments"] for step in starts] == [{}, {}]
    for index, expected in ((0, {"city": "Paris"}), (1, {"zone": "CET"})):
        deltas = [e["delta"] for e in events if e["event_type"] == "step.delta" and e["index"] == index]
        assert {delta["type"] for delta in deltas} == {"arguments_delta"}
        assert json.loads("".join(delta["arguments"] for delta in deltas)) == expected
    assert events[-1]["interaction"]["status"] == "requires_action"


@pytest.mark.behaviour(18)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_results_are_matched_by_call_id(wire, upstream, order):
    interaction = wire.created(input=TWO_CALLS, tools=TOOLS)
    calls = steps_of_type(interaction, "function_call")
    assert len({call["id"] for call in calls}) == 2
    results = [result(calls[0], "sunny"), result(calls[1], "noon")]
    answer = wire.created(
        previous_interaction_id=interaction["id"], tools=TOOLS, input=[results[position] for position in order]
    )
    assert answer["status"] == "completed"
    sent = {m["tool_call_id"]: m["content"] for m in upstream.last_request()["messages"] if m["role"] == "tool"}
    asked = upstream.last_request()["messages"][1]["tool_calls"]
    by_name = {call["function"]["name"]: sent[call["id"]] for call in asked}
    assert by_name == {"get_weather": "sunny", "get_time": "noon"}


@pytest.mark.behaviour(19)
@pytest.mark.parametrize(
    "value, told",
    [
        ("sunny", "sunny"),
        ({"sky": "clear", "degrees": 24}, '"degrees"'),
        ([{"type": "text", "text": "part one, "}, {"type": "text", "text": "part two"}], "part two"),
    ],
    ids=["string", "object", "content list"],
)
def test_every_form_of_result(wire, value, told):
    interaction = wire.created(input='!call get_weather {"city":"Paris"}', tools=TOOLS)
    given = result(interaction["steps"][-1], value)
    answer = wire.created(previous_interaction_id=interaction["id"], tools=TOOLS, input=[given])
    assert told in text_of(answer)
    assert wire.get(answer["id"]).json["steps"][0] == given


def test_a_failed_call_is_told_to_the_model(wire):
    interaction = wire.created(input='!call get_weather {"city":"Paris"}', tools=TOOLS)
    failed = result(interaction["steps"][-1], "no such city", is_error=True)
    answer = wire.created(previous_interaction_id=interaction["id"], tools=TOOLS, input=[failed])
    assert "no such city" in text_of(answer)


@pytest.mark.behaviour(20)
def test_an_unknown_or_missing_call_id_leaves_the_conversation_usable(wire):
    interaction = wire.created(input=TWO_CALLS, tools=TOOLS)
    weather, time = steps_of_type(interaction, "function_call")

    def answer(*results):
        return wire.create(previous_interaction_id=interaction["id"], tools=TOOLS, input=list(results))

    unknown = answer(result(weather, "sunny"), result({**time, "id": "nosuchid"}, "noon"))
    assert unknown.status == 400
    assert "nosuchid" in unknown.error["message"]
    missing = answer(result(weather, "sunny"))
    assert missing.status == 400
    assert time["id"] in missing.error["message"]
    twice = answer(result(weather, "sunny"), result(weather, "rainy"), result(time, "noon"))
    assert twice.status == 400
    assert answer(result(weather, "sunny"), result(time, "noon")).status == 200


@pytest.mark.behaviour(18)
@pytest.mark.parametrize("its_id", ["same", ""], ids=["repeated", "empty"])
def test_a_model_server_that_repeats_its_ids(wire, upstream, its_id):
    turn = f"!ids {its_id}\n{TWO_CALLS}"
    interaction = wire.created(input=f"{turn}\n!then\n{turn}\n!then\n!say Done.", tools=TOOLS)
    seen = set()
    for _ in range(2):
        calls = steps_of_type(interaction, "function_call")
        seen.update(call["id"] for call in calls)
        results = [result(call, f"of {call['name']}") for call in reversed(calls)]
        interaction = wire.created(previous_interaction_id=interaction["id"], tools=TOOLS, input=results)
        messages = upstream.last_request()["messages"]
        asked = next(message for message in reversed(messages) if message.get("tool_calls"))["tool_calls"]
        told = {message["tool_call_id"]: message["content"] for message in messages if message["role"] == "tool"}
        assert [told[call["id"]] for call in asked] == ["of get_weather", "of get_time"]
    assert len(seen) == 4
    assert text_of(interaction) == "Done."


@pytest.mark.parametrize(
    "settings",
    [{}, {"tool_choice": {"allowed_tools": {"mode": "auto", "tools": ["get_time"]}}}],
    ids=["undeclared", "not allowed"],
)
def test_a_call_that_the_request_does_not_allow(wire, settings):
    called = "get_weather" if settings else "get_money"
    interaction = wire.created(input=f"!say Well.\n!call {called} {{}}", tools=TOOLS, generation_config=settings)
    assert interaction["status"] == "failed"
    assert interaction["errors"][0]["code"] == "unexpected_tool_call"
    assert called in interaction["errors"][0]["message"]


def test_calls_that_build_on_one_another(wire):
    script = '!call get_time {"zone":"CET"}\n!then\n!call get_weather {"city":"Paris"}\n!then\n!say Sunny at noon.'
    first = wire.created(input=script, tools=TOOLS)
    second = wire.created(
        previous_interaction_id=first["id"], tools=TOOLS, input=[result(first["steps"][-1], "noon")]
    )
    assert second["status"] == "requires_action"
    third = wire.created(
        previous_interaction_id=second["id"], tools=TOOLS, input=[result(second["steps"][-1], "sunny")]
    )
    assert text_of(third) == "Sunny at noon."


def test_a_result_may_come_with_a_remark_of_the_user(wire, upstream):
    interaction = wire.created(input='!call get_weather {"city":"Paris"}', tools=TOOLS)
    remark = {"type": "user_input", "content": [{"type": "text", "text": "And be quick."}]}
    given = [result(interaction["steps"][-1], "sunny"), remark]
    answer = wire.created(previous_interaction_id=interaction["id"], tools=TOOLS, input=given)
    assert text_of(answer) == "You said: And be quick."
    assert [m["role"] for m in upstream.last_request()["messages"]] == ["user", "assistant", "tool", "user"]


@pytest.mark.behaviour(43)
def test_the_choice_to_call(wire, upstream):
    def choose(choice):
        return wire.created(input="Anything", tools=TOOLS, generation_config={"tool_choice": choice})

    assert choose("any")["status"] == "requires_action"
    assert upstream.last_request()["tool_choice"] == "required"
    assert choose("auto")["status"] == "completed"
    one = choose({"allowed_tools": {"mode": "any", "tools": ["get_time"]}})
    assert [call["name"] for call in steps_of_type(one, "function_call")] == ["get_time"]
    assert choose("validated")["status"] == "completed"
    forbidden = wire.created(input=TWO_CALLS + "\n!say No.", tools=TOOLS, generation_config={"tool_choice": "none"})
    assert (forbidden["status"], text_of(forbidden)) == ("completed", "No.")


@pytest.mark.behaviour(44)
def test_text_around_calls_has_steps_of_its_own(wire):
    script = "!say Let me see.\n" + TWO_CALLS + "\n!then\n!think Now I know.\n!say It is sunny."
    first = wire.created(input=script, tools=TOOLS)
    kinds = ["model_output", "function_call", "function_call"]
    assert [step["type"] for step in first["steps"]] == kinds
    calls = steps_of_type(first, "function_call")
    results = [result(call, "fine") for call in calls]
    second = wire.created(previous_interaction_id=first["id"], tools=TOOLS, input=results)
    assert [step["type"] for step in second["steps"]] == ["thought", "model_output"]
    assert text_of(second) == "It is sunny."
    with wire.replay(first["id"]) as stream:
        assert [step["type"] for step in fold(stream.rest())] == ["user_input", *kinds]
