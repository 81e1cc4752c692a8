"""The parameters of one declared function: a kind under a name, with or without a description."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from training.generate import words
from training.generate.calls.kind import Kind, choice, said
from training.generate.calls.kinds import KINDS
from training.generate.draw import Draw, Pool, pool

# The value under the parameter's own name: the form that serves every kind.
NAMED = said(
    "with {l} {v}|with the {l} {v}|with {v} as the {l}|using {v} as the {l}|using {l} {v}|({l}: {v})|, {l} {v}|, where the {l} is {v}|"
    "for the {l} {v}|"
    "with {l}: {v}|with {l} = {v}|, {l}: {v}|with the {l} being {v}",
    "with the {l} set to {v}|, the {l} being {v}|taking {v} as the {l}|with {l} {v}",
)
# Names that make no word of a sentence.
_NO_WORDS = frozenset(
    "to from when where about in into n q x at_most how_many on_off to_person to_city from_city from_place to_place to_user in_year "
    "on_date".split()
)

# name, description, how it is said if true / if false
FLAGS = pool(
    "urgent,Whether it is urgent,and mark it as urgent/and it is not urgent;express,Use express delivery,by express/without express;"
    "private,Keep it private,and keep it private/and make it public;"
    "notify,Send a notification,and notify everyone/without notifying anyone;"
    "loud,Whether it is loud,and make it loud/but not loud;dry_run,Only try it out,as a dry run/not as a dry run;"
    "force,Do it in any case,by force/without force;refund,Whether money is paid back,with a refund/without a refund;"
    "gift,Whether it is a gift,as a gift/not as a gift;insured,Whether it is insured,with insurance/without insurance;"
    "backup,Make a backup first,with a backup/without a backup;recurring,Repeat it every week,every week/just once",
    "silent,Make no sound,silently/with sound;compressed,Whether to compress,and compress it/uncompressed",
    sep=";",
)


@dataclass(frozen=True)
class Stated:
    """A value of one parameter and the phrase that states it; `{v}` in `form` is where the value `said` goes."""

    slot: Slot
    value: Any
    said: str
    form: str

    @property
    def phrase(self) -> str:
        """The phrase with its value."""
        return self.form.replace("{v}", self.said)

    @property
    def quoted(self) -> str:
        """The value with the quotes that the phrase puts around it."""
        for mark in "'\"":
            if f"{mark}{{v}}{mark}" in self.form:
                return f"{mark}{self.said}{mark}"
        return self.said

    @property
    def mention(self) -> str:
        """The value under its label: a message is quoted, since it would have no end."""
        return f"'{self.said}'" if self.slot.key == "message" else self.said


@dataclass(frozen=True)
class Slot:
    """A parameter of one declared function; `label` is its name as a sentence can use it, or empty."""

    name: str
    key: str
    kind: Kind
    spec: dict[str, Any]
    label: str

    def state(self, d: Draw) -> Stated:
        """A value and the phrase that states it."""
        value = self.kind.value(d)
        if isinstance(value, bool):
            on, off = str(d.pick(self.kind.phrases)).split("/")
            return Stated(self, value, "", on if value else off)
        text = words.listing([str(item) for item in value]) if isinstance(value, list) else str(value)
        if self.label and d.chance(0.1):
            form = str(d.pick(NAMED)).replace("{l}", self.label)
            quotes = self.key == "message" or self.key in ("title", "topic") and d.chance(0.5)
            return Stated(self, value, text, form.replace("{v}", "'{v}'") if quotes else form)
        form = str(d.pick(self.kind.phrases))
        if self.key == "date" and text[0].islower():  # `tomorrow`, not `on tomorrow`
            form = str(d.pick(("{v}", "{v}", "for {v}")))
        if "'{v}'" in form and "'" not in text and d.chance(0.25):
            form = form.replace("'{v}'", '"{v}"')
        return Stated(self, value, text, form)


def _label(d: Draw, name: str, base: str) -> str:
    """The words a person would use for the parameter: its whole name or the part of it that was not made up."""
    if base in _NO_WORDS:
        return "" if base in name.split("_") else name.replace("_", " ")
    return (name if d.chance(0.5) else base).replace("_", " ")


def slot(d: Draw, key: str, taken: set[str], described: bool = True) -> Slot:
    """A parameter of the kind `key` under a name that `taken` does not have; adds the name to `taken`."""
    kind = KINDS[key]
    if key == "flag":
        name, description, phrases = str(d.pick(FLAGS)).split(",")
        base = name
        kind = Kind("boolean", kind.names, kind.descriptions, Pool((phrases,), (phrases,)), kind.value)
    else:
        name = base = d.until_free(kind.names, taken)
        description = str(d.pick(kind.descriptions))
        if d.chance(0.25):  # an unknown name; what it means stands in its other half or in the description
            name = d.pick((f"{d.word()}_{name}", f"{name}_{d.word()}", d.word() if described else f"{name}_{d.word()}"))
        if d.chance(0.1):
            description = f"{description} {d.pick(('of the', 'for the', 'in the'))} {d.word()}"
        if not kind.choices and kind.type in ("string", "integer", "number") and d.chance(0.18):  # an example that is not the value
            description += d.pick((", e.g. {v}", " (for example {v})", ", such as {v}", ", like '{v}'", " (e.g. {v})")).replace(
                "{v}", str(kind.value(d))
            )
        if kind.choices and key != "power" and d.chance(0.5):
            kind = replace(kind, choices=tuple(dict.fromkeys(d.word() for _ in range(d.number(2, 4)))))
            kind = replace(kind, value=choice(*kind.choices))
    taken |= {name, base}
    spec: dict[str, Any] = {"type": kind.type}
    if kind.type == "array":
        spec["items"] = {"type": "integer" if key == "values" else "string"}
    if described:
        spec["description"] = description
    if kind.choices:
        spec["enum"] = list(kind.choices)
    return Slot(name, key, kind, spec, "" if kind.type == "boolean" else _label(d, name, base))
