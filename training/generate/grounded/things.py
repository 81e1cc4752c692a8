"""Made-up things of many kinds, and which properties each kind has."""

from __future__ import annotations

from dataclasses import dataclass

from training.generate.draw import Pool, pool
from training.generate.grounded.relations import FIGURES, Relation
from training.generate.grounded.relations_names import NAMES

RELATIONS: dict[str, Relation] = {**FIGURES, **NAMES}


@dataclass(frozen=True)
class Kind:
    """How things of a kind are called, whether an article stands before them, and what is known of them."""

    names: Pool
    article: bool
    relations: tuple[str, ...]


def _kind(train: str, held_out: str, relations: str, article: bool = True) -> Kind:
    return Kind(pool(train, held_out, grammar=True), article, tuple(relations.split()))


KINDS: tuple[Kind, ...] = (
    _kind("{W} Bridge|{W} Tunnel|{W} Viaduct|{W} Canal", "{W} Bridge|{W} Footbridge", "opened length designer city height"),
    _kind("{W} Tower|{W} Palace|{W} Cathedral|{W} House|{W} Dam", "{W} Tower|{W} Castle", "opened height designer city owner hours price"),
    _kind(
        "{W} Labs|{W} Works|{W} Foods|{W} Systems|{W} Motors|{W}|{W} & {X}|{W} Bank",
        "{W} Labs|{W} Industries",
        "founded founder head city staff phone owner",
        False,
    ),
    _kind(
        "{W} Museum|{W} Gallery|{W} Zoo|{W} Library|{W} Garden|{W} Pool", "{W} Museum|{W} Aquarium", "hours price city head opened phone"
    ),
    _kind(
        "The {W} Letters|The {W} Road|{W}|A {W} Summer|The {X} of {W}", "The {W} Letters|The {W} Diaries", "author pages published", False
    ),
    _kind("{W} Prize|{W} Award|{W} Cup|{W} Medal|{W} Trophy", "{W} Prize|{W} Shield", "winner worth founder date"),
    _kind("{W} Festival|{W} Fair|{W} Market|{W} Show", "{W} Festival|{W} Parade", "date city price founder founded"),
    _kind("{W} Marathon|{W} Race|{W} Games|{W} Regatta", "{W} Marathon|{W} Rally", "date city winner founded worth"),
    _kind("{W} Lake|{W} River|{W} Sea|{W} Bay", "{W} Lake|{W} Lagoon", "length depth country"),
    _kind("{W} Mountain|{W} Hill|Mount {W}|{W} Peak", "Mount {W}|{W} Summit", "height country", False),
    _kind("{W}|{W} Island|{W} Valley|New {W}|Port {W}", "{W} Island|{W} Village", "people country language founded head", False),
    _kind("{W} Theatre|{W} Stadium|{W} Hall|{W} Cinema|{W} Arena", "{W} Theatre|{W} Opera", "seats opened designer city price phone"),
    _kind("{W} School|{W} University|{W} Clinic|{W} Hotel|{W} Club", "{W} School|{W} College", "founded head city staff phone"),
    _kind("{W} Nights|{W} Song|Blue {W}|The Last {W}", "The Lost {W}|Red {W}", "maker published", False),
    _kind("{W} {X}", "{W} {X}", "born lives job phone", False),
    _kind("{W} Line|{W} Express|{W} Ferry|{W} Ship|{W} Airship", "{W} Line|{W} Steamer", "length seats owner founded colour price"),
)
