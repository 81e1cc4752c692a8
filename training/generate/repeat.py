"""Saying back what the user said: the plainest form of copying, on which the other families build."""

from __future__ import annotations

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw
from training.generate.spoken import asking
from training.generate.variants import forms

ASKS = forms(
    "[Repeat/Say/Echo/Write/Print/Output/Copy/Type/Return][:/ this:/ the following:/ exactly:/ exactly this:/ the words:/ the text:/ only:/ /, please:] {v}|"
    "[Repeat/Say] after me: {v}|Please [say/echo/write/copy/type/print][:/ /this:] {v}|"
    "[Answer/Reply/Respond] with[ exactly:/:/ the words:/ only:/ nothing but:/ ] {v}|"
    "[Can/Could] you [repeat/say/write/echo/copy][:/ this:/ ] {v}|I want you to [say/repeat/write]: {v}|"
    "[Your answer/The answer/Your reply] [is/must be/should be]: {v}|Send back: {v}|"
    "[Say/Write/Repeat] {v} [and nothing else/exactly/word by word/to me/once]|Quote: {v}|"
    "[Give/Send] me [back/] [this text/these words]: {v}|"
    "[Copy/Repeat/Echo] [my words/my message/this line/this sentence/this text][:/ exactly:/ back:] {v}|Test: say {v}|Let me hear: {v}|"
    "Tell me: {v}|Nothing but this: {v}",
    "Say back: {v}|Please repeat {v}|Answer only: {v}|Just say: {v}",
)


def repeat(d: Draw) -> Sample:
    """One to five words, codes and numbers, said back unaltered; now and then several times in a row."""
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
    messages: list[Message] = []
    for _ in range(d.weighted(((5, 1), (3, 2), (2, 3)))):
        text = " ".join(d.pick(makers)() for _ in range(d.number(1, 5)))
        messages += [Message("user", asking(d, ASKS.draw(d), opener=0.08).replace("{v}", text)), Message("assistant", text)]
    return Sample("repeat", messages, [], {"contains": [messages[-1].content]})
