#!/usr/bin/env python3
"""A scripted Chat Completions server: the model behind Antiphon while the conformance suites run.

It prints `listening on http://127.0.0.1:PORT` and serves until it is ended. What it answers is decided by the last
user message. A message that does not begin with `!` is echoed (`You said: …`), or answered with an instance of the
schema where the request has a `response_format`. A message that begins with `!` is a script, one directive a line:

    !think TEXT           reasoning, in pieces divided by `|`
    !say TEXT             text, in pieces divided by `|`; a piece `@…` does something instead (below)
    !call NAME JSON       a function call, its arguments in fragments
    !ids ID               gives that id to every later call of the answer, as some servers do
    !json                 an instance of the schema in `response_format`
    !long N               N words, one piece each; asked to continue, it goes on behind the last word it said
    !status CODE [SECS]   an HTTP error, with Retry-After if SECS is given
    !fail KEY N           HTTP 500 to the first N requests with that KEY, then the rest of the script
    !then                 what follows is for the request that brings the results of the calls above

Without a `!then` for them, function results are answered with `Results: NAME=RESULT; …` in the order received.

Pieces that do something: `@gate:NAME` waits for the gate, `@error` sends an error object, `@junk` a line that is no
JSON, `@cut` closes the connection.

Truthful to the protocol otherwise: `max_tokens`, `tool_choice` none, required or one name, usage on request.

The test's side of it, under /control:

    GET    /control/requests              every Chat Completions request since the last DELETE, oldest first
    DELETE /control/requests
    GET    /control/gates/NAME/reached    answers when a request waits at the gate
    POST   /control/gates/NAME/open       lets the request that waits there, and all later ones, pass
    GET    /control/gates/NAME/abandoned  answers when a request that waited there was given up by its client
"""

import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from schema_instance import instance

MODELS = ["scripted", "scripted-small"]
CUT_OFF = "Your last message was cut off."
PATIENCE = 30.0  # seconds that a test may wait for a gate to be reached or abandoned


class Gate:
    """A place where an answer stops until the test opens it."""

    def __init__(self):
        self.reached = threading.Event()
        self.opened = threading.Event()
        self.abandoned = threading.Event()


class State:
    """What the server remembers between requests."""

    def __init__(self):
        self.lock = threading.Lock()
        self.requests = []
        self.gates = {}
        self.failures = {}

    def record(self, request):
        with self.lock:
            self.requests.append(request)

    def gate(self, name):
        with self.lock:
            return self.gates.setdefault(name, Gate())

    def fails(self, key, times):
        """Whether this request is among the first `times` with that key."""
        with self.lock:
            count = self.failures.get(key, 0) + 1
            self.failures[key] = count
            return count <= times


class HttpError(Exception):
    """An answer that is an HTTP error instead of a stream."""

    def __init__(self, status, retry_after=None):
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


class Cut(Exception):
    """The connection ends in the middle of the answer."""


def text_of(message):
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def words(message):
    calls = " ".join(call["function"]["arguments"] for call in message.get("tool_calls") or [])
    return len((text_of(message) + " " + calls).split())


def script_for(messages):
    """The directives for this request, and the user's text they come from."""
    last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=None)
    if last is None:
        return "", []
    text = text_of(messages[last])
    if text.startswith(CUT_OFF):
        return go_on(messages)
    following = messages[last + 1 :]
    rounds = sum(1 for message in following if message.get("tool_calls"))
    if text.startswith("!"):
        blocks = [[]]
        for line in text.split("\n"):
            if line.strip() == "!then":
                blocks.append([])
            elif line.startswith("!"):
                blocks[-1].append(line[1:].partition(" ")[::2])
            else:  # a line break inside what is to be said
                directive, rest = blocks[-1][-1]
                blocks[-1][-1] = (directive, rest + "\n" + line)
        if rounds < len(blocks):
            return text, blocks[rounds]
    if rounds:
        return text, [("results", "")]
    return text, []


def go_on(messages):
    """The rest of a `!long` answer that a token limit cut off."""
    asked = next(text_of(m) for m in messages if m["role"] == "user" and "!long" in text_of(m))
    said = words(next(m for m in reversed(messages) if m["role"] == "assistant"))
    return asked, [("long", f"{asked.split()[1]} {said + 1}")]


def tool_results(messages):
    names = {}
    for message in messages:
        for call in message.get("tool_calls") or []:
            names[call["id"]] = call["function"]["name"]
    last = max(i for i, m in enumerate(messages) if m.get("tool_calls"))
    results = [m for m in messages[last + 1 :] if m["role"] == "tool"]
    return "; ".join(f"{names.get(m['tool_call_id'], '?')}={text_of(m)}" for m in results)


def plan(body, state):
    """The pieces of the answer: ("think" | "say", text), ("call", (name, arguments, id or None)), ("do", action)."""
    messages = body["messages"]
    text, script = script_for(messages)
    tools = [tool["function"] for tool in body.get("tools") or []]
    choice = body.get("tool_choice", "auto")
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    pieces = []
    call_id = None
    for directive, rest in script:
        if directive == "think":
            pieces += [("think", piece) for piece in rest.split("|")]
        elif directive == "say":
            for piece in rest.split("|"):
                pieces.append(("do", piece[1:]) if piece.startswith("@") else ("say", piece))
        elif directive == "call":
            if tools and choice != "none":
                name, _, arguments = rest.partition(" ")
                pieces.append(("call", (name, arguments or "{}", call_id)))
        elif directive == "ids":
            call_id = rest
        elif directive == "json":
            pieces += json_pieces(schema)
        elif directive == "long":
            last, first = (rest.split() + ["1"])[:2]
            pieces += [("say", f"w{number} ") for number in range(int(first), int(last) + 1)]
        elif directive == "results":
            pieces.append(("say", f"Results: {tool_results(messages)}"))
        elif directive == "status":
            status, *retry_after = rest.split()
            raise HttpError(int(status), *retry_after)
        elif directive == "fail":
            key, times = rest.split()
            if state.fails(key, int(times)):
                raise HttpError(500)
        else:
            raise ValueError(f"upstream.py knows no directive !{directive}")
    called = any(kind == "call" for kind, _ in pieces)
    if choice == "required" and tools and not called:
        pieces.append(("call", (tools[0]["name"], json.dumps(instance(tools[0].get("parameters") or {})), None)))
    elif isinstance(choice, dict) and not called:
        name = choice["function"]["name"]
        tool = next(tool for tool in tools if tool["name"] == name)
        pieces.append(("call", (name, json.dumps(instance(tool.get("parameters") or {})), None)))
    elif not pieces:
        pieces = json_pieces(schema) if schema is not None else say_words(f"You said: {text}")
    return pieces


def say_words(text):
    return [("say", word + " ") for word in text.split(" ")[:-1]] + [("say", text.split(" ")[-1])]


def json_pieces(schema):
    text = json.dumps(instance(schema if schema is not None else {}))
    return [("say", text[at : at + 7]) for at in range(0, len(text), 7)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state = None

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path in ("/v1/models", "/models"):
            models = [{"id": name, "object": "model", "created": 0, "owned_by": "conformance"} for name in MODELS]
            self.answer(200, {"object": "list", "data": models})
        elif path == "/control/requests":
            with self.state.lock:
                self.answer(200, list(self.state.requests))
        elif path.startswith("/control/gates/"):
            name, _, event = path.removeprefix("/control/gates/").partition("/")
            happened = getattr(self.state.gate(name), event).wait(PATIENCE)
            self.answer(200 if happened else 504, {"gate": name, event: happened})
        else:
            self.answer(404, {"error": {"message": f"no such path: {path}"}})

    def do_DELETE(self):
        with self.state.lock:
            self.state.requests.clear()
        self.answer(200, {})

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0]
        if path.startswith("/control/gates/"):
            self.state.gate(path.split("/")[3]).opened.set()
            self.answer(200, {})
        elif path in ("/v1/chat/completions", "/chat/completions"):
            body = json.loads(raw)
            self.state.record(body)
            self.complete(body)
        else:
            self.answer(404, {"error": {"message": f"no such path: {path}"}})

    def answer(self, status, value, headers=()):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, content in headers:
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(data)

    def complete(self, body):
        if body.get("model") not in MODELS:
            return self.answer(404, {"error": {"message": f"no such model: {body.get('model')}", "code": "model_not_found"}})
        try:
            pieces = plan(body, self.state)
        except HttpError as error:
            headers = [("retry-after", str(error.retry_after))] if error.retry_after else []
            message = {"message": f"scripted status {error.status}", "type": "scripted", "code": None}
            return self.answer(error.status, {"error": message}, headers)
        if not body.get("stream"):
            return self.answer(400, {"error": {"message": "this upstream only streams"}})
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            self.stream(body, pieces)
            self.write_chunk(b"")
        except (Cut, ConnectionError, TimeoutError):
            self.close_connection = True
            self.connection.close()

    def write_chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def send_event(self, value):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        data = f"data: {text}\n\n".encode()
        middle = len(data) // 2  # networks cut where they like, also inside a character
        self.write_chunk(data[:middle])
        self.write_chunk(data[middle:])

    def stream(self, body, pieces):
        limit = body.get("max_completion_tokens") or body.get("max_tokens")
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": int(time.time()), "model": body["model"]}
        spent = {"say": 0, "think": 0, "call": 0}

        def delta(content, finish=None):
            self.send_event({**head, "choices": [{"index": 0, "delta": content, "finish_reason": finish}]})

        delta({"role": "assistant", "content": ""})
        calls = 0
        finish = "stop"
        for kind, value in pieces:
            if limit is not None and sum(spent.values()) >= limit:
                finish = "length"
                break
            if kind == "do":
                self.act(value)
                continue
            spent[kind] += 1
            if kind == "say":
                delta({"content": value})
            elif kind == "think":
                delta({"reasoning_content": value})
            elif kind == "call":
                name, arguments, call_id = value
                function = {"name": name, "arguments": ""}
                call_id = call_id if call_id is not None else f"call_{len(body['messages'])}_{calls}"
                delta({"tool_calls": [{"index": calls, "id": call_id, "type": "function", "function": function}]})
                for at in range(0, len(arguments), 5):
                    fragment = {"arguments": arguments[at : at + 5]}
                    delta({"tool_calls": [{"index": calls, "function": fragment}]})
                calls += 1
                finish = "tool_calls"
        delta({}, finish)
        if (body.get("stream_options") or {}).get("include_usage"):
            counted = [words(message) for message in body["messages"]]
            usage = {
                "prompt_tokens": sum(counted),
                "completion_tokens": sum(spent.values()),
                "total_tokens": sum(counted) + sum(spent.values()),
                "prompt_tokens_details": {"cached_tokens": sum(counted[:-1])},
                "completion_tokens_details": {"reasoning_tokens": spent["think"]},
            }
            self.send_event({**head, "choices": [], "usage": usage})
        self.send_event("[DONE]")

    def act(self, action):
        name, _, argument = action.partition(":")
        if name == "gate":
            self.wait_at(self.state.gate(argument))
        elif name == "error":
            self.send_event({"error": {"message": "scripted error in the stream", "type": "server_error", "code": 500}})
            raise Cut
        elif name == "junk":
            self.send_event("{this is no JSON")
        elif name == "cut":
            raise Cut
        else:
            raise ValueError(f"upstream.py knows no action @{action}")

    def wait_at(self, gate):
        gate.reached.set()
        while not gate.opened.wait(0.01):
            readable, _, _ = select.select([self.connection], [], [], 0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                gate.abandoned.set()
                raise Cut


def main():
    Handler.state = State()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
