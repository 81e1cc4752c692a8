"""Servers with settings of their own: keys, limits, models, and how a server ends."""

import base64
import json
import re
import signal
import socket
import subprocess

import pytest

from servers import binary
from wire import Wire, text_of


def keys(server, *arguments):
    command = [binary(), "keys", *arguments, "--data-dir", server.data]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_keys_guard_and_separate_projects(start):
    server = start()
    assert Wire(server.url, key="anything").create(input="Hi").status == 200
    blue = keys(server, "create", "--project", "blue", "--name", "tests").strip()
    red = keys(server, "create", "--project", "red").strip()
    server.stop()
    server = start()

    for refused in (Wire(server.url, key="anything"), Wire(server.url, key=blue[:-1])):
        reply = refused.create(input="Hi")
        assert (reply.status, reply.error["code"]) == (401, "authentication")
    interaction = Wire(server.url, key=blue).created(input="Hi")
    path = f"/v1/interactions/{interaction['id']}"
    bare = Wire(server.url, key="")
    assert bare.call("GET", f"{path}?key={blue}").status == 200
    assert bare.call("GET", path, headers={"authorization": f"Bearer {blue}"}).status == 200

    other = Wire(server.url, key=red)
    for method in ("GET", "DELETE"):
        assert other.call(method, path).error["code"] == "not_found"
    assert other.create(input="Hi", previous_interaction_id=interaction["id"]).error["code"] == "not_found"

    listed = keys(server, "list")
    assert "blue" in listed and blue not in listed


def test_a_revoked_key_is_refused(start):
    server = start()
    kept = keys(server, "create", "--name", "kept").strip()
    lost = keys(server, "create", "--name", "lost").strip()
    server.stop()
    server = start()
    assert Wire(server.url, key=lost).create(input="Hi").status == 200
    line = next(line for line in keys(server, "list").splitlines() if "lost" in line)
    keys(server, "revoke", line.split()[0])
    server.stop()
    server = start()  # a running one may trust what it looked up for some seconds
    assert Wire(server.url, key=lost).create(input="Hi").status == 401
    assert Wire(server.url, key=kept).create(input="Hi").status == 200


def test_other_machines_are_let_in_with_keys_only(tmp_path):
    command = [binary(), "serve", "--listen", "0.0.0.0:0", "--data-dir", tmp_path]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert "antiphon keys create" in ended.stderr


def test_a_busy_port_is_one_clear_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        command = [binary(), "serve", "--listen", address, "--data-dir", tmp_path]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert ended.returncode != 0
    assert address in ended.stderr and "--listen" in ended.stderr


def test_a_body_over_the_limit_is_413(start):
    wire = Wire(start("--max-body-bytes", "10000").url)
    reply = wire.create(input="x" * 20_000)
    assert reply.status == 413
    assert "10000" in reply.error["message"]
    assert wire.create(input="x" * 5_000).status == 200


def test_a_server_without_a_model_says_how_to_name_one(start):
    wire = Wire(start("--bundled-model", "false", model=False).url)
    reply = wire.create(input="Hi")
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert "--model" in reply.error["message"] and "--upstream" in reply.error["message"]
    assert b"--upstream" in wire.call("GET", "/").body
    assert wire.call("GET", "/v1/models").json == {"models": []}


def test_the_built_in_model_answers_when_no_other_is_named(start):
    wire = Wire(start(model=False).url)
    assert [model["name"] for model in wire.call("GET", "/v1/models").json["models"]] == ["models/antiphon-nano"]
    first = wire.created(input="Hello!", model="gemini-3-flash", generation_config={"temperature": 0})
    assert first["status"] == "completed"
    assert first["usage"]["total_output_tokens"] > 0
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
    second = wire.created(
        input="How many legs have two dogs?",
        model="gemini-3-flash",
        previous_interaction_id=first["id"],
        response_format={"type": "text", "mime_type": "application/json", "schema": schema},
    )
    assert list(json.loads(second["steps"][-1]["content"][0]["text"])) == ["n"]
    assert 0 < second["usage"]["total_cached_tokens"] < second["usage"]["total_input_tokens"]


def test_an_upstream_that_is_not_there(start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    wire = Wire(start("--upstream", address, "--upstream-model", "m", model=False).url)
    reply = wire.create(input="Hi")
    assert (reply.status, reply.error["code"]) == (503, "service_unavailable")


def test_names_are_mapped_to_models(start, upstream):
    wire = Wire(start("--alias", "house-*=scripted-small").url)
    assert wire.created(input="Hi", model="house-red")["model"] == "house-red"
    assert upstream.last_request()["model"] == "scripted-small"
    wire.created(input="Hi", model="models/gemini-3.5-flash")
    assert upstream.last_request()["model"] == "scripted"
    wire.created(input="Hi", model="scripted-small")
    assert upstream.last_request()["model"] == "scripted-small"


def test_a_model_declared_to_see_gets_the_image(start, upstream):
    wire = Wire(start("--upstream-image-models", "scripted*").url)
    data = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    given = [{"type": "text", "text": "What is it?"}, {"type": "image", "mime_type": "image/png", "data": data}]
    wire.created(input=given)
    parts = upstream.last_request()["messages"][0]["content"]
    assert parts[0] == {"type": "text", "text": "What is it?"}
    assert parts[1]["image_url"]["url"] == f"data:image/png;base64,{data}"


@pytest.mark.behaviour(28)
def test_a_silent_model_is_covered_by_comments(start, upstream, gate):
    wire = Wire(start("--keep-alive-seconds", "1").url)
    with wire.create_stream(input=f"!say One, |@gate:{gate}|two.") as stream:
        seen = stream.read_until("step.delta")
        while not stream.comments:
            assert stream.read_line() is None, "a frame was made up while the model was silent"
        upstream.open(gate)
        seen += stream.rest()
    assert all(event["event_type"] for event in seen)


@pytest.mark.behaviour(78)
def test_what_was_acknowledged_outlives_a_crash(start):
    server = start()
    wire = Wire(server.url)
    first = wire.created(input="!think Hm.\n!say One")
    second = wire.created(input="Two", previous_interaction_id=first["id"])
    before = [wire.get(interaction["id"]).json for interaction in (first, second)]
    with wire.replay(first["id"]) as stream:
        events = stream.rest()
    server.kill()

    wire = Wire(start().url)
    assert [wire.get(interaction["id"]).json for interaction in (first, second)] == before
    with wire.replay(first["id"], events[2]["event_id"]) as stream:
        assert stream.rest() == events[3:]
    assert text_of(wire.created(input="Three", previous_interaction_id=second["id"])) == "You said: Three"


@pytest.mark.behaviour(29)
def test_a_crash_ends_the_foreground_run_as_failed(start, upstream, gate):
    server = start()
    with Wire(server.url).create_stream(input=f"!think Hm.\n!say One|@gate:{gate}|two") as stream:
        seen = stream.read_until("interaction.status_update")
        interaction_id = seen[0]["interaction"]["id"]
        while not any(e["event_type"] == "step.delta" and e["delta"]["type"] == "text" for e in seen):
            seen += stream.read_until("step.delta")
        # A foreground run's commits are not waited for, but they keep their order: what this turn awaits comes later.
        Wire(server.url).created(input="Hi")
        server.kill()

    wire = Wire(start().url)
    found = wire.get(interaction_id).json
    assert found["status"] == "failed"
    assert [step["type"] for step in found["steps"]][:2] == ["user_input", "thought"]
    assert found["errors"][0]["code"]
    with wire.replay(interaction_id) as stream:
        assert [event["event_type"] for event in stream.rest()][-2:] == ["error", "interaction.completed"]


@pytest.mark.behaviour(29)
def test_a_server_that_stops_tells_its_streams(start, upstream, gate):
    server = start("--grace-seconds", "1")
    with Wire(server.url).create_stream(input=f"!say One, |@gate:{gate}|two.") as stream:
        seen = stream.read_until("step.delta")
        server.process.process.send_signal(signal.SIGTERM)
        seen += stream.rest()
    assert [event["event_type"] for event in seen][-2:] == ["error", "interaction.completed"]
    server.process.process.wait(20)
    found = Wire(start().url).get(seen[0]["interaction"]["id"]).json
    assert found["status"] == seen[-1]["interaction"]["status"]
    assert text_of(found) == "One, "


@pytest.mark.behaviour(29)
def test_a_server_that_stops_lets_its_streams_finish(start, upstream, gate):
    server = start("--grace-seconds", "20")
    with Wire(server.url).create_stream(input=f"!say One, |@gate:{gate}|two.") as stream:
        seen = stream.read_until("step.delta")
        server.process.process.send_signal(signal.SIGTERM)
        upstream.open(gate)
        seen += stream.rest()
    assert seen[-1]["interaction"]["status"] == "completed"
    assert server.process.process.wait(20) == 0


def test_the_home_page_has_the_snippets_with_this_address(start):
    server = start()
    page = Wire(server.url).call("GET", "/").body.decode()
    port = server.url.rpartition(":")[2]
    assert re.search(rf"GOOGLE_GEMINI_BASE_URL=http://(127\.0\.0\.1|localhost):{port} GEMINI_API_KEY=local", page)
    assert "scripted" in page
