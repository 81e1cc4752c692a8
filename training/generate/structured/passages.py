"""How a text states a record: as prose of many shapes, as a list of labels, or as a short letter."""

from __future__ import annotations

import re
from typing import Any

from training.generate import words
from training.generate.draw import Draw
from training.generate.structured.record_parts import Kind, RecordFact, halves

Item = tuple[RecordFact, Any, str]  # a fact, its value, its label in lists
LEAD_INS = halves(
    "also,|by the way,|note that|as far as I know,|besides,|I heard that|apparently,|of course,|now|and|we know that|it seems that // moreover,|people say that",
    grammar=True,
)
ASIDE_NEWS = halves(
    "The weather was fine.|Nothing else is known.|More will follow.|That is all for now.|I wrote this in a hurry.|Sorry for the short note.|We talked for a while.|"
    "Everybody was happy about it.|It was a long day.|Let me know what you think.|The coffee was cold.|I am glad about it.|Some of this may change later. // "
    "The rest is not important.|It rained a lot that day.|Please read this with care.",
    grammar=True,
)
GREETINGS = halves(
    "Hi,|Hello,|Hi all,|Dear team,|Good morning,|Hey,|Hello everybody,|To whom it may concern, // Dear colleagues,|Good evening,",
    grammar=True,
)
GOODBYES = halves("Thanks|Best|Regards|Kind regards|Cheers|Bye|See you|Many thanks // Yours sincerely|Best wishes", grammar=True)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_KNOWN = frozenset(words.FIRST_NAMES.train + words.FIRST_NAMES.held_out)
_ONE = re.compile(r"\b(1|one) ([a-z]+)s\b")


def worded(d: Draw, fact: RecordFact, value: Any, prose: bool = True) -> str:
    """A value as the text writes it."""
    if fact.row is not None and not fact.columns:  # steps, one after the other
        return f"{d.pick(fact.row)} ".join(step[0].lower() + step[1:] for step in value)
    if fact.columns:
        row = str(d.pick(fact.row))  # type: ignore[arg-type]
        value = [row.format(*cells) for cells in value]
    if isinstance(value, list):
        texts = [str(item) for item in value]
        return words.listing(texts) if prose and d.chance(0.8) else ", ".join(texts)
    if isinstance(value, bool):
        return d.rng.choice(("yes", "true") if value else ("no", "false"))
    if prose and isinstance(value, int) and 0 <= value < len(_SMALL) and fact.schema.get("type") == "integer" and d.chance(0.2):
        return _SMALL[value]
    return str(value)


def phrased(d: Draw, phrase: str, fact: RecordFact, value: Any) -> str:
    """A phrase of a fact with its value in it."""
    if isinstance(value, bool):
        return phrase.split("/")[0 if value else 1]
    text = worded(d, fact, value)
    if text[0].lower() in "aeiou":
        phrase = re.sub(r"\b([aA]) \{v\}", r"\1n {v}", phrase)
    if text.startswith(("today", "tomorrow", "next ")):
        phrase = phrase.replace("on {v}", "{v}").replace("by {v}", "{v}").replace("until {v}", "{v}")
    if isinstance(value, list) and len(value) == 1:
        for verb in ("take", "come", "join", "play"):
            phrase = phrase.replace(f"{{v}} {verb} ", f"{{v}} {verb}s ")
        phrase = phrase.replace("{v} are ", "{v} is ")
    filled = phrase.replace("${v}", f"${value}").replace("{v}", text)
    if value == 1:
        filled = _ONE.sub(r"\1 \2", filled).replace("there are", "there is")
    return filled


def _sentence(text: str, values: list[str]) -> str:
    """A sentence with its capital, unless it begins with a value: that has to stay as it is."""
    begins = text if text.startswith(tuple(values)) else text[0].upper() + text[1:]
    return begins + ("" if text[-1] in ".!?" else ".")


def _joined(parts: list[str], d: Draw) -> str:
    return words.listing(parts) if d.chance(0.85) else ", ".join(parts)


def prose(d: Draw, kind: Kind, subject: str, items: list[Item]) -> list[str]:
    """The facts in sentences of one to three facts."""
    first = str(d.pick(kind.first)).replace("{n}", subject)
    name = subject.split()[0]
    noun = str(d.pick(kind.nouns)).split()[0]
    pronoun = "it"
    if kind.human:
        pronoun = d.rng.choice(("he", "she")) if name not in _KNOWN and d.chance(0.6) else name
    sentences: list[str] = []
    values = [subject, *(value[0] if isinstance(value, list) else value for _, value, _ in items)]
    kept = [value for value in values if isinstance(value, str)]
    if not items or not items[0][0].predicates(d) or d.chance(0.4):
        opening = str(d.pick(kind.openings)).replace("{n}", subject)
        if subject[0].lower() in "aeiou":
            opening = re.sub(rf"\b([aA]) (?={re.escape(subject)})", r"\1n ", opening)
        sentences.append(_sentence(opening, kept))
    at = 0
    while at < len(items):
        if not sentences:
            mention = first
        elif kind.human:
            mention = d.rng.choice((pronoun, pronoun, name))
        else:
            mention = d.rng.choice(("it", "it", f"the {noun}", f"this {noun}"))
        size = d.rng.choice((1, 1, 1, 2, 2, 3))
        aside = ""
        if (
            mention not in ("he", "she", "it")
            and at + 1 < len(items)
            and items[at][0].asides(d)
            and items[at + 1][0].predicates(d)
            and d.chance(0.5)
        ):
            aside = phrased(d, d.rng.choice(items[at][0].asides(d)), *items[at][:2])
            at += 1
        parts: list[str] = []
        while at < len(items) and len(parts) < size:
            fact, value, _ = items[at]
            predicates, clauses = fact.predicates(d), fact.clauses(d)
            if not predicates or (clauses and not aside and (sentences or parts) and d.chance(0.4)):
                break
            parts.append(phrased(d, d.rng.choice(predicates), fact, value))
            at += 1
        if parts:
            if aside:
                text = f"{mention}, {aside}, {_joined(parts, d)}"
            elif len(parts) > 1 and mention not in ("he", "she", "it") and d.chance(0.3):
                text = f"{mention}, {'who' if kind.human else 'which'} {parts[0]}, {_joined(parts[1:], d)}"
            elif len(parts) == 2 and d.chance(0.2):
                text = f"{mention} {parts[0]}{d.rng.choice((', and ', '; ', ', but '))}{pronoun} {parts[1]}"
            else:
                text = f"{mention} {_joined(parts, d)}"
        else:
            fact, value, _ = items[at]
            text = phrased(d, d.rng.choice(fact.clauses(d) or [f"{{s}} {p}" for p in fact.predicates(d)]), fact, value)
            text = text.replace("{s}", name if kind.human else "it")
            at += 1
            if at < len(items) and items[at][0].clauses(d) and d.chance(0.25):
                fact, value, _ = items[at]
                more = phrased(d, d.rng.choice(fact.clauses(d)), fact, value).replace("{s}", name if kind.human else "it")
                text += d.rng.choice((", and ", "; ", ", ")) + more
                at += 1
        text = text.replace("{s}", name if kind.human else "it")
        if sentences and d.chance(0.1):
            text = f"{d.pick(LEAD_INS)} {text}"
        sentences.append(_sentence(text, kept))
    if d.chance(0.22):
        sentences.insert(d.number(1, len(sentences)), str(d.pick(ASIDE_NEWS)))
    return sentences


def labels(d: Draw, subject_label: str, subject: str, items: list[Item]) -> str:
    """`Name: X, Age: Y` in one of its many shapes."""
    pairs = [(subject_label, subject)] + [(label, worded(d, fact, value, prose=False)) for fact, value, label in items]
    if d.chance(0.2):
        pairs = d.shuffled(pairs)
    case = d.rng.choice((str.capitalize, str.capitalize, str.lower, str.title))
    if d.chance(0.06) and not any("," in value for _, value in pairs):
        return ",".join(label for label, _ in pairs) + "\n" + ",".join(value for _, value in pairs)
    sign = d.rng.choice((": ", ": ", ": ", " = ", " - ", "=", ":"))
    rows = [f"{case(label)}{sign}{value}" for label, value in pairs]
    if any("," in value for _, value in pairs):
        between = d.rng.choice(("\n", "\n- ", "; ", " | "))
    else:
        between = d.rng.choice((", ", ", ", "\n", "\n- ", "; ", " | ", " / ", ". "))
    return ("- " if between == "\n- " else "") + between.join(rows)


def passage(d: Draw, kind: Kind, subject: str, items: list[Item], subject_label: str) -> str:
    """One text that states the subject and all items."""
    style = d.rng.random()
    if style < 0.18:
        return labels(d, subject_label, subject, items)
    told = " ".join(prose(d, kind, subject, items))
    if style < 0.26:
        sender = f",\n{words.first_name(d)}" if d.chance(0.5) else ""
        gap = d.rng.choice(("\n", "\n\n", " "))
        return f"{d.pick(GREETINGS)}{gap}{told}{gap}{d.pick(GOODBYES)}{sender}"
    return told
