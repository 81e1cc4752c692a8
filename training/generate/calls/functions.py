"""Declared functions put together from verbs, nouns and parameter kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.generate.calls.catalogue import (
    ACTION_DESCRIPTIONS,
    ACTIONS,
    DESCRIPTION_TAILS,
    GIVEN,
    LOOKUP_DESCRIPTIONS,
    LOOKUP_VERBS,
    LOOKUPS,
)
from training.generate.calls.parameters import Slot, Stated, slot
from training.generate.draw import Draw


@dataclass(frozen=True)
class Function:
    """A declared function together with the words that ask for it."""

    name: str
    noun: str
    verb: str
    article: str
    slots: tuple[Slot, ...]
    required: frozenset[str]
    spec: dict[str, Any]

    @property
    def is_action(self) -> bool:
        """True for something one does, false for something one asks for."""
        return bool(self.verb)

    def fill(self, d: Draw) -> list[Stated]:
        """Values for the parameters in declared order; some of the optional ones are left out."""
        return [one.state(d) for one in self.slots if one.name in self.required or not d.chance(0.35)]


def with_article(article: str, noun: str) -> str:
    """`a` or `an` as the noun's first letter wants it; other articles as they are."""
    return ("an" if noun[0].lower() in "aeio" else "a") if article in ("a", "an") else article


def _name(d: Draw, verb: str, noun: str) -> str:
    """snake_case mostly; camelCase, dashes, or the noun alone or before its verb."""
    nouns = noun.replace("-", " ").lower().split()
    parts = verb.lower().split("_") + nouns
    style = d.number(0, 19)
    if style < 12:
        return "_".join(parts)
    if style < 16:
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    if style == 16:
        return "-".join(parts)
    if style == 17:
        return "_".join((*nouns, *parts[: -len(nouns)]))
    return "_".join(nouns) if style == 18 else parts[0].capitalize() + "".join(part.capitalize() for part in parts[1:])


def _described(d: Draw, description: str, slots: list[Slot]) -> str:
    """The description, some with a remark such as clients write."""
    labels = [one.label for one in slots if one.label]
    if labels and d.chance(0.15):
        description += str(d.pick(GIVEN)).replace("{l}", str(d.pick(labels)))
    if d.chance(0.12):
        description += str(d.pick(DESCRIPTION_TAILS))
    return description + d.pick((".", "", ""))


def function(d: Draw) -> Function:
    """A function that nobody has seen in this combination of name, description and parameters."""
    source = LOOKUPS if d.chance(0.45) else ACTIONS
    head, kinds = str(d.pick(source)).split(":")
    if source is LOOKUPS:
        verb, article, noun = "", "the", head
        called = str(d.pick(LOOKUP_VERBS))
        description = str(d.pick(LOOKUP_DESCRIPTIONS)).replace("{n}", noun)
    else:
        verb, article, noun = head.split(",")
        called = verb
        description = str(d.pick(ACTION_DESCRIPTIONS)).replace("{n}", noun).replace("{v}", verb)
        if article == "the":
            description = description.replace("{a} new", "{a}")
        before_noun = "a" if "{a} new" in description and article == "an" else article
        description = description.replace("{V}", verb.capitalize()).replace("{a}", before_noun)
    if d.chance(0.4):  # invented words: the request's wording is the only link to the declaration
        noun = d.pick((f"{d.word()} {noun.split()[-1]}", d.word(), f"{d.word()} {d.word()}"))
        article = with_article(article, noun)
        if verb and d.chance(0.3):
            verb = called = d.word()
        description = (
            f"{(verb or called.split('_')[0]).capitalize()} {article} {noun}{d.pick(('', '', ' for ' + d.word(), ' and ' + d.word()))}"
        )
    described = d.chance(0.8)
    taken: set[str] = set()
    slots: list[Slot] = []
    required: set[str] = set()
    for key in kinds.split(",") if kinds else []:
        optional = key.endswith("?")
        if optional and d.chance(0.45):
            continue
        made = slot(d, key.rstrip("?"), taken, described)
        slots.append(made)
        if not optional:
            required.add(made.name)
    if d.chance(0.2):
        slots = d.shuffled(slots)
    name = _name(d, called, noun)
    spec: dict[str, Any] = {
        "name": name,
        "description": _described(d, description, slots),
        "parameters": {
            "type": "object",
            "properties": {one.name: one.spec for one in slots},
            "required": [one.name for one in slots if one.name in required],
        },
    }
    return Function(name, noun, verb, article, tuple(slots), frozenset(required), spec)
