"""Family 4: answers out of search results, pages and documents, with the source; and saying when they don't tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.generate import words
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, Pool, pool
from training.generate.results import dump

# kind of thing -> relations: (statement, question, what is searched, value). {s} the thing, {v} the value.
Relation = tuple[Pool, Pool, str, Callable[[Draw], str]]


def _year(d: Draw) -> str:
    return str(d.number(1700, 2035))


def _number(d: Draw) -> str:
    return str(d.number(3, 9000))


def _person(d: Draw) -> str:
    return words.full_name(d)


THINGS: dict[str, tuple[str, tuple[Relation, ...]]] = {
    "bridge": (
        "{W} Bridge",
        (
            (
                pool("{s} was opened in {v}.|{s} was built in {v}.", "The opening of {s} was in {v}."),
                pool("When was {s} opened?|In which year was {s} built?", "When did {s} open?"),
                "{s} opening year",
                _year,
            ),
            (
                pool("{s} is {v} metres long.|The length of {s} is {v} metres.", "At {v} metres, {s} is a long one."),
                pool("How long is {s}?|What is the length of {s}?", "How many metres long is {s}?"),
                "{s} length",
                _number,
            ),
            (
                pool("{s} was designed by {v}.|The architect of {s} is {v}.", "{v} drew the plans of {s}."),
                pool("Who designed {s}?|Who is the architect of {s}?", "Who drew {s}?"),
                "{s} architect",
                _person,
            ),
        ),
    ),
    "company": (
        "{W} Labs",
        (
            (
                pool("{s} was founded in {v}.|{s} started in {v}.", "{s} goes back to {v}."),
                pool("When was {s} founded?|In which year did {s} start?", "Since when does {s} exist?"),
                "{s} founding year",
                _year,
            ),
            (
                pool("{s} is led by {v}.|The head of {s} is {v}.", "{v} runs {s}."),
                pool("Who leads {s}?|Who is the head of {s}?", "Who runs {s}?"),
                "{s} head",
                _person,
            ),
            (
                pool("{s} has its seat in {v}.|{s} is based in {v}.", "The offices of {s} are in {v}."),
                pool("Where is {s} based?|Where does {s} have its seat?", "In which city is {s}?"),
                "{s} seat",
                words.city,
            ),
            (
                pool("{s} employs {v} people.|{v} people work at {s}.", "{s} has a staff of {v}."),
                pool("How many people work at {s}?|How many people does {s} employ?", "How large is the staff of {s}?"),
                "{s} employees",
                _number,
            ),
        ),
    ),
    "museum": (
        "{W} Museum",
        (
            (
                pool("{s} opens at {v}.|The doors of {s} open at {v}.", "You can enter {s} from {v}."),
                pool("When does {s} open?|At what time does {s} open?", "From when can I enter {s}?"),
                "{s} opening hours",
                words.clock,
            ),
            (
                pool("A ticket for {s} costs {v} euros.|{s} costs {v} euros.", "Entry to {s} is {v} euros."),
                pool("How much is a ticket for {s}?|What does {s} cost?", "What is the entry fee of {s}?"),
                "{s} ticket price",
                _number,
            ),
            (
                pool("{s} stands in {v}.|{s} is in {v}.", "Find {s} in {v}."),
                pool("Where is {s}?|In which city is {s}?", "Where do I find {s}?"),
                "{s} city",
                words.city,
            ),
        ),
    ),
    "novel": (
        "The {W} Letters",
        (
            (
                pool("{s} was written by {v}.|The author of {s} is {v}.", "{v} is the writer of {s}."),
                pool("Who wrote {s}?|Who is the author of {s}?", "By whom is {s}?"),
                "{s} author",
                _person,
            ),
            (
                pool("{s} has {v} pages.|There are {v} pages in {s}.", "{s} runs to {v} pages."),
                pool("How many pages does {s} have?|How long is the novel {s}?", "How many pages are there in {s}?"),
                "{s} pages",
                _number,
            ),
            (
                pool("{s} came out in {v}.|{s} was published in {v}.", "{s} appeared in {v}."),
                pool("When did {s} come out?|In which year was {s} published?", "When did {s} appear?"),
                "{s} publication year",
                _year,
            ),
        ),
    ),
    "award": (
        "{W} Prize",
        (
            (
                pool("{v} won the {s}.|The {s} went to {v}.", "The winner of the {s} is {v}."),
                pool("Who won the {s}?|Who got the {s}?", "To whom did the {s} go?"),
                "{s} winner",
                _person,
            ),
            (
                pool("The {s} is worth {v} euros.|The winner of the {s} gets {v} euros.", "{v} euros come with the {s}."),
                pool("How much is the {s} worth?|How many euros is the {s}?", "What does one get with the {s}?"),
                "{s} worth",
                _number,
            ),
        ),
    ),
}
FILLERS = pool(
    "People talk about it a lot.|More on this page.|Photos and maps.|Read the whole story.|A visit is worth it.|Last changed this week.|Many guests come each year.",
    "See the picture gallery.|Written by our staff.|Find out more here.",
)
UNTOLD = "The results don't tell."
UNTOLD_TEXT = "The text doesn't tell."
LEADS = pool(
    "{t}\n\n{q}|Text: {t}\n\nQuestion: {q}|{q}\n\n{t}|Answer from this page. {t}\n\n{q}|Document:\n{t}\n\n{q}|Here is a text: {t} {q}",
    "Use this document: {t}\n\n{q}|{q} Here is the page: {t}",
)
SEARCHES = (
    ("google_search", "Search the web"),
    ("search", "Searches the web for a query"),
    ("web_search", "Search the internet"),
    ("search_web", "Find pages on the web"),
)


@dataclass(frozen=True)
class Claim:
    """One stated fact about a made-up thing."""

    subject: str
    statement: str
    question: str
    query: str
    value: str


def _claim(d: Draw, kind: str, subject: str, relation: Relation) -> Claim:
    said, ask, query, make = relation
    value = make(d)

    def fill(text: str) -> str:
        text = text.replace("{s}", subject).replace("{v}", value)
        return text[0].upper() + text[1:]

    return Claim(subject, fill(str(d.pick(said))), fill(str(d.pick(ask))), query.replace("{s}", subject), value)


def _subject(d: Draw, kind: str) -> str:
    return THINGS[kind][0].replace("{W}", d.word().capitalize())


def _claims(d: Draw, count: int) -> tuple[list[Claim], Claim]:
    """Some claims, half of them about the same thing; and one that is not among them."""
    kind = str(d.pick(list(THINGS)))
    subject = _subject(d, kind)
    relations = d.shuffled(THINGS[kind][1])
    hidden = _claim(d, kind, subject, relations[0])
    found = [_claim(d, kind, subject, relation) for relation in relations[1:]][: max(1, count // 2)]
    while len(found) < count:
        other_kind = kind if d.chance(0.5) else str(d.pick(list(THINGS)))
        other = _subject(d, other_kind)
        found.append(_claim(d, other_kind, other, d.pick(THINGS[other_kind][1])))
    return d.shuffled(found), hidden


def _results(d: Draw, claims: list[Claim]) -> tuple[str, list[str]]:
    rows, titles = [], []
    for claim in claims:
        title = f"{claim.subject} {d.pick(('- facts', '| guide', ': all you need to know', '- news', ''))}".strip()
        titles.append(title)
        address = f"https://{d.word()}.{d.pick(('com', 'org', 'net'))}/{d.word()}"
        snippet = claim.statement if d.chance(0.6) else f"{claim.statement} {d.pick(FILLERS)}"
        rows.append({"title": title, "url": address, "snippet": snippet})
    return dump(d, {"results": rows} if d.chance(0.5) else rows), titles


def _search_tool(d: Draw) -> tuple[dict[str, Any], str]:
    name, description = d.pick(SEARCHES)
    key = str(d.pick(("query", "query", "q")))
    return {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": {key: {"type": "string", "description": "What to look for"}}, "required": [key]},
    }, key


def grounded(d: Draw) -> Sample:
    """Search, then answer; or answer from a text."""
    claims, hidden = _claims(d, d.number(3, 5) if d.chance(0.6) else d.number(2, 3))
    told = d.chance(0.85)
    at = d.number(0, len(claims) - 1)
    asked = claims[at] if told else hidden
    if d.chance(0.45):
        text = " ".join(claim.statement for claim in claims)
        request = str(d.pick(LEADS)).replace("{t}", text).replace("{q}", asked.question)
        answer = asked.statement if told else UNTOLD_TEXT
        return Sample(
            "grounded", [Message("user", request), Message("assistant", answer)], [], {"contains": [asked.value if told else UNTOLD_TEXT]}
        )
    tool, key = _search_tool(d)
    call = Call(tool["name"], {key: asked.query})
    messages = [Message("user", asked.question), Message("assistant", calls=(call,))]
    if d.chance(0.25):
        return Sample("grounded", messages, [tool], {"calls": [{"name": call.name, "arguments": call.arguments}]})
    text, titles = _results(d, claims)
    answer = f"{asked.statement} (Source: {titles[at]})" if told else UNTOLD
    messages += [Message("tool", text), Message("assistant", answer)]
    return Sample("grounded", messages, [tool], {"contains": [asked.value, titles[at]] if told else [UNTOLD]})
