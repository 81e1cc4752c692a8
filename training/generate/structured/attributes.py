"""Records whose keys are no known facts: the text uses the key's own words, so the value is found by them alone."""

from __future__ import annotations

from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool
from training.generate.structured.record_parts import INTEGER, NUMBER, STRING, Kind, RecordFact, halves, named, price, whole

ATTRIBUTES = halves(
    "battery life|screen size|top speed|warranty|blood type|temperature|wind speed|score|grade|status|version|license|port|file name|sender|receiver|subject|department|"
    "salary|nationality|height|team|position|goals|distance|altitude|depth|width|length|volume|humidity|discount|tax|tip|seat|gate|platform|flight number|shelf|isbn|"
    "deadline|supervisor|course|teacher|lesson|chapter|paragraph|topic|theme|motto|nickname|birthday|star sign|planet|moon|river|mountain|island|bridge|station|"
    "route|exit|floor plan|window|door|key|lock|password|user name|account|branch|iban|interest rate|loan|fee|fine|penalty|winner|runner up|prize|medal|record|lap|"
    "dose|symptom|doctor|ward|bed|allergy|pulse|pressure|formula|element|metal|crop|harvest|soil|seed|tree|flower|bird|fish|instrument|band|album|label|track|"
    "operator|driver|licence plate|engine|gear|tank|load|crew|captain|vessel|harbour|cargo|container|pallet|batch|serial number|firmware|channel|frequency|signal // "
    "memory size|ticket class|visibility|insurance number|favourite animal|cabin|latitude|torque|guest house|choir|water level|lens|archive box|steering|tempo|caption"
)
SUBJECTS = halves("entry|record|sheet|form|card|file|report|row|data set|log // dossier|page", grammar=True)
STATED = halves(
    "the {k} is {v}|{k}: {v}|its {k} is {v}|{v} is the {k}|it has a {k} of {v}|the {k} was {v}|we wrote {v} as the {k}|for the {k} it says {v}|the {k} reads {v}|as {k}, we have {v}|"
    "{k} = {v}|the {k} should be {v}|we set the {k} to {v}|{s} has {v} as the {k}|{s} shows {v} for the {k}|{s} gives {v} as the {k}|{s} has the {k} {v} // "
    "the {k} amounts to {v}|{v} stands for the {k}|{s} lists {v} under {k}|the {k} equals {v}",
    grammar=True,
)
ABOUT = halves("The {k}|Value of the {k}|{k}|What the {k} is // The stated {k}|{k} as given", grammar=True)
_VALUES = (
    (STRING, lambda d: d.word()),
    (STRING, named),
    (STRING, words.code),
    (STRING, words.full_name),
    (STRING, words.date),
    (STRING, lambda d: f"{d.word()} {d.word()}"),
    (INTEGER, whole(0, 9999)),
    (INTEGER, whole(0, 60)),
    (NUMBER, price),
)


def _own(d: Draw, *texts: str) -> Pool:
    """A pool of one side only."""
    return Pool((), texts) if d.held_out else Pool(texts, ())


def _attribute(d: Draw, word: str) -> RecordFact:
    schema, value = d.rng.choice(_VALUES)
    key = word.replace(" ", "_")

    def filled(source: Pool) -> Pool:
        return _own(d, *(text.replace("{k}", word) for text in source.half(d.held_out)))

    return RecordFact(_own(d, key), filled(ABOUT), dict(schema), value, filled(STATED))


def attribute_kind(d: Draw, count: int) -> Kind:
    """A kind of record made up on the spot, with `count` facts."""
    found: dict[str, Any] = {}
    while len(found) < count:
        word = str(d.pick(ATTRIBUTES)) if d.chance(0.6) else " ".join(d.word() for _ in range(d.rng.choice((1, 1, 2))))
        found[word] = _attribute(d, word)
    noun = d.word() if d.chance(0.3) else str(d.pick(SUBJECTS))
    key = d.rng.choice(("name", "title", "id", noun)).replace(" ", "_")
    openings = (
        ("Here is the {o} {n}.",)
        if d.held_out
        else ("This is the {o} {n}.", "The {o} is called {n}.", "About {n}.", "I have a {o} here, {n}.")
    )
    return Kind(
        _own(d, noun),
        _own(d, key),
        _own(d, f"The {noun}'s name" if d.held_out else f"Name of the {noun}"),
        lambda d: named(d) if d.chance(0.6) else words.code(d),
        _own(d, f"the {noun} {{n}}", "{n}"),
        _own(d, *(text.replace("{o}", noun) for text in openings)),
        found,
    )
