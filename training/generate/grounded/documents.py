"""Questions about a text that the user gives, and about pages that a tool reads."""

from __future__ import annotations

from typing import Any

from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, pool
from training.generate.grounded.claims import Asked, Claim, address, capital, claim, gathered, question, thing
from training.generate.server_tools import GOOGLE_SEARCH, URL_CONTEXT, pages_result

UNTOLD = "The text doesn't tell."
UNREAD = "I could not read the page."

_SORTS = pool(
    "text|document|page|article|passage|note|report|paragraph|letter|source|extract|story", "memo|brochure|web page", grammar=True
)
_TELLS = pool(
    "use this {n}|answer from this {n}|here is a {n}|read this {n}|this is the {n}|answer with the help of this {n}|look at this {n}|a {n} to read first|only use this {n}|"
    "the {n} below has the answer|take the answer from this {n}|I found this {n}|my {n}|this {n} was sent to me|base your answer on the {n}",
    "consult this {n}|the following {n} may help|given this {n}",
)
_LABELS = pool("question|Q|my question|I ask|task|now", "query|what I ask", grammar=True)
# {a}: a sentence that introduces the text, {l}: what the text is, {k}: a label of the question
LEADS = pool(
    "{t}\n\n{q}|{t} {q}|{t}\n{q}|{L}: {t}\n\n{k}: {q}|{L}:\n{t}\n\n{q}|{a}: {t}\n\n{q}|{a}. {t}\n\n{q}|{a}:\n\n{t}\n\n{k}: {q}|{q}\n\n{t}|{q}\n\n{L}: {t}|{q}\n{a}:\n{t}|"
    "{q} {a}: {t}|{L}: '{t}'\n{q}|{a}:\n'{t}'\n\n{q}|{q}\n---\n{t}|{t}\n---\n{q}",
    "{a}:\n{t}\n\n{q}|{q} Here is the {l}: {t}|<{l}>{t}</{l}>\n{q}",
)
FILLERS = pool(
    "It was a long day.|Not everybody agrees with that.|The weather was fine.|People from many places came.|Some details are still open.|More will be told next week.|"
    "This was known for a long time.|Nobody was surprised.|The town is proud of it.|That was in the news, too.|There are many old stories.|Much has changed since.",
    "It is a quiet place.|The rest is history.|Many remember it well.",
)
_PAGE_ASKS = pool(
    "{q} See {u}|{q} Read {u}|{u} {q}|Read {u} and answer: {q}|Look at {u}. {q}|On {u}: {q}|Open {u}. {q}|From the page {u}: {q}|Using {u}, {q}|{q} The page is {u}|Check {u}: {q}|Here is a link: {u}\n{q}|{q}\n{u}",
    "Go to {u} and tell me: {q}|{q} It stands on {u}|Visit {u}. {q}",
)
_SUM_UPS = pool(
    "Summarise {u}|What is on {u}?|What does {u} say?|Read {u}|Sum up {u}|Tell me what {u} says.|Give me a summary of {u}|What is {u} about?|Please read {u} for me.|Open {u}",
    "Describe the page {u}|What can I read on {u}?|Condense {u}",
)
_TWO_ASKS = pool(
    "{q} Look at {u} and {v}|Read {u} and {v}. {q}|{u} {v}\n{q}|{q}\n{u}\n{v}|Compare {u} with {v}: {q}",
    "Use {u} as well as {v}. {q}|{q} It's on {u} or on {v}",
)
_REASONS = (
    "{h} answered with status 404 Not Found",
    "{h} answered with status 403 Forbidden",
    "could not connect to {h}",
    "{h} took too long to answer",
    "the name of {h} could not be resolved",
    "it is not free to read",
)


def _body(d: Draw, claims: list[Claim]) -> str:
    """The sentences of some claims with others between them."""
    sentences = []
    for one in claims:
        if d.chance(0.15):
            sentences.append(str(d.pick(FILLERS)))
        sentences.append(one.sentence)
    return str(d.pick((" ", " ", " ", "\n"))).join(sentences)


def _more(d: Draw, claims: list[Claim], taken: Asked) -> Asked | None:
    """A second question about the same text, if it tells more than one thing."""
    left = [one for one in claims if one != taken.claim]
    return question(d, d.pick(left), following=True) if left else None


def read_text(d: Draw) -> Sample:
    """A text and one to three questions about it."""
    told = d.chance(0.85)
    claims, wanted = gathered(d, d.weighted(((4, 2), (4, 3), (3, 4), (2, 5), (1, 6))), told)
    asked = question(d, wanted)
    sort = str(d.pick(_SORTS))
    lead = str(d.pick(LEADS)).replace("{a}", capital(str(d.pick(_TELLS)))).replace("{n}", sort).replace("{l}", sort)
    lead = lead.replace("{L}", capital(sort)).replace("{k}", capital(str(d.pick(_LABELS))))
    messages = [
        Message("user", lead.replace("{t}", _body(d, claims)).replace("{q}", asked.text)),
        Message("assistant", asked.claim.sentence if told else UNTOLD),
    ]
    expect = {"contains": [wanted.value if told else UNTOLD]}
    for _ in range(d.weighted(((5, 0), (3, 1), (2, 2)))):
        if d.chance(0.15):
            missing = thing(d, wanted.thing.kind)
            asked = question(d, claim(d, missing, d.pick(missing.kind.relations)), following=True)
            messages += [Message("user", asked.text), Message("assistant", UNTOLD)]
            expect = {"contains": [UNTOLD]}
        elif more := _more(d, claims, asked):
            asked = more
            messages += [Message("user", asked.text), Message("assistant", asked.claim.sentence)]
            expect = {"contains": [asked.claim.value]}
    return Sample("grounded", messages, [], expect)


def _cited(one: Claim, number: int) -> Message:
    return Message("assistant", f"{one.sentence.rstrip('.')} [[{number}]].")


def read_pages(d: Draw) -> Sample:
    """One or two addresses, read by the server's own tool; a question, or what stands there."""
    tools = [URL_CONTEXT, GOOGLE_SEARCH] if d.chance(0.35) else [URL_CONTEXT]
    claims, wanted = gathered(d, d.number(2, 4))
    asked = question(d, wanted)
    two = d.chance(0.2)
    urls = [address(d) for _ in range(2 if two else 1)]
    summing = not two and d.chance(0.2)
    request = str(d.pick(_TWO_ASKS if two else _SUM_UPS if summing else _PAGE_ASKS)).replace("{u}", urls[0]).replace("{v}", urls[-1])
    call = Call("url_context", {"urls": urls})
    messages = [Message("user", request.replace("{q}", asked.text)), Message("assistant", calls=(call,))]
    expect: dict[str, Any] = {"calls": [{"name": call.name, "arguments": call.arguments}]}
    if d.chance(0.1):
        return Sample("grounded", messages, tools, expect)
    if d.chance(0.1):
        host = urls[0].split("/")[2]
        unread = [(url, str(d.pick(_REASONS)).replace("{h}", host)) for url in urls]
        messages += [Message("tool", pages_result(1, [], unread)), Message("assistant", UNREAD)]
        return Sample("grounded", messages, tools, {"contains": [UNREAD]})
    cut = d.number(1, len(claims) - 1) if two else len(claims)
    halves = [claims[:cut], claims[cut:]] if two else [claims]
    read = []
    for half, url in zip(halves, urls):
        title = str(d.pick((half[0].thing.name, half[0].thing.name, url, capital(d.word()))))
        read.append((title, url, (f"# {title}\n\n" if d.chance(0.3) else "") + _body(d, half)))
    source = 1 if wanted in halves[0] else 2
    messages.append(Message("tool", pages_result(1, read)))
    if summing:
        messages.append(_cited(claims[0], 1))
        return Sample("grounded", messages, tools, {"contains": [claims[0].value, "[[1]]"]})
    messages.append(_cited(wanted, source))
    expect = {"contains": [wanted.value, f"[[{source}]]"]}
    if d.chance(0.3) and (more := _more(d, claims, asked)):
        source = 1 if more.claim in halves[0] else 2
        messages += [Message("user", more.text), _cited(more.claim, source)]
        expect = {"contains": [more.claim.value, f"[[{source}]]"]}
    return Sample("grounded", messages, tools, expect)
