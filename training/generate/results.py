"""What a declared function gives back, and the sentence that tells it."""

from __future__ import annotations

import json
from typing import Any

from training.generate import words
from training.generate.draw import Draw, pool

STATES = pool(
    "ok|done|success|confirmed|sent|saved|booked|created|open|ready|on time|delayed|cancelled|active|paid|shipped",
    "accepted|completed|queued|delivered|scheduled",
)
CONDITIONS = pool("sunny|cloudy|rainy|windy|foggy|snowy|clear|dry|warm|cold", "stormy|humid|mild|overcast")
NUMBER_KEYS = pool(
    "temperature|count|total|price|distance|speed|level|rate|score|minutes|humidity|balance|seats|population|average",
    "pressure|length|weight|fee|altitude|remaining",
)
TEXT_KEYS = pool("name|city|title|street|owner|place|author|department|product|contact", "host|venue|supplier|district")
STATE_KEYS = pool("status|state|result", "outcome|progress")
ID_KEYS = pool("id|order_id|reference|code|booking_id", "ticket|confirmation")


def _pair(d: Draw) -> tuple[str, Any]:
    kind = d.number(0, 5)
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


def result(d: Draw) -> tuple[str, str, list[str]]:
    """A result as text, the sentence that tells it, and the values that sentence must hold."""
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
            )
        )
        text = d.pick((word, json.dumps(word), dump(d, {"result": word}), dump(d, {"output": word})))
        return text, f"The result is {word}.", [word]
    pairs: dict[str, Any] = {}
    for _ in range(d.weighted(((4, 1), (5, 2), (3, 3)))):
        key, value = _pair(d)
        pairs[key] = value
    told = [f"the {key.replace('_', ' ')} is {value}" for key, value in pairs.items()]
    sentence = words.listing(told) + "."
    return dump(d, pairs), sentence[0].upper() + sentence[1:], [str(value) for value in pairs.values()]
