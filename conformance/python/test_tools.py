"""The loop of server-side tools, and the programs of `code_execution` in the real sandbox."""

import base64
import struct
import time
import zlib

import pytest
from google.genai._interactions import BadRequestError

from toolbox import CODE, LIMIT_SECONDS, SEARCH, call, results_read, run, then
from wire import MODEL, Wire, fold, steps_of_type, text_of


def png(red):
    """A square of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([red, 0, 0]) * 8 for _ in range(8))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# Programs.


def test_a_program_runs_and_its_files_stay(sdk, upstream):
    first = sdk.interactions.create(
        model=MODEL,
        input=then(run("open('n.txt', 'w').write('6')\nprint(6 * 7)"), "!say It is 42."),
        tools=CODE,
    )
    assert [step.type for step in first.steps] == ["code_execution_call", "code_execution_result", "model_output"]
    asked, answered, _ = first.steps
    assert (asked.arguments.language, asked.arguments.code.splitlines()[-1]) == ("python", "print(6 * 7)")
    assert (answered.call_id, answered.result, answered.is_error) == (asked.id, "42\n", False)
    assert asked.signature and answered.signature
    assert (first.output_text, first.status) == ("It is 42.", "completed")
    assert "42" in results_read(upstream)[0]

    second = sdk.interactions.create(
        model=MODEL,
        previous_interaction_id=first.id,
        input=then(run("print(open('n.txt').read() * 2)"), "!say Still there."),
        tools=CODE,
    )
    assert second.steps[1].result == "66\n"
    other = sdk.interactions.create(model=MODEL, input=run("print(open('n.txt').read())"), tools=CODE)
    assert other.steps[1].is_error and "FileNotFoundError" in other.steps[1].result


def test_an_image_that_a_program_leaves_is_shown(sdk, place):
    image = png(200)
    code = f"import base64\nopen('square.png', 'wb').write(base64.b64decode('{base64.b64encode(image).decode()}'))"
    interaction = sdk.interactions.create(model=MODEL, input=then(run(code), "!say Here it is."), tools=CODE)
    assert (interaction.output_image.mime_type, base64.b64decode(interaction.output_image.data)) == ("image/png", image)
    assert interaction.output_text == "Here it is."
    with Wire(place.url).replay(interaction.id) as stream:
        steps = fold(stream.rest())
    assert steps == Wire(place.url).get(interaction.id).json["steps"]


@pytest.mark.parametrize(
    "code, told",
    [
        ("print('so far')\nraise ValueError('no such luck')", ["so far", "ValueError: no such luck", "exit status 1"]),
        ("print('begun', flush=True)\nwhile True: pass", ["begun", f"longer than the limit of {LIMIT_SECONDS} seconds"]),
        ("import urllib.request as u\nu.urlopen('http://127.0.0.1')", ["URLError", "exit status 1"]),
        ("open('/etc/shadow')", ["exit status 1"]),
        ("print(x", ["SyntaxError"]),
    ],
    ids=["exception", "time-out", "network", "host file", "syntax"],
)
def test_a_failed_program_tells_the_model_and_not_the_client(tools, upstream, code, told):
    interaction = tools.created(input=then(run(code), "!say I see."), tools=CODE)
    assert (interaction["status"], text_of(interaction)) == ("completed", "I see.")
    result = steps_of_type(interaction, "code_execution_result")[0]
    assert result["is_error"]
    for words in told:
        assert words in result["result"] and words in results_read(upstream)[0]


def test_wrong_arguments_tell_the_model(tools, upstream):
    interaction = tools.created(input=then('!call code_execution {"cod": "1"}', "!say Sorry."), tools=CODE)
    assert interaction["status"] == "completed"
    assert "`code` is missing" in results_read(upstream)[0]


def begin_in_background(wire, code, after):
    """The id of a background run whose program runs."""
    begun = wire.create_stream(input=then(run(code), after), tools=CODE, background=True)
    with begun as stream:
        events = stream.read_until("step.stop")
    assert events[-2]["delta"]["type"] == "code_execution_call"
    return events[0]["interaction"]["id"]


def test_cancelling_ends_the_program(tools):
    first = begin_in_background(tools, "while True: pass", "!say Never.")
    assert tools.call("POST", f"/v1beta/interactions/{first}/cancel").json["status"] == "cancelled"
    # One program of a conversation runs at a time, so this one would wait for the other's end.
    second = tools.created(previous_interaction_id=first, input=then(run("print(8)"), "!say Free."), tools=CODE)
    assert steps_of_type(second, "code_execution_result")[0]["result"] == "8\n"


def test_a_program_that_a_crash_interrupted_is_not_run_twice(start, upstream):
    server = start("--sandbox-user-ids", "270000-270999")
    code = "open('runs', 'a').write('x')\nimport time\ntime.sleep(1000)"
    identity = begin_in_background(Wire(server.url), code, then(run("print(open('runs').read())"), "!say I see."))
    while not any(path.stat().st_size for path in server.data.glob("environments/*/runs")):
        assert server.process.process.poll() is None
        time.sleep(0.01)  # the program has not got there yet, and nobody else can tell
    server.kill()

    wire = Wire(start("--sandbox-user-ids", "270000-270999").url)
    with wire.replay(identity) as stream:
        steps = fold(stream.rest())
    results = [step for step in steps if step["type"] == "code_execution_result"]
    assert results[0]["is_error"] and "interrupted" in results[0]["result"]
    assert results[1]["result"] == "x\n"
    assert text_of({"steps": steps}) == "I see."


def test_programs_can_be_switched_off(start):
    wire = Wire(start("--code-execution", "false").url)
    refused = wire.create(input="Hello", tools=CODE)
    assert (refused.status, "tools[0].type" in refused.error["message"]) == (400, True)


# The stream, the log, and histories that clients keep.


@pytest.mark.behaviour(23, 24)
def test_tools_are_streamed_by_the_delta_rules_and_replayed_alike(tools):
    script = then(f"!say Let me see.\n{run('print(1)')}", call("google_search", queries=["Brücke"]), "!say Im Jahr |2000 [|[1]].")
    with tools.create_stream(input=script, tools=CODE + SEARCH) as stream:
        live = stream.rest()
    starts = [event["step"] for event in live if event["event_type"] == "step.start"]
    assert [step["type"] for step in starts] == [
        "model_output",
        "code_execution_call",
        "code_execution_result",
        "google_search_call",
        "google_search_result",
        "model_output",
    ]
    assert set(starts[1]) - {"signature"} == {"type", "id"} and set(starts[2]) - {"signature"} == {"type", "call_id"}
    identity = live[0]["interaction"]["id"]
    stored = tools.get(identity).json["steps"]
    assert fold(live) == stored[1:]
    with tools.replay(identity) as stream:
        replayed = stream.rest()
    assert fold(replayed) == stored
    middle = next(event for event in replayed if event["event_type"] == "step.start" and event["index"] == 3)
    with tools.replay(identity, middle["event_id"]) as stream:
        assert stream.rest() == replayed[replayed.index(middle) + 1 :]


def test_the_sdk_streams_tools(sdk):
    deltas = []
    for event in sdk.interactions.create(
        model=MODEL,
        input=then(call("google_search", queries=["lighthouse"]), "!say In 1561 [[1]]."),
        tools=SEARCH,
        stream=True,
    ):
        if event.event_type == "step.delta":
            deltas.append(event.delta)
    by_type = {delta.type: delta for delta in deltas}
    assert by_type["google_search_call"].arguments.queries == ["lighthouse"]
    assert by_type["google_search_result"].result[0].search_suggestions
    assert by_type["text_annotation_delta"].annotations[0].title == "lighthouse"


@pytest.mark.behaviour(44)
def test_text_after_a_tool_is_in_a_later_output(tools):
    interaction = tools.created(input=then(f"!say Let me see.\n{run('print(1)')}", "!say One."), tools=CODE)
    kinds = [step["type"] for step in interaction["steps"]]
    assert kinds == ["model_output", "code_execution_call", "code_execution_result", "model_output"]
    assert text_of(interaction) == "One."


def test_a_client_may_keep_the_history_itself(sdk, upstream):
    history = [
        {"type": "user_input", "content": [{"type": "text", "text": then(f"!think Hm.\n{run('print(3)')}", "!say Three.")}]}
    ]
    first = sdk.interactions.create(model=MODEL, input=history, tools=CODE, store=False)
    history += [step.model_dump(mode="json", exclude_none=True) for step in first.steps]
    history.append({"type": "user_input", "content": [{"type": "text", "text": "And then?"}]})
    second = sdk.interactions.create(model=MODEL, input=history, tools=CODE, store=False)
    assert second.output_text == "You said: And then?"
    messages = upstream.last_request()["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant", "user"]
    assert "3" in messages[2]["content"]

    result = next(step for step in history if step["type"] == "code_execution_result")
    result["result"] = "4\n"
    with pytest.raises(BadRequestError, match=r"input\[3\]"):
        sdk.interactions.create(model=MODEL, input=history, tools=CODE, store=False)


def test_tools_and_functions_mix(tools, upstream):
    ask = {"type": "function", "name": "ask", "description": "Asks the user.", "parameters": {"type": "object"}}
    script = then(f"!call ask {{}}\n{run('print(5)')}", "!say Both.")
    first = tools.created(input=script, tools=[*CODE, ask])
    assert first["status"] == "requires_action"
    kinds = [step["type"] for step in first["steps"]]
    assert kinds == ["function_call", "code_execution_call", "code_execution_result"]
    answer = {"type": "function_result", "call_id": first["steps"][0]["id"], "name": "ask", "result": "yes"}
    second = tools.created(previous_interaction_id=first["id"], input=[answer], tools=[*CODE, ask])
    assert text_of(second) == "Both."
    assert sorted(text.strip() for text in results_read(upstream)) == ["5", "yes"]


@pytest.mark.behaviour(43)
def test_the_choice_among_tools(tools, upstream):
    def choose(choice):
        return tools.created(input="Anything", tools=CODE + SEARCH, generation_config={"tool_choice": choice})

    some = choose({"allowed_tools": {"mode": "any", "tools": ["google_search"]}})
    assert some["steps"][0]["type"] == "google_search_call"
    first, *_, last = upstream.requests()
    assert first["tool_choice"] == "required" or first["tool_choice"]["function"]["name"] == "google_search"
    assert last.get("tool_choice", "auto") == "auto"
    assert [step["type"] for step in choose("none")["steps"]] == ["model_output"]


@pytest.mark.behaviour(9)
def test_tools_hold_for_their_own_turn(tools, upstream):
    first = tools.created(input=then(run("print(2)"), "!say Two."), tools=CODE)
    tools.created(previous_interaction_id=first["id"], input="And now?")
    assert not upstream.last_request().get("tools")


def test_an_unstored_turn_uses_tools(tools):
    interaction = tools.created(input=then(run("print(2)"), "!say Two."), tools=CODE, store=False)
    assert steps_of_type(interaction, "code_execution_result")[0]["result"] == "2\n"


# Functions that are found, and functions that drive a screen.


def test_deferred_functions_are_found_by_search(tools, upstream):
    def deferred(name, description):
        parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
        return {"type": "function", "name": name, "description": description, "parameters": parameters, "defer_loading": True}

    declared = [
        {"type": "tool_search"},
        deferred("get_weather", "Tells the weather forecast of a city."),
        deferred("book_train", "Books a train to a city."),
    ]
    script = then(call("tool_search", query="weather forecast"), call("get_weather", city="Malmö"))
    interaction = tools.created(input=script, tools=declared)
    assert interaction["status"] == "requires_action"
    assert [step["type"] for step in interaction["steps"]] == ["tool_search_call", "tool_search_result", "function_call"]
    assert interaction["steps"][1]["result"][0]["name"] == "get_weather"
    before, after = ({tool["function"]["name"] for tool in request["tools"]} for request in upstream.requests())
    assert before == {"tool_search"} and "get_weather" in after


def test_computer_use_declares_the_functions_of_a_screen(tools, upstream):
    tool = {"type": "computer_use", "environment": "browser", "excluded_predefined_functions": ["drag_and_drop"]}
    interaction = tools.created(input='!call navigate {"url": "https://example.com"}', tools=[tool])
    assert interaction["status"] == "requires_action"
    assert interaction["steps"][-1]["name"] == "navigate"
    declared = {tool["function"]["name"] for tool in upstream.last_request()["tools"]}
    assert "navigate" in declared and "drag_and_drop" not in declared
