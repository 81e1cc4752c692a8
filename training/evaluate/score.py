"""Whether an answer is right, by family."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from training.evaluate.run_code import printed
from training.generate.calls.family import NOT_OURS
from training.generate.chat import Sample
from training.generate.talk.manners import ANSWERS

_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


@dataclass
class Answer:
    """What came back: text, calls as `{"name", "arguments"}`, and whether the turn ended by itself."""

    text: str
    calls: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = True


def parse(text: str, ended: bool = True) -> Answer:
    """An answer out of the model's raw text."""
    calls = []
    for body in _CALL.findall(text):
        try:
            calls.append(json.loads(body))
        except ValueError:
            calls.append({"name": None, "arguments": body})
    return Answer(_CALL.sub("", text).strip(), calls, ended)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return float(one) == float(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _holds(text: str, value: str) -> bool:
    """True if `value` stands in the text by itself, not inside a longer word or number."""
    return re.search(rf"(?<![\w.]){re.escape(value)}(?!\w|\.\d)", text) is not None


def is_svg(text: str) -> bool:
    """True for a well-formed document whose root is an SVG element."""
    try:
        return ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    except ElementTree.ParseError:
        return False


def well_formed(sample: Sample, answer: Answer) -> bool:
    """Whether an answer that is to be JSON or SVG is any."""
    if "svg" in sample.expect:
        return is_svg(answer.text)
    try:
        json.loads(answer.text)
    except ValueError:
        return False
    return True


def right(sample: Sample, answer: Answer) -> bool:
    """Calls exact to the argument, JSON equal, the values in the sentence, the program's output, or the answer expected."""
    expect = sample.expect
    if not answer.ended:
        return False
    if "calls" in expect:
        return _same(expect["calls"], answer.calls) and not answer.text
    if "prints" in expect:
        codes = [call["arguments"].get(expect["argument"]) for call in answer.calls if isinstance(call["arguments"], dict)]
        return len(codes) == 1 and isinstance(codes[0], str) and printed(codes[0]) == expect["prints"]
    if answer.calls:
        return False
    if "svg" in expect:
        return is_svg(answer.text) and all(part in answer.text for part in expect["svg"])
    if "exactly" in expect:
        return answer.text == expect["exactly"]
    if "json" in expect:
        try:
            return _same(expect["json"], json.loads(answer.text))
        except ValueError:
            return False
    if "contains" in expect:
        return all(_holds(answer.text, value) for value in expect["contains"])
    if expect.get("kind") == "refuses":
        return answer.text == NOT_OURS.train[0]
    return answer.text == ANSWERS[expect["kind"]]
