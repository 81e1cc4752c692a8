"""Sentence forms written with alternatives: `[Tell/Show] me {v}[/ please].` stands for four sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from training.generate.draw import ALL_POOLS, Draw, Pool
from training.generate.vendor import normal

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Forms(Pool):
    """A pool of sentences that remembers which form each one came from, so that forms of many variants do not drown the others."""

    groups: tuple[tuple[str, ...], ...] = ()
    shares: tuple[float, ...] = ()

    def draw(self, d: Draw) -> str:
        """One sentence of the half that `d` may see."""
        if d.held_out:
            return d.rng.choice(self.held_out)
        return d.rng.choice(d.rng.choices(self.groups, cum_weights=self.shares)[0])


def every(form: str) -> list[str]:
    """All sentences of one form; choices may nest."""
    found = _CHOICE.search(form)
    if not found:
        text = re.sub(r" ([.?,])", r"\1", re.sub(" +", " ", form)).strip()
        return [text[0].upper() + text[1:]] if text else []
    return [text for choice in found.group(1).split("/") for text in every(form[: found.start()] + choice + form[found.end() :])]


def split(text: str) -> list[str]:
    """The forms of a list divided by `|`."""
    return [part.strip() for part in text.split("|") if part.strip()]


def combined(leads: str, clauses: str) -> list[str]:
    """Every lead with every clause at its `{c}`; both are lists of forms."""
    made = []
    for lead in split(leads):
        for clause in split(clauses):
            made.append(lead.replace("{c}", clause))
    return made


def forms(train: str | Iterable[str], held_out: str | Iterable[str]) -> Forms:
    """Two lists of forms as a pool. What the held-out half says in the very same words is left out of the training half."""
    kept_back = tuple(text for form in (split(held_out) if isinstance(held_out, str) else held_out) for text in every(form))
    reserved = {normal(text) for text in kept_back} - {""}
    groups = []
    for form in split(train) if isinstance(train, str) else train:
        group = tuple(dict.fromkeys(text for text in every(form) if normal(text) not in reserved and text not in kept_back))
        if group:
            groups.append(group)
    shares, total = [], 0.0
    for group in groups:  # between one share a form and one share a sentence
        total += len(group) ** 0.5
        shares.append(total)
    made = Forms(tuple(dict.fromkeys(text for group in groups for text in group)), kept_back, tuple(groups), tuple(shares))
    ALL_POOLS.append(made)
    return made
