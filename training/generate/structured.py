"""Family 3: JSON that follows a schema and holds what the request says."""

from __future__ import annotations

import json
from typing import Any

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, Pool, pool
from training.generate.records import KINDS, STRING, Field, said

LEADS = pool(
    "{o} as JSON: {t}|Extract the {o}: {t}|{t} Give me the {o} as JSON.|Turn this into a {o} record. {t}|Text: {t}|{t}|Parse this {o}. {t}|"
    "Read the text and fill in the {o}. {t}|Create a {o}: {t}|Make a {o} from this: {t}|Return the {o} in JSON. {t}",
    "Please extract the {o} data. {t}|Fill in a {o} form: {t}|{t} Return that {o} as an object.|Pull the {o} out of this text. {t}",
)
SCHEMA_LEADS = pool(
    "Answer with JSON that follows this schema: {s}|Respond only with JSON matching this schema: {s}|JSON schema: {s}|Reply with a JSON object for this schema: {s}",
    "Your reply is one JSON value that fits this schema: {s}|Output JSON for the schema {s}",
)
OPENING = {
    "person": said(
        "This is {s}.|Meet {s}.|{s} is new here.|I know {s}.|Say hello to {s}.|Here comes {s}.|Our new member is {s}.|{s} wrote to us.|About {s}.",
        "Let me introduce {s}.",
    ),
    "event": said(
        "The event is '{s}'.|We plan '{s}'.|Join us for '{s}'.|Come to '{s}'.|Next: '{s}'.|We invite you to '{s}'.|'{s}' is near.|Title: '{s}'.",
        "Announcing '{s}'.",
    ),
    "product": said(
        "We sell a {s}.|Look at this {s}.|New: the {s}.|Buy our {s}.|Here is a {s}.|Today: the {s}.|A {s} for sale.|Everybody wants this {s}.",
        "On offer: a {s}.",
    ),
    "recipe": said(
        "Today we cook {s}.|Here is my {s}.|A recipe for {s}.|I made {s}.|Try the {s}.|This is how {s} is made.|We love {s}.|Cook {s}.",
        "Let us make {s}.",
    ),
    "order": said(
        "An order from {s}.|{s} placed an order.|New order by {s}.|{s} bought something.|Order of {s}.|{s} called us.|Customer: {s}.|We got an order from {s}.",
        "{s} ordered something.",
    ),
}


def _state(d: Draw, phrases: Pool, subject: str, value: Any) -> str:
    phrase = str(d.pick(phrases))
    if isinstance(value, bool):
        phrase = phrase.split("/")[0 if value else 1]
    said = words.listing([str(item) for item in value]) if isinstance(value, list) else str(value)
    text = phrase.replace("{s}", subject).replace("{v}", said)
    return text[0].upper() + text[1:] + "."


def _dump(value: Any) -> list[tuple[str, bool]]:
    """The object in pieces: key names apart, since they cannot be known when no schema is shown."""
    pieces: list[tuple[str, bool]] = []
    for at, (key, item) in enumerate(value.items()):
        pieces.append((("{" if at == 0 else ", ") + f'"{key}"', False))
        pieces.append((": " + json.dumps(item, ensure_ascii=False), True))
    return [*pieces, ("}", True)]


def structured(d: Draw) -> Sample:
    """Texts that state facts, and the objects that hold them under the schema's names; one or two of the same shape."""
    topic = str(d.pick(list(KINDS)))
    key_names, subject_of, fields = KINDS[topic]
    first = str(d.pick(key_names))
    names: dict[str, Field | None] = {first: None}
    for field in d.some(list(fields), d.number(1, min(4, len(fields)))):
        name = d.until_free(fields[field][0], set(names))
        if d.chance(0.2):  # a name that is new in part
            name = d.pick((f"{name}_{d.word()}", f"{d.word()}_{name}"))
        names[name] = fields[field]
    told_order = list(names)[1:]
    if d.chance(0.3):
        names = {name: names[name] for name in d.shuffled(list(names))}
    properties = {name: dict(field[1]) if field else dict(STRING) for name, field in names.items()}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": list(properties)}
    if d.chance(0.4):
        schema["additionalProperties"] = False
    shape = json.dumps(schema, separators=d.pick(((",", ":"), (", ", ": "))))
    lead = str(d.pick(SCHEMA_LEADS)).replace("{s}", shape)
    shown = d.weighted(((4, 0), (2, 1), (3, 2)))  # 0: only constrained decoding knows the names
    messages = [Message("system", lead)] if shown == 2 else []
    value: dict[str, Any] = {}
    for round_ in range(d.weighted(((6, 1), (4, 2)))):
        subject = subject_of(d)
        value = {name: field[2](d) if field else subject for name, field in names.items()}
        pronoun = subject.split()[0] if topic in ("person", "order") else subject
        told = [_state(d, names[name][3], pronoun, value[name]) for name in (d.shuffled(told_order) if d.chance(0.4) else told_order)]
        text = str(d.pick(OPENING[topic])).replace("{s}", subject) + " " + " ".join(told)
        request = str(d.pick(LEADS)).replace("{o}", topic).replace("{t}", text)
        if shown == 1 and round_ == 0:
            request += f"\n\n{lead}"
        known = shown > 0 or round_ > 0
        pieces = tuple((piece, learnt or known) for piece, learnt in _dump(value))
        messages += [Message("user", request), Message("assistant", parts=pieces)]
    return Sample("structured", messages, [], {"json": value, "schema": schema, "shown": shown > 0})
