"""Family 3: JSON that follows a schema and holds what the request says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from training.generate import words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, Pool, pool


def _said(train: str, held_out: str) -> Pool:
    return pool(train, held_out, grammar=True)


# field names, JSON type, value, how a text states it ({s} is the subject, {v} the value)
Field = tuple[Pool, dict[str, Any], Callable[[Draw], Any], Pool]
_STRING, _INTEGER, _NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
_LIST = {"type": "array", "items": {"type": "string"}}


def _distinct(d: Draw, make: Callable[[Draw], str], low: int, high: int) -> list[str]:
    found = [make(d) for _ in range(d.number(low, high))]
    return list(dict.fromkeys(found))


def _options(*values: str) -> tuple[dict[str, Any], Callable[[Draw], str]]:
    return {"type": "string", "enum": list(values)}, lambda d: str(d.pick(values))


_LEVEL = _options("easy", "medium", "hard")
KINDS: dict[str, tuple[Pool, Callable[[Draw], str], dict[str, Field]]] = {
    "person": (
        pool("name|full_name|person", "person_name"),
        words.full_name,
        {
            "age": (
                pool("age|years", "age_in_years"),
                _INTEGER,
                lambda d: d.number(3, 99),
                _said("{s} is {v} years old|{s} is {v}", "aged {v}|{s} is {v}"),
            ),
            "city": (
                pool("city|home|lives_in|location", "town|residence"),
                _STRING,
                words.city,
                _said("{s} lives in {v}|{s} comes from {v}|{s} is from {v}", "{s} moved to {v}"),
            ),
            "job": (
                pool("job|occupation|profession", "work|role"),
                _STRING,
                lambda d: d.word() if d.chance(0.4) else str(d.pick(words.JOBS)),
                _said("{s} works as a {v}|{s} is a {v}", "{s} earns a living as a {v}"),
            ),
            "email": (
                pool("email|mail", "email_address"),
                _STRING,
                words.email,
                _said("the email is {v}|you reach {s} at {v}", "write to {v}"),
            ),
            "hobbies": (
                pool("hobbies|interests|likes", "pastimes"),
                _LIST,
                lambda d: _distinct(d, words.topic, 1, 3),
                _said("{s} likes {v}|{s} is interested in {v}", "{s} enjoys {v}"),
            ),
        },
    ),
    "event": (
        pool("title|event|name", "event_name"),
        words.title,
        {
            "date": (
                pool("date|day|when", "on_date"),
                _STRING,
                words.date,
                _said("it takes place on {v}|it is on {v}|the date is {v}", "it happens on {v}"),
            ),
            "time": (
                pool("time|start|starts_at", "start_time"),
                _STRING,
                words.clock,
                _said("it starts at {v}|it begins at {v}", "doors open at {v}"),
            ),
            "place": (
                pool("place|location|city|where", "venue"),
                _STRING,
                words.city,
                _said("it is held in {v}|the place is {v}|we meet in {v}", "come to {v}"),
            ),
            "guests": (
                pool("guests|attendees|people|participants", "visitors"),
                _LIST,
                lambda d: [words.first_name(d) for _ in range(d.number(1, 3))],
                _said("{v} will come|the guests are {v}|with {v}", "{v} are invited"),
            ),
            "seats": (
                pool("seats|capacity|places", "max_guests"),
                _INTEGER,
                lambda d: d.number(5, 500),
                _said("there are {v} seats|{v} places are free", "room for {v}"),
            ),
        },
    ),
    "product": (
        pool("name|product|item", "product_name"),
        words.thing,
        {
            "price": (
                pool("price|cost|amount", "unit_price"),
                _NUMBER,
                lambda d: round(d.number(1, 300) + d.pick((0, 0.5, 0.99, 0.25)), 2) if d.chance(0.6) else d.number(1, 999),
                _said("it costs {v}|the price is {v}|for {v} euros", "priced at {v}"),
            ),
            "colour": (
                pool("color|colour", "color_name"),
                _STRING,
                words.colour,
                _said("it is {v}|it comes in {v}|the colour is {v}", "painted {v}"),
            ),
            "stock": (
                pool("stock|quantity|count|in_stock", "available_units"),
                _INTEGER,
                lambda d: d.number(0, 500),
                _said("we have {v} of them|{v} are in stock", "{v} are left"),
            ),
            "size": (pool("size", "size_class"), *_options("small", "medium", "large"), _said("the size is {v}|it is {v}", "in {v}")),
            "sku": (
                pool("sku|id|code|article", "reference"),
                _STRING,
                words.code,
                _said("its code is {v}|the article number is {v}|code {v}", "listed as {v}"),
            ),
            "tags": (
                pool("tags|labels|categories", "keywords"),
                _LIST,
                lambda d: [d.word() for _ in range(d.number(1, 3))],
                _said("tagged {v}|the labels are {v}|the tags are {v}", "filed under {v}"),
            ),
        },
    ),
    "recipe": (
        pool("name|title|recipe_name|dish", "recipe"),
        lambda d: f"{words.food(d)} {d.word() if d.chance(0.3) else d.pick(DISHES)}",
        {
            "ingredients": (
                pool("ingredients|items|needs", "shopping_list"),
                _LIST,
                lambda d: _distinct(d, words.food, 2, 4),
                _said("it needs {v}|you need {v}|with {v}|made of {v}", "take {v}"),
            ),
            "minutes": (
                pool("minutes|time|duration|cook_time|prep_time_minutes", "cooking_minutes"),
                _INTEGER,
                lambda d: d.number(2, 120),
                _said("it takes {v} minutes|ready in {v} minutes", "cook for {v} minutes"),
            ),
            "servings": (
                pool("servings|portions|people|serves", "plates"),
                _INTEGER,
                lambda d: d.number(1, 12),
                _said("it serves {v}|for {v} people", "enough for {v}"),
            ),
            "difficulty": (pool("difficulty|level", "skill"), *_LEVEL, _said("it is {v}|the level is {v}", "rated {v}")),
        },
    ),
    "order": (
        pool("customer|name|client", "buyer"),
        words.full_name,
        {
            "item": (
                pool("item|product|article", "goods"),
                _STRING,
                words.thing,
                _said("{s} orders the {v}|{s} wants the {v}", "{s} buys the {v}"),
            ),
            "quantity": (
                pool("quantity|count|amount", "pieces"),
                _INTEGER,
                lambda d: d.number(1, 90),
                _said("the quantity is {v}|{v} pieces", "{v} units"),
            ),
            "total": (
                pool("total|price|sum", "total_price"),
                _NUMBER,
                lambda d: d.number(2, 900),
                _said("the total is {v}|it costs {v}", "it comes to {v}"),
            ),
            "address": (
                pool("address|city|ship_to", "delivery_city"),
                _STRING,
                words.city,
                _said("it goes to {v}|ship it to {v}", "send it to {v}"),
            ),
            "urgent": (
                pool("urgent|express|priority", "rush"),
                {"type": "boolean"},
                lambda d: d.chance(0.5),
                _said("it is urgent/it is not urgent|it is in a hurry/there is no hurry", "as fast as possible/no need to rush"),
            ),
        },
    ),
}
DISHES = pool("soup|salad|pie|stew|cake|pasta|curry|bread|pancakes|omelette|tart", "risotto|dumplings|casserole|muffins")
LEADS = pool(
    "{o} as JSON: {t}|Extract the {o}: {t}|{t} Give me the {o} as JSON.|Turn this into a {o} record. {t}|Text: {t}|{t}|Parse this {o}. {t}|"
    "Read the text and fill in the {o}. {t}|Create a {o}: {t}|Make a {o} from this: {t}|Return the {o} in JSON. {t}",
    "Please extract the {o} data. {t}|Fill in a {o} form: {t}|{t} Return that {o} as an object.|Pull the {o} out of this text. {t}",
)
SCHEMA_LEADS = pool(
    "Answer with JSON that follows this schema: {s}|Respond only with JSON matching this schema: {s}|JSON schema: {s}|Reply with a JSON object for this schema: {s}",
    "Your reply is one JSON value that fits this schema: {s}|Output JSON for the schema {s}",
)
ABOUT = {"person": "{s}", "event": "'{s}'", "product": "The {s}", "recipe": "{s}", "order": "{s}"}
OPENING = {
    "person": _said("This is {s}.|Meet {s}.|{s} is new here.|I know {s}.", "Let me introduce {s}."),
    "event": _said("The event is '{s}'.|We plan '{s}'.|Join us for '{s}'.", "Announcing '{s}'."),
    "product": _said("We sell a {s}.|Look at this {s}.|New: the {s}.", "On offer: a {s}."),
    "recipe": _said("Today we cook {s}.|Here is my {s}.|A recipe for {s}.", "Let us make {s}."),
    "order": _said("An order from {s}.|{s} placed an order.|New order by {s}.", "{s} ordered something."),
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
    properties = {name: dict(field[1]) if field else dict(_STRING) for name, field in names.items()}
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
