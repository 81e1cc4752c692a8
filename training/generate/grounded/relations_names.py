"""What can be said of a thing in names: people, places, days, colours."""

from __future__ import annotations

from training.generate import words
from training.generate.grounded.relations import Relation, colour, country, job, language, relation

NAMES: dict[str, Relation] = {
    "designer": relation(
        words.full_name,
        (
            "{s} was designed by {v}.|The architect of {s} is {v}.|{v} designed {s}.|The plans for {s} were made by {v}.|{s} is a work of {v}.",
            "{v} drew the plans of {s}.|Behind {s} stands the architect {v}.",
        ),
        ("who designed {s}|which architect built {s}|who was {s} designed by|who planned {s}", "who drew {s}|whose work is {s}"),
        ("architect|designer|name of the architect", "planner"),
    ),
    "founder": relation(
        words.full_name,
        (
            "{s} was founded by {v}.|{v} founded {s}.|The founder of {s} is {v}.|{s} was the idea of {v}.|{v} started {s}.",
            "{v} brought {s} into being.|{s} was created by {v}.",
        ),
        ("who founded {s}|who started {s}|who set up {s}|by whom was {s} founded", "who created {s}"),
        ("founder|name of the founder", "creator"),
    ),
    "head": relation(
        words.full_name,
        (
            "{s} is led by {v}.|The head of {s} is {v}.|{v} leads {s}.|{v} is the director of {s}.|{v} has been in charge of {s} for years.|The director of {s} is called {v}.",
            "{v} runs {s}.|At the top of {s} is {v}.",
        ),
        (
            "who leads {s}|who is the head of {s}~who the head of {s} is|who is in charge of {s}|who is the director of {s}~who the director of {s} is|who manages {s}|who is the boss of {s}~who the boss of {s} is",
            "who runs {s}|who heads {s}",
        ),
        ("head|director|manager|boss", "leader"),
    ),
    "city": relation(
        words.city,
        (
            "{s} is in {v}.|{s} stands in {v}.|{s} is based in {v}.|{s} has its seat in {v}.|{s} can be found in {v}.|You will find {s} in {v}.|The home of {s} is {v}.",
            "Find {s} in {v}.|{s} is located in {v}.",
        ),
        (
            "where is {s}|in which city is {s}|where is {s} based|what town is {s} in|where does {s} have its seat~where {s} has its seat|in which town is {s}",
            "where do I find {s}~where I find {s}|where is {s} located",
        ),
        ("city|home town|town", "location"),
    ),
    "country": relation(
        country,
        (
            "{s} lies in {v}.|{s} belongs to {v}.|{s} is part of {v}.|{s} is a place in {v}.",
            "{s} is situated in {v}.|The land of {s} is {v}.",
        ),
        (
            "in which country is {s}|what country is {s} in|to which country does {s} belong~to which country {s} belongs",
            "in which land is {s}",
        ),
        ("country", "land"),
    ),
    "hours": relation(
        words.clock,
        (
            "{s} opens at {v}.|The doors of {s} open at {v}.|{s} is open from {v}.|Visitors may enter {s} from {v}.|Each day {s} opens at {v}.",
            "You can enter {s} from {v}.|{s} starts its day at {v}.",
        ),
        (
            "when does {s} open~when {s} opens|at what time does {s} open~at what time {s} opens|what time does {s} open~what time {s} opens|from when is {s} open",
            "from when can I enter {s}~from when I can enter {s}|how early can I visit {s}~how early I can visit {s}",
        ),
        ("opening time|opening hours", "time of opening"),
    ),
    "author": relation(
        words.full_name,
        (
            "{s} was written by {v}.|The author of {s} is {v}.|{v} wrote {s}.|{s} is a work by {v}.|{s} made {v} known as an author.",
            "{v} is the writer of {s}.|{s} came from the pen of {v}.",
        ),
        (
            "who wrote {s}|who is the author of {s}~who the author of {s} is|which author wrote {s}|who was {s} written by",
            "by whom is {s}|who is the writer of {s}~who the writer of {s} is",
        ),
        ("author|name of the author", "writer"),
    ),
    "maker": relation(
        words.full_name,
        (
            "{s} was made by {v}.|{v} made {s}.|The maker of {s} is {v}.|{s} is by {v}.|{v} is the one who made {s}.",
            "{v} created {s}.|{s} is the work of {v}.",
        ),
        ("who made {s}|who is {s} by|which artist made {s}|who was {s} made by", "who created {s}|whose work is {s}"),
        ("maker|name of the maker", "creator"),
    ),
    "winner": relation(
        words.full_name,
        (
            "{v} won {s}.|{s} went to {v}.|{s} was won by {v}.|This year {v} took {s}.|{v} is the new winner of {s}.",
            "The winner of {s} is {v}.|{v} carried {s} home.",
        ),
        (
            "who won {s}|who got {s}|who is the winner of {s}~who the winner of {s} is|who took {s}|who received {s}|who was given {s}",
            "to whom did {s} go~to whom {s} went|who carried off {s}",
        ),
        ("winner|name of the winner|last winner", "champion"),
    ),
    "owner": relation(
        words.full_name,
        (
            "{s} belongs to {v}.|The owner of {s} is {v}.|{v} owns {s}.|{s} is in the hands of {v}.|{v} bought {s} years ago.",
            "{s} is the property of {v}.|{v} has {s}.",
        ),
        (
            "who owns {s}|who is the owner of {s}~who the owner of {s} is|to whom does {s} belong~to whom {s} belongs|who bought {s}",
            "whose property is {s}",
        ),
        ("owner|name of the owner", "proprietor"),
    ),
    "language": relation(
        language,
        (
            "People in {s} speak {v}.|The language of {s} is {v}.|{v} is spoken in {s}.|In {s} everybody speaks {v}.",
            "{s} uses {v}.|One hears {v} in {s}.",
        ),
        (
            "which language is spoken in {s}|what language do people speak in {s}~what language people speak in {s}",
            "what tongue is used in {s}",
        ),
        ("language|official language", "tongue"),
    ),
    "lives": relation(
        words.city,
        (
            "{s} lives in {v}.|{s} has a flat in {v}.|{s} has lived in {v} for years.|The home of {s} is in {v}.|{s} is at home in {v}.",
            "{s} resides in {v}.|{v} is the town of {s}.",
        ),
        (
            "where does {s} live~where {s} lives|in which city does {s} live~in which city {s} lives|where is {s} at home|where is the home of {s}~where the home of {s} is",
            "where does {s} reside~where {s} resides",
        ),
        ("home|city", "residence"),
    ),
    "job": relation(
        job,
        (
            "{s} works as a {v}.|{s} is a {v}.|By profession {s} is a {v}.|{s} became a {v}.",
            "{s} earns a living as a {v}.|The trade of {s} is that of a {v}.",
        ),
        (
            "what does {s} work as~what {s} works as|what is the job of {s}~what the job of {s} is|what does {s} do for work~what {s} does for work",
            "what does {s} do for a living~what {s} does for a living",
        ),
        ("job|profession", "trade"),
    ),
    "colour": relation(
        colour,
        (
            "{s} is {v}.|The colour of {s} is {v}.|{s} shines in {v}.|{s} was painted {v}.",
            "{s} comes in {v}.|One knows {s} by its {v} paint.",
        ),
        ("what colour is {s}|which colour has {s}|what color does {s} have~what color {s} has", "in what colour is {s} painted"),
        ("colour|color", "paint"),
    ),
    "date": relation(
        lambda d: f"{d.pick(words.MONTHS)} {d.number(1, 28)}",
        (
            "{s} takes place on {v}.|{s} is on {v}.|{s} begins on {v}.|The date of {s} is {v}.|This year {s} starts on {v}.",
            "{s} falls on {v}.|{s} is held on {v}.",
        ),
        (
            "when is {s}|on which day is {s}|when does {s} start~when {s} starts|when does {s} take place~when {s} takes place|what date is {s} on",
            "when is {s} held",
        ),
        ("date|start date|day", "calendar day"),
    ),
}
