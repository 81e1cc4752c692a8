"""Claims about made-up things, and questions to which one of them is the answer or none.

What is searched for is the thing's name and the words of the question that carry meaning, in their order: `In which year was
the Kelmar Bridge opened?` gives `Kelmar Bridge year opened`. So a query can always be copied out of the question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from training.generate.draw import Draw, pool
from training.generate.grounded.relations import split_clause
from training.generate.grounded.things import KINDS, RELATIONS, Kind
from training.generate.wishes import dressed, indirect, named, question_mark

ABOUT = pool(
    "what do you know about {s}|tell me about {s}|tell me something about {s}|search for {s}|look up {s}|find something about {s}|what can you find on {s}|"
    "I want to know more about {s}|who or what is {s}|look for {s}|what is known about {s}|please read up on {s}|find out about {s}|is there anything on {s}",
    "inform me about {s}|what is there to know about {s}|dig up something on {s}",
)
_FOLLOWING = pool(
    "and {q}|also, {q}|now {q}|next, {q}|ok, {q}|thanks! {q}|good. {q}|one more: {q}|and one more thing: {q}", "lastly, {q}|great, {q}"
)
_EMPTY = frozenset(
    "when where who whom whose what which how many much was is are has have had do does did can i one my me there to of at in on into from by with "
    "for under the a an as since its {s}".split()
)


def meaning(clause: str) -> list[str]:
    """The words of a question that are searched for."""
    return [word for word in re.sub(r"'s\b", "", clause).split() if word.lower() not in _EMPTY]


_CLAUSES = {
    clause: tuple((form, meaning(form)) for form in split_clause(clause))
    for relation in RELATIONS.values()
    for clause in relation.clauses.train + relation.clauses.held_out
}


@dataclass(frozen=True)
class Thing:
    """A made-up thing: its name, and the name as it stands in a sentence."""

    kind: Kind
    name: str
    said: str


@dataclass(frozen=True)
class Claim:
    """A sentence that tells one property of a thing."""

    thing: Thing
    relation: str
    sentence: str
    value: str


@dataclass(frozen=True)
class Asked:
    """A question, what to search for it, and the claim that answers it, which may be missing from what is found."""

    text: str
    query: str
    claim: Claim


def capital(text: str) -> str:
    """With a capital at the beginning."""
    return text[:1].upper() + text[1:]


def thing(d: Draw, kind: Kind | None = None) -> Thing:
    """A thing of a kind, or of any."""
    kind = kind or d.pick(KINDS)
    name = str(d.pick(kind.names)).replace("{W}", capital(d.word())).replace("{X}", capital(d.word()))
    return Thing(kind, name, f"the {name}" if kind.article and d.chance(0.7) else name)


def claim(d: Draw, about: Thing, relation: str) -> Claim:
    """A claim about a thing."""
    found = RELATIONS[relation]
    value = found.value(d)
    return Claim(about, relation, capital(str(d.pick(found.statements)).replace("{s}", about.said).replace("{v}", value)), value)


def gathered(d: Draw, count: int, told: bool = True, alone: bool = False) -> tuple[list[Claim], Claim]:
    """About `count` claims of which one, given back too, is to be asked for; it is left out unless `told`.

    The others are about the same thing, or tell the same of another thing: both must be kept apart from it. With `alone`
    nothing else is said of the thing.
    """
    about = thing(d)
    relations = d.shuffled(about.kind.relations)
    asked = claim(d, about, relations[0])
    others = [] if alone else [claim(d, about, relation) for relation in relations[1 : d.number(1, 3)]]
    while len(others) + told < count:
        kind = about.kind if d.chance(0.5) else d.pick(KINDS)
        relation = relations[0] if relations[0] in kind.relations and d.chance(0.7) else d.pick(kind.relations)
        others.append(claim(d, thing(d, kind), relation))
    return d.shuffled([asked, *others] if told else others), asked


def question(d: Draw, found: Claim, following: bool = False) -> Asked:
    """A question for a claim: as a question, inside a polite wish, or by the property's name."""
    relation, about = RELATIONS[found.relation], found.thing
    kind = d.number(0, 9)
    if kind < 8:
        clause, sought = _CLAUSES[str(d.pick(relation.clauses))][kind >= 5]
        query = " ".join([about.name, *sought])
        core = clause.replace("{s}", about.said)
        core, mark = (core, "?") if kind < 5 else (indirect(d, core), "")
        if kind < 5 and d.chance(0.1):
            core = core.replace("what is ", "what's ").replace("who is ", "who's ").replace("where is ", "where's ")
    else:
        noun = str(d.pick(relation.nouns))
        query, mark = f"{about.name} {noun}", ""
        core = named(d, f"{about.said}'s {noun}" if d.chance(0.2) else f"the {noun} of {about.said}")
    if d.chance(0.05):
        core, query = core.lower(), query.lower()
    mark = mark or question_mark(core)
    if following:
        core = str(d.pick(_FOLLOWING)).replace("{q}", core)
    return Asked(dressed(d, core, mark, plain=0.8 if following else 0.45), query, found)


def about(d: Draw, found: Claim) -> Asked:
    """An open question about the thing of a claim, which must be the only one about it."""
    return Asked(dressed(d, str(d.pick(ABOUT)).replace("{s}", found.thing.said)), found.thing.name, found)


def pages(d: Draw, claims: Sequence[Claim], fillers: Sequence[str], notes: bool = False) -> list[tuple[str, str, str]]:
    """(title, address, passage) for each claim. `notes` are files of markdown as a document search finds them."""
    found = []
    for one in claims:
        title = one.thing.name + str(d.pick(("", "", " - facts", " | guide", ": all you need to know", " - news", " facts", " in short")))
        passage = one.sentence
        kind = d.number(0, 9)
        if kind < 2:
            passage = f"{passage} {d.pick(fillers)}"
        elif kind == 2:
            passage = f"{d.pick(fillers)} {passage}"
        if notes:
            title = one.thing.name
            found.append((title, f"file:///home/{d.word()}/notes/{d.word()}.md", f"# {title}\n\n{passage}"))
        else:
            found.append((title, address(d), passage))
    return found


def address(d: Draw) -> str:
    """The address of a page."""
    path = d.pick(("", d.word(), d.word(), f"{d.word()}/{d.word()}", f"{d.word()}.html"))
    return f"https://{d.pick(('', '', 'www.'))}{d.word()}.{d.pick(('com', 'org', 'net', 'io', 'co.uk', 'info'))}/{path}"
