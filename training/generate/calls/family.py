"""Family 1: function calling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from training.generate import words
from training.generate.calls.asking import request
from training.generate.calls.catalogue import OPPOSITES
from training.generate.calls.functions import Function, function
from training.generate.calls.parameters import Stated
from training.generate.calls.results import result
from training.generate.calls.several_calls import Turn, calling, same_function, two_requests
from training.generate.chat import Call, Message, Sample, reply_text, tool_text
from training.generate.draw import Draw, pool
from training.generate.talk import manners

ROLES = pool(
    "You are a helpful assistant.|You can use functions.|Use the functions you are given.|You are an assistant for {c}.|You work for {c}.|"
    "You are the assistant of the company {c}.|You are the friendly assistant of {c}.|You are a voice assistant.|"
    "You are a customer service agent of {c}.|"
    "You are a travel agent.|You are a home assistant.|You are an agent with tools.|You help the staff of {c}.|You answer for {c}.|"
    "You are a bot.|"
    "You are a smart assistant that can call tools.|You are an expert.|You help users of {c} with their questions.|You assist {n}.",
    "You are a friendly helper.|You serve the guests of {c}.|Act as the clerk of {c}.",
)
RULES = pool(
    "Use the tools when they help.|Be brief.|Call a function where one fits.|Do not make up values.|"
    "Only use the functions you have been provided with.|"
    "If no function fits, say so.|Always be polite.|Don't guess values.|Today is {d}.|Answer in English.|Use tools where needed.|"
    "The current date is {d}.|"
    "Copy values as the user gives them.|Keep answers short.|The user is {n}.",
    "Answer with the functions at hand.|Stay polite at all times.|Say so if nothing fits.",
)
FOLLOW_UPS = pool(
    "And {p}?|What about {v}?|How about {v}?|And {v}?|The same {p}, please.|Now {p}.|And now {p}?|Do the same {p}.|Also {p}.|"
    "And what about {v}?|"
    "And {p}, please?|Again, but {p}.|Once more {p}.|ok and {p}?|Now the same {p}.|Same again {p}.|Thanks. And {p}?|Great, now {p}.|"
    "And {p} too.|"
    "Please repeat it {p}.|Then {p}.|Good. And {v}?|what about {v}|and {p}",
    "Likewise {p}?|And how is it {p}?|Repeat that {p}.",
)
# Functions named so serve nearly any request, so none is refused beside them.
SERVE_MUCH = frozenset("search results web news weather translate calculate convert time answer article archive".split())
NOT_OURS = pool("None of the functions I was given can do that.", "None of the functions I was given can do that.", grammar=True)

# Letters of the longest conversation, declarations included: about 700 tokens.
LONGEST = 1950
# Parameters whose value a follow-up replaces without naming the parameter.
_REPLACEABLE = frozenset("city origin destination person recipient item topic date country code room symbol file".split())


@dataclass(frozen=True)
class Asked:
    """The last request of a conversation that was one call, for requests that lean on it."""

    one: Function
    stated: tuple[Stated, ...]


def _declared(d: Draw) -> list[Function]:
    """One to five functions, no two alike."""
    chosen: list[Function] = []
    target = d.weighted(((42, 1), (34, 2), (17, 3), (6, 4), (1, 5)))
    while len(chosen) < target:
        other = function(d)
        if other.name not in {one.name for one in chosen} and other.noun not in {one.noun for one in chosen}:
            chosen.append(other)
    return chosen


def _single(d: Draw, functions: list[Function]) -> tuple[Turn, Asked]:
    one = d.pick(functions)
    stated = one.fill(d)
    return (request(d, one, stated), (calling(one, stated),)), Asked(one, tuple(stated))


def _follow_up(d: Draw, last: Asked) -> tuple[Turn, Asked] | None:
    """The last call with one value replaced: `And in Rome?` None where no value can be replaced so."""
    able = [part for part in last.stated if part.slot.key in _REPLACEABLE]
    if not able:
        return None
    old = d.pick(able)
    new = old.slot.state(d)
    form = str(d.pick(FOLLOW_UPS))
    kinds = {part.slot.kind.type for part in last.stated}
    if new.value == old.value or not new.form[:1].isalpha() or ("{v}" in form and (len(last.stated) > 1 or kinds != {"string"})):
        return None
    stated = tuple(new if part is old else part for part in last.stated)
    asked = form.replace("{p}", new.phrase).replace("{v}", new.said)
    return (asked, (calling(last.one, list(stated)),)), Asked(last.one, stated)


def _told(d: Draw, calls: tuple[Call, ...]) -> tuple[list[Message], list[str]]:
    """A result for each call and the sentences that tell them; and the values that these must hold."""
    messages: list[Message] = []
    sentences: list[str] = []
    values: list[str] = []
    for call_made in calls:
        text, sentence, said = result(d, call_made.arguments)
        messages.append(Message("tool", text))
        sentences.append(sentence)
        values.extend(said)
    return [*messages, Message("assistant", " ".join(sentences))], values


def _bare_words(text: str) -> set[str]:
    """The words of a text in small letters, without marks and a plural's end."""
    return {word.strip(".,!?:;'\"").rstrip("s") for word in text.lower().split()}


def _near_miss(d: Draw, functions: list[Function]) -> Function | None:
    """A function that resembles a declared one: the opposite deed, or another thing of the same sort."""
    one = d.pick(functions)
    if one.is_action and d.chance(0.5):
        opposites = [pair.split(",")[1] for pair in OPPOSITES.half(d.held_out) if pair.split(",")[0] == one.verb]
        if not opposites:
            return None
        other = replace(one, verb=str(d.pick(opposites)))
    else:
        noun = f"{d.word()} {one.noun.split()[-1]}"
        other = replace(one, noun=noun)
    taken = {(declared.verb, declared.noun) for declared in functions}
    return None if (other.verb, other.noun) in taken or len(one.noun.split()) < 2 and other.noun != one.noun else other


def _without(d: Draw, functions: list[Function]) -> tuple[str, str, str]:
    """A wish that none of the functions serves: what is asked, what is answered, and the answer's kind."""
    taken = set().union(*(_bare_words(f"{one.noun} {one.verb} {one.spec['description']}") for one in functions))
    if d.chance(0.35):
        named = {word for one in functions for word in _bare_words(f"{one.noun} {one.verb}")}
        while True:
            asked, answer, kind = manners.exchange(d, unknown=0.0 if named & SERVE_MUCH else 0.4)
            if kind != "unknown":
                return asked, answer, kind
            if not _bare_words(asked) & named:
                return asked, str(d.pick(NOT_OURS)), "refuses"
    wish = _near_miss(d, functions) if d.chance(0.4) else None
    while wish is None:
        other = function(d)
        wish = None if _bare_words(other.noun) & taken else other
    return request(d, wish, wish.fill(d)), str(d.pick(NOT_OURS)), "refuses"


def _system(d: Draw) -> str:
    """Who the assistant is, what it must heed, or both."""
    parts = d.weighted(((5, (ROLES,)), (2, (RULES,)), (3, (ROLES, RULES))))
    text = " ".join(str(d.pick(source)) for source in parts)
    return text.replace("{c}", words.title(d)).replace("{n}", words.first_name(d)).replace("{d}", words.date(d))


def _turn(d: Draw, functions: list[Function], last: Asked | None) -> tuple[Turn, Asked | None]:
    """A request for one call or several."""
    leaning = _follow_up(d, last) if last and d.chance(0.3) else None
    if leaning:
        return leaning
    several = None
    if d.chance(0.3):
        several = (two_requests if len(functions) > 1 and d.chance(0.55) else same_function)(d, functions)
    return (several, None) if several else _single(d, functions)


def call(d: Draw) -> Sample:
    """Pick the function, copy the arguments; results are told; up to four requests over the same functions."""
    while True:
        sample = _conversation(d)
        length = sum(len(piece) for piece in (*map(tool_text, sample.tools), *(reply_text(message) for message in sample.messages)))
        if length <= LONGEST:
            return sample


def _conversation(d: Draw) -> Sample:
    functions = _declared(d)
    messages: list[Message] = []
    if d.chance(0.22):
        messages.append(Message("system", _system(d)))
    expect: dict[str, Any] = {}
    last: Asked | None = None
    turns = d.weighted(((50, 1), (28, 2), (15, 3), (7, 4)))
    for turn in range(turns):
        if d.chance(0.15):
            asked, answer, kind = _without(d, functions)
            messages += [Message("user", asked), Message("assistant", answer)]
            expect, last = {"kind": kind}, None
            continue
        (asked, calls), last = _turn(d, functions, last)
        messages += [Message("user", asked), Message("assistant", calls=calls)]
        expect = {"calls": [{"name": one.name, "arguments": one.arguments} for one in calls]}
        if turn + 1 < turns or d.chance(0.3):
            told, values = _told(d, calls)
            messages += told
            expect = {"contains": values}
    return Sample("calls", messages, [one.spec for one in functions], expect)
