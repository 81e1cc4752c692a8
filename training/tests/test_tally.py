"""What the evaluation counts: aspects of every family, and how the honest answer was used."""

from __future__ import annotations

import pytest

from training.evaluate.answer import Answer, parse
from training.evaluate.aspects import aspect
from training.evaluate.tally import Honest, score
from training.generate.chat import Message, Sample, reply_text
from training.generate.mixture import samples
from training.generate.talk.manners import ANSWERS

ASPECTS = {
    "calls": {"one call", "several calls", "told result", "refuses"},
    "memory": {"recalled", "sum or count", "untold"},
    "structured": {"one record", "several records", "schema not sent", "label"},
    "grounded": {"told", "not told", "query", "small talk"},
    "explain": {"notion", "analysis", "joke", "unknown"},
    "programs": {"prints", "one call", "told result"},
    "instructed": {"thought first", "exactly"},
}


@pytest.mark.parametrize("family", ASPECTS)
def test_aspects(family: str) -> None:
    """A few hundred samples show each of them, and none but these and the kinds of small talk."""
    found = {aspect(sample) for sample, _ in zip(samples("aspects", {family: 1.0}, held_out=True), range(600))}
    assert ASPECTS[family] <= found <= ASPECTS[family] | (set(ANSWERS) if family == "calls" else set())


def _sample(answer: str) -> Sample:
    return Sample("explain", [Message("user", "x"), Message("assistant", answer)], [], {"exactly": answer})


def test_honest_answer_is_counted_where_it_was_not_wanted() -> None:
    """Who always gives it is right at times, and told so."""
    honest = Honest()
    tests = [_sample(ANSWERS["unknown"]), _sample("A loop is a loop."), _sample("A cat is a cat.")]
    scores = score(tests, lambda _: Answer(ANSWERS["unknown"]), 0, honest)
    assert scores["right"] == 0.333 and scores["of"] == {"notion": "0 of 2", "unknown": "1 of 1"}
    assert (honest.rightly, honest.said) == (1, 3) and "1 of the 3" in str(honest)


def test_wrong_answers_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """As many as asked for, and no right ones."""
    tests = [_sample("A"), _sample("B"), _sample("C")]
    score(tests, lambda sample: parse(reply_text(sample.messages[-1]).replace("B", "D").replace("C", "E")), 1, Honest())
    shown = capsys.readouterr().out
    assert "wanted 'B'" in shown and "'D'" in shown and "'A'" not in shown and "'C'" not in shown
