"""What a declared function gives back, and the sentence that tells it."""

from __future__ import annotations

import json
from typing import Any

from training.generate import words
from training.generate.draw import Draw, pool

STATES = pool(
    "ok|done|success|confirmed|sent|saved|booked|created|open|ready|on time|delayed|cancelled|active|paid|shipped|failed|pending|running|"
    "available|sold out|closed|on its way|updated|started|stopped|not found",
    "accepted|completed|queued|delivered|scheduled",
)
CONDITIONS = pool(
    "sunny|cloudy|rainy|windy|foggy|snowy|clear|dry|warm|cold|partly cloudy|light rain|heavy snow|hot", "stormy|humid|mild|overcast"
)
NUMBER_KEYS = pool(
    "temperature|count|total|price|distance|speed|level|rate|score|minutes|humidity|balance|seats|population|average|"
    "amount|value|rating|stock|wind_speed|rooms|pages|duration|size|year",
    "pressure|length|weight|fee|altitude|remaining",
)
TEXT_KEYS = pool(
    "name|city|title|street|owner|place|author|department|product|contact|message|location|country|"
    "summary|answer|type|company|first_name|room",
    "host|venue|supplier|district",
)
STATE_KEYS = pool("status|state|result", "outcome|progress")
UNITS = ("km", "%", "EUR", "USD", "°C", "degrees", "minutes", "km/h", "kg")
LIST_KEYS = pool("names|results|cities|items|options|titles", "matches|entries")
ID_KEYS = pool("id|order_id|reference|code|booking_id|message_id|task_id|number", "ticket|confirmation")


def _pair(d: Draw) -> tuple[str, Any]:
    kind = d.number(0, 6)
    if kind == 6:
        if d.chance(0.5):
            return str(d.pick(NUMBER_KEYS)), f"{d.number(0, 999)} {d.pick(UNITS)}"
        made = {d.pick((d.word, lambda: words.city(d), lambda: words.first_name(d)))() for _ in range(d.number(2, 3))}
        return str(d.pick(LIST_KEYS)), sorted(made)
    if kind == 5:
        return d.word() + d.pick(("", "_" + d.word())), d.pick((d.word(), d.number(0, 9999), " ".join((d.word(), d.word()))))
    if kind == 0:
        return str(d.pick(STATE_KEYS)), str(d.pick(STATES))
    if kind == 1:
        return "condition", str(d.pick(CONDITIONS))
    if kind == 2:
        return str(d.pick(TEXT_KEYS)), d.pick((words.city, words.first_name, words.title))(d)
    if kind == 3:
        return str(d.pick(ID_KEYS)), words.code(d)
    value = d.number(0, 999) if d.chance(0.7) else round(d.number(0, 999) / 10, 1)
    return str(d.pick(NUMBER_KEYS)), value


def dump(d: Draw, value: Any) -> str:
    """JSON with or without blanks: clients send both."""
    return json.dumps(value, ensure_ascii=False, separators=d.pick(((",", ":"), (", ", ": "))))


def _told(key: str, value: Any) -> str:
    if isinstance(value, list):
        return f"the {key.replace('_', ' ')} are {words.listing(value)}"
    return f"the {key.replace('_', ' ')} is {value}"


def result(d: Draw, arguments: dict[str, Any]) -> tuple[str, str, list[str]]:
    """A result as text, the sentence that tells it, and the values that sentence must hold.

    Some results repeat one of the call's arguments, as services do.
    """
    if d.chance(0.2):
        word = d.pick(
            (
                str(d.number(0, 9999)),
                str(d.pick(STATES)),
                str(d.pick(CONDITIONS)),
                words.city(d),
                words.code(d),
                d.word(),
                f"{d.word()} {d.word()}",
                f"{d.pick(CONDITIONS)}, {d.number(-20, 40)} {d.pick(('degrees', 'C', '°C'))}",
                f"{d.number(1, 900)} {d.pick(UNITS)}",
            )
        )
        text = d.pick((word, json.dumps(word), dump(d, {"result": word}), dump(d, {"output": word})))
        return text, f"The result is {word}.", [word]
    pairs: dict[str, Any] = {}
    echoed = [(key, value) for key, value in arguments.items() if isinstance(value, (str, int)) and not isinstance(value, bool)]
    if echoed and d.chance(0.25):
        key, value = d.pick(echoed)
        if len(str(value)) < 25:
            pairs[key] = value
    for _ in range(d.weighted(((5, 1), (5, 2), (2, 3)))):
        key, value = _pair(d)
        pairs[key] = value
    told = [_told(key, value) for key, value in pairs.items()]
    sentence = words.listing(told) + "."
    values = [str(item) for value in pairs.values() for item in (value if isinstance(value, list) else [value])]
    return dump(d, pairs), sentence[0].upper() + sentence[1:], values
