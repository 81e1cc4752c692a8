"""Kinds of records that texts are turned into: their fields, the fields' values, and how a text states them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool, pool


def said(train: str, held_out: str) -> Pool:
    """How a text states a fact; function words, so both halves may share some."""
    return pool(train, held_out, grammar=True)


# field names, JSON type, value, how a text states it ({s} is the subject, {v} the value)
Field = tuple[Pool, dict[str, Any], Callable[[Draw], Any], Pool]
STRING, _INTEGER, _NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
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
                said(
                    "{s} is {v} years old|{s} is {v}|{s} turned {v}|{s} has reached {v} years|at {v}, {s} is still active|the age of {s} is {v}|{s} celebrated {v} years",
                    "aged {v}|{s} is {v}",
                ),
            ),
            "city": (
                pool("city|home|lives_in|location", "town|residence"),
                STRING,
                words.city,
                said(
                    "{s} lives in {v}|{s} comes from {v}|{s} is from {v}|{s} stays in {v}|you meet {s} in {v}|{s} went to {v}|at home in {v}|{s} has a flat in {v}|the town is {v}",
                    "{s} moved to {v}",
                ),
            ),
            "job": (
                pool("job|occupation|profession", "work|role"),
                STRING,
                lambda d: d.word() if d.chance(0.4) else str(d.pick(words.JOBS)),
                said(
                    "{s} works as a {v}|{s} is a {v}|{s} has a job as {v}|{s} became a {v}|{s} was hired as a {v}|by profession a {v}|{s} found work as a {v}",
                    "{s} earns a living as a {v}",
                ),
            ),
            "email": (
                pool("email|mail", "email_address"),
                STRING,
                words.email,
                said(
                    "the email is {v}|you reach {s} at {v}|mail goes to {v}|contact {v}|{s} reads {v}|send a mail to {v}|the address is {v}",
                    "write to {v}",
                ),
            ),
            "hobbies": (
                pool("hobbies|interests|likes", "pastimes"),
                _LIST,
                lambda d: _distinct(d, words.topic, 1, 3),
                said(
                    "{s} likes {v}|{s} is interested in {v}|{s} loves {v}|{s} spends time on {v}|{s} is fond of {v}|hobbies: {v}|{s} reads about {v}",
                    "{s} enjoys {v}",
                ),
            ),
        },
    ),
    "event": (
        pool("title|event|name", "event_name"),
        words.title,
        {
            "date": (
                pool("date|day|when", "on_date"),
                STRING,
                words.date,
                said(
                    "it takes place on {v}|it is on {v}|the date is {v}|we meet on {v}|save the date: {v}|planned for {v}|it will be on {v}|see you on {v}|be there on {v}",
                    "it happens on {v}",
                ),
            ),
            "time": (
                pool("time|start|starts_at", "start_time"),
                STRING,
                words.clock,
                said(
                    "it starts at {v}|it begins at {v}|the start is at {v}|we open at {v}|be there at {v}|from {v}|the first talk is at {v}|time: {v}",
                    "doors open at {v}",
                ),
            ),
            "place": (
                pool("place|location|city|where", "venue"),
                STRING,
                words.city,
                said(
                    "it is held in {v}|the place is {v}|we meet in {v}|it is in {v}|join us in {v}|travel to {v}|this time in {v}|everybody goes to {v}|place: {v}",
                    "come to {v}",
                ),
            ),
            "guests": (
                pool("guests|attendees|people|participants", "visitors"),
                _LIST,
                lambda d: [words.first_name(d) for _ in range(d.number(1, 3))],
                said(
                    "{v} will come|the guests are {v}|with {v}|{v} take part|we expect {v}|{v} said yes|on the list: {v}|{v} will be there|we welcome {v}",
                    "{v} are invited",
                ),
            ),
            "seats": (
                pool("seats|capacity|places", "max_guests"),
                _INTEGER,
                lambda d: d.number(5, 500),
                said(
                    "there are {v} seats|{v} places are free|up to {v} people|we have {v} chairs|space for {v} guests|{v} tickets|it holds {v} people",
                    "room for {v}",
                ),
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
                said(
                    "it costs {v}|the price is {v}|for {v} euros|buy it for {v}|it is sold for {v}|only {v} euros|you pay {v}|price: {v}|worth {v} dollars",
                    "priced at {v}",
                ),
            ),
            "colour": (
                pool("color|colour", "color_name"),
                STRING,
                words.colour,
                said(
                    "it is {v}|it comes in {v}|the colour is {v}|it has the colour {v}|made in {v}|coloured {v}|you get it in {v}|its colour: {v}",
                    "painted {v}",
                ),
            ),
            "stock": (
                pool("stock|quantity|count|in_stock", "available_units"),
                _INTEGER,
                lambda d: d.number(0, 500),
                said(
                    "we have {v} of them|{v} are in stock|there are still {v}|{v} remain|stock: {v}|our store holds {v}|{v} can be shipped|{v} pieces on the shelf",
                    "{v} are left",
                ),
            ),
            "size": (
                pool("size", "size_class"),
                *_options("small", "medium", "large"),
                said("the size is {v}|it is {v}|size {v}|a {v} one|made {v}|it comes {v}", "in {v}"),
            ),
            "sku": (
                pool("sku|id|code|article", "reference"),
                STRING,
                words.code,
                said(
                    "its code is {v}|the article number is {v}|code {v}|its number is {v}|find it under {v}|order it as {v}|id {v}|the label says {v}",
                    "listed as {v}",
                ),
            ),
            "tags": (
                pool("tags|labels|categories", "keywords"),
                _LIST,
                lambda d: [d.word() for _ in range(d.number(1, 3))],
                said(
                    "tagged {v}|the labels are {v}|the tags are {v}|labelled {v}|it belongs to {v}|groups: {v}|look under {v}|marked as {v}",
                    "filed under {v}",
                ),
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
                said(
                    "it needs {v}|you need {v}|with {v}|made of {v}|buy {v}|mix {v}|put in {v}|it is cooked with {v}|we use {v}|get {v}",
                    "take {v}",
                ),
            ),
            "minutes": (
                pool("minutes|time|duration|cook_time|prep_time_minutes", "cooking_minutes"),
                _INTEGER,
                lambda d: d.number(2, 120),
                said(
                    "it takes {v} minutes|ready in {v} minutes|bake it for {v} minutes|you need {v} minutes|done after {v} minutes|time: {v} minutes|wait {v} minutes",
                    "cook for {v} minutes",
                ),
            ),
            "servings": (
                pool("servings|portions|people|serves", "plates"),
                _INTEGER,
                lambda d: d.number(1, 12),
                said(
                    "it serves {v}|for {v} people|makes {v} portions|it feeds {v}|serves {v} guests|portions: {v}|a meal for {v}",
                    "enough for {v}",
                ),
            ),
            "difficulty": (
                pool("difficulty|level", "skill"),
                *_LEVEL,
                said("it is {v}|the level is {v}|this one is {v}|a {v} recipe|difficulty: {v}|cooks call it {v}|{v} to make", "rated {v}"),
            ),
        },
    ),
    "order": (
        pool("customer|name|client", "buyer"),
        words.full_name,
        {
            "item": (
                pool("item|product|article", "goods"),
                STRING,
                words.thing,
                said(
                    "{s} orders the {v}|{s} wants the {v}|{s} chose the {v}|{s} asked for the {v}|{s} takes the {v}|one wish: the {v}|{s} needs the {v}",
                    "{s} buys the {v}",
                ),
            ),
            "quantity": (
                pool("quantity|count|amount", "pieces"),
                _INTEGER,
                lambda d: d.number(1, 90),
                said("the quantity is {v}|{v} pieces|{v} of them|{v} items|pack {v}|how many: {v}|{s} takes {v}", "{v} units"),
            ),
            "total": (
                pool("total|price|sum", "total_price"),
                _NUMBER,
                lambda d: d.number(2, 900),
                said(
                    "the total is {v}|it costs {v}|altogether {v}|the sum is {v}|the bill says {v}|{s} pays {v}|in total {v}",
                    "it comes to {v}",
                ),
            ),
            "address": (
                pool("address|city|ship_to", "delivery_city"),
                STRING,
                words.city,
                said(
                    "it goes to {v}|ship it to {v}|bring it to {v}|it travels to {v}|the parcel goes to {v}|{s} waits in {v}|deliver to {v}",
                    "send it to {v}",
                ),
            ),
            "urgent": (
                pool("urgent|express|priority", "rush"),
                {"type": "boolean"},
                lambda d: d.chance(0.5),
                said(
                    "it is urgent/it is not urgent|it is in a hurry/there is no hurry|please hurry/take your time|it must be quick/it can wait|urgent: yes/urgent: no",
                    "as fast as possible/no need to rush",
                ),
            ),
        },
    ),
}
DISHES = pool("soup|salad|pie|stew|cake|pasta|curry|bread|pancakes|omelette|tart", "risotto|dumplings|casserole|muffins")
