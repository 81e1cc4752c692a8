"""Held-out messages are new as sentences: not only their names and numbers, their very form is not in the training."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import pytest

from training.generate import words
from training.generate.calls import catalogue, text_kinds
from training.generate.draw import Draw, Pool
from training.generate.memory.sums import NUMBER_WORDS
from training.generate.mixture import FAMILIES, draw_sample, users

T = TypeVar("T")

# The share of held-out messages whose skeleton may be in the training: slips of the keyboard make some alike.
BOUND = 0.005
TRAIN, HELD_OUT = 8_000, 800

_LISTS = {
    id(found)
    for found in (
        words.FIRST_NAMES,
        words.SURNAMES,
        words.CITIES,
        words.COUNTRIES,
        words.FOODS,
        words.THINGS,
        words.COLOURS,
        words.TOPICS,
        words.LANGUAGES,
        words.JOBS,
        text_kinds.ROOMS,
    )
}
_FUNCTIONS = {id(catalogue.LOOKUPS), id(catalogue.ACTIONS)}
_CALENDAR = {name.lower() for name in (*words.WEEKDAYS, *words.MONTHS)}


class Marked(Draw):
    """Draws marked words in the place of names, listed words, made-up words and what functions are about."""

    def word(self) -> str:
        """A word that no list and no sentence form holds."""
        return "zq" + "".join(self.rng.choices("abcdefghijklmnop", k=7))

    def pick(self, source: Pool | Sequence[T]) -> T | str:
        """A marked word for an entry of the lists."""
        drawn = super().pick(source)
        if id(source) in _LISTS:
            return self.word()
        if id(source) in _FUNCTIONS:
            head, mark, kinds = str(drawn).partition(":")
            parts = head.split(",")  # a noun, or verb, article and noun
            return ",".join(part if 0 < at < len(parts) - 1 else self.word() for at, part in enumerate(parts)) + mark + kinds
        return drawn

    def some(self, source: Pool | Sequence[T], count: int) -> list[T | str]:
        """Marked words for entries of the lists."""
        drawn = super().some(source, count)
        return [self.word() for _ in drawn] if id(source) in _LISTS else drawn


def skeleton(text: str) -> str:
    """A message with `#` for marked words, numbers, days and addresses, without marks and capitals."""
    text = re.sub(r"https?://\S+|\S+@\S+", " # ", text.lower())
    found: list[str] = []
    for word in re.findall(r"[a-z0-9#']+|[^\x00-\x7f]+", re.sub(r"zq[a-p]{7}", " # ", text)):
        if "#" in word or any(letter.isdigit() for letter in word) or word in NUMBER_WORDS or word in _CALENDAR:
            word = "#"
        if word != "#" or found[-1:] != ["#"]:
            found.append(word)
    return " ".join(found)


def _skeletons(family: str, held_out: bool, count: int) -> list[str]:
    d, found = Marked("skeletons", held_out), list[str]()
    while len(found) < count:
        found += map(skeleton, users(draw_sample(d, family)))
    return found


def test_skeletons_keep_the_form_alone() -> None:
    """Two messages of one form have one skeleton."""
    assert skeleton("I have seven zqabcdefg, since Monday!") == skeleton("i have 12 zqgfedcba since May 3") == "i have # since #"


@pytest.mark.parametrize("family", FAMILIES)
def test_held_out_sentences_are_unseen(family: str) -> None:
    """Nearly no held-out message has a form that thousands of training messages show."""
    seen = set(_skeletons(family, False, TRAIN))
    messages = _skeletons(family, True, HELD_OUT)
    known = [text for text in messages if text in seen and text != "#"]  # nothing but strange words has no form
    assert len(known) <= BOUND * len(messages), known[:20]
