"""Requests that want more than one call at once."""

from __future__ import annotations

from dataclasses import replace

from training.generate.calls.asking import around, capital, ended, joined, lowered, request, sentence, tidy
from training.generate.calls.functions import Function, with_article
from training.generate.calls.parameters import Stated
from training.generate.chat import Call
from training.generate.draw import Draw, pool
from training.generate.words import listing

Turn = tuple[str, tuple[Call, ...]]

# One function for several values: how two values, or two phrases, are joined.
PAIRED = pool(
    "{a} and {b}|{a} and {b}|{a} and {b}|both {a} and {b}|{a} and also {b}|{a} & {b}|{a} plus {b}|{a} as well as {b}|{a} and then {b}|"
    "{a}, {b}|"
    "{a} and {b} too|first {a} and then {b}|{a}, and also {b}|{a}, then {b}|{a} and after that {b}|{a} along with {b}",
    "{a} and {b}|{a} together with {b}|{a} and likewise {b}|{a} and, too, {b}",
    grammar=True,
)
AGAIN = pool(
    "And {p} too.|Also {p}.|And the same {p}.|Do the same {p}.|And {p}.|Then {p} as well.|And {p}, please.|The same {p}.|"
    "Also {p}, please.|"
    "And then {p}.|And do it {p} too.|Next, {p}.|And once again {p}.|After that {p}.|I need it {p} too.|Then again {p}.",
    "Likewise {p}.|And one more time {p}.|In addition {p}.",
)
ANOTHER = pool("another one|one more|a second one|another|then another|also one|later one", "a further one|an additional one")
# Two requests: what stands between them. One that ends in a full stop begins a new sentence.
JOINS = pool(
    " and | and also |, and then |, then |. Then |. Also, |. Also |. After that, |; | plus |, and |. Next, |. And |. Oh, and |. |. |\n|"
    ", also |, but first of all |"
    ". Besides, |. When that is done, |. Second, |. Another thing: ",
    " and afterwards | as well as |. Furthermore, |. On top of that, |; in addition, ",
    grammar=True,
    blanks=True,
)
FRAMES = pool(
    "Two things: {x} {y}|I need two things. {x} {y}|First, {x1} Then {y1}|1. {x} 2. {y}|First: {x} Second: {y}|{x}\n{y}|"
    "Please do both: {x} {y}|a) {x} b) {y}",
    "Do these: {x} {y}|To begin with, {x1} Afterwards {y1}|- {x}\n- {y}",
)

_PAIRABLE = frozenset("city origin destination person recipient item topic title email file code country symbol room zip url".split())
# Phrases that read well with `both` before the values.
_SIMPLE = frozenset(("in {v}", "for {v}", "from {v}", "to {v}", "about {v}", "near {v}"))


def calling(one: Function, stated: list[Stated]) -> Call:
    """The call with its arguments in declared order."""
    values = {part.slot.name: part.value for part in stated}
    return Call(one.name, {slot.name: values[slot.name] for slot in one.slots if slot.name in values})


def _all_joined(d: Draw, parts: list[str], leading: bool = True) -> str:
    """The parts in a row; words before the first of them, as in `both A and B`, only where it is `leading`."""
    if len(parts) > 2:
        return listing(parts)
    form = str(d.pick(PAIRED))
    if not leading and not form.startswith("{a}"):
        form = "{a} and {b}"
    return form.replace("{a}", parts[0]).replace("{b}", parts[1])


def same_function(d: Draw, functions: list[Function]) -> Turn | None:
    """The same function for two values, now and then three: `in Oslo and in Rome`. None where no function fits."""
    fitting = [one for one in functions if any(slot.key in _PAIRABLE for slot in one.slots)]
    if not fitting:
        return None
    one = d.pick(fitting)
    if len(one.slots) > 1 and d.chance(0.35):
        return _each_its_own(d, one)
    slot = d.pick([slot for slot in one.slots if slot.key in _PAIRABLE])
    shared = [part for part in one.fill(d) if part.slot is not slot]
    said: list[Stated] = []
    target = 3 if d.chance(0.12) else 2
    while len(said) < target:
        part = slot.state(d)
        if part.value not in [other.value for other in said]:
            said.append(part)
    calls = tuple(calling(one, [*shared, part]) for part in said)
    style = d.number(0, 9)
    plain = [replace(part, form=said[0].form) for part in said]
    if style < 2 and target == 2 and said[1].form[:1].isalpha():
        once = ended(tidy(sentence(d, one, joined(d, [*shared, said[0]]))))
        return around(d, f"{once} {capital(str(d.pick(AGAIN)).replace('{p}', said[1].phrase))}", said), calls
    if style < 5:
        phrase = _all_joined(d, [part.phrase.lstrip(", ") for part in (plain if d.chance(0.6) else said)])
    else:
        row = _all_joined(d, [part.quoted for part in plain], plain[0].form in _SIMPLE)
        phrase = plain[0].form.replace("'{v}'", "{v}").replace('"{v}"', "{v}").replace("{v}", row)
    others = joined(d, shared)
    stated = f"{others} {phrase}" if others.startswith(tuple("abcdefghijklmnopqrstuvwxyz")) and d.chance(0.5) else f"{phrase} {others}"
    return around(d, tidy(sentence(d, one, stated)), said), calls


def _each_its_own(d: Draw, one: Function) -> Turn:
    """`Book a table for 4 people on Friday and another one for 2 people on Monday`."""
    first, second = one.fill(d), one.fill(d)
    calls = (calling(one, first), calling(one, second))
    start = tidy(sentence(d, one, joined(d, first))).rstrip(".?")
    if one.is_action and one.article in ("a", "an"):
        again = str(d.pick(ANOTHER))
    else:
        again = f"the {one.noun}" if not one.is_action else f"{one.verb} {with_article(one.article, one.noun)} {one.noun}"
    join = d.pick((" and ", " and ", ", and ", ", then ", " and then "))
    return around(d, tidy(f"{start}{join}{again} {joined(d, second)}."), first), calls


def two_requests(d: Draw, functions: list[Function]) -> Turn | None:
    """Two requests in one message, for two functions or twice for the same. None where only one is declared."""
    if len(functions) < 2:
        return None
    one, two = d.some(functions, 2) if d.chance(0.9) else [d.pick(functions)] * 2
    first = [replace(part, form=": '{v}'") if part.form == ": {v}" else part for part in one.fill(d)]  # else it would have no end
    second = two.fill(d)
    calls = (calling(one, first), calling(two, second))
    if not one.is_action and not two.is_action and d.chance(0.4):
        return around(d, _two_lookups(d, one, two, first, second), first), calls
    start = request(d, one, first, plain=True)
    if two.is_action and d.chance(0.5):
        follow = tidy(f"{two.verb} {with_article(two.article, two.noun)} {two.noun} {joined(d, second)}.")
    else:
        follow = request(d, two, second, plain=True)
    if d.chance(0.2):
        text = str(d.pick(FRAMES)).replace("{x}", ended(start)).replace("{y}", ended(capital(follow)))
        return text.replace("{x1}", ended(lowered(start))).replace("{y1}", ended(lowered(follow))), calls
    join = str(d.pick(JOINS))
    begun = capital(follow) if join in (". ", "\n") else lowered(follow)
    return around(d, f"{start.rstrip('.?')}{join}{begun}", first), calls


def _two_lookups(d: Draw, one: Function, two: Function, first: list[Stated], second: list[Stated]) -> str:
    """`the weather in Oslo and the humidity in Rome`."""
    phrases = f"{joined(d, first)}{d.pick((' and ', ' and ', ' and also ', ' plus '))}the {two.noun} {joined(d, second)}"
    return tidy(sentence(d, one, phrases))


__all__ = ["Turn", "calling", "same_function", "two_requests"]
