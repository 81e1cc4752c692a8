"""The template inside the model file renders the text the model was trained on."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from training.export.__main__ import TEMPLATE_FILE
from training.generate.chat import SCHEMA_LEAD, Message, Sample, guarded, render
from training.generate.mixture import FAMILIES, samples


def _message(message: Message) -> dict[str, object]:
    content = "".join(text for text, _ in message.parts) or message.content
    plain: dict[str, object] = {"role": message.role, "content": content if message.role == "assistant" else guarded(content)}
    if message.calls:
        plain["tool_calls"] = [{"type": "function", "function": {"name": call.name, "arguments": call.arguments}} for call in message.calls]
    return plain


def _context(sample: Sample) -> dict[str, object]:
    tools = [{"type": "function", "function": tool} for tool in sample.tools]
    messages = [_message(message) for message in sample.messages]
    if sample.schema is not None:  # as the engine does it: at the end of the system instruction
        system = str(messages.pop(0)["content"]) + "\n\n" if sample.messages[0].role == "system" else ""
        shown = SCHEMA_LEAD + json.dumps(sample.schema, ensure_ascii=False, separators=(",", ":"))
        messages.insert(0, {"role": "system", "content": system + shown})
    return {"messages": messages, "tools": tools, "add_generation_prompt": True}


@pytest.fixture(params=["jinja2", "minijinja"])
def draw(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Draws the template by a library."""
    if request.param == "jinja2":
        jinja2 = pytest.importorskip("jinja2")
        environment = jinja2.Environment()
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
        return environment.from_string(TEMPLATE_FILE.read_text()).render
    minijinja = pytest.importorskip("minijinja")
    environment = minijinja.Environment()
    return lambda **context: environment.render_str(TEMPLATE_FILE.read_text(), **context)


def test_template_equals_training_text(draw: Callable[..., str]) -> None:
    """Byte for byte, for every family, with the schemas of the requests."""
    schemas = 0
    for family in FAMILIES:
        for sample, _ in zip(samples("template", {family: 1.0}), range(60)):
            if sample.messages[-1].content.startswith("<think>"):
                del sample.messages[-1]
            wanted = "".join(text for text, _ in render(sample.messages, sample.tools, prompt=True, schema=sample.schema))
            assert draw(**_context(sample)) == wanted
            schemas += sample.schema is not None
    assert schemas > 20


def test_thoughts_of_earlier_answers_are_dropped(draw: Callable[..., str]) -> None:
    """As in the training data, where an answer follows none but its own."""
    asked = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "<think>\nHm.\n</think>\n\nb"},
        {"role": "user", "content": "c"},
    ]
    kept = [Message("user", "a"), Message("assistant", "b"), Message("user", "c")]
    wanted = "".join(text for text, _ in render(kept, [], prompt=True))
    assert draw(messages=asked, tools=[], add_generation_prompt=True) == wanted


def test_odd_schemas_survive() -> None:
    """A property that is no plain one keeps all its keys."""
    minijinja = pytest.importorskip("minijinja")
    spec = {"type": "object", "properties": {"x": {"type": ["number", "null"], "minimum": 1}}, "required": ["x"]}
    tool = {"name": "f", "parameters": {"type": "object", "properties": {"p": spec, "q": {"type": "integer", "minimum": 3}}}}
    text = minijinja.Environment().render_str(
        TEMPLATE_FILE.read_text(), messages=[{"role": "user", "content": "x"}], tools=[{"type": "function", "function": tool}]
    )
    line = next(line for line in text.splitlines() if line.startswith('{"type"'))
    assert json.loads(line) == {"type": "function", "function": tool}
    sample = render([Message("user", "x")], [tool])
    assert line in "".join(piece for piece, _ in sample)
