"""Labels for short texts: feeling, category of a request, topic, and unwanted mail, told by obvious words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.generate import words
from training.generate.draw import Draw
from training.generate.structured.record_parts import halves, named

# A model made from nothing knows no word it never saw: the telling words may be in both halves, the frames are not.
GOOD = halves(
    "great|good|wonderful|lovely|excellent|fantastic|amazing|perfect|nice|brilliant|delicious|beautiful|superb|awesome|very good // great|wonderful|excellent|lovely|fantastic|amazing|perfect",
    grammar=True,
)
BAD = halves(
    "terrible|bad|awful|horrible|poor|boring|disgusting|ugly|broken|disappointing|useless|the worst|dreadful|annoying|very bad // terrible|bad|awful|horrible|disappointing|boring|useless",
    grammar=True,
)
PLAIN = halves(
    "{s} arrived on {d}|{s} is in the next room|I bought {s} on {d}|{s} was delivered on {d}|{s} has two parts|{s} opens at nine|we picked up {s} on {d}|{s} is on the table|"
    "{s} comes in a box // {s} came on {d}|{s} stands in the hall|they sent {s} on {d}",
    grammar=True,
)
JUDGED = halves(
    "{s} is {a}|{s} was {a}|{s} is really {a}|what a day, {s} was {a}|I find {s} {a}|I think {s} is {a}|we all thought {s} was {a}|{s} looks {a}|in my opinion {s} is {a}|"
    "{s} turned out to be {a}|honestly, {s} is {a}|to me {s} seems {a} // {s} has been {a}|everyone says {s} is {a}|so far {s} is {a}",
    grammar=True,
)
LOVED = halves(
    "I love {s}|I really like {s}|we enjoyed {s} a lot|I am so happy with {s}|thanks for {s}, I am delighted|{s} made my day|I recommend {s} to everybody // we are very happy with {s}|I love {s} so much",
    grammar=True,
)
HATED = halves(
    "I hate {s}|I do not like {s} at all|{s} made me angry|I am unhappy with {s}|never buy {s}|I want my money back for {s}|{s} is a waste of money // we are angry about {s}|I hate {s} so much",
    grammar=True,
)
THINGS = halves(
    "the food|the service|the film|the room|the staff|your app|this book|the trip|the weather|the music|my new {t}|the {t}|this {t}|the hotel // the meal|the {t}|that {t}|the show",
    grammar=True,
)
CATEGORIES: dict[str, Any] = {
    "billing|payment|invoice": halves(
        "I was charged twice for the {t}|my invoice is wrong|please refund my money|the bill shows {n} euros too much|how can I pay with a card|I got no invoice for the {t} // "
        "the invoice for the {t} is too high|I was charged {n} euros too much|I want a refund",
        grammar=True,
    ),
    "technical|bug|tech": halves(
        "the app crashes when I open it|I see an error on the screen|the {t} does not start|the software freezes|your website shows error {n}|there is a bug in the app // "
        "the app shows error {n}|the software crashes all the time|there is a bug in your website",
        grammar=True,
    ),
    "shipping|delivery": halves(
        "where is my parcel|my package has not arrived|the {t} was delivered to the wrong house|when will my {t} be shipped|track my parcel {n}|the courier never came // "
        "my parcel {n} has not arrived|when is my package delivered|the courier lost my {t}",
        grammar=True,
    ),
    "account|login": halves(
        "I forgot my password|I cannot log in|please delete my account|how do I change my password|my account is locked|I want to change my user name // "
        "my password does not work|I cannot log in to my account|please close my account",
        grammar=True,
    ),
}
SUBJECT_TEXTS: dict[str, Any] = {
    "sports": halves(
        "our team won the match {n} to 1|the player scored a goal|the race was won by {w}|the coach of {w} is proud of the team // {w} scored a goal in the match|the team of {w} lost {n} to 1",
        grammar=True,
    ),
    "food": halves(
        "cook the rice with {f}|this soup needs more {f}|bake the cake with {f}|the restaurant serves {f} // we cook a soup with {f}|the cake with {f} is baked",
        grammar=True,
    ),
    "weather": halves(
        "it will rain in {c}|tomorrow is sunny in {c}|a storm comes to {c}|snow fell in {c} // rain and storm in {c}|it is sunny in {c}",
        grammar=True,
    ),
    "music": halves(
        "the singer {w} gave a concert|the band plays a new song|{w} plays the guitar|the new album of {w} is out // the band of {w} has a new album|{w} sings a song",
        grammar=True,
    ),
}
SPAM = halves(
    "you have won a free prize, click here|win {n} dollars now|congratulations, you are our lucky winner|free money for {w}, click now|get rich fast with {w}|"
    "claim your free gift card now // claim your free prize now|you won {n} dollars, click here|free gift for {w}, click now",
    grammar=True,
)
HAM = halves(
    "the meeting is at {n}|can we talk on {d}|I sent you the report|lunch with {w} on {d}|thanks for your help yesterday|the {t} is in the kitchen|please call {w} back // "
    "the report is in the kitchen|can you call {w} on {d}|thanks, see you on {d}",
    grammar=True,
)
ASKS = halves(
    "{t}|Classify: {t}|Classify this: {t}|What is the {k} of this? {t}|{t}\n\nWhat is the {k}?|Tell me the {k}: {t}|Which {k} fits? {t}|Text: {t}|Label this text: {t}|Decide the {k}. {t}|"
    "Find the {k} of '{t}'|Judge this: {t}|Check this message: {t}|Somebody wrote: {t}|Customer: {t}|I need the {k} for this: {t} // Determine the {k} here: {t}|Sort this message: {t}|How would you label this? {t}",
    grammar=True,
)
FEELING_KEYS = halves("sentiment|mood|feeling|tone|emotion|opinion|label // attitude|polarity")
CATEGORY_KEYS = halves("category|department|type|kind|class|label|queue // section|support_area")
TOPIC_KEYS = halves("topic|subject|category|theme|label // field|area")
SPAM_KEYS = halves("spam|is_spam|unwanted|is_unwanted|junk // is_junk|spam_mail")
FEELINGS = (
    ("positive", "negative", "neutral"),
    ("positive", "neutral", "negative"),
    ("good", "bad", "neutral"),
    ("positive", "negative"),
    ("happy", "unhappy", "neutral"),
)

_MARKS: tuple[tuple[str, Callable[[Draw], str]], ...] = (
    ("{t}", lambda d: str(d.pick(words.THINGS))),
    ("{n}", lambda d: str(d.number(2, 90))),
    ("{w}", named),
    ("{f}", lambda d: str(d.pick(words.FOODS))),
    ("{c}", words.city),
    ("{d}", lambda d: str(d.pick(words.WEEKDAYS))),
)

Task = tuple[str, dict[str, Any], Callable[[], tuple[str, Any]]]  # key, its schema, and what draws a text with its label


def _filled(d: Draw, text: str) -> str:
    for mark, make in _MARKS:
        if mark in text:
            text = text.replace(mark, make(d))
    text = text[0].upper() + text[1:]
    return text + d.rng.choice((".", ".", "!", "")) if text[-1] not in ".!?" else text


def _feeling(d: Draw) -> Task:
    labels = d.rng.choice(FEELINGS)
    schema = {"type": "string", "enum": d.shuffled(labels) if d.chance(0.5) else list(labels)}
    good, bad = (
        next(label for label in labels if label in names) for names in (("positive", "good", "happy"), ("negative", "bad", "unhappy"))
    )

    def make() -> tuple[str, str]:
        value = d.rng.choice(labels)
        thing = str(d.pick(THINGS))
        if value == "neutral":
            return str(d.pick(PLAIN)).replace("{s}", thing), value
        if d.chance(0.35):
            return str(d.pick(LOVED if value == good else HATED)).replace("{s}", thing), value
        adjective = str(d.pick(GOOD if value == good else BAD))
        return str(d.pick(JUDGED)).replace("{s}", thing).replace("{a}", adjective), value if value in (good, bad) else bad

    return str(d.pick(FEELING_KEYS)), schema, make


def _category(d: Draw) -> Task:
    table = {d.rng.choice(names.split("|")): texts for names, texts in d.some(list(CATEGORIES.items()), d.number(3, 4))}

    def make() -> tuple[str, str]:
        value = d.rng.choice(list(table))
        return str(d.pick(table[value])), value

    return str(d.pick(CATEGORY_KEYS)), {"type": "string", "enum": list(table)}, make


def _topic(d: Draw) -> Task:
    options = d.some(list(SUBJECT_TEXTS), d.number(2, 4))

    def make() -> tuple[str, str]:
        value = str(d.rng.choice(options))
        return str(d.pick(SUBJECT_TEXTS[value])), value

    return str(d.pick(TOPIC_KEYS)), {"type": "string", "enum": options}, make


def _spam(d: Draw) -> Task:
    def make() -> tuple[str, bool]:
        value = d.chance(0.5)
        return str(d.pick(SPAM if value else HAM)), value

    return str(d.pick(SPAM_KEYS)), {"type": "boolean"}, make


def classification(d: Draw, rounds: int) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Requests with their labels, and the schema that all of them share."""
    key, spec, make = d.weighted(((4, _feeling), (3, _category), (2, _topic), (2, _spam)))(d)
    bare = "enum" in spec and d.chance(0.12)
    if d.chance(0.3) and not bare:
        spec = {**spec, "title": key.replace("_", " ").title()}
    schema: dict[str, Any] = spec if bare else {"type": "object", "properties": {key: spec}, "required": [key]}
    pairs = []
    for round_ in range(rounds):
        text, value = make()
        text = _filled(d, text)
        ask = "{t}" if round_ and d.chance(0.5) else str(d.pick(ASKS))
        pairs.append((ask.replace("{k}", key.replace("_", " ")).replace("{t}", text), value if bare else {key: value}))
    return pairs, schema
