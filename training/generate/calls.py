"""Family 1: function calling."""

from __future__ import annotations

from typing import Any

from training.generate import manners, words
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, pool
from training.generate.functions import Function, function
from training.generate.results import result

SYSTEMS = pool("You are a helpful assistant.|You can use functions.|Use the functions you are given.|You are an assistant for {c}.",
               "You are a friendly helper.|Answer with the functions at hand.")
JOINS = pool("and|and also|, and then|, then|. Then", "and afterwards|as well as", grammar=True)
NOT_OURS = pool("None of the functions I was given can do that.", "None of the functions I was given can do that.", grammar=True)


def _declare(d: Draw, wanted: list[Function]) -> list[dict[str, Any]]:
    """The wanted functions among others, in random order, no two alike."""
    chosen = list(wanted)
    target = max(len(wanted), d.weighted(((4, 1), (4, 2), (3, 3), (2, 4))))
    while len(chosen) < target:
        other = function(d)
        names = {one.name for one in chosen}
        if other.name not in names and other.noun not in {one.noun for one in chosen}:
            chosen.append(other)
    return [one.spec for one in d.shuffled(chosen)]


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


def _start(d: Draw) -> list[Message]:
    if d.chance(0.15):
        return [Message("system", str(d.pick(SYSTEMS)).replace("{c}", words.title(d)))]
    return []


def _single(d: Draw) -> tuple[list[dict[str, Any]], str, tuple[Call, ...]]:
    one = function(d)
    arguments, stated = _fill(d, one)
    return _declare(d, [one]), one.request(d, stated), (Call(one.name, arguments),)


def _twice(d: Draw) -> tuple[list[dict[str, Any]], str, tuple[Call, ...]]:
    """The same function for two values: `in Oslo and in Rome`."""
    while True:
        one = function(d)
        single = [slot for slot in one.slots if slot.kind.type == "string" and not slot.kind.choices]
        if len(one.slots) == 1 and single:
            break
    (slot,) = single
    first, said = slot.state(d)
    second, again = slot.state(d)
    while second == first:
        second, again = slot.state(d)
    stated = f"{said} and {again}" if d.chance(0.5) or str(first) not in said else said.replace(str(first), f"{first} and {second}")
    return _declare(d, [one]), one.request(d, stated), (Call(one.name, {slot.name: first}), Call(one.name, {slot.name: second}))


def _both(d: Draw) -> tuple[list[dict[str, Any]], str, tuple[Call, ...]]:
    """Two functions in one sentence."""
    one, two = function(d), function(d)
    while two.noun == one.noun or two.name == one.name:
        two = function(d)
    arguments, stated = _fill(d, one)
    more, also = _fill(d, two)
    first = one.request(d, stated).rstrip(".?")
    second = two.request(d, also)
    join = str(d.pick(JOINS))
    if not join.startswith("."):
        second = second[0].lower() + second[1:]
    text = f"{first}{'' if join[0] in ',.' else ' '}{join} {second}"
    return _declare(d, [one, two]), text, (Call(one.name, arguments), Call(two.name, more))


def _before(d: Draw, tools: list[dict[str, Any]]) -> list[Message]:
    """Now and then an earlier exchange: small talk, or a call that is answered already. Adds its function to `tools`."""
    if d.chance(0.07):
        asked, answer, _ = manners.exchange(d)
        return [Message("user", asked), Message("assistant", answer)]
    if not d.chance(0.07):
        return []
    one = function(d)
    while one.name in {tool["name"] for tool in tools}:
        one = function(d)
    tools.append(one.spec)
    arguments, stated = _fill(d, one)
    text, sentence, _ = result(d)
    return [Message("user", one.request(d, stated)), Message("assistant", calls=(Call(one.name, arguments),)), Message("tool", text), Message("assistant", sentence)]


def call(d: Draw) -> Sample:
    """Pick the function, copy the arguments; sometimes the result and its telling follow."""
    kind = d.weighted(((70, "single"), (12, "twice"), (10, "both"), (6, "other"), (4, "manners")))
    start = _start(d)
    if kind in ("other", "manners"):
        tools = _declare(d, [function(d)])
        if kind == "manners":
            asked, answer, mark = manners.exchange(d)
            return Sample("calls", [*start, Message("user", asked), Message("assistant", answer)], tools, {"kind": mark})
        taken = {word for tool in tools for word in tool["description"].lower().split()}
        wish = function(d)
        while set(wish.noun.lower().split()) & taken:
            wish = function(d)
        asked = wish.request(d, _fill(d, wish)[1])
        return Sample("calls", [*start, Message("user", asked), Message("assistant", str(d.pick(NOT_OURS)))], tools, {"kind": "refuses"})
    tools, asked, calls = {"single": _single, "twice": _twice, "both": _both}[kind](d)
    messages = [*start, *_before(d, tools), Message("user", asked), Message("assistant", calls=calls)]
    expect: dict[str, Any] = {"calls": [{"name": one.name, "arguments": one.arguments} for one in calls]}
    if d.chance(0.3):
        told: list[str] = []
        values: list[str] = []
        for _ in calls:
            text, sentence, said = result(d)
            messages.append(Message("tool", text))
            told.append(sentence)
            values.extend(said)
        messages.append(Message("assistant", " ".join(told)))
        expect = {"contains": values}
    return Sample("calls", messages, tools, expect)
