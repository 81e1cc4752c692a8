"""Runs that do not hang on a connection, and how they are ended."""

import pytest

from wire import fold, text_of


@pytest.mark.behaviour(34, 77)
def test_it_is_accepted_before_the_model_has_answered(wire, upstream, gate):
    accepted = wire.created(input=f"!say One|@gate:{gate}|two", background=True)
    assert accepted["status"] in ("queued", "in_progress")
    assert not accepted.get("steps")
    found = wire.get(accepted["id"]).json
    assert found["status"] in ("queued", "in_progress")
    assert found["steps"][0]["type"] == "user_input"
    upstream.wait_reached(gate)
    with wire.replay(accepted["id"]) as stream:
        upstream.open(gate)
        events = stream.rest()
    assert events[-1]["interaction"]["status"] == "completed"
    finished = wire.get(accepted["id"]).json
    assert (finished["status"], text_of(finished)) == ("completed", "Onetwo")


@pytest.mark.behaviour(32, 33)
def test_a_dropped_connection_does_not_stop_it(wire, upstream, gate):
    stream = wire.create_stream(input=f"!say One, |@gate:{gate}|two, |three.", background=True)
    seen = stream.read_until("step.delta")
    upstream.wait_reached(gate)
    stream.close()
    upstream.open(gate)
    with wire.replay(seen[0]["interaction"]["id"], seen[-1]["event_id"]) as resumed:
        rest = resumed.rest()
    ids = [event["event_id"] for event in seen + rest]
    assert len(set(ids)) == len(ids)
    assert rest[-1]["interaction"]["status"] == "completed"
    assert fold(seen + rest)[0]["content"][0]["text"] == "One, two, three."


@pytest.mark.behaviour(35)
@pytest.mark.parametrize("form", ["/cancel", ":cancel"])
def test_cancel(wire, upstream, gate, form):
    accepted = wire.created(input=f"!say One|@gate:{gate}|two", background=True)
    upstream.wait_reached(gate)
    with wire.replay(accepted["id"]) as stream:
        seen = stream.read_until("interaction.created")
        reply = wire.call("POST", f"/v1beta/interactions/{accepted['id']}{form}")
        assert (reply.status, reply.json["status"]) == (200, "cancelled")
        seen += stream.rest()
    assert seen[-1]["interaction"]["status"] == "cancelled"
    upstream.wait_abandoned(gate)
    assert wire.get(accepted["id"]).json["status"] == "cancelled"
    again = wire.call("POST", f"/v1beta/interactions/{accepted['id']}{form}")
    assert (again.status, again.json["status"]) == (200, "cancelled"), "a repeated cancel changes nothing"


def test_cancel_with_the_sdk(client, upstream, gate):
    accepted = client.interactions.create(
        model="gemini-3.5-flash", input=f"!say One|@gate:{gate}|two", background=True
    )
    upstream.wait_reached(gate)
    assert client.interactions.cancel(accepted.id).status == "cancelled"
    assert client.interactions.get(accepted.id).status == "cancelled"


@pytest.mark.behaviour(35)
def test_cancel_of_what_is_finished_or_unknown(wire):
    finished = wire.created(input="Hi")
    reply = wire.call("POST", f"/v1beta/interactions/{finished['id']}/cancel")
    assert (reply.status, reply.error["code"]) == (400, "failed_precondition")
    assert wire.get(finished["id"]).json["status"] == "completed"
    unknown = wire.call("POST", "/v1beta/interactions/v1_nothing/cancel")
    assert (unknown.status, unknown.error["code"]) == (404, "not_found")


@pytest.mark.behaviour(36)
def test_delete_of_a_running_one(wire, upstream, gate):
    accepted = wire.created(input=f"!say One|@gate:{gate}|two", background=True)
    upstream.wait_reached(gate)
    assert wire.call("DELETE", f"/v1beta/interactions/{accepted['id']}").status == 200
    assert wire.get(accepted["id"]).error["code"] == "not_found"
    upstream.open(gate)
    assert text_of(wire.created(input="Still there?")) == "You said: Still there?"
    assert wire.get(accepted["id"]).status == 404
