"""Family 3: JSON that follows a schema and holds what the request says."""

from __future__ import annotations

import json
from typing import Any

from training.generate.chat import Message, Sample
from training.generate.draw import Draw
from training.generate.structured.attributes import attribute_kind
from training.generate.structured.classify import classification
from training.generate.structured.extraction_asks import keys_wanted, more, wrap
from training.generate.structured.invent import invented, recipes
from training.generate.structured.passages import Item, passage
from training.generate.structured.record_parts import Kind, RecordFact, halves
from training.generate.structured.record_schema import Slot, human, lay_out
from training.generate.structured.records import KINDS

LISTS = halves("people|items|entries|records|results|all|list // elements|found")
# Facts of one kind that a text had better not state at once, since both would answer the same question.
CLASHES = (("city", "address"), ("item", "lines"), ("ingredients", "amounts"))
MOST = 1100  # characters of a conversation, about 400 tokens: longer ones teach little more
MISSING = " Use null for what the text does not say."

Pairs = list[tuple[str, Any]]  # what the user says, and the value of the answer


def _kind(d: Draw) -> Kind:
    return attribute_kind(d, d.number(2, 5)) if d.chance(0.14) else KINDS[d.rng.choice(list(KINDS))]


def _stated(d: Draw, kind: Kind, slots: list[Slot], others: list[RecordFact]) -> tuple[str, dict[str, Any]]:
    """A text and the object it gives. `others` are facts that no slot asks for; what may be null is left out at times."""
    subject = kind.subject(d)
    values: dict[str, Any] = {}
    items: list[Item] = []
    label = human(str(d.pick(kind.names)))
    for slot in slots:
        if slot.fact is None:
            values[slot.key] = subject
            if d.chance(0.4):
                label = human(slot.key)
            continue
        drawn = None if slot.nullable and d.chance(0.45) else slot.fact.value(d)
        values[slot.key] = slot.json(drawn)
        if drawn is not None:
            items.append((slot.fact, drawn, human(slot.key if d.chance(0.4) else str(d.pick(slot.fact.names)))))
    if d.chance(0.45):
        items = d.shuffled(items)
    for fact in others:
        items.insert(d.number(0, len(items)), (fact, fact.value(d), human(str(d.pick(fact.names)))))
    return passage(d, kind, subject, items, label), values


def _clash(kind: Kind) -> bool:
    return any(one in kind.facts and other in kind.facts for one, other in CLASHES)


def _shape(d: Draw, plain: bool, most: int) -> tuple[Kind, list[Slot], dict[str, Any], list[RecordFact]]:
    """Kind, slots, schema, and the facts that are left over."""
    kind = _kind(d)
    dropped = {d.rng.choice(pair) for pair in CLASHES}
    usable = [fact for name, fact in kind.facts.items() if not (plain and fact.columns) and not (name in dropped and _clash(kind))]
    drawn: list[Any] = d.some(usable, min(most, len(usable), d.rng.choice((1, 1, 2, 2, 2, 3, 3, 4))))
    asked: list[RecordFact | None] = [None, *drawn]
    if len(drawn) > 1 and d.chance(0.12):
        asked = list(drawn)
    if d.chance(0.35):
        asked = d.shuffled(asked)
    slots, schema = lay_out(d, kind, asked, plain)
    return kind, slots, schema, [fact for fact in usable if not any(fact is other for other in drawn)]


def _distractors(d: Draw, left: list[RecordFact], asked: list[Slot]) -> list[RecordFact]:
    """Facts stated without being asked for; none whose usual names an asked one shares."""
    taken = {name for slot in asked if slot.fact for name in slot.fact.names.half(d.held_out)}
    fitting = [fact for fact in left if not taken & set(fact.names.half(d.held_out))]
    return d.some(fitting, min(len(fitting), d.rng.choice((0, 0, 0, 1, 1, 2))))  # type: ignore[return-value]


def _extraction(d: Draw) -> tuple[Pairs, dict[str, Any]]:
    kind, slots, schema, left = _shape(d, False, 4)
    pairs: Pairs = []
    for round_ in range(d.weighted(((6, 1), (3 if len(slots) < 5 else 1, 2), (0.7 if len(slots) < 3 else 0, 3)))):
        text, value = _stated(d, kind, slots, _distractors(d, left, slots))
        noun = str(d.pick(kind.nouns))
        pairs.append((more(d, noun, text) if round_ else wrap(d, noun, text), value))
    return pairs, schema


def _several(d: Draw) -> tuple[Pairs, dict[str, Any]]:
    """A list of two or three like records out of one text, bare or under one key."""
    kind, slots, schema, _ = _shape(d, False, 2)
    found = [_stated(d, kind, slots, []) for _ in range(d.rng.choice((2, 2, 3)))]
    text = d.rng.choice((" ", "\n", "\n\n")).join(text for text, _ in found)
    value: Any = [value for _, value in found]
    definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    whole: dict[str, Any] = {"type": "array", "items": schema}
    noun = str(d.pick(kind.nouns))
    if d.chance(0.5):
        key = str(d.pick(LISTS))
        whole, value = {"type": "object", "properties": {key: whole}, "required": [key]}, {key: value}
    return [(wrap(d, f"{noun} list", text), value)], {**definitions, **whole}


def _unsent(d: Draw) -> tuple[list[Message], Pairs, dict[str, Any]]:
    """Without a schema in the request: the user or the system instruction names the keys."""
    kind, slots, schema, left = _shape(d, True, 4)
    lead = keys_wanted(d, schema)
    if d.chance(0.12):
        for slot in slots:
            slot.nullable = slot.fact is not None and not slot.fact.columns and slot.fact.schema["type"] != "array"
            if slot.nullable:
                schema["properties"][slot.key] = {"anyOf": [schema["properties"][slot.key], {"type": "null"}]}
        lead += MISSING
    system = d.chance(0.35)
    pairs: Pairs = []
    for round_ in range(d.rng.choice((1, 1, 2))):
        text, value = _stated(d, kind, slots, _distractors(d, left, slots))
        noun = str(d.pick(kind.nouns))
        if round_:
            ask = more(d, noun, text)
        elif system:
            ask = wrap(d, noun, text)
        elif d.chance(0.5):
            ask = f"{lead}{d.rng.choice((' ', chr(10), chr(10) * 2))}{text}"
        else:
            ask = wrap(d, noun, text)
            ask += ("" if ask[-1] in ".!?" else ".") + d.rng.choice((" ", "\n", "\n\n")) + lead
        pairs.append((ask, value))
    return ([Message("system", lead)] if system else []), pairs, schema


def structured(d: Draw) -> Sample:
    """Texts that state facts, and the JSON that holds them; labels for texts; recipes and records made up on request."""
    while True:
        sample = _conversation(d)
        shown = json.dumps(sample.schema, separators=(",", ":")) if sample.schema else ""
        if len(shown) + sum(len(message.content) for message in sample.messages) <= MOST:
            return sample


def _conversation(d: Draw) -> Sample:
    messages: list[Message] = []
    kind = d.weighted(((67, "extraction"), (7, "several"), (9, "classify"), (6, "recipes"), (5, "invented"), (15, "unsent")))
    rounds = d.rng.choice((1, 2, 2, 3))
    if kind == "unsent":
        messages, pairs, schema = _unsent(d)
    elif kind == "classify":
        pairs, schema = classification(d, rounds + 1)
    elif kind == "recipes":
        pairs, schema = recipes(d, min(rounds, 2))
    elif kind == "invented":
        pairs, schema = invented(d, rounds)
    else:
        pairs, schema = _several(d) if kind == "several" else _extraction(d)
    for asked, value in pairs:
        messages += [Message("user", asked), Message("assistant", json.dumps(value, ensure_ascii=False))]
    return Sample("structured", messages, [], {"json": pairs[-1][1], "schema": schema}, None if kind == "unsent" else schema)
