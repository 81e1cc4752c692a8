"""The event stream: its frames, its order, its replay."""

import json
import random

import pytest

from wire import MODEL, fold, text_of

# Every kind of step that a model without server-side tools makes.
EVERYTHING = '!think First |I think.\n!say Grüße, |世界 |🌍\n!call f {"key":"välue","list":[1,2,3]}'
TOOLS = [{"type": "function", "name": "f", "parameters": {"type": "object", "properties": {"key": {"type": "string"}}}}]


@pytest.fixture
def run(wire):
    """A finished stream of every kind of step: its id, its events."""
    with wire.create_stream(
        input=EVERYTHING, tools=TOOLS, generation_config={"thinking_summaries": "auto"}
    ) as stream:
        events = stream.rest()
    return events[0]["interaction"]["id"], events


@pytest.mark.behaviour(21, 22, 28)
def test_the_frames(wire):
    with wire.create_stream(input=EVERYTHING, tools=TOOLS) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        frames = list(stream)
    assert (frames[-1].event, frames[-1].data) == ("done", "[DONE]")
    for frame in frames[:-1]:
        assert frame.event == frame.data["event_type"]
    kinds = [frame.event for frame in frames]
    assert kinds[:2] == ["interaction.created", "interaction.status_update"]
    assert kinds[-2] == "interaction.completed"
    created = frames[0].data["interaction"]
    assert (created["object"], created["status"], created["model"]) == ("interaction", "in_progress", MODEL)
    assert created["id"].startswith("v1_")
    assert frames[1].data["interaction_id"] == created["id"]
    assert frames[1].data["status"] == "in_progress"


@pytest.mark.behaviour(23)
def test_steps_are_contiguous_and_do_not_overlap(run):
    open_step, next_index = None, 0
    for event in run[1]:
        kind = event["event_type"]
        if kind == "step.start":
            assert (open_step, event["index"]) == (None, next_index)
            open_step, next_index = event["index"], next_index + 1
        elif kind == "step.delta":
            assert event["index"] == open_step
        elif kind == "step.stop":
            assert event["index"] == open_step
            open_step = None
    assert (open_step, next_index) == (None, 3)


@pytest.mark.behaviour(24)
def test_the_deltas_add_up_to_the_steps(wire, run):
    interaction_id, events = run
    stored = wire.get(interaction_id).json["steps"]
    assert stored[0]["type"] == "user_input"
    assert [step["type"] for step in stored[1:]] == ["thought", "model_output", "function_call"]
    assert fold(events) == stored[1:]
    assert stored[2]["content"][0]["text"] == "Grüße, 世界 🌍"


@pytest.mark.behaviour(25)
def test_the_completed_event(run):
    interaction_id, events = run
    completed = events[-1]["interaction"]
    assert completed["id"] == interaction_id
    assert completed["status"] == "requires_action"
    assert completed["usage"]["total_tokens"] > 0
    assert not completed.get("steps")


@pytest.mark.behaviour(30, 77)
def test_a_finished_interaction_replays_whole(wire, run):
    interaction_id, live = run
    with wire.replay(interaction_id) as stream:
        replayed = stream.rest()
    assert replayed[0]["event_type"] == "interaction.created"
    assert replayed[-1]["interaction"]["status"] == "requires_action"
    assert fold(replayed) == wire.get(interaction_id).json["steps"]
    assert fold(replayed)[0]["type"] == "user_input"
    with wire.replay(interaction_id) as again:
        assert again.rest() == replayed


@pytest.mark.behaviour(31)
def test_a_replay_resumes_after_any_event(wire, run):
    with wire.replay(run[0]) as stream:
        events = stream.rest()
    ids = [event["event_id"] for event in events]
    assert len(set(ids)) == len(ids)
    for position, event_id in enumerate(ids):
        with wire.replay(run[0], event_id) as rest:
            assert rest.rest() == events[position + 1 :]


@pytest.mark.behaviour(31)
def test_the_ids_of_the_live_stream_resume_in_its_numbering(wire, run):
    interaction_id, live = run
    for position, event in enumerate(live):
        with wire.replay(interaction_id, event["event_id"]) as rest:
            assert rest.rest() == live[position + 1 :]


def random_script(seed):
    """A few directives in any order, their texts cut anywhere."""
    choose = random.Random(seed)

    def text():
        letters = "".join(choose.choices("ab \nüß世🌍é\u0301\u200d", k=choose.randint(1, 12)))
        cuts = sorted(choose.sample(range(len(letters) + 1), min(3, len(letters))))
        return "|".join(letters[a:b] for a, b in zip([0, *cuts], [*cuts, len(letters)], strict=True))

    lines = []
    for _ in range(choose.randint(1, 6)):
        kind = choose.choice(["think", "say", "call"])
        arguments = json.dumps({"key": text(), "list": [choose.random(), None, {"n": choose.randint(-9, 9)}]})
        lines.append(f"!call f {arguments}" if kind == "call" else f"!{kind} .{text()}")
    return "\n".join(lines)


@pytest.mark.behaviour(24, 30, 31)
@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_model_says(wire, seed):
    settings = {"thinking_summaries": random.Random(seed).choice(["auto", "none"])}
    with wire.create_stream(input=random_script(seed), tools=TOOLS, generation_config=settings) as stream:
        live = stream.rest()
    interaction_id = live[0]["interaction"]["id"]
    stored = wire.get(interaction_id).json["steps"]
    assert fold(live) == stored[1:]
    with wire.replay(interaction_id) as stream:
        replayed = stream.rest()
    assert fold(replayed) == stored
    for events in (live, replayed):
        position = random.Random(seed).randrange(len(events))
        with wire.replay(interaction_id, events[position]["event_id"]) as rest:
            assert rest.rest() == events[position + 1 :]


@pytest.mark.behaviour(31)
def test_an_unknown_last_event_id_is_refused(wire, run):
    reply = wire.get(run[0], "?stream=true&last_event_id=nonsense")
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert "last_event_id" in reply.error["message"]
    assert wire.get(run[0], "?stream=false&last_event_id=nonsense").status == 200


@pytest.mark.behaviour(30)
def test_a_second_reader_follows_a_running_turn(wire, upstream, gate):
    with wire.create_stream(input=f"!say One, |@gate:{gate}|two.") as live:
        interaction_id = live.read_until("interaction.created")[0]["interaction"]["id"]
        upstream.wait_reached(gate)
        with wire.replay(interaction_id) as follower:
            seen = follower.read_until("step.delta")
            upstream.open(gate)
            seen += follower.rest()
            live.rest()
    steps = fold(seen)
    assert [step["type"] for step in steps] == ["user_input", "model_output"]
    assert steps[1]["content"][0]["text"] == "One, two."


@pytest.mark.behaviour(26, 29)
@pytest.mark.parametrize("fault", ["error", "junk", "cut"])
def test_a_failure_in_the_middle_is_told_in_the_stream(wire, fault):
    with wire.create_stream(input=f"!say Half |an answer|@{fault}") as stream:
        events = stream.rest()
    kinds = [event["event_type"] for event in events]
    assert kinds[-2:] == ["error", "interaction.completed"]
    error = events[-2]["error"]
    assert isinstance(error["code"], str) and error["message"]
    assert events[-1]["interaction"]["status"] == "failed"
    interaction_id = events[0]["interaction"]["id"]
    stored = wire.get(interaction_id).json
    assert stored["status"] == "failed"
    assert stored["errors"][0]["code"] == error["code"]
    assert text_of(stored) == "Half an answer"
    with wire.replay(interaction_id) as replay:
        assert [event["event_type"] for event in replay.rest()][-2:] == ["error", "interaction.completed"]
    assert text_of(wire.created(input="Still there?")) == "You said: Still there?"


@pytest.mark.behaviour(27)
def test_a_failure_before_the_start_is_an_http_status(wire):
    refused = wire.create(stream=True, input="Hi", temprature=1)
    assert (refused.status, refused.error["code"]) == (400, "invalid_request")
    missing = wire.create(stream=True, input="Hi", previous_interaction_id="v1_nothing")
    assert (missing.status, missing.error["code"]) == (404, "not_found")


@pytest.mark.behaviour(35)
def test_a_client_that_goes_away_stops_its_run(wire, upstream, gate):
    stream = wire.create_stream(input=f"!say Half|@gate:{gate}|whole")
    interaction_id = stream.read_until("step.delta")[0]["interaction"]["id"]
    upstream.wait_reached(gate)
    stream.close()
    upstream.wait_abandoned(gate)
    with wire.replay(interaction_id) as replay:
        assert replay.rest()[-1]["interaction"]["status"] == "cancelled"
    assert text_of(wire.get(interaction_id).json) == "Half"
