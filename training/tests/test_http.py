"""The evaluation's requests and what it reads out of the replies."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from training.evaluate.http import ask
from training.generate.chat import Call, Message, Sample

TOOL = {
    "name": "get_weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SAMPLE = Sample(
    "calls",
    [
        Message("system", "Be brief."),
        Message("user", "Weather in Oslo and Bergen?"),
        Message("assistant", calls=(Call("get_weather", {"city": "Oslo"}), Call("get_weather", {"city": "Bergen"}))),
        Message("tool", "sunny"),
        Message("tool", '{"sky": "grey"}'),
        Message("assistant", "Sunny, and grey."),
    ],
    [TOOL],
    {"contains": ["Sunny"]},
)


class _Server(HTTPServer):
    reply: dict[str, object]
    status = 200
    seconds = 0.0
    asked: list[tuple[str, dict[str, object]]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.path, body))
        time.sleep(self.server.seconds)
        raw = json.dumps(self.server.reply).encode()
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    """A server that answers with its `reply` and keeps what it was asked."""
    made = _Server(("127.0.0.1", 0), _Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_whole_history_is_sent_unstored_and_greedy(server: _Server) -> None:
    """Calls and results keep their order and ids; nothing of the wanted answer is sent."""
    server.reply = {"status": "completed", "steps": [{"type": "model_output", "content": [{"type": "text", "text": "Sunny."}]}]}
    answer = ask(f"http://127.0.0.1:{server.server_port}/", SAMPLE, "antiphon-nano")
    assert (answer.text, answer.calls, answer.ended) == ("Sunny.", [], True)
    ((path, body),) = server.asked
    assert path == "/v1/interactions"
    assert body["store"] is False and body["generation_config"]["temperature"] == 0
    assert body["system_instruction"] == "Be brief." and body["tools"] == [{"type": "function", **TOOL}]
    steps = body["input"]
    assert [step["type"] for step in steps] == ["user_input", "function_call", "function_call", "function_result", "function_result"]
    assert [step["id"] for step in steps[1:3]] == [step["call_id"] for step in steps[3:]]
    assert steps[4]["result"] == '{"sky": "grey"}'


def test_calls_and_cut_answers_are_seen(server: _Server) -> None:
    """A call is read with its arguments; an answer cut by the limit has not ended."""
    server.reply = {"status": "requires_action", "steps": [{"type": "function_call", "id": "x", "name": "f", "arguments": {"a": 1}}]}
    assert ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m").calls == [{"name": "f", "arguments": {"a": 1}}]
    server.reply = {"status": "incomplete", "steps": []}
    assert not ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m").ended


def test_thoughts_are_asked_for_and_read(server: _Server) -> None:
    """The server shows them on request only; they are no part of the text."""
    thought = {"type": "thought", "signature": "s", "summary": [{"type": "text", "text": "Hm.\n"}]}
    said = {"type": "model_output", "content": [{"type": "text", "text": "Sunny."}]}
    server.reply = {"status": "completed", "steps": [thought, said]}
    answer = ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m")
    assert (answer.thought, answer.text) == ("Hm.", "Sunny.")
    assert server.asked[0][1]["generation_config"]["thinking_summaries"] == "auto"


def test_a_slow_answer_is_a_wrong_one(server: _Server) -> None:
    """One that does not come in time ends nothing but itself; a server that is not there ends the evaluation."""
    server.reply, server.seconds = {"status": "completed", "steps": []}, 0.4
    assert not ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m", timeout=0.05).ended
    with pytest.raises(urllib.error.URLError):
        ask("http://127.0.0.1:9", SAMPLE, "m")


def test_errors_are_told(server: _Server) -> None:
    """The server's own words are in the error."""
    server.status, server.reply = 400, {"error": {"message": "no such field"}}
    with pytest.raises(RuntimeError, match="400.*no such field"):
        ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m")
    server.status, server.reply = 500, {"error": {"code": "malformed_function_call", "message": "cannot be read"}}
    assert not ask(f"http://127.0.0.1:{server.server_port}", SAMPLE, "m").ended
