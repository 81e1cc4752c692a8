"""Counting right answers: a family's shares, and how often the honest answer was in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from training.evaluate.answer import Answer
from training.evaluate.aspects import aspect
from training.evaluate.score import right, wanted, well_formed
from training.generate.chat import Sample, reply_text
from training.generate.talk.manners import ANSWERS


@dataclass
class Honest:
    """How often `That is beyond me` was said, and how often of these it was wanted: who always says it scores well in manners."""

    said: int = 0
    rightly: int = 0

    def note(self, sample: Sample, answer: Answer) -> None:
        """Counts one answer."""
        if answer.text == ANSWERS["unknown"]:
            self.said += 1
            self.rightly += wanted(sample).text == ANSWERS["unknown"]

    def __str__(self) -> str:
        return f"honest answer: wanted {self.rightly} of the {self.said} times it was given"


def score(tests: Iterable[Sample], answer_of: Callable[[Sample], Answer], show: int, honest: Honest) -> dict[str, Any]:
    """Shares of right answers, ended turns, well-formed JSON and SVG; and right ones of all by aspect. Prints `show` wrong ones."""
    good = ended = count = 0
    formed: list[bool] = []
    aspects: dict[str, list[int]] = {}
    for sample in tests:
        answer = answer_of(sample)
        ok = right(sample, answer)
        honest.note(sample, answer)
        count += 1
        good += ok
        ended += answer.ended
        formed += [well_formed(sample, answer)] if {"json", "svg"} & set(sample.expect) else []
        counted = aspects.setdefault(aspect(sample), [0, 0])
        counted[0] += ok
        counted[1] += 1
        if not ok and count - good <= show:
            asked = [message.content for message in sample.messages if message.role in ("user", "tool")][-1]
            print(
                f"  {asked!r}\n    wanted {reply_text(sample.messages[-1])!r}\n    got    {answer.text!r} {answer.calls} {answer.thought!r}"
            )
    scores: dict[str, Any] = {"right": round(good / count, 3), "ended": round(ended / count, 3)}
    if formed:
        scores["well_formed"] = round(sum(formed) / len(formed), 3)
    if len(aspects) > 1:
        scores["of"] = {name: f"{part} of {whole}" for name, (part, whole) in sorted(aspects.items())}
    return scores
