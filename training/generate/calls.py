"""Family 1: function calling."""

from __future__ import annotations

from typing import Any

from training.generate import manners, words
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, pool
from training.generate.functions import Function, function
from training.generate.results import result

SYSTEMS = pool(
    "You are a helpful assistant.|You can use functions.|Use the functions you are given.|You are an assistant for {c}.",
    "You are a friendly helper.|Answer with the functions at hand.",
)
JOINS = pool("and|and also|, and then|, then|. Then", "and afterwards|as well as", grammar=True)
NOT_OURS = pool("None of the functions I was given can do that.", "None of the functions I was given can do that.", grammar=True)


Turn = tuple[str, tuple[Call, ...]]


def _declared(d: Draw) -> list[Function]:
    """One to four functions, no two alike."""
    chosen: list[Function] = []
    target = d.weighted(((5, 1), (4, 2), (2, 3), (1, 4)))
    while len(chosen) < target:
        other = function(d)
        if other.name not in {one.name for one in chosen} and other.noun not in {one.noun for one in chosen}:
            chosen.append(other)
    return chosen


def _fill(d: Draw, one: Function) -> tuple[dict[str, Any], str]:
    """Arguments in declared order, and the phrases that state them, mostly in that order."""
    arguments: dict[str, Any] = {}
    phrases: list[str] = []
    for slot in one.slots:
        if slot.name not in one.required and d.chance(0.35):
            continue
        value, phrase = slot.state(d)
        arguments[slot.name] = value
        phrases.append(phrase)
    if d.chance(0.3):
        phrases = d.shuffled(phrases)
    return arguments, " ".join(phrases)


def _single(d: Draw, functions: list[Function]) -> Turn:
    one = d.pick(functions)
    arguments, stated = _fill(d, one)
    return one.request(d, stated), (Call(one.name, arguments),)


def _twice(d: Draw, functions: list[Function]) -> Turn:
    """The same function for two values: `in Oslo and in Rome`. One call where no function fits."""
    fitting = [one for one in functions if len(one.slots) == 1 and one.slots[0].kind.type == "string" and not one.slots[0].kind.choices]
    if not fitting:
        return _single(d, functions)
    one = d.pick(fitting)
    (slot,) = one.slots
    first, said = slot.state(d)
    second, again = slot.state(d)
    while second == first:
        second, again = slot.state(d)
    stated = f"{said} and {again}" if d.chance(0.5) or str(first) not in said else said.replace(str(first), f"{first} and {second}")
    return one.request(d, stated), (Call(one.name, {slot.name: first}), Call(one.name, {slot.name: second}))


def _both(d: Draw, functions: list[Function]) -> Turn:
    """Two functions in one sentence. One call where only one is declared."""
    if len(functions) < 2:
        return _single(d, functions)
    one, two = d.some(functions, 2)
    arguments, stated = _fill(d, one)
    more, also = _fill(d, two)
    first = one.request(d, stated).rstrip(".?")
    second = two.request(d, also)
    join = str(d.pick(JOINS))
    if not join.startswith("."):
        second = second[0].lower() + second[1:]
    text = f"{first}{'' if join[0] in ',.' else ' '}{join} {second}"
    return text, (Call(one.name, arguments), Call(two.name, more))


def _told(d: Draw, calls: tuple[Call, ...]) -> tuple[list[Message], list[str]]:
    """A result for each call and the sentences that tell them; and the values that these must hold."""
    messages: list[Message] = []
    sentences: list[str] = []
    values: list[str] = []
    for _ in calls:
        text, sentence, said = result(d)
        messages.append(Message("tool", text))
        sentences.append(sentence)
        values.extend(said)
    return [*messages, Message("assistant", " ".join(sentences))], values


def _without(d: Draw, functions: list[Function]) -> tuple[str, str, str]:
    """A wish that none of the functions serves: what is asked, what is answered, and the answer's kind."""
    if d.chance(0.4):
        return manners.exchange(d)
    taken = {word for one in functions for word in one.spec["description"].lower().split()}
    wish = function(d)
    while set(wish.noun.lower().split()) & taken:
        wish = function(d)
    return wish.request(d, _fill(d, wish)[1]), str(d.pick(NOT_OURS)), "refuses"


def call(d: Draw) -> Sample:
    """Pick the function, copy the arguments; results are told; up to three requests over the same functions."""
    functions = _declared(d)
    messages: list[Message] = []
    if d.chance(0.15):
        messages.append(Message("system", str(d.pick(SYSTEMS)).replace("{c}", words.title(d))))
    expect: dict[str, Any] = {}
    turns = d.weighted(((7, 1), (3, 2), (1, 3)))
    for turn in range(turns):
        if d.chance(0.1):
            asked, answer, kind = _without(d, functions)
            messages += [Message("user", asked), Message("assistant", answer)]
            expect = {"kind": kind}
            continue
        make = d.weighted(((70, _single), (15, _twice), (15, _both)))
        asked, calls = make(d, functions)
        messages += [Message("user", asked), Message("assistant", calls=calls)]
        expect = {"calls": [{"name": one.name, "arguments": one.arguments} for one in calls]}
        if turn + 1 < turns or d.chance(0.3):
            told, values = _told(d, calls)
            messages += told
            expect = {"contains": values}
    return Sample("calls", messages, [one.spec for one in functions], expect)
