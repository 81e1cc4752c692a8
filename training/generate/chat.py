"""Conversations and their ChatML text, the same text that the model file's chat template renders."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

TOOLS_OPEN = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
    "You are provided with function signatures within <tools></tools> XML tags:\n<tools>"
)
TOOLS_CLOSE = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
    "<tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)


# What the local engine adds to the system instruction when a request holds a schema for the answer.
SCHEMA_LEAD = "Answer with one JSON value that fits this JSON Schema, and nothing else:\n"


# Stands inside a mark of the format that is a part of a text: the engine cuts prompts there, so that the text does not pose as the
# format. A noncharacter, which no text holds.
BREAK = "\ufdd0"
_MARKS = re.compile(r"<(?=/?(?:tool_call|tool_response|think)>|\|(?:im_start|im_end|endoftext)\|>)")


def guarded(text: str) -> str:
    """A text of the conversation as the engine writes it into a prompt."""
    return _MARKS.sub("<" + BREAK, text)


@dataclass(frozen=True)
class Call:
    """One function call of the assistant."""

    name: str
    arguments: dict[str, Any]

    def text(self) -> str:
        """The call as the model writes it."""
        body = json.dumps(self.arguments, ensure_ascii=False)
        return f'<tool_call>\n{{"name": "{self.name}", "arguments": {body}}}\n</tool_call>'


@dataclass(frozen=True)
class Message:
    """One message. `parts` splits an assistant's text into (text, learnt) where some of it cannot be known."""

    role: str
    content: str = ""
    calls: tuple[Call, ...] = ()
    parts: tuple[tuple[str, bool], ...] = ()
    learnt: bool = True


@dataclass
class Sample:
    """A conversation that ends with the assistant, and how to score that last message.

    `schema` is the schema that the request holds its answers to. `expect` is one of: `{"calls": [...]}`, `{"contains": [...]}`, `{"json": {...}}`, `{"kind": name}`.
    """

    family: str
    messages: list[Message]
    tools: list[dict[str, Any]] = field(default_factory=list)
    expect: dict[str, Any] = field(default_factory=dict)
    schema: dict[str, Any] | None = None


def _clean(text: str) -> str:
    return text.replace("\n", " ").replace('"', "'")


def _property_text(name: str, spec: dict[str, Any]) -> str:
    plain = isinstance(spec.get("type"), str) and not (set(spec) - {"type", "description", "enum", "items"})
    items = spec.get("items") or {}
    if not plain or set(items) - {"type"} or not all(isinstance(value, str) for value in spec.get("enum", [])):
        return f'"{name}": {json.dumps(spec, ensure_ascii=False)}'
    text = f'"{name}": {{"type": "{spec["type"]}"'
    if items.get("type"):
        text += f', "items": {{"type": "{items["type"]}"}}'
    if spec.get("description"):
        text += f', "description": "{_clean(spec["description"])}"'
    if spec.get("enum"):
        text += ', "enum": ["' + '", "'.join(spec["enum"]) + '"]'
    return text + "}"


def tool_text(tool: dict[str, Any]) -> str:
    """One declared function as the chat template writes it: fixed key order and spacing."""
    parameters = tool.get("parameters") or {}
    properties = parameters.get("properties") or {}
    text = f'{{"type": "function", "function": {{"name": "{tool["name"]}"'
    if tool.get("description"):
        text += f', "description": "{_clean(tool["description"])}"'
    text += ', "parameters": {"type": "object", "properties": {'
    text += ", ".join(_property_text(name, spec) for name, spec in properties.items()) + "}"
    if parameters.get("required"):
        text += ', "required": ["' + '", "'.join(parameters["required"]) + '"]'
    return text + "}}}"


def render(
    messages: list[Message], tools: list[dict[str, Any]], prompt: bool = False, schema: dict[str, Any] | None = None
) -> list[tuple[str, bool]]:
    """The text in pieces of (text, learnt); with `prompt` it ends where the assistant is to begin."""
    pieces: list[tuple[str, bool]] = []
    system = guarded(messages[0].content) if messages and messages[0].role == "system" else ""
    if schema is not None:
        shown = SCHEMA_LEAD + json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
        system = f"{system}\n\n{shown}" if system else shown
    if tools:
        lead = f"{system}\n\n" if system else ""
        block = "".join("\n" + tool_text(tool) for tool in tools)
        pieces.append((f"<|im_start|>system\n{lead}{TOOLS_OPEN}{block}{TOOLS_CLOSE}<|im_end|>\n", False))
    elif system:
        pieces.append((f"<|im_start|>system\n{system}<|im_end|>\n", False))
    rest = messages[1:] if messages and messages[0].role == "system" else messages
    for at, message in enumerate(rest):
        if message.role == "tool":
            first = at == 0 or rest[at - 1].role != "tool"
            last = at + 1 == len(rest) or rest[at + 1].role != "tool"
            text = ("<|im_start|>user" if first else "") + f"\n<tool_response>\n{guarded(message.content)}\n</tool_response>"
            pieces.append((text + ("<|im_end|>\n" if last else ""), False))
        elif message.role == "assistant":
            pieces.append(("<|im_start|>assistant\n", False))
            body: list[tuple[str, bool]] = list(message.parts) or ([(message.content, True)] if message.content else [])
            calls = "\n".join(call.text() for call in message.calls)
            if calls:
                body.append((("\n" if body else "") + calls, True))
            body.append(("<|im_end|>", True))
            pieces.extend((text, learnt and message.learnt) for text, learnt in body)
            pieces.append(("\n", False))
        else:
            pieces.append((f"<|im_start|>{message.role}\n{guarded(message.content)}<|im_end|>\n", False))
    if prompt:
        pieces.append(("<|im_start|>assistant\n", False))
    return pieces


def reply_text(message: Message) -> str:
    """What the assistant says in a message, without the end mark."""
    body = "".join(text for text, _ in message.parts) or message.content
    calls = "\n".join(call.text() for call in message.calls)
    return body + ("\n" if body and calls else "") + calls
