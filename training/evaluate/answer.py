"""What a model said, apart from its thoughts and its calls."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
# A thought that was never closed swallows the rest of the text, as it does in the server.
_THOUGHT = re.compile(r"<think>(.*?)(?:</think>|\Z)", re.DOTALL)


@dataclass
class Answer:
    """What came back: text, calls as `{"name", "arguments"}`, whether the turn ended by itself, and what was thought first."""

    text: str
    calls: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = True
    thought: str = ""


def parse(text: str, ended: bool = True) -> Answer:
    """An answer out of the model's raw text."""
    thought = "\n".join(_THOUGHT.findall(text)).strip()
    text = _THOUGHT.sub("", text)
    calls = []
    for body in _CALL.findall(text):
        try:
            calls.append(json.loads(body))
        except (ValueError, RecursionError):
            calls.append({"name": None, "arguments": body})
    return Answer(_CALL.sub("", text).strip(), calls, ended, thought)
