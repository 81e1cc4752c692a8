"""Random choices that keep training and evaluation apart.

Every list of words or phrasings is a `Pool` with two separate halves. A `Draw` looks at one half only, so a value or a
phrasing of the evaluation can never be in a training sample.
"""

from __future__ import annotations

import random
import string
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from training.generate.bank import WORDS

T = TypeVar("T")

_ONSETS = "b c d f g h j k l m n p r s t v w z br ch cl dr fl gr kr pl qu sh sk sl st th tr".split()
_VOWELS = "a e i o u a e i o ai ea ee ia io oo ou".split()
_CODAS = "n r l s t m k x nd rk sh ll nt ss rd".split() + [""] * 10


@dataclass(frozen=True)
class Pool:
    """Alternatives in two halves: `train` feeds training, `held_out` feeds evaluation."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]

    def half(self, held_out: bool) -> tuple[str, ...]:
        """The half that one side of the split may use."""
        return self.held_out if held_out else self.train


ALL_POOLS: list[Pool] = []


def pool(train: str, held_out: str, sep: str = "|", grammar: bool = False, blanks: bool = False) -> Pool:
    """Builds a pool from two strings of alternatives.

    `grammar` marks lists of function words (`in {v}`), whose two halves may share entries; `blanks` keeps the blanks
    around entries.
    """

    def split(text: str) -> tuple[str, ...]:
        return tuple(part if blanks else part.strip() for part in text.split(sep) if part.strip())

    made = Pool(split(train), split(held_out))
    if not grammar:
        ALL_POOLS.append(made)
    return made


class Draw:
    """A seeded source of choices for one side of the split.

    `pieces` are letter groups out of which some made-up words are joined: given those of a tokenizer, each of its
    tokens gets copied now and then.
    """

    def __init__(self, seed: int | str, held_out: bool = False, pieces: Sequence[str] = ()) -> None:
        self.pieces = pieces
        self.rng = random.Random(f"{seed}/{'held-out' if held_out else 'train'}")
        self.held_out = held_out

    def pick(self, source: Pool | Sequence[T]) -> T | str:
        """One alternative."""
        if isinstance(source, Pool):
            return self.rng.choice(source.half(self.held_out))
        return self.rng.choice(source)

    def some(self, source: Pool | Sequence[T], count: int) -> list[T | str]:
        """`count` different alternatives, in random order."""
        items = source.half(self.held_out) if isinstance(source, Pool) else source
        return self.rng.sample(list(items), count)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.rng.random() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.rng.randint(low, high)

    def weighted(self, table: Sequence[tuple[float, T]]) -> T:
        """One entry of a table of (weight, entry)."""
        return self.rng.choices([entry for _, entry in table], [weight for weight, _ in table])[0]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A copy in random order."""
        copy = list(items)
        self.rng.shuffle(copy)
        return copy

    def until(self, make: Callable[[], str]) -> str:
        """Draws made-up words until one belongs to this side of the split."""
        while True:
            text = make()
            if (zlib.crc32(text.lower().encode()) % 8 == 0) == self.held_out:
                return text

    def until_free(self, source: Pool, taken: set[str]) -> str:
        """An alternative that is not in `taken`; a numbered one if all of them are."""
        free = [item for item in source.half(self.held_out) if item not in taken]
        return self.rng.choice(free) if free else f"{self.pick(source)}_{len(taken)}"

    def word(self) -> str:
        """A lower-case word: joined pieces, syllables, random letters, two words joined in the middle, or a common word."""

        def make() -> str:
            kind = self.rng.random()
            if self.pieces and kind < 0.4:
                return "".join(self.rng.choices(self.pieces, k=self.rng.choice((1, 1, 2, 2, 3))))
            if self.pieces:
                kind = self.rng.random()
            if kind < 0.35:
                count = self.rng.choice((1, 2, 2, 2, 3))
                return "".join(self.rng.choice(_ONSETS) + self.rng.choice(_VOWELS) + self.rng.choice(_CODAS) for _ in range(count))
            if kind < 0.5:
                return "".join(self.rng.choices(string.ascii_lowercase, k=self.rng.choice((2, 3, 4, 5, 6, 7))))
            first, second = self.rng.choice(WORDS), self.rng.choice(WORDS)
            if kind < 0.8:
                return first[: self.rng.randint(1, len(first))] + second[self.rng.randint(0, len(second) - 1) :]
            return first

        return self.until(make)
