"""How a user asks for a function: the sentence, where its values stand in it, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence

from training.generate import words
from training.generate.calls.catalogue import OFFERED
from training.generate.calls.functions import Function, with_article
from training.generate.calls.parameters import Stated
from training.generate.calls.wording import (
    ACTION_REQUESTS,
    ARTICLES,
    ASIDES,
    BARE_FIRST,
    FRONTED,
    LABEL_FIRST,
    LATER,
    LATER_LABELS,
    LISTED,
    LOOKUP_COMMANDS,
    LOOKUP_QUESTIONS,
    LOOKUP_STATEMENTS,
    OFFERED_REQUESTS,
    OPENERS,
    OWNED,
    TAILS,
)
from training.generate.draw import Draw, Pool

# Phrases that begin with these can stand before the sentence or after "It should be".
_MOVABLE = frozenset("in on at for from to near with about around within by of using during".split())
_FRONTABLE = frozenset("in on at for near about around within during today tomorrow next".split())
_OWNERS = frozenset("city country person title symbol room".split())
_PLACES = frozenset("city origin destination country zip".split())
_PLURALS = (("is the {n}", "are the {n}"), ("'s the {n}", " are the {n}"), ("whats the {n}", "what are the {n}"), ("{n} is", "{n} are"))
_PEOPLE = frozenset("person recipient attendees title".split())


def capital(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def lowered(text: str, values: Sequence[Stated] = ()) -> str:
    """With a small first letter where a sentence goes on, unless that is the word I or one of the values."""
    if text[:2] in ("I ", "I'") or any(value.said and text.startswith(value.said) for value in values):
        return text
    return text[:1].lower() + text[1:]


def joined(d: Draw, stated: Sequence[Stated]) -> str:
    """The phrases, mostly in declared order; one that begins with a colon comes last."""
    phrases = [one.phrase for one in stated]
    if d.chance(0.3):
        phrases = d.shuffled(phrases)
    phrases.sort(key=lambda phrase: phrase.startswith(":"))
    return " ".join(phrases)


def tidy(text: str) -> str:
    """Without the blanks that empty phrases leave."""
    while "  " in text:
        text = text.replace("  ", " ")
    for mark in ".?,:":
        text = text.replace(f" {mark} ", f"{mark} ")
        if text.endswith(f" {mark}"):
            text = text[:-2] + mark
    return text.replace(" ?", "?").replace(" ,", ",").replace(" :", ":").strip()


def sentence(d: Draw, one: Function, phrases: str, noun: str = "") -> str:
    """One sentence around phrases; `noun` replaces `the weather` by `Oslo's weather`."""
    if not one.is_action:
        source = d.weighted(((40, LOOKUP_COMMANDS), (38, LOOKUP_QUESTIONS), (22, LOOKUP_STATEMENTS)))
        template = str(d.pick(source))
        if noun:
            template = template.replace("the {n}", noun) if "the {n}" in template else template.replace("{n}", noun)
        if source is LOOKUP_QUESTIONS and one.noun.endswith("s") and one.noun[-2:] not in ("ss", "us") and one.noun != "news":
            for single, plural in _PLURALS:
                template = template.replace(single, plural)
        text = template.replace("{n}", one.noun)
    else:
        offered = one.verb in OFFERED and one.article in ("a", "an") and d.chance(0.2)
        article = with_article(one.article, one.noun)
        if one.article in ("a", "an") and not offered and d.chance(0.12):
            article = str(d.pick(ARTICLES))
        text = str(d.pick(OFFERED_REQUESTS if offered else ACTION_REQUESTS)).replace("{n}", one.noun)
        text = text.replace("{v}", one.verb).replace("{a}", article)
    return text.replace("{p}", phrases) if noun and text.startswith(noun) else capital(text.replace("{p}", phrases))


def _labelled(d: Draw, forms: Pool, part: Stated) -> str:
    """A value under its label: `the date is Friday`, `the tags are red and blue`."""
    form = str(d.pick(forms))
    if isinstance(part.value, list):
        form = form.replace(" is ", " are ").replace(" has to ", " have to ")
    return form.replace("{l}", part.slot.label).replace("{v}", part.mention)


def _moved(d: Draw, one: Function, stated: list[Stated]) -> str:
    """Some values in front of the sentence or in a sentence of their own."""
    style = d.number(0, 9)
    if style < 3:
        able = [part for part in stated if part.phrase.split(" ")[0] in _FRONTABLE]
        if able:
            part = d.pick(able)
            rest = sentence(d, one, joined(d, [other for other in stated if other is not part]))
            return (
                str(d.pick(FRONTED))
                .replace("{p}", part.phrase if part.form.startswith("{v}") else capital(part.phrase))
                .replace("{s}", lowered(rest, stated))
            )
    if style == 3 and len(one.slots) == 1 and one.slots[0].kind.type == "string" and one.slots[0].key not in ("power", "message"):
        form = str(d.pick(BARE_FIRST)).replace("{v}", stated[0].said)
        rest = tidy(sentence(d, one, ""))
        return form.replace("{s}", ended(rest) if form.startswith("{s}") else rest)
    if style < 6:
        able = [part for part in stated if part.slot.label]
        if able:
            part = d.pick(able)
            rest = sentence(d, one, joined(d, [other for other in stated if other is not part]))
            return capital(_labelled(d, LABEL_FIRST, part).replace("{s}", rest))
    if style < 8:
        late = [part for part in stated if part.phrase.split(" ")[0] in _MOVABLE][-d.number(1, 3) :]
        if late:
            rest = sentence(d, one, joined(d, [part for part in stated if part not in late]))
            return f"{ended(tidy(rest))} {str(d.pick(LATER)).replace('{p}', joined(d, late))}"
    late = [part for part in stated if part.slot.label][-d.number(1, 3) :]
    if not late:
        return sentence(d, one, joined(d, stated))
    rest = sentence(d, one, joined(d, [part for part in stated if part not in late]))
    clauses = [_labelled(d, LATER_LABELS, part) for part in late]
    return f"{ended(tidy(rest))} {capital(words.listing(clauses))}."


def ended(text: str) -> str:
    """With a mark at its end."""
    return text if text[-1:] in ".?!" else text + "."


def _listed(d: Draw, one: Function, stated: list[Stated]) -> str:
    """All values under their names after the sentence."""
    bullets = d.chance(0.3)
    form = str(d.pick(LISTED))
    entries = [form.replace("{l}", part.slot.label).replace("{v}", part.mention) for part in stated]
    start = sentence(d, one, "").rstrip(" .?")
    if bullets:
        return tidy(start) + ":\n" + "\n".join(f"- {entry}" for entry in entries)
    return f"{start}{d.pick((': ', '. ', ', ', ' - '))}{', '.join(entries)}{d.pick(('.', ''))}"


def _owned(d: Draw, one: Function, stated: list[Stated]) -> str:
    """`Oslo's weather` for `the weather in Oslo`."""
    owner = stated[0]
    noun = str(d.pick(OWNED)).replace("{v}", owner.said).replace("{n}", one.noun)
    return sentence(d, one, joined(d, stated[1:]), noun)


def request(d: Draw, one: Function, stated: list[Stated], plain: bool = False) -> str:
    """What the user says to have `one` called with the values `stated`; with `plain` just one sentence."""
    style = 0 if plain or not stated else d.number(0, 99)
    if style >= 94 and all(part.slot.label for part in stated):
        text = _listed(d, one, stated)
    elif style >= 76 and "\n" not in joined(d, stated):
        text = _moved(d, one, stated)
    elif style >= 68 and not one.is_action and stated[0].slot.key in _OWNERS:
        text = _owned(d, one, stated)
    else:
        text = sentence(d, one, joined(d, stated))
    text = tidy(text) if "\n" not in text else text
    return text if plain else around(d, text, stated, one)


def around(d: Draw, text: str, stated: Sequence[Stated], one: Function | None = None) -> str:
    """The request with what people say before and after it, and with their spelling; an aside only where `one` is known."""
    if d.chance(0.28):
        opener = str(d.pick(OPENERS))
        text = opener + (text if opener[-2] in ".!" else lowered(text, stated))
    elif one is not None and d.chance(0.06):
        missing = {slot.key for slot in one.slots} - {part.slot.key for part in stated}
        aside = str(d.pick(ASIDES))
        if not ("{city}" in aside and missing & _PLACES) and not ("{name}" in aside and missing & _PEOPLE):
            text = aside.replace("{city}", words.city(d)).replace("{name}", words.first_name(d)) + " " + text
    if d.chance(0.1) and "\n" not in text:
        text = ended(text) + str(d.pick(TAILS))
    if d.chance(0.15):
        text = lowered(text, stated)
    if d.chance(0.12):
        text = text.rstrip(".?")
    return text


__all__ = ["around", "capital", "ended", "joined", "lowered", "request", "sentence", "tidy"]
