"""What can be said of a thing, how it is asked for and by which nouns; here, everything that is told in figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from training.generate import words
from training.generate.draw import Draw, Pool, pool


@dataclass(frozen=True)
class Relation:
    """Statements, questions as (direct, indirect) clauses, and nouns for one property."""

    statements: Pool
    clauses: Pool
    nouns: Pool
    value: Callable[[Draw], str]


def year(d: Draw) -> str:
    """A year."""
    return str(d.number(1700, 2035))


def number(d: Draw) -> str:
    """A whole number."""
    return str(d.number(3, 9000) if d.chance(0.7) else d.number(10, 900) * 1000)


def colour(d: Draw) -> str:
    """A colour."""
    return words.colour(d)


def job(d: Draw) -> str:
    """A job."""
    return str(d.pick(words.JOBS))


def language(d: Draw) -> str:
    """A language."""
    return str(d.pick(words.LANGUAGES))


def country(d: Draw) -> str:
    """A country."""
    return str(d.pick(words.COUNTRIES)) if d.chance(0.6) else d.word().capitalize()


def relation(value: Callable[[Draw], str], said: tuple[str, str], asked: tuple[str, str], named: tuple[str, str]) -> Relation:
    return Relation(pool(*said), pool(*asked), pool(*named), value)


def split_clause(clause: str) -> tuple[str, str]:
    """The direct and the indirect form of a question: `when was {s} opened`, `when {s} was opened`."""
    if "~" in clause:
        direct, _, turned = clause.partition("~")
        return direct, turned
    return clause, re.sub(r"^(.*?) (was|is|are|has) \{s\}", r"\1 {s} \2", clause)


FIGURES: dict[str, Relation] = {
    "opened": relation(
        year,
        (
            "{s} was opened in {v}.|{s} was built in {v}.|{s} was completed in {v}.|In {v}, {s} was opened.|{s} has been open since {v}.|The work on {s} ended in {v}.|In {v} builders finished {s}.",
            "The opening of {s} was in {v}.|{s} dates from {v}.",
        ),
        (
            "when was {s} opened|in which year was {s} built|what year was {s} completed|when was {s} built|in what year was {s} opened|when was {s} finished",
            "when did {s} open~when {s} opened|in which year was {s} inaugurated",
        ),
        ("opening year|year of construction|opening date", "completion date"),
    ),
    "length": relation(
        number,
        (
            "{s} is {v} metres long.|The length of {s} is {v} metres.|{s} has a length of {v} m.|{s} measures {v} metres from end to end.|With {v} metres {s} is longer than most.",
            "At {v} metres, {s} is a long one.|{s} stretches over {v} metres.",
        ),
        (
            "how long is {s}|what length has {s}|how many metres does {s} measure~how many metres {s} measures",
            "how many metres long is {s}",
        ),
        ("length|total length|length in metres", "full length"),
    ),
    "height": relation(
        number,
        (
            "{s} is {v} metres high.|The height of {s} is {v} metres.|{s} rises to {v} metres.|{s} is {v} m tall.|With its {v} metres {s} can be seen from afar.",
            "{s} reaches a height of {v} metres.|The top of {s} is at {v} metres.",
        ),
        ("how high is {s}|how tall is {s}|what height has {s}", "how many metres high is {s}"),
        ("height|height in metres|exact height", "altitude"),
    ),
    "depth": relation(
        number,
        (
            "{s} is {v} metres deep.|The depth of {s} is {v} metres.|{s} goes down to {v} metres.|At its deepest point {s} has {v} metres.",
            "{s} reaches a depth of {v} metres.",
        ),
        ("how deep is {s}|what depth has {s}", "how far down does {s} go~how far down {s} goes"),
        ("depth|greatest depth", "maximum depth"),
    ),
    "people": relation(
        number,
        (
            "{v} people live in {s}.|{s} has {v} inhabitants.|The population of {s} is {v}.|{s} is home to {v} people.|About {v} people call {s} home.",
            "{s} counts {v} residents.|There are {v} people in {s}.",
        ),
        (
            "how many people live in {s}|how many inhabitants does {s} have~how many inhabitants {s} has|how big is the population of {s}~how big the population of {s} is",
            "how many residents has {s}",
        ),
        ("population|number of inhabitants", "number of residents"),
    ),
    "founded": relation(
        year,
        (
            "{s} was founded in {v}.|{s} started in {v}.|{s} was set up in {v}.|In {v}, {s} was founded.|{s} has existed since {v}.|The story of {s} begins in {v}.",
            "{s} goes back to {v}.|{s} came into being in {v}.",
        ),
        (
            "when was {s} founded|in which year did {s} start~in which year {s} started|when did {s} begin~when {s} began|what year was {s} founded|how old is {s}|when was {s} set up",
            "since when does {s} exist~since when {s} exists|when was {s} created",
        ),
        ("founding year|year of foundation|founding date", "foundation date"),
    ),
    "staff": relation(
        number,
        (
            "{s} employs {v} people.|{v} people work at {s}.|{s} has {v} employees.|There are {v} workers at {s}.|About {v} people earn their money at {s}.",
            "{s} has a staff of {v}.|{s} gives work to {v} people.",
        ),
        (
            "how many people work at {s}|how many people does {s} employ~how many people {s} employs|how many employees does {s} have~how many employees {s} has|how many workers are there at {s}~how many workers there are at {s}",
            "how large is the staff of {s}~how large the staff of {s} is",
        ),
        ("number of employees|number of workers", "size of staff"),
    ),
    "price": relation(
        number,
        (
            "A ticket for {s} costs {v} euros.|{s} costs {v} euros.|The price of {s} is {v} euros.|For {s} you pay {v} euros.|Visitors of {s} pay {v} euros.|Tickets for {s} are {v} euros each.",
            "Entry to {s} is {v} euros.|{v} euros is what {s} takes.",
        ),
        (
            "how much is a ticket for {s}~how much a ticket for {s} is|what does {s} cost~what {s} costs|how much does {s} cost~how much {s} costs|how much do I pay for {s}~how much I pay for {s}|how expensive is {s}",
            "what is the entry fee of {s}~what the entry fee of {s} is|what does one spend on {s}~what one spends on {s}",
        ),
        ("price|ticket price|cost", "fee"),
    ),
    "pages": relation(
        number,
        (
            "{s} has {v} pages.|There are {v} pages in {s}.|{s} is {v} pages long.|The {v} pages of {s} are quickly read.|{s} tells its story on {v} pages.",
            "{s} runs to {v} pages.|{v} pages make up {s}.",
        ),
        (
            "how many pages does {s} have~how many pages {s} has|how many pages has {s}|how long is the book {s}~how long the book {s} is|how thick is {s}",
            "how many pages are there in {s}~how many pages there are in {s}",
        ),
        ("number of pages|page count", "count of pages"),
    ),
    "published": relation(
        year,
        (
            "{s} came out in {v}.|{s} was published in {v}.|In {v}, {s} came out.|{s} has been around since {v}.|{s} was released in {v}.",
            "{s} appeared in {v}.|{v} was the year of {s}.",
        ),
        (
            "when did {s} come out~when {s} came out|in which year was {s} published|when was {s} published|what year did {s} come out~what year {s} came out|when was {s} released",
            "when did {s} appear~when {s} appeared|since when is there {s}~since when there is {s}",
        ),
        ("release date|publication year|year of release", "date of appearance"),
    ),
    "worth": relation(
        number,
        (
            "{s} is worth {v} euros.|The winner of {s} gets {v} euros.|{s} brings {v} euros.|With {s} come {v} euros.|The prize money of {s} is {v} euros.",
            "{v} euros come with {s}.|{s} pays {v} euros.",
        ),
        (
            "how much is {s} worth|how many euros is {s}|how much money does {s} bring~how much money {s} brings|what is {s} worth",
            "what does one get with {s}~what one gets with {s}",
        ),
        ("prize money|worth", "reward"),
    ),
    "seats": relation(
        number,
        (
            "{s} has {v} seats.|{s} seats {v} people.|There is room for {v} people in {s}.|{v} people fit into {s}.|{s} holds {v} guests.",
            "{s} can take {v} people.|Up to {v} people find a place in {s}.",
        ),
        (
            "how many seats does {s} have~how many seats {s} has|how many people fit into {s}|how many guests does {s} hold~how many guests {s} holds",
            "how many people can {s} take~how many people {s} can take",
        ),
        ("number of seats|capacity", "room"),
    ),
    "phone": relation(
        lambda d: str(d.number(100000, 9999999)),
        (
            "The phone number of {s} is {v}.|Call {s} at {v}.|{s} can be called at {v}.|The number of {s} is {v}.",
            "Dial {v} for {s}.|{s} answers at {v}.",
        ),
        (
            "how can I call {s}~how I can call {s}|under which number can I reach {s}~under which number I can reach {s}",
            "what do I dial for {s}~what I dial for {s}",
        ),
        ("phone number|telephone number|number", "telephone"),
    ),
    "born": relation(
        year,
        (
            "{s} was born in {v}.|{s} came into the world in {v}.|The birth year of {s} is {v}.|In {v}, {s} was born.",
            "The life of {s} began in {v}.|{v} was the year of birth of {s}.",
        ),
        (
            "when was {s} born|in which year was {s} born|what year was {s} born",
            "when did the life of {s} begin~when the life of {s} began",
        ),
        ("birth year|year of birth", "date of birth"),
    ),
}
