"""Kinds of function parameters: their names, descriptions, values and how a sentence states them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool, pool


def said(train: str, held_out: str) -> Pool:
    """How a sentence states a value; function words, so both halves may share some."""
    return pool(train, held_out, grammar=True)


@dataclass(frozen=True)
class Kind:
    """One kind of parameter. `{v}` in a phrase is the value as a sentence says it."""

    type: str
    names: Pool
    descriptions: Pool
    phrases: Pool
    value: Callable[[Draw], Any]
    choices: tuple[str, ...] = ()


def choice(*options: str) -> Callable[[Draw], str]:
    """A drawing of one of the options."""
    return lambda d: str(d.pick(options))


def _whole(low: int, high: int) -> Callable[[Draw], int]:
    return lambda d: d.number(low, high)


def _decimal(d: Draw) -> float:
    return round(d.number(1, 400) + d.pick((0.5, 0.25, 0.75, 0.99, 0.1, 0.2)), 2)


def _several(make: Callable[[Draw], Any], low: int = 2, high: int = 4) -> Callable[[Draw], list[Any]]:
    def draw(d: Draw) -> list[Any]:
        items: list[Any] = []
        while len(items) < d.number(low, high):
            item = make(d)
            if item not in items:
                items.append(item)
        return items

    return draw


KINDS: dict[str, Kind] = {
    "city": Kind(
        "string",
        pool("city|location|place|town", "city_name|destination_city"),
        pool("The city|The name of the city|City to use|Where|The location, for example a city", "Name of the town|The city to look at"),
        said("in {v}|in {v}|for {v}|at {v}|near {v}", "in {v}|around {v}"),
        words.city,
    ),
    "origin": Kind(
        "string",
        pool("origin|from|start|departure_city", "from_city|source"),
        pool("Where the trip starts|The start|City of departure", "Starting point"),
        said("from {v}", "from {v}|starting in {v}"),
        words.city,
    ),
    "destination": Kind(
        "string",
        pool("destination|to|target|arrival_city", "to_city|goal"),
        pool("Where the trip ends|The target|City of arrival", "End point"),
        said("to {v}", "to {v}|ending in {v}"),
        words.city,
    ),
    "person": Kind(
        "string",
        pool("name|person|contact|customer|guest|owner", "full_name|client|member"),
        pool("The name of the person|Who|Full name|The person|Name of the customer", "The person's name|Person to use"),
        said("for {v}|named {v}|with {v}|under the name {v}", "on behalf of {v}|called {v}|for {v}"),
        lambda d: words.full_name(d) if d.chance(0.4) else words.first_name(d),
    ),
    "recipient": Kind(
        "string",
        pool("recipient|receiver|to|contact", "addressee|to_person"),
        pool("Who receives it|The receiver|Name of the recipient", "Person who gets it"),
        said("to {v}", "to {v}|addressed to {v}"),
        words.first_name,
    ),
    "date": Kind(
        "string",
        pool("date|day|when", "start_date|due_date"),
        pool("The date|The day|Date, as the user gave it", "Day on which it happens"),
        said("on {v}|for {v}|on {v}", "on {v}|dated {v}"),
        lambda d: words.date(d) if d.chance(0.9) else "today",
    ),
    "time": Kind(
        "string",
        pool("time|start_time|hour", "at_time|clock_time"),
        pool("The time|Time of the day|When it starts", "Clock time"),
        said("at {v}", "at {v}|starting at {v}"),
        words.clock,
    ),
    "item": Kind(
        "string",
        pool("item|product|object|article", "item_name|product_name"),
        pool("The item|Name of the product|The thing to use|What", "The article's name"),
        said("for the {v}|with the {v}|of the {v}", "regarding the {v}|for the {v}"),
        words.thing,
    ),
    "topic": Kind(
        "string",
        pool("topic|subject|query|theme|keyword", "search_term|about"),
        pool("The topic|The subject|What it is about|Search query", "The theme"),
        said("about {v}|on {v}|on the topic of {v}", "about {v}|concerning {v}"),
        words.topic,
    ),
    "title": Kind(
        "string",
        pool("title|name|label|heading", "caption|headline"),
        pool("The title|Title of it|A short title", "Headline to use"),
        said("titled '{v}'|called '{v}'|with the title '{v}'|named '{v}'", "entitled '{v}'|called '{v}'"),
        words.title,
    ),
    "message": Kind(
        "string",
        pool("message|text|body|content|note", "message_text|words"),
        pool("The message|The text|What to say|Content of the message", "The words to send"),
        said("saying '{v}'|that says '{v}'|with the text '{v}'|: {v}", "reading '{v}'|saying '{v}'"),
        words.message,
    ),
    "email": Kind(
        "string",
        pool("email|address|email_address", "mail|contact_email"),
        pool("E-mail address|The address|Email of the user", "Mail address"),
        said("to {v}|for {v}|with the address {v}", "at {v}|to {v}"),
        words.email,
    ),
    "file": Kind(
        "string",
        pool("file|path|filename|file_name", "document|source_file"),
        pool("The file|Name of the file|Path of the file", "File to use"),
        said("in {v}|from {v}|of the file {v}|called {v}", "stored as {v}|in {v}"),
        words.file_name,
    ),
    "code": Kind(
        "string",
        pool("id|order_id|code|number|reference", "ticket_id|tracking_code"),
        pool("The id|Identifier|The number|Reference code", "Unique code"),
        said("{v}|with id {v}|with the number {v}|number {v}", "with code {v}|{v}"),
        words.code,
    ),
    "language": Kind(
        "string",
        pool("language|target_language|lang", "output_language|tongue"),
        pool("The language|Target language", "Language to use"),
        said("in {v}|into {v}", "in {v}"),
        lambda d: d.word().capitalize() if d.chance(0.3) else str(d.pick(words.LANGUAGES)),
    ),
    "country": Kind(
        "string",
        pool("country|nation|region", "country_name|state"),
        pool("The country|Name of the country", "Country to look at"),
        said("in {v}|of {v}|for {v}", "within {v}|in {v}"),
        lambda d: d.word().capitalize() if d.chance(0.4) else str(d.pick(words.COUNTRIES)),
    ),
    "color": Kind(
        "string",
        pool("color|colour|shade", "color_name|tint"),
        pool("The colour|Color to use", "Colour name"),
        said("in {v}|coloured {v}|with the colour {v}", "painted {v}|in {v}"),
        words.colour,
    ),
    "people": Kind(
        "integer",
        pool("people|guests|party_size|persons", "number_of_guests|seats"),
        pool("Number of people|How many people|Number of guests", "Count of persons"),
        said("for {v} people|for {v} guests|for {v} persons", "for a group of {v}|for {v} people"),
        _whole(2, 40),
    ),
    "quantity": Kind(
        "integer",
        pool("quantity|count|amount|number", "how_many|units"),
        pool("How many|Quantity|The number of pieces", "Number of units"),
        said("{v} pieces|{v} times|a quantity of {v}|{v} copies", "{v} units|{v} pieces"),
        _whole(2, 99),
    ),
    "minutes": Kind(
        "integer",
        pool("minutes|duration|length|duration_minutes", "time_in_minutes|mins"),
        pool("Duration in minutes|How many minutes|Length in minutes", "Minutes"),
        said("for {v} minutes|lasting {v} minutes|of {v} minutes", "{v} minutes long|for {v} minutes"),
        _whole(2, 120),
    ),
    "level": Kind(
        "integer",
        pool("level|brightness|volume|percent|value", "intensity|strength"),
        pool("Level from 0 to 100|The level|Value in percent|How strong, 0 to 100", "Strength in percent"),
        said("to {v} percent|to {v}|at {v}%|to level {v}", "at {v} percent|to {v}%"),
        _whole(0, 100),
    ),
    "year": Kind(
        "integer",
        pool("year|season", "calendar_year|vintage"),
        pool("The year|Calendar year", "Which year"),
        said("in {v}|for {v}|of {v}|for the year {v}", "from {v}|in the year {v}"),
        _whole(1900, 2040),
    ),
    "price": Kind(
        "number",
        pool("price|amount|budget|max_price|cost|total", "limit|sum"),
        pool("The price|Amount of money|The budget|Highest price", "Sum of money"),
        said("for {v} euros|of {v} dollars|with a budget of {v}|for {v} dollars", "costing {v} euros|at most {v} dollars"),
        lambda d: _decimal(d) if d.chance(0.5) else d.number(2, 900),
    ),
    "degrees": Kind(
        "number",
        pool("temperature|degrees|heat", "target_temperature|warmth"),
        pool("The temperature|Temperature in degrees", "Degrees"),
        said("to {v} degrees|at {v} degrees", "of {v} degrees|to {v} degrees"),
        lambda d: round(d.number(5, 40) + d.pick((0, 0.5)), 1) if d.chance(0.3) else d.number(5, 250),
    ),
    "unit": Kind(
        "string",
        pool("unit|units|scale", "temperature_unit"),
        pool("The unit|Unit of temperature", "Which scale"),
        said("in {v}", "in {v}|using {v}"),
        choice("celsius", "fahrenheit"),
        ("celsius", "fahrenheit"),
    ),
    "size": Kind(
        "string",
        pool("size|format", "size_class"),
        pool("The size|How big", "Size to use"),
        said("in size {v}|in {v}|{v} size", "of size {v}"),
        choice("small", "medium", "large"),
        ("small", "medium", "large"),
    ),
    "priority": Kind(
        "string",
        pool("priority|importance|urgency", "severity"),
        pool("The priority|How important", "Severity"),
        said("with {v} priority|with priority {v}", "at {v} priority"),
        choice("low", "normal", "high"),
        ("low", "normal", "high"),
    ),
    "mode": Kind(
        "string",
        pool("mode|kind|type|style", "variant"),
        pool("The mode|Which kind|Mode to use", "Variant to use"),
        said("in {v} mode|with {v} mode|using the {v} mode", "with the {v} setting|in {v} mode"),
        choice("fast", "slow", "quiet", "eco"),
        ("fast", "slow", "quiet", "eco"),
    ),
    "flag": Kind(
        "boolean",
        pool("urgent|express|private|notify|enabled", "confirmed|public"),
        pool("Whether it is so|Set if the user wants it", "True if asked for"),
        said("", ""),
        lambda d: d.chance(0.5),
    ),
    "attendees": Kind(
        "array",
        pool("attendees|participants|guests|people|members", "invitees|team"),
        pool("Names of the people|List of attendees|Who takes part", "People to invite"),
        said("with {v}|for {v}", "together with {v}|with {v}"),
        _several(words.first_name),
    ),
    "items": Kind(
        "array",
        pool("items|products|ingredients|things|list", "articles|goods"),
        pool("List of items|The things|Items to use", "All articles"),
        said("with {v}|: {v}|containing {v}", "including {v}|with {v}"),
        _several(words.food),
    ),
    "labels": Kind(
        "array",
        pool("labels|tags|categories", "keywords|names"),
        pool("The labels|List of tags", "Names to use"),
        said("with the labels {v}|tagged {v}|with tags {v}", "labelled {v}"),
        _several(lambda d: d.word() if d.chance(0.4) else d.pick((f"Q{d.number(1, 4)}", *words.COLOURS.half(d.held_out)))),
    ),
    "values": Kind(
        "array",
        pool("values|numbers|data|scores", "points|figures"),
        pool("The numbers|List of values", "All figures"),
        said("with the values {v}|of {v}|with numbers {v}|for {v}", "using the figures {v}"),
        _several(lambda d: d.number(1, 200)),
    ),
}
