"""Made-up instances: recipes out of a fixed table, and people, products and events with what the request asks for.

What an answer holds follows from the request alone: stated values are taken over, all others are always the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool
from training.generate.structured.passages import phrased
from training.generate.structured.record_parts import INTEGER, STRING, STRINGS, Kind, RecordFact, halves
from training.generate.structured.record_schema import closed, draw_style, key_name, lay_out
from training.generate.structured.records import KINDS

# dish: (what it is made of with grams, what is done last, minutes, servings, three popular varieties)
DISHES: dict[str, tuple[tuple[tuple[str, int], ...], str, int, int, tuple[str, ...]]] = {
    "pancakes": ((("flour", 200), ("milk", 300), ("eggs", 100)), "Fry", 20, 4, ("apple", "lemon", "cheese")),
    "cookies": ((("flour", 200), ("butter", 100), ("sugar", 100)), "Bake", 15, 10, ("butter", "oat", "ginger")),
    "cake": ((("flour", 300), ("sugar", 200), ("eggs", 150)), "Bake", 45, 8, ("lemon", "carrot", "nut")),
    "soup": ((("water", 500), ("onions", 100), ("salt", 5)), "Boil", 30, 4, ("tomato", "potato", "onion")),
    "salad": ((("lettuce", 200), ("tomatoes", 150), ("oil", 20)), "Stir", 10, 2, ("egg", "potato", "bean")),
    "bread": ((("flour", 500), ("water", 300), ("yeast", 10)), "Bake", 60, 8, ("rye", "corn", "nut")),
    "omelette": ((("eggs", 150), ("butter", 20), ("salt", 2)), "Fry", 10, 1, ("cheese", "ham", "mushroom")),
    "pizza": ((("flour", 300), ("tomatoes", 200), ("cheese", 150)), "Bake", 20, 2, ("ham", "mushroom", "onion")),
    "pasta": ((("noodles", 250), ("tomatoes", 200), ("oil", 20)), "Boil", 15, 2, ("cheese", "garlic", "basil")),
    "curry": ((("rice", 200), ("carrots", 150), ("cream", 100)), "Boil", 25, 3, ("bean", "potato", "fish")),
    "stew": ((("potatoes", 400), ("carrots", 200), ("onions", 100)), "Boil", 90, 4, ("beef", "bean", "fish")),
    "smoothie": ((("milk", 200), ("bananas", 150), ("honey", 20)), "Blend", 5, 1, ("berry", "mango", "apple")),
}
RECIPE_ASKS = halves(
    "Give me a recipe for {x}|I want to cook {x}|How do I make {x}?|Write a recipe for {x}|I need a recipe for {x}|A simple recipe for {x}|Can you give me a recipe for {x}?|"
    "Please write down how to make {x}|Show me how to make {x}|Tell me a recipe for {x}|Suggest a recipe for {x}|Create a recipe: {x}|What goes into {x}?|Recipe for {x}|"
    "I feel like {x}, what do I need?|Make me some {x}|I'd like to make {x} tonight|We want {x} for dinner|how to cook {x} // "
    "Let me know how one prepares {x}|Invent a recipe for {x}|Which recipe do you have for {x}?",
    grammar=True,
)
LIST_ASKS = halves(
    "List {n} {x} recipes|Give me {n} recipes for {x}|Name {n} {x} recipes|I need {n} recipes for {x}|Show me {n} {x} recipes|Suggest {n} recipes for {x}|"
    "What are {n} good {x} recipes?|Write down {n} {x} recipes // Find {n} recipes for {x}|Tell me {n} nice {x} recipes",
    grammar=True,
)
_TAILS = (("", "", "", "", ", please", " for tonight", " for my friends", " that is easy"), ("", " for a party", ", thank you"))
# What is not stated can only be known under a known name, so some names are in both halves.
NAME_KEYS = halves("name|title|recipe_name|dish // name|title|dish|recipe", grammar=True)
PART_KEYS = halves("ingredients|items|needs|what_you_need // ingredients|items|shopping_list", grammar=True)
STEP_KEYS = halves("steps|instructions|method|directions // steps|instructions|how_to", grammar=True)
TIME_KEYS = halves("minutes|time|duration|cook_time|prep_time_minutes|total_minutes // minutes|duration|cooking_minutes", grammar=True)
SERVE_KEYS = halves("servings|portions|people|serves // servings|portions|plates", grammar=True)
WHAT_KEYS = halves("name|ingredient|item|food // name|ingredient|product", grammar=True)
GRAM_KEYS = halves("grams|g|weight_in_grams|amount_grams // grams|weight_in_grams|gram_count", grammar=True)
AMOUNT_KEYS = halves("amount|quantity|how_much // amount|quantity|measure", grammar=True)
INVENTIONS = halves(
    "Invent a {o}|Make up a {o}|Create a fictional {o}|Give me an example of a {o}|I need a sample {o}|Generate a {o}|Make me a {o}|Give me a random {o}|"
    "I need test data: a {o}|Come up with a {o}|Please invent a {o}|Can you make up a {o}?|Create an imaginary {o}|Write an example {o} // "
    "Dream up a {o}|Think of a {o}|Imagine a {o}",
    grammar=True,
)
# What an invented record holds where the request does not say it.
DEFAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "person": (
        "Alex Reed",
        {
            "age": 30,
            "city": "Oslo",
            "job": "teacher",
            "email": "alex@mail.com",
            "hobbies": ["chess", "music"],
            "languages": ["French"],
            "children": 2,
            "married": True,
        },
    ),
    "product": (
        "lamp",
        {"price": 20, "colour": "blue", "stock": 10, "size": "medium", "tags": ["new"], "available": True, "brand": "Nova"},
    ),
    "event": (
        "Summer Party",
        {"date": "Saturday", "time": "18:00", "place": "Oslo", "guests": ["Anna", "Ben"], "seats": 50, "online": False},
    ),
    "pet": ("Rex", {"species": "dog", "age": 3, "colour": "brown", "vaccinated": True, "owner": "Alex Reed"}),
    "company": ("Nova", {"industry": "software", "employees": 100, "founded": 2010, "city": "Oslo", "boss": "Alex Reed"}),
    "book": ("Blue Lantern", {"author": "Alex Reed", "year": 2010, "pages": 200, "genre": "fantasy", "language": "French", "rating": 4}),
}


def _dish(d: Draw) -> tuple[str, str, str]:
    head = d.rng.choice(list(DISHES))
    if d.chance(0.45):
        return head, head, ""
    extra = d.word() if d.chance(0.4) else d.rng.choice((*words.FOODS.half(d.held_out), "lemon", "chocolate", "nut", "cheese"))
    extra = extra if d.chance(0.8) else f"{extra} {d.rng.choice(('chip', 'and ' + d.word()))}"
    return f"{extra} {head}", head, extra


def _parts(head: str, extra: str) -> list[tuple[str, int]]:
    parts = list(DISHES[head][0])
    return [*parts, (extra, 50)] if extra and extra not in dict(parts) else parts


def _steps(head: str, extra: str) -> list[str]:
    _, last, minutes, _, _ = DISHES[head]
    return [f"Mix {words.listing([name for name, _ in _parts(head, extra)])}", f"{last} for {minutes} minutes"]


def _recipe(d: Draw) -> tuple[dict[str, Any], Any]:
    """The schema of a recipe and the function that fills it from (title, head, extra)."""
    style = draw_style(d)
    form = d.rng.choice(("names", "grams", "amounts"))
    what = d.some(["parts", "minutes", "servings", "steps", "note"], d.number(1, 3))
    if "parts" not in what and d.chance(0.7):
        what[0] = "parts"
    what.sort(key=["minutes", "servings", "parts", "steps", "note"].index)
    keys = {"name": key_name(d, NAME_KEYS, "dish", style, set())}
    for part, names in (("minutes", TIME_KEYS), ("servings", SERVE_KEYS), ("parts", PART_KEYS), ("steps", STEP_KEYS)):
        if part in what:
            keys[part] = key_name(d, names, "recipe", style, set(keys.values()))
    if "note" in what:
        keys["note"] = "note"
    first, second = str(d.pick(WHAT_KEYS)), str(d.pick(GRAM_KEYS if form == "grams" else AMOUNT_KEYS))
    definitions: dict[str, Any] = {}

    def titled(spec: dict[str, Any], key: str) -> dict[str, Any]:
        return dict(sorted({**spec, "title": key.replace("_", " ").title()}.items())) if style.pydantic and "$ref" not in spec else spec

    parts: dict[str, Any] = dict(STRINGS)
    if form != "names":
        second_spec = ({"type": d.rng.choice(("number", "integer"))}) if form == "grams" else dict(STRING)
        row = closed(d, {first: titled(dict(STRING), first), second: titled(second_spec, second)}, style, "Ingredient")
        if style.pydantic:
            definitions["Ingredient"] = row
            row = {"$ref": "#/$defs/Ingredient"}
        parts = {"type": "array", "items": row}
    note = {"anyOf": [STRING, {"type": "null"}], "default": None} if style.pydantic else {"type": ["string", "null"]}
    specs = {"name": STRING, "minutes": INTEGER, "servings": INTEGER, "parts": parts, "steps": STRINGS, "note": note}
    properties = {key: titled(dict(specs[part]), key) for part, key in keys.items()}
    if style.described:
        properties[keys["name"]]["description"] = str(d.pick(KINDS["recipe"].descriptions))
    schema = closed(d, properties, style, "Recipe", ("note",) if "note" in keys and style.pydantic else ())

    def fill(title: str, head: str, extra: str) -> dict[str, Any]:
        rows = _parts(head, extra)
        listed: list[Any] = [name for name, _ in rows]
        if form != "names":
            listed = [{first: name, second: grams if form == "grams" else f"{grams} g"} for name, grams in rows]
        values = {
            "name": title,
            "minutes": DISHES[head][2],
            "servings": DISHES[head][3],
            "parts": listed,
            "steps": _steps(head, extra),
            "note": None,
        }
        return {key: values[part] for part, key in keys.items()}

    return ({"$defs": definitions, **schema} if definitions and "parts" in keys else schema), fill


def _ask(d: Draw, text: str) -> str:
    tail = d.rng.choice(_TAILS[d.held_out])
    text = text if text[-1] == "?" else text + tail
    if d.chance(0.2):
        text = text[0].lower() + text[1:]
    return text if text[-1] == "?" or d.chance(0.35) else text + "."


def recipes(d: Draw, rounds: int) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Requests for recipes, with answers out of the table; now and then for several at once."""
    schema, fill = _recipe(d)
    if d.chance(0.15):
        head = d.rng.choice(list(DISHES))
        count, said = d.rng.choice(((2, "two"), (2, "2"), (3, "three"), (3, "3"), (2, "a couple of"), (3, "a few"), (3, "some")))
        answer = [fill(f"{extra} {head}", head, extra) for extra in DISHES[head][4][:count]]
        definitions = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
        ask = str(d.pick(LIST_ASKS)).replace("{n}", said).replace("{x} recipes", f"{head.removesuffix('s')} recipes").replace("{x}", head)
        return [(_ask(d, ask), answer)], {**definitions, "type": "array", "items": schema}
    pairs = []
    for _ in range(rounds):
        title, head, extra = _dish(d)
        pairs.append((_ask(d, str(d.pick(RECIPE_ASKS)).replace("{x}", title)), fill(title, head, extra)))
    return pairs, schema


def _known(d: Draw, fact: RecordFact) -> RecordFact:
    """A fact under names of the training: what is not stated can only be known under a known name."""
    return replace(fact, names=Pool((), fact.names.train)) if d.held_out else fact


def invented(d: Draw, rounds: int) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Requests for made-up records: what they state is taken over, the rest is always the same."""
    kind_id = d.rng.choice(list(DEFAULTS))
    kind: Kind = KINDS[kind_id]
    subject, defaults = DEFAULTS[kind_id]
    ids = [str(name) for name in d.some(list(defaults), d.number(1, 4))]
    facts: list[RecordFact | None] = [None, *(kind.facts[name] for name in ids)]
    slots, schema = lay_out(d, kind, [fact and _known(d, fact) for fact in facts])
    pairs = []
    for _ in range(rounds):
        values: list[Any] = [subject, *(defaults[name] for name in ids)]
        ask = str(d.pick(INVENTIONS)).replace("{o}", d.rng.choice(kind.nouns.train))  # the noun decides the defaults
        ask = _article(ask)
        question = ask.endswith("?")
        ask = ask.rstrip("?")
        if d.chance(0.35):
            values[0] = kind.subject(d)
            ask += d.rng.choice((" called ", " named ")) + values[0]
        stated = [at for at, name in enumerate(ids, 1) if d.chance(0.35) and kind.facts[name].predicates(d)]
        wishes = []
        for at in stated:
            fact = facts[at]
            assert fact is not None
            values[at] = fact.value(d)
            wishes.append(_wish(d, fact, values[at]))
        if wishes:
            ask += (" who " if kind.human else " that ") + words.listing(wishes)
        ask = ask + "?" if question else ask + d.rng.choice(("", ".", ".", ", please"))
        pairs.append((ask, {slot.key: slot.json(value) for slot, value in zip(slots, values)}))
    return pairs, schema


def _article(text: str) -> str:
    return re.sub(r"\b([aA]) (?=[aeio])", r"\1n ", text)


def _wish(d: Draw, fact: RecordFact, value: Any) -> str:
    return phrased(d, d.rng.choice(fact.predicates(d)), fact, value).replace("{s}", "it")
