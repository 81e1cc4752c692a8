"""What of its family a sample tests, as far as the sample itself shows it."""

from __future__ import annotations

import re
from collections.abc import Callable

from training.evaluate.score import wanted
from training.generate.chat import Sample
from training.generate.talk.manners import ANSWERS
from training.generate.talk.notions import JOKES

_COUNTED = re.compile(r"(plus|minus|times) \d+ is |^You have \d+ |has more, |^There are (more|as many) ")


def _memory(sample: Sample) -> str:
    if sample.expect["contains"] == ["not told me"]:
        return "untold"
    return "sum or count" if _COUNTED.search(wanted(sample).text) else "recalled"


def _structured(sample: Sample) -> str:
    if sample.schema is None:
        return "schema not sent"
    value, specs = sample.expect["json"], list(sample.schema.get("properties", {}).values())
    whole = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value
    if isinstance(whole, list):
        return "several records"
    if not isinstance(value, dict) or len(specs) == 1 and ("enum" in specs[0] or specs[0].get("type") == "boolean"):
        return "label"
    return "one record"


def _grounded(sample: Sample) -> str:
    if "kind" in sample.expect:
        return "small talk"
    if "calls" in sample.expect:
        return "query"
    # A told answer holds its value inside a sentence; of the honest one all is wanted.
    return "not told" if sample.expect["contains"] == [wanted(sample).text] else "told"


def _explain(sample: Sample) -> str:
    text = wanted(sample).text
    if text == ANSWERS["unknown"]:
        return "unknown"
    return "joke" if text in JOKES.values() else "analysis" if text.startswith("## ") else "notion"


_BY_FAMILY: dict[str, Callable[[Sample], str]] = {
    "memory": _memory,
    "structured": _structured,
    "grounded": _grounded,
    "explain": _explain,
}


def aspect(sample: Sample) -> str:
    """The name of the part of its family that a sample belongs to."""
    if sample.family in _BY_FAMILY:
        return _BY_FAMILY[sample.family](sample)
    expect = sample.expect
    if "calls" in expect:
        return "one call" if len(expect["calls"]) == 1 else "several calls"
    if sample.messages[-2].role == "tool":
        return "told result"
    if wanted(sample).thought:
        return "thought first"
    return str(expect.get("kind", "")) or next(key for key in expect)
