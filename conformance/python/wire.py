"""Plain HTTP against the server, as curl would do it, and the rules by which a client reads the stream."""

import copy
import http.client
import json
import urllib.parse

MODEL = "gemini-3.5-flash"


class Reply:
    """A whole HTTP answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The error object, of the documented shape and nothing else."""
        assert self.headers.get_content_type() == "application/json", self.body
        assert set(self.json) == {"error"}, self.json
        error = self.json["error"]
        assert isinstance(error["code"], str) and isinstance(error["message"], str), error
        return error


class Frame:
    """One frame of an event stream; `data` is parsed unless it is `[DONE]`."""

    def __init__(self, event, data, event_id):
        self.event = event
        self.data = data if data == "[DONE]" else json.loads(data)
        self.id = event_id


class Stream:
    """A running answer of server-sent events. Iterating gives frames; comments are collected beside them."""

    def __init__(self, connection, response):
        self.connection = connection
        self.response = response
        self.status = response.status
        self.headers = response.headers
        self.comments = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read_line(self):
        """The next line of a frame; None for a comment, which is kept, and for the empty line after it."""
        line = self.response.readline().decode("utf-8").rstrip("\r\n")
        if line.startswith(":"):
            self.comments.append(line[1:].strip())
        return line if line and not line.startswith(":") else None

    def __iter__(self):
        event, data, event_id = None, [], None
        for raw in self.response:
            line = raw.decode("utf-8").rstrip("\r\n")
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif line:
                name, colon, value = line.partition(": ")
                assert colon, f"a line that is no field: {line!r}"
                if name == "event":
                    event = value
                elif name == "data":
                    data.append(value)
                elif name == "id":
                    event_id = value
                else:
                    raise AssertionError(f"an unknown field: {line!r}")
            elif data:
                yield Frame(event, "\n".join(data), event_id)
                event, data, event_id = None, [], None

    def read_until(self, wanted):
        """The JSON of the frames up to the first of that kind, which is the last of the list."""
        seen = []
        for frame in self:
            seen.append(frame.data)
            if frame.event == wanted:
                return seen
        raise AssertionError(f"no {wanted} in {[event['event_type'] for event in seen if event != '[DONE]']}")

    def rest(self):
        """The JSON of the remaining frames; the last has to be `[DONE]`, and is left out."""
        frames = list(self)
        assert frames, "the stream ended without a word"
        assert (frames[-1].event, frames[-1].data) == ("done", "[DONE]"), frames[-1].data
        return [frame.data for frame in frames[:-1]]

    def close(self):
        self.response.close()
        self.connection.close()


class Wire:
    """Requests to one server with one API key."""

    def __init__(self, url, key="local"):
        self.host = urllib.parse.urlsplit(url).netloc
        self.key = key

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        fields = {"x-goog-api-key": self.key} if self.key else {}
        if body is not None:
            fields["content-type"] = "application/json"
        connection.request(method, path, body, {**fields, **(headers or {})})
        return connection, connection.getresponse()

    def call(self, method, path, body=None, headers=None):
        connection, response = self.send(method, path, body, headers)
        try:
            return Reply(response)
        finally:
            connection.close()

    def stream(self, method, path, body=None):
        connection, response = self.send(method, path, body, {"accept": "text/event-stream"})
        if response.status != 200:
            reply = Reply(response)
            connection.close()
            raise AssertionError(f"no stream but {reply.status}: {reply.body!r}")
        assert response.headers.get_content_type() == "text/event-stream"
        return Stream(connection, response)

    def create(self, version="v1beta", **fields):
        """A POST; `model` is filled in unless the test names one, or an agent."""
        if "agent" not in fields:
            fields.setdefault("model", MODEL)
        return self.call("POST", f"/{version}/interactions", fields)

    def created(self, **fields):
        """The interaction of a POST that has to succeed."""
        reply = self.create(**fields)
        assert reply.status == 200, reply.body
        return reply.json

    def create_stream(self, **fields):
        return self.stream("POST", "/v1beta/interactions", {"model": MODEL, "stream": True, **fields})

    def get(self, interaction_id, query=""):
        return self.call("GET", f"/v1beta/interactions/{interaction_id}{query}")

    def until_over(self, interaction_id):
        """A background interaction, once its stream has ended."""
        with self.replay(interaction_id) as stream:
            stream.rest()
        return self.get(interaction_id).json

    def replay(self, interaction_id, last_event_id=None):
        query = "?stream=true"
        if last_event_id is not None:
            query += "&last_event_id=" + urllib.parse.quote(last_event_id, safe="")
        return self.stream("GET", f"/v1beta/interactions/{interaction_id}{query}")


def text_of(interaction):
    """The answer as the SDKs compute `output_text`."""
    text = ""
    for step in reversed(interaction["steps"]):
        if step["type"] == "thought":
            continue
        if step["type"] != "model_output":
            break
        text = "".join(part["text"] for part in step["content"]) + text
    return text


def steps_of_type(interaction, kind):
    return [step for step in interaction["steps"] if step["type"] == kind]


def fold(events):
    """The steps that a client builds from a stream's events by the delta rules."""
    steps, arguments = {}, {}
    for event in events:
        if event["event_type"] == "step.start":
            index = event["index"]
            steps[index] = copy.deepcopy(event["step"])
            arguments[index] = ""
        elif event["event_type"] == "step.delta":
            merge(steps[event["index"]], event["delta"], arguments, event["index"])
        elif event["event_type"] == "step.stop" and arguments[event["index"]]:
            steps[event["index"]]["arguments"] = json.loads(arguments[event["index"]])
    assert list(steps) == list(range(len(steps))), "indexes are not contiguous from 0"
    return list(steps.values())


def merge(step, delta, arguments, index):
    kind = delta["type"]
    if kind == "text":
        content = step.setdefault("content", [])
        if not content or content[-1]["type"] != "text":
            content.append({"type": "text", "text": ""})
        content[-1]["text"] += delta["text"]
    elif kind == "arguments_delta":
        assert isinstance(delta["arguments"], str)
        arguments[index] += delta["arguments"]
    elif kind == "thought_summary":
        summary = step.setdefault("summary", [])
        if not summary:
            summary.append({"type": "text", "text": ""})
        summary[-1]["text"] += delta["content"]["text"]
    elif kind == "thought_signature":
        step["signature"] = delta["signature"]
    elif kind == "text_annotation_delta":
        step["content"][-1].setdefault("annotations", []).extend(delta["annotations"])
    elif kind == "image":
        step.setdefault("content", []).append(delta)
    elif kind == step["type"]:  # a server-side tool's call or result: whole values
        step.update({name: value for name, value in delta.items() if name != "type"})
    else:
        raise AssertionError(f"no rule for the delta {kind}")
