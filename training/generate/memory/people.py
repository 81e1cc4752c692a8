"""Facts about other people: who lives where, has what, is how old; told apart by name."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import Draw, pool
from training.generate.memory.facts import CLAUSE_LEADS, UNTOLD, Fact, with_article
from training.generate.spoken import correcting, recalling, telling
from training.generate.variants import Forms, combined, forms, split

RELATIONS = pool(
    "My friend|My cousin|My colleague|My boss|My neighbour|My teacher|Our doctor|My classmate|My flatmate|My old friend|My partner|"
    "My best friend|A friend of mine,",
    "My mate|My relative|My tutor|My team leader",
)
# key: statement, statement held out, questions, clauses, questions held out, question for the person, answer
ABOUT: dict[str, tuple[str, str, str, str, str, str, str]] = {
    "city": (
        "{r} {x} [lives/is living/works] in {v}.|{x} [lives in/is in/moved to/has moved to] {v}.|{x} [comes/is] from {v}.|"
        "{r} {x} [comes/is] from {v}.|{r} {x} has a [house/flat] in {v}.|The home of {x} is in {v}.",
        "{r} {x} resides in {v}.|{x} has settled in {v}.",
        "Where does {x} live?|Where is {x} [from/at home]?|[What/Which] city does {x} live in?|"
        "In [which/what] [city/town] does {x} live?|Where is {x}'s home?|And where does {x} live?|Where do I find {x}?",
        "[where {x} lives/where {x} is from/which city {x} lives in/where the home of {x} is]",
        "Which town is the home of {x}?|Name the city of {x}.",
        "Who [lives in/is from/comes from/lives at] {v}?|Which person lives in {v}?|Do you know who lives in {v}?|"
        "Tell me who lives in {v}.",
        "{x} lives in {v}.",
    ),
    "has": (
        "{x} [has/owns/bought/got/found] a {v}.|{r} {x} [has/owns/bought/got] a {v}.|There is a {v} that belongs to {x}.|"
        "I gave {x} a {v}.|{x} keeps a {v}.",
        "{r} {x} is the owner of a {v}.",
        "What does {x} [have/own/keep]?|What did {x} [buy/get/find]?|Which thing [belongs to {x}/does {x} have]?|What belongs to {x}?",
        "[what {x} has/what {x} owns/what belongs to {x}/what thing {x} has]",
        "Which thing is {x}'s?|Name what {x} owns.",
        "Who [has/owns/bought/got/keeps] [a/the] {v}?|Whose is the {v}?|To whom does the {v} belong?|Tell me who has the {v}.",
        "{x} has a {v}.",
    ),
    "age": (
        "{x} is {v} years old.|{r} {x} is {v} [years old/now].|{x} [turned/just turned/is now] {v}.|The age of {x} is {v}.|{x} is {v}.|"
        "{x} is aged {v}.",
        "{r} {x} has reached {v} years.",
        "How old is {x}?|What [is/was] the age of {x}?|What is {x}'s age?|What age is {x}?|And how old is {x}?|How many years old is {x}?",
        "[how old {x} is/what age {x} is/what the age of {x} is]",
        "Name the age of {x}.",
        "Who is {v} [/years old]?|Which person is {v}?|Tell me who is {v} years old.",
        "{x} is {v} years old.",
    ),
    "job": (
        "{x} [works as/is/became] a {v}.|{r} {x} [works as/is/became] a {v}.|{x} has a job as a {v}.|The job of {x} is {v}.|"
        "{x}, who is a {v}, [is my friend/says hello].",
        "{r} {x} earns money as a {v}.",
        "What does {x} [work as/do/do for a living/do at work]?|What is {x}'s [job/profession/work]?|What is the job of {x}?|"
        "Which [job/profession] does {x} have?",
        "[what {x} works as/what {x} does/what the job of {x} is/what job {x} has]",
        "As what does {x} earn money?",
        "Who [is/works as] a {v}?|Who is the {v}?|Which person works as a {v}?|Tell me who is the {v}.",
        "{x} works as a {v}.",
    ),
    "likes": (
        "{x} [likes/loves/enjoys/prefers] {v}.|{r} {x} [likes/loves/enjoys/wants] {v}.|{x} is fond of {v}.|{x}'s favourite is {v}.|"
        "{x} likes {v} best.",
        "{r} {x} is crazy about {v}.",
        "What does {x} [like/love/enjoy/prefer/want]?|What is {x} fond of?|What is {x}'s favourite?|What does {x} like [best/most]?",
        "[what {x} likes/what {x} loves/what {x} is fond of/what {x} prefers]",
        "Name the thing that {x} likes.",
        "Who [likes/loves/enjoys/prefers] {v}?|Who is fond of {v}?|Which person likes {v}?|Tell me who likes {v}.",
        "{x} likes {v}.",
    ),
}
_HELD_WHO = {
    "city": "Whose home is {v}?",
    "has": "Who is the owner of the {v}?",
    "age": "Who has reached {v}?",
    "job": "Who earns money as a {v}?",
    "likes": "Who is crazy about {v}?",
}
PHRASES: dict[str, tuple[Forms, Forms, Forms]] = {
    key: (
        forms(said, other),
        forms([*split(direct), *combined(CLAUSE_LEADS, clauses)], held_out),
        forms(who, _HELD_WHO[key]),
    )
    for key, (said, other, direct, clauses, held_out, who, _) in ABOUT.items()
}


def _value(d: Draw, key: str) -> str:
    if key == "city":
        return words.city(d)
    if key == "has":
        return words.thing(d)
    if key == "age":
        return str(d.number(3, 99))
    if key == "job":
        return d.word() if d.chance(0.4) else str(d.pick(words.JOBS))
    return words.food(d) if d.chance(0.6) else d.word()


def person(d: Draw, key: str, name: str, taken: set[str], corrects: bool = False) -> Fact:
    """A fact of one person; `taken` are the values of the others, which must differ."""
    value = _value(d, key)
    while value in taken:
        value = _value(d, key)
    taken.add(value)
    said, ask, who = PHRASES[key]
    relation = str(d.pick(RELATIONS))

    def fill(text: str) -> str:
        text = with_article(text, "{v}", value).replace("{x}", name)
        return text.replace("{r}", relation)

    sentence = said.draw(d)
    told = fill(correcting(d, sentence) if corrects else telling(d, sentence, opener=0.1))
    answer = fill(ABOUT[key][6])
    questions = ((fill(recalling(d, ask.draw(d))), answer, value), (fill(recalling(d, who.draw(d))), answer, name))
    return Fact(told, "Noted.", questions, "person")


def untold(d: Draw, key: str, name: str) -> tuple[str, str, str]:
    """A question about a person of whom that was not told."""
    return recalling(d, PHRASES[key][1].draw(d)).replace("{x}", name), UNTOLD, "not told me"


def names(d: Draw, count: int) -> list[str]:
    """Different first names."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[words.first_name(d)] = None
    return list(found)
