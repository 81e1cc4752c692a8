"""JSON Schemas for records as people and their libraries write them, and the JSON that follows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from training.generate.draw import Draw, Pool
from training.generate.structured.record_parts import STRING, Column, Kind, RecordFact, halves

PREFIXES = halves("the|my|main|full|current|given|exact|stated|user|item|our|new|selected // this|known|actual")
SUFFIXES = halves("value|text|info|field|entry|str // data|content")
UNKNOWN_TAILS = halves(", or null|, null if not stated|; null when unknown|, if the text tells it // , null if missing", grammar=True)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass
class Slot:
    """One property of a schema: which fact it holds (None: the subject) under which key, and the keys inside it."""

    key: str
    fact: RecordFact | None
    nullable: bool = False
    columns: tuple[str, ...] = ()

    def json(self, value: Any) -> Any:
        """The drawn value as the answer writes it."""
        if not self.columns or value is None or self.fact is None:
            return value
        rows = [dict(zip(self.columns, row)) for row in value]
        return rows if self.fact.many else rows[0]


@dataclass(frozen=True)
class Style:
    """How a schema is written throughout."""

    case: str
    pydantic: bool
    described: bool
    optional: bool


def draw_style(d: Draw, plain: bool = False) -> Style:
    """A style; a plain one has nothing that a list of keys could not tell."""
    case = d.weighted(((7, "snake"), (2, "camel"), (0.3, "pascal"), (0.3, "words"), (0.2, "upper")))
    if plain:
        return Style(case, False, False, False)
    return Style(case, d.chance(0.3), d.chance(0.3), d.chance(0.2))


def spelled(key: str, case: str) -> str:
    """A snake-case key in another case."""
    parts = key.split("_")
    if case == "camel":
        return parts[0] + "".join(part.capitalize() for part in parts[1:])
    if case == "pascal":
        return "".join(part.capitalize() for part in parts)
    if case == "words":
        return " ".join(part.capitalize() for part in parts)
    return key.upper() if case == "upper" else key


def human(key: str) -> str:
    """A key as plain words."""
    return _CAMEL.sub(" ", key).replace("_", " ").lower() if not key.isupper() else key.replace("_", " ").lower()


def _bare(key: str) -> str:
    return re.sub("[^a-z0-9]", "", key.lower())


def key_name(d: Draw, names: Pool, noun: str, style: Style, taken: set[str]) -> str:
    """A key for a fact: a usual name, often with something before or behind it. Training never uses a held-out name."""
    kept = () if d.held_out else {_bare(name) for name in names.held_out}
    for _ in range(8):
        base = str(d.pick(names))
        kind = d.rng.random()
        if kind < 0.12:
            base = f"{d.pick(PREFIXES)}_{base}"
        elif kind < 0.2:
            base = f"{noun.split()[-1].replace('-', '')}_{base}"
        elif kind < 0.25:
            base = f"{base}_{d.pick(SUFFIXES)}"
        elif kind < 0.33:
            base = f"{d.word()}_{base}" if d.chance(0.5) else f"{base}_{d.word()}"
        key = spelled(base, style.case)
        if key not in taken and _bare(key) not in kept:
            return key
    return f"{d.pick(names)}_{len(taken)}"


def _described(d: Draw, spec: dict[str, Any], text: Pool, nullable: bool) -> dict[str, Any]:
    said = str(d.pick(text))
    if d.chance(0.15):
        said = said[0].lower() + said[1:]
    if nullable and d.chance(0.4):
        said += str(d.pick(UNKNOWN_TAILS))
    return {**spec, "description": said + d.rng.choice(("", "", "."))}


def _titled(key: str) -> str:
    return key.replace("_", " ").title()


def _rows(d: Draw, columns: tuple[Column, ...], keys: tuple[str, ...], style: Style) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for key, col in zip(keys, columns):
        properties[key] = {"title": _titled(key), **col.schema} if style.pydantic else dict(col.schema)
    return closed(d, properties, style)


def closed(d: Draw, properties: dict[str, Any], style: Style, title: str = "", optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object schema; pydantic writes its keys in the order of the alphabet, others begin with the type."""
    required = [key for key in properties if key not in optional]
    if style.pydantic:
        whole: dict[str, Any] = {"properties": properties}
        if required:
            whole["required"] = required
        return {**whole, **({"title": title} if title else {}), "type": "object"}
    whole = {"type": "object", "properties": properties}
    if required and d.chance(0.9):
        whole["required"] = required
    if d.chance(0.3):
        whole["additionalProperties"] = False
    return whole


def _nullable(d: Draw, spec: dict[str, Any], style: Style) -> dict[str, Any]:
    if style.pydantic:
        return {"anyOf": [spec, {"type": "null"}], "default": None}
    if "enum" in spec or d.chance(0.4):
        return {"anyOf": [spec, {"type": "null"}]}
    return {"type": [spec["type"], "null"]}


def _spec(d: Draw, slot: Slot, kind: Kind, style: Style, invented: bool, definitions: dict[str, Any]) -> dict[str, Any]:
    base: dict[str, Any] = dict(slot.fact.schema) if slot.fact else dict(STRING)
    if slot.fact and slot.columns:
        base = _rows(d, slot.fact.columns, slot.columns, style)
        if style.pydantic and d.chance(0.7):  # pydantic names the class and refers to it
            name = _titled(slot.key).replace(" ", "").rstrip("s") or "Part"
            definitions[name] = {**base, "title": name}
            base = {"$ref": f"#/$defs/{name}"}
        if slot.fact.many:
            base = {"type": "array", "items": base}
    elif "enum" in base and d.chance(0.5):
        base["enum"] = d.shuffled(base["enum"])
    if slot.nullable:
        base = _nullable(d, base, style)
    if invented or (style.described and d.chance(0.8)):
        base = _described(d, base, slot.fact.descriptions if slot.fact else kind.descriptions, slot.nullable)
    if style.pydantic and "$ref" not in base:
        base["title"] = _titled(slot.key)
        base = dict(sorted(base.items()))
    return base


def lay_out(d: Draw, kind: Kind, chosen: list[RecordFact | None], plain: bool = False) -> tuple[list[Slot], dict[str, Any]]:
    """Slots and schema of an object with the chosen facts, in that order (None: the subject)."""
    style = draw_style(d, plain)
    noun = str(d.pick(kind.nouns))
    slots: list[Slot] = []
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for fact in chosen:
        invented = not plain and d.chance(0.06)
        if invented:
            key = spelled(d.word() if d.chance(0.6) else f"{d.word()}_{d.word()}", style.case)
        else:
            key = key_name(d, fact.names if fact else kind.names, noun, style, set(properties))
        nullable = style.optional and fact is not None and not fact.columns and fact.schema["type"] != "array" and d.chance(0.6)
        columns: tuple[str, ...] = ()
        if fact and fact.columns:
            for col in fact.columns:
                plain_style = Style(style.case, False, False, False)
                columns += (
                    key_name(d, col.names, "line", plain_style, set(columns))
                    if d.chance(0.4)
                    else spelled(_free(d, col.names, columns), style.case),
                )
        slot = Slot(key, fact, nullable, columns)
        slots.append(slot)
        properties[key] = _spec(d, slot, kind, style, invented, definitions)
    title = noun.title().replace(" ", "").replace("-", "") + d.rng.choice(("", "", "", "Info", "Record"))
    optional = tuple(slot.key for slot in slots if slot.nullable) if style.pydantic else ()
    schema = closed(d, properties, style, title, optional)
    if definitions:
        schema = {"$defs": definitions, **schema}
    elif not style.pydantic and not plain and d.chance(0.03):
        schema = {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    return slots, schema


def _free(d: Draw, names: Pool, taken: tuple[str, ...]) -> str:
    return d.until_free(names, set(taken))
