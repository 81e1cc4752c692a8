"""Whether an answer is right, by what its sample expects."""

from __future__ import annotations

import json
import re
from typing import Any

from training.evaluate.answer import Answer, parse
from training.evaluate.run_code import run
from training.evaluate.svg import elements
from training.generate.calls.family import NOT_OURS
from training.generate.chat import Sample, reply_text
from training.generate.talk.manners import ANSWERS

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_AMOUNT = re.compile(rf"({_NUMBER.pattern})(?: .+)?")


def wanted(sample: Sample) -> Answer:
    """The answer that the sample itself gives."""
    return parse(reply_text(sample.messages[-1]))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _holds(text: str, value: str) -> bool:
    """True if `value` stands in the text by itself, not inside a longer word or number, nor behind a minus sign."""
    return re.search(rf"(?<![\w.-]){re.escape(value)}(?!\w|[.,]\d)", text) is not None


def _copies(sample: Sample, text: str, values: list[str]) -> bool:
    """True if the text repeats a whole result or message that holds a value, where the wanted answer does not.

    Who hands the source back has told nothing. Blanks, and the quotes around a bare JSON text, make no difference.
    """

    def bare(said: str) -> str:
        return re.sub(r"\s", "", said).strip('"')

    told, right_one = bare(text), bare(wanted(sample).text)
    sources = [message.content for message in sample.messages[:-1] if message.role in ("user", "tool")]
    return any(bare(source) in told and bare(source) not in right_one for source in sources if any(_holds(source, v) for v in values))


def _same_amount(text: str, right_one: str, values: list[str]) -> bool:
    """False if the wanted answer ends with its one value, an amount, and the text's last number is another.

    Without this, the 2 of `0 plus 2 is 3` would count as its result.
    """
    amount = _AMOUNT.fullmatch(values[0]) if len(values) == 1 else None
    numbers = _NUMBER.findall(right_one)
    if amount is None or not numbers or numbers[-1] != amount[1]:
        return True
    return _NUMBER.findall(text)[-1:] == [amount[1]]


def _tells(sample: Sample, text: str) -> bool:
    values = sample.expect["contains"]
    is_complete = all(_holds(text, value) for value in values)
    return is_complete and _same_amount(text, wanted(sample).text, values) and not _copies(sample, text, values)


def _prints(sample: Sample, answer: Answer) -> bool:
    """One call of the right tool whose program prints what it should; one that prints nothing must leave the same files."""
    expect, (call,) = sample.expect, sample.messages[-1].calls
    if len(answer.calls) != 1 or answer.calls[0].get("name") != call.name or not isinstance(answer.calls[0].get("arguments"), dict):
        return False
    code, right_code = (arguments.get(expect["argument"]) for arguments in (answer.calls[0]["arguments"], call.arguments))
    if not isinstance(code, str):
        return False
    outcome = run(code)
    if outcome is None or outcome.printed != expect["prints"]:
        return False
    if expect["prints"] or code == right_code:
        return True
    model = run(right_code)
    return model is not None and bool(model.files) and outcome.files == model.files


def well_formed(sample: Sample, answer: Answer) -> bool:
    """Whether an answer that is to be JSON or SVG is any."""
    if "svg" in sample.expect:
        return elements(answer.text) is not None
    try:
        json.loads(answer.text)
    except (ValueError, RecursionError):
        return False
    return True


def right(sample: Sample, answer: Answer) -> bool:
    """Calls exact to the argument, JSON or SVG equal, the values in the sentence, the program's output, or the answer expected.

    A thought comes first where the sample has one, and nowhere else.
    """
    expect = sample.expect
    if not answer.ended or bool(answer.thought) != bool(wanted(sample).thought):
        return False
    if "calls" in expect:
        return _same(expect["calls"], answer.calls) and not answer.text
    if "prints" in expect:
        return _prints(sample, answer)
    if answer.calls:
        return False
    if "svg" in expect:
        return well_formed(sample, answer) and elements(answer.text) == elements(wanted(sample).text)
    if sample.family == "repeat":
        return answer.text == wanted(sample).text
    if "exactly" in expect:
        return answer.text == expect["exactly"]
    if "json" in expect:
        return well_formed(sample, answer) and _same(expect["json"], json.loads(answer.text))
    if "contains" in expect:
        return _tells(sample, answer.text)
    if expect.get("kind") == "refuses":
        return answer.text == NOT_OURS.train[0]
    return answer.text == ANSWERS[expect["kind"]]
