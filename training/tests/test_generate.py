"""The generated data: split, seeds, forbidden prompts, and scoring agreeing with its own answers."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from training.evaluate.answer import parse
from training.evaluate.score import right
from training.generate import draw
from training.generate.chat import render, reply_text
from training.generate.memory import family as memory
from training.generate.mixture import FAMILIES, samples, users
from training.generate.talk import manners
from training.generate.vendor import PROMPTS, is_vendor_prompt, normal

ROOT = Path(__file__).parents[2]
_JS_TEXT = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")


def conformance_prompts() -> set[str]:
    """Every string literal of four words or more in the conformance suites, normalised."""
    found: set[str] = set()
    for path in (ROOT / "conformance").rglob("*"):
        if "node_modules" in path.parts or "site-packages" in path.parts:
            continue
        if path.suffix == ".py":
            texts = [
                node.value
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
        elif path.suffix in (".mjs", ".js", ".ts"):
            texts = ["".join(groups) for groups in _JS_TEXT.findall(path.read_text())]
        else:
            continue
        found.update(normal(text) for text in texts if len(text.split()) >= 4)
    assert len(found) > 100, "the suites have moved, or are written in another language"
    return found - {""}


def test_halves_do_not_meet() -> None:
    """No entry of any list is in both halves, whatever its case."""
    assert len(draw.ALL_POOLS) > 80
    for pool in draw.ALL_POOLS:
        assert not {text.lower() for text in pool.train} & {text.lower() for text in pool.held_out}


def test_made_up_words_do_not_meet() -> None:
    """Invented words belong to one side only."""
    train, held_out = draw.Draw(1), draw.Draw(1, held_out=True)
    assert not {train.word() for _ in range(3000)} & {held_out.word() for _ in range(3000)}


def test_same_seed_same_samples() -> None:
    """Nothing but the seed decides."""
    first, second = (
        [
            render(sample.messages, sample.tools, schema=sample.schema)
            for sample, _ in zip(samples(3, dict.fromkeys(FAMILIES, 1.0)), range(50))
        ]
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("family", FAMILIES)
def test_no_quick_start_prompt_in_training(family: str) -> None:
    """No vendor's example, no prompt of the conformance suites."""
    assert is_vendor_prompt("tell me a SHORT joke, about programming!")
    forbidden = {normal(prompt) for prompt in PROMPTS} | conformance_prompts()
    for sample, _ in zip(samples("forbidden", {family: 1.0}), range(5000)):
        for text in users(sample):
            assert normal(text) not in forbidden


def test_no_fixed_phrasing_is_a_quick_start_prompt() -> None:
    """Nor is any of them an entry of a list of whole prompts, which a run would sooner or later draw."""
    forbidden = {normal(prompt) for prompt in PROMPTS} | conformance_prompts()
    drawn_again = {"what is my name", "what s my name"}  # `draw_sample` throws these away
    whole = [
        manners.GREETINGS,
        manners.THANKS,
        manners.GOODBYES,
        manners.WHO,
        manners.ABILITIES,
        manners.OPENERS,
        manners.FOREIGN,
        memory.NAME_ASK,
    ]
    for pool in [*whole, *(ask for _, ask in memory.PHRASES.values())]:
        assert not {normal(text) for text in pool.train} & (forbidden - drawn_again)


@pytest.mark.parametrize("family", FAMILIES)
def test_wanted_answers_score_as_right(family: str) -> None:
    """The scorer accepts the answer that the sample itself gives, and refuses an empty one."""
    for sample, _ in zip(samples("score", {family: 1.0}, held_out=True), range(200)):
        assert right(sample, parse(reply_text(sample.messages[-1])))
        assert not right(sample, parse(""))
        assert not right(sample, parse(reply_text(sample.messages[-1]), ended=False))


def test_calls_fit_their_declarations() -> None:
    """Every call names a declared function and gives every required argument in its type."""
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}
    for sample, _ in zip(samples("fit", {"calls": 1.0}), range(1000)):
        declared = {tool["name"]: tool["parameters"] for tool in sample.tools}
        assert len(declared) == len(sample.tools)
        for message in sample.messages:
            for call in message.calls:
                parameters = declared[call.name]
                assert set(parameters["required"]) <= set(call.arguments) <= set(parameters["properties"])
                for name, value in call.arguments.items():
                    spec = parameters["properties"][name]
                    assert isinstance(value, kinds[spec["type"]])
                    assert value in spec.get("enum", [value])
                json.loads(call.text().split("\n")[1])
