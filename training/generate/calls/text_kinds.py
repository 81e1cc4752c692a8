"""Kinds of function parameters that hold text: their names, descriptions, values and how a sentence states them."""

from __future__ import annotations

from training.generate import words
from training.generate.calls.kind import Kind, choice, said
from training.generate.draw import Draw, pool

ROOMS = pool(
    "kitchen|bedroom|living room|bathroom|garage|hall|office|cellar|nursery|dining room|hallway|attic|study|lobby|workshop",
    "guest room|pantry|balcony|library|laundry room",
)


def _room(d: Draw) -> str:
    return d.word() if d.chance(0.3) else str(d.pick(ROOMS))


def _letters(d: Draw, low: int, high: int) -> str:
    return "".join(d.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=d.number(low, high)))


def _web_address(d: Draw) -> str:
    path = d.pick(("", f"/{d.word()}", f"/{d.word()}/{d.number(1, 99)}"))
    return f"{d.pick(('https://', 'https://www.', '', 'www.'))}{d.word()}{d.pick(('.com', '.org', '.io', '.net'))}{path}"


def _sum(d: Draw) -> str:
    blank = d.pick((" ", ""))
    terms = [str(d.number(1, 999)) for _ in range(d.weighted(((3, 2), (1, 3))))]
    text = terms[0]
    for term in terms[1:]:
        text += f"{blank}{d.pick('+-*/')}{blank}{term}"
    return text


TEXT_KINDS: dict[str, Kind] = {
    "city": Kind(
        "string",
        pool("city|location|place|town|where|region_name|site", "city_name|destination_city"),
        pool(
            "The city|The name of the city|City to use|Where|The location, for example a city|The city and state|The city and country|"
            "The location to get it for|City name|A place|The place where it is",
            "Name of the town|The city to look at",
        ),
        said(
            "in {v}|in {v}|for {v}|at {v}|near {v}|over in {v}|in the city of {v}|for the city {v}|here in {v}|of {v}", "in {v}|around {v}"
        ),
        words.city,
    ),
    "origin": Kind(
        "string",
        pool("origin|from|start|departure_city|departure|start_city|origin_city|from_place", "from_city|source"),
        pool("Where the trip starts|The start|City of departure|The origin|Departure city|From where", "Starting point"),
        said("from {v}|from {v}|leaving from {v}|departing from {v}|with start in {v}|beginning in {v}", "from {v}|starting in {v}"),
        words.city,
    ),
    "destination": Kind(
        "string",
        pool("destination|to|target|arrival_city|arrival|end_city|to_place|drop_off", "to_city|goal"),
        pool("Where the trip ends|The target|City of arrival|The destination|Arrival city|Where to", "End point"),
        said("to {v}|to {v}|going to {v}|with destination {v}|arriving in {v}|heading for {v}", "to {v}|ending in {v}"),
        words.city,
    ),
    "person": Kind(
        "string",
        pool("name|person|contact|customer|guest|owner|user|employee|username|student|patient", "full_name|client|member"),
        pool(
            "The name of the person|Who|Full name|The person|Name of the customer|The name|Who it is for|Name of the user",
            "The person's name|Person to use",
        ),
        said(
            "for {v}|for {v}|named {v}|with {v}|under the name {v}|of {v}|in the name of {v}|for the person {v}",
            "on behalf of {v}|called {v}|for {v}",
        ),
        lambda d: words.full_name(d) if d.chance(0.4) else words.first_name(d),
    ),
    "recipient": Kind(
        "string",
        pool("recipient|receiver|to|contact|to_user|addressee_name|friend", "addressee|to_person"),
        pool("Who receives it|The receiver|Name of the recipient|The recipient|Whom it is for", "Person who gets it"),
        said("to {v}|to {v}|to {v}|to my friend {v}|to our colleague {v}|so that {v} gets it", "to {v}|addressed to {v}"),
        words.first_name,
    ),
    "date": Kind(
        "string",
        pool("date|day|when|date_of_event|on_date|travel_date", "start_date|due_date"),
        pool("The date|The day|Date, as the user gave it|When|The date to use|Which day|Date of the event", "Day on which it happens"),
        said("on {v}|for {v}|on {v}|on the day {v}|for the date {v}|due {v}|on the date {v}|by {v}", "on {v}|dated {v}"),
        lambda d: words.date(d) if d.chance(0.9) else "today",
    ),
    "time": Kind(
        "string",
        pool("time|start_time|hour|begin|when_time|time_of_day", "at_time|clock_time"),
        pool("The time|Time of the day|When it starts|The start time|Hour, as the user gave it", "Clock time"),
        said("at {v}|at {v}|from {v} on|at the time {v}|beginning at {v}|around {v}|for {v}", "at {v}|starting at {v}"),
        words.clock,
    ),
    "item": Kind(
        "string",
        pool("item|product|object|article|thing|goods_name|item_type", "item_name|product_name"),
        pool("The item|Name of the product|The thing to use|What|The product|Which item", "The article's name"),
        said(
            "for the {v}|with the {v}|of the {v}|for a {v}|with a {v}|of a {v}|for my {v}|for the item {v}|on the {v}",
            "regarding the {v}|for the {v}",
        ),
        words.thing,
    ),
    "topic": Kind(
        "string",
        pool("topic|subject|query|theme|keyword|q|search|area|question", "search_term|about"),
        pool("The topic|The subject|What it is about|Search query|The query|What to look for|Keywords", "The theme"),
        said(
            "about {v}|on {v}|on the topic of {v}|about {v}|for {v}|on the subject of {v}|to do with {v}|for '{v}'|related to {v}",
            "about {v}|concerning {v}",
        ),
        words.topic,
    ),
    "title": Kind(
        "string",
        pool("title|name|label|heading|subject_line|display_name", "caption|headline"),
        pool("The title|Title of it|A short title|The name|How it is called|A name for it", "Headline to use"),
        said(
            "titled '{v}'|called '{v}'|with the title '{v}'|named '{v}'|called {v}|with the name {v}|titled {v}|named {v}|"
            "under the title '{v}'|for '{v}'|with title {v}",
            "entitled '{v}'|called '{v}'",
        ),
        words.title,
    ),
    "message": Kind(
        "string",
        pool("message|text|body|content|note|msg|sentence", "message_text|words"),
        pool("The message|The text|What to say|Content of the message|The body|Text of it|The content", "The words to send"),
        said(
            "saying '{v}'|that says '{v}'|with the text '{v}'|: {v}|: '{v}'|which says '{v}'|with the message '{v}'|"
            "with the words '{v}'|with '{v}' in it|"
            ": {v}|as follows: '{v}'",
            "reading '{v}'|saying '{v}'",
        ),
        words.message,
    ),
    "email": Kind(
        "string",
        pool("email|address|email_address|to_address|user_email", "mail|contact_email"),
        pool("E-mail address|The address|Email of the user|The email address|Where to send it", "Mail address"),
        said("to {v}|for {v}|with the address {v}|with the email {v}|using {v}|for the address {v}|of {v}", "at {v}|to {v}"),
        words.email,
    ),
    "file": Kind(
        "string",
        pool("file|path|filename|file_name|file_path|input|attachment", "document|source_file"),
        pool("The file|Name of the file|Path of the file|The path|Which file|Path to the file", "File to use"),
        said(
            "in {v}|from {v}|of the file {v}|called {v}|named {v}|of {v}|with {v}|using the file {v}|, namely {v}|at {v}",
            "stored as {v}|in {v}",
        ),
        words.file_name,
    ),
    "code": Kind(
        "string",
        pool("id|order_id|code|number|reference|ref|identifier|item_id|uuid|account", "ticket_id|tracking_code"),
        pool("The id|Identifier|The number|Reference code|The reference|Which one, by its id|ID of the order", "Unique code"),
        said(
            "{v}|with id {v}|with the number {v}|number {v}|with the ID {v}|for {v}|no. {v}|(id {v})|with reference {v}|of {v}",
            "with code {v}|{v}",
        ),
        words.code,
    ),
    "language": Kind(
        "string",
        pool("language|target_language|lang|locale|to_language", "output_language|tongue"),
        pool("The language|Target language|Which language|The language of the result", "Language to use"),
        said("in {v}|into {v}|to {v}|in the {v} language|in {v}", "in {v}"),
        lambda d: d.word().capitalize() if d.chance(0.3) else str(d.pick(words.LANGUAGES)),
    ),
    "country": Kind(
        "string",
        pool("country|nation|region|land|home_country", "country_name|state"),
        pool("The country|Name of the country|Which country|The nation", "Country to look at"),
        said("in {v}|of {v}|for {v}|in the country {v}|from {v}|for the country {v}", "within {v}|in {v}"),
        lambda d: d.word().capitalize() if d.chance(0.4) else str(d.pick(words.COUNTRIES)),
    ),
    "color": Kind(
        "string",
        pool("color|colour|shade|hue|paint", "color_name|tint"),
        pool("The colour|Color to use|The color|Which colour", "Colour name"),
        said("in {v}|coloured {v}|with the colour {v}|in the color {v}|in {v} colour|using {v} as the colour", "painted {v}|in {v}"),
        words.colour,
    ),
    "zip": Kind(
        "string",
        pool("zip|zip_code|postal_code|plz", "postcode|area_zip"),
        pool("The zip code|Postal code|ZIP code of the place", "Post code"),
        said("for {v}|in {v}|with the zip code {v}|for the postal code {v}|near {v}|zip {v}", "in the area {v}|at postcode {v}"),
        lambda d: (
            f"{d.number(10000, 99999)}" if d.chance(0.8) else f"{_letters(d, 1, 2)}{d.number(1, 20)} {d.number(1, 9)}{_letters(d, 2, 2)}"
        ),
    ),
    "symbol": Kind(
        "string",
        pool("symbol|ticker|stock|stock_symbol|company", "ticker_symbol|security"),
        pool("The ticker symbol|Stock symbol|The stock|Symbol of the company", "Short name of the security"),
        said("for {v}|of {v}|with the symbol {v}|at {v}|of the company {v}", "for ticker {v}|of {v}"),
        lambda d: _letters(d, 2, 4) if d.chance(0.7) else d.word().capitalize(),
    ),
    "from_currency": Kind(
        "string",
        pool("from_currency|from|base|source_currency|currency_from", "base_currency|sold_currency"),
        pool("Currency to convert from|The base currency|Source currency", "Currency that is given"),
        said("from {v}|from {v}|out of {v}", "from {v}|starting with {v}"),
        lambda d: str(d.pick(("USD", "EUR", "GBP", "JPY", "CHF", "SEK", "INR"))) if d.chance(0.5) else _letters(d, 3, 3),
    ),
    "to_currency": Kind(
        "string",
        pool("to_currency|to|target_currency|currency_to|into", "quote_currency|bought_currency"),
        pool("Currency to convert to|The target currency|Currency of the result", "Currency that is wanted"),
        said("to {v}|into {v}|to {v}", "into {v}|against {v}"),
        lambda d: str(d.pick(("CAD", "AUD", "NOK", "DKK", "PLN", "CNY", "MXN"))) if d.chance(0.5) else _letters(d, 3, 3),
    ),
    "room": Kind(
        "string",
        pool("room|zone|room_name|area|where", "space|location_in_house"),
        pool("The room|Which room|Name of the room|Room of the house", "Part of the house"),
        said("in the {v}|for the {v}|of the {v}|in our {v}|in my {v}", "inside the {v}|in the {v}"),
        _room,
    ),
    "url": Kind(
        "string",
        pool("url|link|address|page|website", "web_address|uri"),
        pool("The URL|Address of the page|Link to the page|The web page", "Where the page is"),
        said("{v}|at {v}|with the URL {v}|under {v}|from {v}|at the address {v}", "found at {v}|{v}"),
        _web_address,
    ),
    "expression": Kind(
        "string",
        pool("expression|formula|calculation|equation|input", "sum_to_solve|term"),
        pool("The expression|What to calculate|Expression to evaluate, for example 2 + 3", "Term to work out"),
        said("of {v}|for {v}|of the expression {v}|: {v}|of the formula {v}", "of the term {v}|of {v}"),
        _sum,
    ),
    "unit": Kind(
        "string",
        pool("unit|units|scale|measure", "temperature_unit"),
        pool("The unit|Unit of temperature|The unit to use", "Which scale"),
        said("in {v}|in {v}|in degrees {v}|with unit {v}|in {v} units|measured in {v}", "in {v}|using {v}"),
        choice("celsius", "fahrenheit"),
        ("celsius", "fahrenheit"),
    ),
    "size": Kind(
        "string",
        pool("size|format|dimension", "size_class"),
        pool("The size|How big|Which size", "Size to use"),
        said("in size {v}|in {v}|{v} size|with size {v}|in the size {v}|of {v} size", "of size {v}"),
        choice("small", "medium", "large"),
        ("small", "medium", "large"),
    ),
    "priority": Kind(
        "string",
        pool("priority|importance|urgency|rank", "severity"),
        pool("The priority|How important|Priority level", "Severity"),
        said("with {v} priority|with priority {v}|of {v} priority|with a priority of {v}|as {v} priority", "at {v} priority"),
        choice("low", "normal", "high"),
        ("low", "normal", "high"),
    ),
    "mode": Kind(
        "string",
        pool("mode|kind|type|style|method|option", "variant"),
        pool("The mode|Which kind|Mode to use|The way to do it", "Variant to use"),
        said(
            "in {v} mode|with {v} mode|using the {v} mode|in the mode {v}|on {v} mode|with the mode {v}", "with the {v} setting|in {v} mode"
        ),
        choice("fast", "slow", "quiet", "eco"),
        ("fast", "slow", "quiet", "eco"),
    ),
    "category": Kind(
        "string",
        pool("category|type|class|group|section", "family|segment"),
        pool("The category|Which category|Type to use|One of the types", "Group it belongs to"),
        said(
            "of type {v}|in the category {v}|with category {v}|of the type {v}|of the {v} kind|under {v}", "from the group {v}|of class {v}"
        ),
        choice("basic", "premium", "family", "local"),
        ("basic", "premium", "family", "local"),
    ),
    "power": Kind(
        "string",
        pool("state|power|status|action|position", "on_off|switch_state"),
        pool("The state|On or off|What to switch it to", "Wanted state"),
        said("{v}|to {v}|to the state {v}|into {v}", "to position {v}|{v}"),
        choice("on", "off"),
        ("on", "off"),
    ),
}
