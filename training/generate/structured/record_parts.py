"""What a fact of a record is: its names and descriptions in schemas, its values, and how a text states it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool, pool

STRING: dict[str, Any] = {"type": "string"}
INTEGER: dict[str, Any] = {"type": "integer"}
NUMBER: dict[str, Any] = {"type": "number"}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
STRINGS: dict[str, Any] = {"type": "array", "items": STRING}


def halves(text: str, grammar: bool = False) -> Pool:
    """A pool out of `training|training // held out|held out`."""
    train, held_out = text.split(" // ")
    return pool(train, held_out, grammar=grammar)


@dataclass(frozen=True)
class Column:
    """One key of an object inside a record."""

    names: Pool
    schema: dict[str, Any]
    value: Callable[[Draw], Any]


@dataclass(frozen=True)
class RecordFact:
    """One thing that can be said of a record's subject.

    A phrase of `said` that begins with `{s}` can be joined with others, one that begins with a comma stands behind the
    subject, all others are sentences of their own. `{v}` is the value; a truth value takes the phrase before or after
    the slash. `columns` makes the value an object, or with `many` an array of them; `row` says how a text words one.
    """

    names: Pool
    descriptions: Pool
    schema: dict[str, Any]
    value: Callable[[Draw], Any]
    said: Pool
    columns: tuple[Column, ...] = ()
    row: Pool | None = None
    many: bool = False

    @cached_property
    def _sorted(self) -> tuple[tuple[list[str], list[str], list[str]], ...]:
        table = []
        for half in (self.said.train, self.said.held_out):
            joined = [phrase[4:].replace("/{s} ", "/") for phrase in half if phrase.startswith("{s} ")]
            asides = [phrase[2:] for phrase in half if phrase.startswith(", ")]
            table.append((joined, asides, [phrase for phrase in half if not phrase.startswith(("{s} ", ", "))]))
        return tuple(table)

    def predicates(self, d: Draw) -> list[str]:
        """What follows the subject: `lives in {v}`."""
        return self._sorted[d.held_out][0]

    def asides(self, d: Draw) -> list[str]:
        """What stands between commas behind the subject: `aged {v}`."""
        return self._sorted[d.held_out][1]

    def clauses(self, d: Draw) -> list[str]:
        """Sentences of their own: `the price is {v}`."""
        return self._sorted[d.held_out][2]


@dataclass(frozen=True)
class Kind:
    """A kind of record: what it is called, its subject (the field that names it) and its other facts.

    `first` are noun phrases for the subject, `{n}` its name; `human` ones are he or she later on, others it.
    """

    nouns: Pool
    names: Pool
    descriptions: Pool
    subject: Callable[[Draw], str]
    first: Pool
    openings: Pool
    facts: dict[str, RecordFact]
    human: bool = False


def fact(schema: dict[str, Any], value: Callable[[Draw], Any], names: str, said: str, about: str) -> RecordFact:
    """A fact with one value; every text holds both halves (see `halves`)."""
    return RecordFact(halves(names), halves(about), schema, value, halves(said, grammar=True))


def chosen(options: str, names: str, said: str, about: str) -> RecordFact:
    """A fact whose value is one of a few."""
    values = options.split("|")
    return fact({"type": "string", "enum": values}, lambda d: d.rng.choice(values), names, said, about)


def flag(names: str, said: str, about: str) -> RecordFact:
    """A fact that is true or false."""
    return fact(BOOLEAN, lambda d: d.chance(0.5), names, said, about)


def column(schema: dict[str, Any], value: Callable[[Draw], Any], names: str) -> Column:
    """One key of an object; the key's names hold both halves."""
    return Column(halves(names), schema, value)


def inner(columns: tuple[Column, ...], row: str, names: str, said: str, about: str, many: bool = False) -> RecordFact:
    """A fact whose value is an object, or several."""

    def value(d: Draw) -> list[tuple[Any, ...]]:
        return [tuple(col.value(d) for col in columns) for _ in range(d.rng.choice((1, 2, 2, 3)) if many else 1)]

    return RecordFact(halves(names), halves(about), {}, value, halves(said, grammar=True), columns, halves(row, grammar=True), many)


def whole(low: int, high: int) -> Callable[[Draw], int]:
    """Whole numbers of a range."""
    return lambda d: d.number(low, high)


def price(d: Draw) -> float | int:
    """An amount of money, whole or with cents."""
    return round(d.number(1, 300) + d.rng.choice((0.5, 0.99, 0.25, 0.95)), 2) if d.chance(0.5) else d.number(1, 999)


def several(make: Callable[[Draw], str], low: int = 1, high: int = 3) -> Callable[[Draw], list[str]]:
    """Lists of different values."""
    return lambda d: list(dict.fromkeys(make(d) for _ in range(d.number(low, high))))


def wordy(known: Pool, invented: float = 0.4) -> Callable[[Draw], str]:
    """A value of a list or a made-up word, which can only be copied."""
    return lambda d: d.word() if d.chance(invented) else str(d.pick(known))


def street(d: Draw) -> str:
    """A street with a house number."""
    kind = d.rng.choice(("Street", "Road", "Lane", "Avenue"))
    return f"{d.number(1, 250)} {d.word().capitalize()} {kind}"


def phone(d: Draw) -> str:
    """A telephone number."""
    return d.rng.choice(("+{}{} {}", "0{}{}-{}", "{}{}-{}")).format(d.number(1, 9), d.number(0, 9), d.number(10000, 9999999))


def named(d: Draw) -> str:
    """A proper name of one made-up word, or two."""
    return " ".join(d.word().capitalize() for _ in range(d.rng.choice((1, 1, 2))))


ADDRESS = (
    column(STRING, street, "street|street_address|line1|road // street_line"),
    column(STRING, words.city, "city|place|location // town"),
)
