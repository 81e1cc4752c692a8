"""What a kind of function parameter is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.generate.draw import Draw, Pool, pool


def said(train: str, held_out: str) -> Pool:
    """How a sentence states a value; function words, so both halves may share some."""
    return pool(train, held_out, grammar=True)


@dataclass(frozen=True)
class Kind:
    """One kind of parameter. `{v}` in a phrase is the value as a sentence says it."""

    type: str
    names: Pool
    descriptions: Pool
    phrases: Pool
    value: Callable[[Draw], Any]
    choices: tuple[str, ...] = ()


def choice(*options: str) -> Callable[[Draw], str]:
    """A drawing of one of the options."""
    return lambda d: str(d.pick(options))


def whole(low: int, high: int) -> Callable[[Draw], int]:
    """A drawing of a whole number, both ends included."""
    return lambda d: d.number(low, high)


def several(make: Callable[[Draw], Any], low: int = 2, high: int = 4) -> Callable[[Draw], list[Any]]:
    """A drawing of different values."""

    def draw(d: Draw) -> list[Any]:
        items: list[Any] = []
        while len(items) < d.number(low, high):
            item = make(d)
            if item not in items:
                items.append(item)
        return items

    return draw
