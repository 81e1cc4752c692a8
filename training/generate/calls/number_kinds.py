"""Kinds of function parameters that hold numbers, truth values or lists."""

from __future__ import annotations

from typing import Any

from training.generate import words
from training.generate.calls.kind import Kind, said, several, whole
from training.generate.draw import Draw, pool


def _decimal(d: Draw) -> float:
    return round(d.number(1, 400) + d.pick((0.5, 0.25, 0.75, 0.99, 0.1, 0.2)), 2)


def _money(d: Draw) -> Any:
    return _decimal(d) if d.chance(0.5) else d.number(2, 900)


def _angle(most: int) -> Any:
    return lambda d: round(d.number(-most, most - 1) + d.number(1, 99) / 100, 2)


NUMBER_KINDS: dict[str, Kind] = {
    "people": Kind(
        "integer",
        pool("people|guests|party_size|persons|num_people|travellers|adults", "number_of_guests|seats"),
        pool("Number of people|How many people|Number of guests|Size of the party", "Count of persons"),
        said(
            "for {v} people|for {v} guests|for {v} persons|for {v}|for us {v}|with {v} people|for a party of {v}|with {v} guests",
            "for a group of {v}|for {v} people",
        ),
        whole(2, 40),
    ),
    "quantity": Kind(
        "integer",
        pool("quantity|count|amount|number|qty|copies|pieces", "how_many|units"),
        pool("How many|Quantity|The number of pieces|How many of them|The amount", "Number of units"),
        said(
            "{v} pieces|{v} times|a quantity of {v}|{v} copies|with quantity {v}|{v}x|{v} of them|with a count of {v}",
            "{v} units|{v} pieces",
        ),
        whole(2, 99),
    ),
    "minutes": Kind(
        "integer",
        pool("minutes|duration|length|duration_minutes|min|time_limit", "time_in_minutes|mins"),
        pool("Duration in minutes|How many minutes|Length in minutes|The duration", "Minutes"),
        said(
            "for {v} minutes|lasting {v} minutes|of {v} minutes|for {v} min|with {v} minutes|{v} minutes",
            "{v} minutes long|for {v} minutes",
        ),
        whole(2, 120),
    ),
    "days": Kind(
        "integer",
        pool("days|nights|duration_days|num_days|period", "length_in_days|day_count"),
        pool("How many days|Number of days|Days, at least 1|Number of nights", "Length in days"),
        said("for {v} days|over {v} days|for a period of {v} days|for {v} nights|lasting {v} days", "during {v} days|{v} days long"),
        whole(2, 30),
    ),
    "limit": Kind(
        "integer",
        pool("limit|max_results|top|count|page_size|n", "result_limit|at_most"),
        pool("How many results|Number of results|Largest number of results|Most entries to return", "Cap on the results"),
        said(
            "limited to {v}|with {v} results|up to {v} results|with a limit of {v}|{v} results|with at most {v} entries",
            "no more than {v}|capped at {v}",
        ),
        whole(2, 50),
    ),
    "rating": Kind(
        "integer",
        pool("rating|stars|score|min_rating", "grade|points_given"),
        pool("Stars from 1 to 5|The rating|Rating to use", "Grade from 1 to 5"),
        said("with {v} stars|with a rating of {v}|rated {v}|with rating {v}", "at {v} stars|graded {v}"),
        whole(2, 5),
    ),
    "age": Kind(
        "integer",
        pool("age|years_old|age_years", "age_in_years"),
        pool("The age|Age in years|How old", "Years of age"),
        said("aged {v}|of age {v}|with age {v}|at the age of {v}", "who is {v}|{v} years old"),
        whole(2, 99),
    ),
    "level": Kind(
        "integer",
        pool("level|brightness|volume|percent|value|percentage", "intensity|strength"),
        pool("Level from 0 to 100|The level|Value in percent|How strong, 0 to 100|The percentage", "Strength in percent"),
        said("to {v} percent|to {v}|at {v}%|to level {v}|at level {v}|with level {v}|to a level of {v}|at {v}", "at {v} percent|to {v}%"),
        whole(0, 100),
    ),
    "year": Kind(
        "integer",
        pool("year|season|fiscal_year|in_year", "calendar_year|vintage"),
        pool("The year|Calendar year|For which year|Year to use", "Which year"),
        said("in {v}|for {v}|of {v}|for the year {v}|of the year {v}|as of {v}", "from {v}|in the year {v}"),
        whole(1900, 2040),
    ),
    "price": Kind(
        "number",
        pool("price|amount|budget|max_price|cost|total|money|max_cost", "limit|sum"),
        pool("The price|Amount of money|The budget|Highest price|The amount|How much money", "Sum of money"),
        said(
            "for {v} euros|of {v} dollars|with a budget of {v}|for {v} dollars|at {v} euros|up to {v} dollars|for at most {v}|"
            "with {v} euros|for ${v}",
            "costing {v} euros|at most {v} dollars",
        ),
        _money,
    ),
    "amount": Kind(
        "number",
        pool("amount|value|total|quantity|x", "sum|figure"),
        pool("The amount|How much|Value to use", "Sum of it"),
        said("of {v}|with the amount {v}|with {v}|worth {v}|of exactly {v}", "amounting to {v}|of {v}"),
        _money,
    ),
    "latitude": Kind(
        "number",
        pool("latitude|lat|geo_lat", "lat_degrees"),
        pool("The latitude|Latitude of the place", "Degrees north"),
        said("at latitude {v}|with latitude {v}|at lat {v}|for latitude {v}", "for a latitude of {v}|at latitude {v}"),
        _angle(80),
    ),
    "longitude": Kind(
        "number",
        pool("longitude|lon|lng|geo_lon", "lon_degrees"),
        pool("The longitude|Longitude of the place", "Degrees east"),
        said(", longitude {v}|at longitude {v}|with longitude {v}|, lon {v}", "for a longitude of {v}|at longitude {v}"),
        _angle(179),
    ),
    "degrees": Kind(
        "number",
        pool("temperature|degrees|heat|temp|target_temp", "target_temperature|warmth"),
        pool("The temperature|Temperature in degrees|The wanted temperature", "Degrees"),
        said("to {v} degrees|at {v} degrees|to {v}|at a temperature of {v}|up to {v} degrees|to {v}°", "of {v} degrees|to {v} degrees"),
        lambda d: round(d.number(5, 40) + d.pick((0, 0.5)), 1) if d.chance(0.3) else d.number(5, 250),
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
        pool("attendees|participants|guests|people|members|invited|names", "invitees|team"),
        pool("Names of the people|List of attendees|Who takes part|The participants|Everyone who comes", "People to invite"),
        said("with {v}|for {v}|between {v}|with the people {v}|for my friends {v}|, with {v} taking part", "together with {v}|with {v}"),
        several(words.first_name),
    ),
    "items": Kind(
        "array",
        pool("items|products|ingredients|things|list|toppings|food", "articles|goods"),
        pool("List of items|The things|Items to use|What goes in|The ingredients", "All articles"),
        said("with {v}|: {v}|containing {v}|made of {v}|using {v}|that has {v}", "including {v}|with {v}"),
        several(words.food),
    ),
    "labels": Kind(
        "array",
        pool("labels|tags|categories|keys|marks", "keywords|names"),
        pool("The labels|List of tags|Which tags|The tags", "Names to use"),
        said("with the labels {v}|tagged {v}|with tags {v}|using the labels {v}|with labels {v}|with the tags {v}", "labelled {v}"),
        several(lambda d: d.word() if d.chance(0.4) else d.pick((f"Q{d.number(1, 4)}", *words.COLOURS.half(d.held_out)))),
    ),
    "values": Kind(
        "array",
        pool("values|numbers|data|scores|list|amounts", "points|figures"),
        pool("The numbers|List of values|Numbers to use|The data", "All figures"),
        said("with the values {v}|of {v}|with numbers {v}|for {v}|of the numbers {v}|from {v}|over {v}", "using the figures {v}"),
        several(lambda d: d.number(1, 200)),
    ),
}
