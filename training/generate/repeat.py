"""Saying back what the user said: the plainest form of copying, on which the other families build."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool

ASKS = pool(
    "Repeat: {v}|Say: {v}|Repeat after me: {v}|Say {v}|Please say: {v}|Repeat this: {v}|Echo: {v}|Write: {v}|Answer with exactly: {v}|Reply with: {v}|Say exactly: {v}",
    "Say back: {v}|Please repeat {v}|Answer only: {v}|Just say: {v}",
)


def repeat(d: Draw) -> Sample:
    """One to six words, codes and numbers, said back unaltered."""
    makers = (
        d.word,
        d.word,
        d.word,
        lambda: d.word().capitalize(),
        lambda: d.word().upper(),
        lambda: words.first_name(d),
        lambda: words.code(d),
        lambda: str(d.number(0, 9999)),
        lambda: words.title(d),
        lambda: words.thing(d),
        lambda: words.city(d),
        lambda: words.topic(d),
        lambda: words.email(d),
    )
    text = " ".join(d.pick(makers)() for _ in range(d.number(1, 5)))
    return Sample("repeat", [Message("user", str(d.pick(ASKS)).replace("{v}", text)), Message("assistant", text)], [], {"contains": [text]})
