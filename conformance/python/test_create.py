"""One turn by plain HTTP: the answer's form, and what is refused."""

import base64
import re

import pytest

from wire import MODEL, text_of


@pytest.mark.behaviour(1)
def test_the_answer_has_the_documented_form(wire):
    reply = wire.create(input="Hi", labels={"team": "blue"})
    interaction = reply.json
    assert reply.status == 200
    assert reply.headers["x-gemini-service-tier"] == "standard"
    assert interaction["object"] == "interaction"
    assert re.fullmatch(r"v1_[A-Za-z0-9_-]+", interaction["id"])
    for time in ("created", "updated"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", interaction[time])
    assert interaction["model"] == MODEL
    assert interaction["status"] == "completed"
    assert interaction["steps"] == [{"type": "model_output", "content": [{"type": "text", "text": "You said: Hi"}]}]
    assert interaction["labels"] == {"team": "blue"}
    for input_only in ("background", "store", "stream", "input", "environment_id", "output_text"):
        assert input_only not in interaction


@pytest.mark.behaviour(2, 4)
def test_success_is_200_and_json(wire):
    created = wire.create(input="Hi")
    replies = [created, wire.get(created.json["id"]), wire.call("DELETE", f"/v1/interactions/{created.json['id']}")]
    for reply in replies:
        assert reply.status == 200
        assert reply.headers.get_content_type() == "application/json"


@pytest.mark.behaviour(3)
def test_delete_erases(wire):
    interaction_id = wire.created(input="Hi")["id"]
    assert wire.call("DELETE", f"/v1beta/interactions/{interaction_id}").status == 200
    gone = wire.get(interaction_id)
    assert (gone.status, gone.error["code"]) == (404, "not_found")
    again = wire.call("DELETE", f"/v1beta/interactions/{interaction_id}")
    assert (again.status, again.error["code"]) == (404, "not_found")


@pytest.mark.behaviour(5)
def test_the_versions_are_the_same_place(wire):
    interaction_id = wire.created(version="v1", input="Hi")["id"]
    answers = [wire.call("GET", f"/{version}/interactions/{interaction_id}").json for version in ("v1", "v1beta", "v1alpha")]
    assert answers[0]["id"] == interaction_id
    assert answers[0] == answers[1] == answers[2]


def test_headers_and_queries_that_change_nothing(wire):
    body = {"model": MODEL, "input": "Hi"}
    reply = wire.call(
        "POST", "/v1beta/interactions?alt=sse&key=local", body, {"api-revision": "2026-05-20", "cookie": "", "accept": "*/*"}
    )
    assert reply.status == 200
    assert text_of(reply.json) == "You said: Hi"


@pytest.mark.parametrize(
    "given",
    [
        "Hi",
        {"type": "text", "text": "Hi"},
        [{"type": "text", "text": "Hi"}],
        [{"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}],
    ],
    ids=["string", "content", "content list", "step list"],
)
def test_every_form_of_input(wire, given):
    assert text_of(wire.created(input=given)) == "You said: Hi"


@pytest.mark.behaviour(6)
def test_input_is_told_by_get_only(wire):
    posted = wire.created(input="Hi")
    assert [step["type"] for step in posted["steps"]] == ["model_output"]
    found = wire.get(posted["id"]).json
    assert found["steps"] == [{"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}, *posted["steps"]]
    assert "input" not in found
    assert "Hi" in str(wire.get(posted["id"], "?include_input=true").json["input"])


@pytest.mark.behaviour(10)
def test_an_unknown_field_is_named_with_the_nearest(wire):
    error = wire.create(input="Hi", previous_interation_id="v1_x").error
    assert error["code"] == "invalid_request"
    assert "previous_interation_id" in error["message"]
    assert "previous_interaction_id" in error["message"]


@pytest.mark.behaviour(11)
def test_camel_case_is_refused(wire):
    reply = wire.create(input="Hi", previousInteractionId="v1_x")
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert "previous_interaction_id" in reply.error["message"]


@pytest.mark.behaviour(12)
def test_one_of_model_and_agent(wire):
    both = wire.create(model=MODEL, agent="deep-research-preview-04-2026", input="Hi")
    neither = wire.call("POST", "/v1beta/interactions", {"input": "Hi"})
    for reply in (both, neither):
        assert (reply.status, reply.error["code"]) == (400, "invalid_request")
        assert "model" in reply.error["message"] and "agent" in reply.error["message"]


@pytest.mark.behaviour(13)
def test_background_needs_the_store(wire):
    reply = wire.create(input="Hi", background=True, store=False)
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert "store" in reply.error["message"]


@pytest.mark.behaviour(74)
def test_an_unknown_tool_type_is_named_with_its_path(wire):
    reply = wire.create(input="Hi", tools=[{"type": "teleport"}])
    assert (reply.status, reply.error["code"]) == (400, "invalid_request")
    assert "tools[0]" in reply.error["message"]
    assert "teleport" in reply.error["message"]
    assert "function" in reply.error["message"]


@pytest.mark.behaviour(75)
@pytest.mark.parametrize("limit", ["5", 5])
def test_int64_is_taken_as_string_and_as_number(wire, limit):
    """No agents yet: the refusal has to be about the agent, not about the number."""
    reply = wire.create(
        agent="antigravity-preview-09-2026", input="Hi", agent_config={"type": "antigravity", "max_total_tokens": limit}
    )
    assert reply.status in (400, 404)
    assert "antigravity-preview-09-2026" in reply.error["message"]
    assert "max_total_tokens" not in reply.error["message"]


REFUSED = {
    "bad enum": ({"service_tier": "gold"}, "service_tier"),
    "bad nested enum": ({"generation_config": {"thinking_level": "huge"}}, "generation_config.thinking_level"),
    "unknown nested field": ({"generation_config": {"top_q": 1}}, "top_q"),
    "wrong type": ({"store": "yes"}, "store"),
    "label's form": ({"labels": {"Team": "blue"}}, "labels"),
    "step inside a union": ({"input": [{"type": "user_input", "content": [{"type": "text"}]}]}, "input[0].content[0]"),
    "unknown content": ({"input": [{"type": "hologram", "data": "AA=="}]}, "input[0]"),
    "base64": ({"input": [{"type": "image", "mime_type": "image/png", "data": "***"}]}, "input[0].data"),
    "function twice": (
        {"tools": [{"type": "function", "name": "f"}, {"type": "function", "name": "f"}]},
        "tools[1]",
    ),
    "agent's setting": ({"agent_config": {"type": "antigravity"}}, "agent_config"),
    "legacy schema": ({"input": [{"role": "user", "content": "Hi"}]}, "input[0]"),
    "server-side tool that is not built": ({"tools": [{"type": "google_maps"}]}, "google_maps"),
}


@pytest.mark.behaviour(10)
@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_tells_the_path(wire, upstream, case):
    fields, named = REFUSED[case]
    reply = wire.create(**{"input": "Hi", **fields})
    assert reply.status == 400, reply.body
    assert named in reply.error["message"]
    assert upstream.requests() == [], "a refused request reached the model"


def test_an_image_for_a_text_model_is_refused_by_name(wire):
    pixel = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
    reply = wire.create(input=[{"type": "text", "text": "What is it?"}, {"type": "image", "mime_type": "image/png", "data": pixel}])
    assert reply.status == 400
    assert "input[1]" in reply.error["message"] and "image" in reply.error["message"]


@pytest.mark.parametrize(
    "body, headers",
    [
        ("{", {}),
        ("[]", {}),
        ("", {}),
        ("[" * 100_000, {}),
        ('{"model":"m","input":"Hi"}', {"content-type": "text/plain"}),
        (b'{"model":"m","input":"\xff"}', {}),
    ],
    ids=["cut", "no object", "empty", "deep", "content type", "no UTF-8"],
)
def test_a_malformed_body_is_a_clear_400(wire, body, headers):
    reply = wire.call("POST", "/v1beta/interactions", body, headers)
    assert reply.status in (400, 415), reply.body
    assert reply.error["message"]


def test_an_unknown_model_is_told(wire):
    reply = wire.create(model="no-such-model-anywhere", input="Hi")
    assert (reply.status, reply.error["code"]) == (404, "model_not_found")
    assert "no-such-model-anywhere" in reply.error["message"]


def test_an_unknown_path_and_method(wire):
    assert wire.call("GET", "/v1beta/nothing").error["code"] == "not_found"
    assert wire.call("GET", "/v1beta/interactions/v1_nothing").error["code"] == "not_found"
    assert wire.call("GET", "/v1beta/interactions/%ff%fe").error["code"] == "invalid_request"
    assert wire.call("GET", "/v1beta/interactions").status == 405
    classic = wire.call("POST", f"/v1beta/models/{MODEL}:generateContent", {"contents": []})
    assert (classic.status, classic.error["code"]) == (404, "not_found")
    assert "interactions" in classic.error["message"]


@pytest.mark.behaviour(73)
def test_models_are_listed_in_pages(wire):
    everything = wire.call("GET", "/v1beta/models?pageSize=5000")
    assert everything.status == 200
    models = everything.json["models"]
    assert len(models) >= 2
    assert not everything.json.get("nextPageToken")
    first = wire.call("GET", "/v1beta/models?pageSize=1").json
    assert [model["name"] for model in first["models"]] == [models[0]["name"]]
    second = wire.call("GET", f"/v1beta/models?pageSize=1&pageToken={first['nextPageToken']}").json
    assert [model["name"] for model in second["models"]] == [models[1]["name"]]
    one = wire.call("GET", f"/v1beta/{models[0]['name']}")
    assert one.json == models[0]


def test_a_web_page_elsewhere_is_kept_out(wire):
    elsewhere = {"origin": "https://example.com"}
    assert wire.call("POST", "/v1beta/interactions", {"model": MODEL, "input": "Hi"}, elsewhere).status == 403
    preflight = {
        "origin": "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-goog-api-client,x-goog-api-key",
    }
    reply = wire.call("OPTIONS", "/v1beta/interactions", headers=preflight)
    assert reply.status in (200, 204)
    assert reply.headers["access-control-allow-origin"] == "http://localhost:5173"
    allowed = reply.headers["access-control-allow-headers"].lower()
    for name in ("content-type", "x-goog-api-client", "x-goog-api-key"):
        assert name in allowed


def test_the_pages_for_people_and_machines(wire):
    assert wire.call("GET", "/healthz").status == 200
    assert wire.call("GET", "/readyz").status == 200
    assert b"GOOGLE_GEMINI_BASE_URL" in wire.call("GET", "/").body
    assert wire.call("GET", "/openapi.json").json["openapi"].startswith("3.")
    assert b"# TYPE" in wire.call("GET", "/metrics").body
