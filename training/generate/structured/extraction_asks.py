"""How people ask for the JSON of a text: with a schema sent along, or with the keys named in the request."""

from __future__ import annotations

import json
import re
from typing import Any

from training.generate.draw import Draw
from training.generate.structured.record_parts import halves

VERBS = "extract|get|read|take|find|collect|parse|list|note|write down|give me|show me|return|send me|output|store|capture|record|tell me|identify".split(
    "|"
)
OBJECTS = (
    "the {o}|the {o}|the {o} details|the {o} information|the facts about the {o}|what it says about the {o}|all fields of the {o}|the {o} record|the fields|"
    "the important facts|the details|the {o} in it|everything about the {o}|the values"
).split("|")
SOURCES = "||from this text|from the text below|from this note|from the following|out of this|from this message|in this text|from what I wrote|of this".split(
    "|"
)
FORMS = "|||as JSON|as a JSON object|in JSON|in the given format|as structured data|following the schema|for our database".split("|")
OPENERS = "Hi! |Hello, |Hey, |Good morning. |Quick one: |For my app: |Next, |Okay, |So, |Thanks for helping. |I have a text here. |For our records: ".split(
    "|"
)
FRAMES = (
    "{x}|{x}|{x}|please {x}|{x}, please|can you {x}?|could you {x}?|could you please {x}?|would you {x}?|I need you to {x}|I want you to {x}|I'd like you to {x}|"
    "your task: {x}|let's {x}|kindly {x}|help me to {x}|you should {x}|try to {x}|just {x}|now {x}"
).split("|")
WISHES = (
    "{o} as JSON|I need {y}|I would like to have {y}|I'd like {y}|we need {y}|I want {y}|what are {y}?|what is {y}?|turn this into a {o} record|turn this text into JSON|"
    "make a {o} of this|make JSON out of this {o}|parse this {o}|read the text and fill in the {o}|create a {o}|create the {o} entry|here is a {o}|here's the {o}|"
    "new {o}|{o}|a {o} for the list|text|note|input|convert this to JSON|this {o} goes into our system|add this {o}|put this {o} in our list|we got this {o}|"
    "structure this|summarise this {o}|process this {o}|what does this say about the {o}?"
).split("|")
HELD_OUT = (
    "Please extract the {o} data. {t}|Fill in a {o} form: {t}|{t} Return that {o} as an object.|Pull the {o} out of this text. {t}|Which {o} is described here? {t}|"
    "{t} Put this {o} into the structure.|I am looking for the {o} in these lines: {t}|Transform the {o} below. {t}"
).split("|")
MORE = halves(
    "And this: {t}|Next one: {t}|Now this one: {t}|{t}|The same for: {t}|Another {o}: {t}|One more. {t}|And the next {o}: {t}|Now: {t}|Then there is this {o}: {t}|"
    "Do it again: {t}|Also this one, please: {t}|What about this? {t} // Here is one more {o}: {t}|Likewise: {t}|Continue with {t}",
    grammar=True,
)
KEYS = halves(
    "Return JSON with the keys {k}.|Answer as JSON with {k}.|Give me JSON with the keys {k}.|Use the keys {k}.|JSON only, keys: {k}.|Reply with a JSON object that has {k}.|"
    "I need an object with the fields {k}.|Output a JSON object with fields {k}.|Write JSON: {k}.|Respond in JSON with {k} and nothing else.|The keys are {k}.|"
    "Format: JSON with {k}.|Only JSON, please, with the properties {k}.|Make it a JSON object with {k}. // The object has the members {k}.|JSON, please, holding {k}.",
    grammar=True,
)
SHAPES = halves(
    "Answer with JSON that follows this schema: {s}|Respond only with JSON matching this schema: {s}|JSON schema: {s}|Reply with a JSON object for this schema: {s}|"
    "Use this format: {s}|Stick to this JSON Schema: {s}|The answer has to fit {s}|Schema:\n{s} // Your reply is one JSON value that fits this schema: {s}|Output JSON for the schema {s}",
    grammar=True,
)
BLANKS = halves(
    "Answer in this form: {s}|Fill this in: {s}|Use this template: {s}|Return JSON like {s}|Format: {s}|The JSON looks like this: {s}|Complete {s} // Follow the pattern {s}",
    grammar=True,
)
_EMPTY = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "array": []}


def _cased(d: Draw, text: str) -> str:
    if d.chance(0.12):
        return text.lower()
    return text[0].upper() + text[1:]


def _asked(d: Draw, noun: str) -> tuple[str, bool]:
    """A composed request without the text, and whether it is a question."""
    thing = d.rng.choice(OBJECTS)
    source, form = d.rng.choice(SOURCES), d.rng.choice(FORMS)
    if d.chance(0.55):
        wish = " ".join(part for part in (d.rng.choice(VERBS), thing, source, form) if part)
        ask = d.rng.choice(FRAMES).replace("{x}", wish)
    else:
        ask = d.rng.choice(WISHES).replace("{y}", " ".join(part for part in (thing, form) if part))
    ask = ask.replace("{o}", noun)
    if noun[0] in "aeio":
        ask = re.sub(rf"\b([aA]) (?={re.escape(noun)})", r"\1n ", ask)
    if ask.endswith("?") and d.chance(0.15):
        ask = ask[:-1]
    return (d.rng.choice(OPENERS) if d.chance(0.12) else "") + ask, ask.endswith("?")


def wrap(d: Draw, noun: str, text: str) -> str:
    """A text with the request for its JSON before or after it, or none at all."""
    if d.held_out:
        return d.rng.choice(HELD_OUT).replace("{o}", noun).replace("{t}", text)
    if d.chance(0.12):
        return text
    ask, question = _asked(d, noun)
    ask = _cased(d, ask)
    if d.chance(0.07):
        text = d.rng.choice(('"{}"', "'''{}'''", "<text>{}</text>", '"""{}"""', "```\n{}\n```")).format(text)
    if d.chance(0.2) and (question or len(ask) > 14):
        return text + d.rng.choice((" ", "\n", "\n\n")) + ask + ("" if question or d.chance(0.3) else ".")
    if question:
        return ask + d.rng.choice((" ", "\n", "\n\n")) + text
    return ask + d.rng.choice((": ", ": ", ":\n", ":\n\n", ". ", ".\n", "\n", " - ")) + text


def more(d: Draw, noun: str, text: str) -> str:
    """A further text under the same schema."""
    return wrap(d, noun, text) if d.chance(0.3) else str(d.pick(MORE)).replace("{o}", noun).replace("{t}", text)


def keys_wanted(d: Draw, schema: dict[str, Any]) -> str:
    """The sentence that names the keys, or shows schema or template, when no schema is sent along."""
    properties = schema["properties"]
    kind = d.rng.random()
    if kind < 0.6:
        mark = d.rng.choice(("{}", "{}", "{}", '"{}"', "`{}`", "'{}'"))
        keys = [mark.format(key) for key in properties]
        if len(keys) > 1 and d.chance(0.6):
            listed = ", ".join(keys[:-1]) + d.rng.choice((" and ", ", and ")) + keys[-1]
        else:
            listed = ", ".join(keys)
        text = str(d.pick(KEYS)).replace("{k}", listed)
        return text.replace("keys are", "key is").replace("keys", "key").replace("fields", "field") if len(keys) == 1 else text
    if kind < 0.8:
        separators = d.rng.choice(((",", ":"), (", ", ": ")))
        return str(d.pick(SHAPES)).replace("{s}", json.dumps(schema, separators=separators))
    blank = {key: _EMPTY[spec["type"]] if d.chance(0.5) else "..." for key, spec in properties.items()}
    return str(d.pick(BLANKS)).replace("{s}", json.dumps(blank))
