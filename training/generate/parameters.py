"""The parameters of one declared function: a kind under a name, with or without a description."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool
from training.generate.kinds import KINDS, Kind, choice


@dataclass(frozen=True)
class Slot:
    """A parameter of one declared function."""

    name: str
    kind: Kind
    spec: dict[str, Any]

    def state(self, d: Draw) -> tuple[Any, str]:
        """A value and the phrase that states it."""
        value = self.kind.value(d)
        said = words.listing([str(item) for item in value]) if isinstance(value, list) else str(value)
        if isinstance(value, bool):
            on, off = str(d.pick(self.kind.phrases)).split("/")
            return value, on if value else off
        return value, str(d.pick(self.kind.phrases)).replace("{v}", said)


FLAGS = (
    ("urgent", "Whether it is urgent", "and mark it as urgent/and it is not urgent"),
    ("express", "Use express delivery", "by express/without express"),
    ("private", "Keep it private", "and keep it private/and make it public"),
    ("notify", "Send a notification", "and notify everyone/without notifying anyone"),
    ("loud", "Whether it is loud", "and make it loud/but not loud"),
    ("dry_run", "Only try it out", "as a dry run/not as a dry run"),
)
HELD_OUT_FLAGS = (("silent", "Make no sound", "silently/with sound"), ("compressed", "Whether to compress", "and compress it/uncompressed"))


def slot(d: Draw, key: str, taken: set[str], described: bool = True) -> Slot:
    """A parameter of the kind `key` under a name that `taken` does not have; adds the name to `taken`."""
    kind = KINDS[key]
    if key == "flag":
        options = [flag for flag in (HELD_OUT_FLAGS if d.held_out else FLAGS) if flag[0] not in taken]
        name, description, phrases = d.pick(options)
        kind = Kind("boolean", kind.names, kind.descriptions, Pool((phrases,), (phrases,)), kind.value)
    else:
        name = d.until_free(kind.names, taken)
        description = str(d.pick(kind.descriptions))
        if d.chance(0.25):  # an unknown name; what it means stands in its other half or in the description
            name = d.pick((f"{d.word()}_{name}", f"{name}_{d.word()}", d.word() if described else f"{name}_{d.word()}"))
        if d.chance(0.1):
            description = f"{description} {d.pick(('of the', 'for the', 'in the'))} {d.word()}"
        if not kind.choices and kind.type in ("string", "integer", "number") and d.chance(0.15):  # an example that is not the value
            description += d.pick((", e.g. {v}", " (for example {v})", ", such as {v}", ", like '{v}'")).replace("{v}", str(kind.value(d)))
        if kind.choices and d.chance(0.5):
            kind = replace(kind, choices=tuple(d.word() for _ in range(d.number(2, 4))))
            kind = replace(kind, value=choice(*kind.choices))
    taken.add(name)
    spec: dict[str, Any] = {"type": kind.type}
    if kind.type == "array":
        spec["items"] = {"type": "integer" if key == "values" else "string"}
    if described:
        spec["description"] = description
    if kind.choices:
        spec["enum"] = list(kind.choices)
    return Slot(name, kind, spec)
