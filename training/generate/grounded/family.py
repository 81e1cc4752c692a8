"""Family 4: answers out of search results, pages and documents, with the source; and saying when they don't tell."""

from __future__ import annotations

from typing import Any

from training.generate.calls.results import dump
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, pool
from training.generate.grounded.claims import Asked, Claim, about, gathered, pages, question
from training.generate.grounded.documents import read_pages, read_text
from training.generate.server_tools import CODE_EXECUTION, ERROR, GOOGLE_SEARCH, URL_CONTEXT, search_result
from training.generate.talk import manners

FILLERS = pool(
    "People talk about it a lot.|More on this page.|Photos and maps.|Read the whole story.|A visit is worth it.|Last changed this week.|Many guests come each year.|"
    "Find prices and reviews here.|This page has moved.|Sign up for our letter.|There is much to see.|Opinions differ.|All rights reserved.",
    "See the picture gallery.|Written by our staff.|Find out more here.",
)
UNTOLD = "The results don't tell."
NOT_FOUND = "I could not find it."
FAILED = "The search failed."

_VERBS = pool(
    "search|find|lookup|look_up|query|web_search|search_web|internet_search|get_results|browse", "seek|fetch_hits|explore", grammar=True
)
_PLACES = pool("web|internet|pages|news|online|docs|articles|knowledge_base|wiki|site", "net|library|archive", grammar=True)
_DESCRIPTIONS = pool(
    "Search the web|Searches the web for a query|Search the internet|Find pages on the web|Looks for pages that match|Full text search over articles|"
    "Returns search results with titles and snippets|Queries a search engine|Finds documents about something",
    "Look something up online|Gives back hits for a phrase|Web lookup",
)
_KEYS = ("query", "query", "query", "q", "search_query", "text", "phrase", "keywords", "term")
_KEY_TEXTS = pool(
    "What to look for|The search query|Words to search|Query text|Search terms|The phrase to find", "Terms to seek|The question to look up"
)
_TITLE_KEYS = ("title", "title", "name", "headline")
_TEXT_KEYS = ("snippet", "snippet", "text", "content", "summary", "description")
_URL_KEYS = ("url", "url", "link", "href")


def _other_tool(d: Draw) -> tuple[dict[str, Any], str]:
    """A search function of somebody else's, and its parameter."""
    verb = str(d.pick(_VERBS))
    name = verb if d.chance(0.3) else f"{verb}_{d.pick(_PLACES)}"
    key = str(d.pick(_KEYS))
    spec: dict[str, Any] = {"type": "string"}
    if d.chance(0.7):
        spec["description"] = str(d.pick(_KEY_TEXTS))
    parameters = {"type": "object", "properties": {key: spec}, "required": [key]}
    return {"name": name, "description": str(d.pick(_DESCRIPTIONS)), "parameters": parameters}, key


def _other_results(d: Draw, found: list[tuple[str, str, str]]) -> str:
    """Results as other people's functions shape them."""
    title_key, url_key, text_key = d.pick(_TITLE_KEYS), d.pick(_URL_KEYS), d.pick(_TEXT_KEYS)
    rows = []
    with_url = d.chance(0.7)
    for title, url, passage in found:
        row = {title_key: title, url_key: url, text_key: passage} if with_url else {title_key: title, text_key: passage}
        rows.append(row)
    if d.chance(0.12):
        return "\n\n".join(f"{title}\n{passage}" for title, _, passage in found)
    return dump(d, {d.pick(("results", "results", "items", "hits", "data")): rows} if d.chance(0.5) else rows)


def cited(sentence: str, number: int) -> str:
    """A sentence with its source's number before the full stop."""
    return f"{sentence.rstrip('.')} [[{number}]]."


def _round(d: Draw, count: int, following: bool) -> tuple[list[Claim], Asked, bool]:
    """What is found, what is asked, and whether it is told."""
    if d.chance(0.1):
        claims, wanted = gathered(d, count, alone=True)
        return claims, about(d, wanted), True
    told = d.chance(0.86)
    claims, wanted = gathered(d, count, told)
    return claims, question(d, wanted, following), told


def _small_talk(d: Draw, messages: list[Message]) -> str:
    """A greeting, thanks or a question about itself, answered without any tool. Gives the kind of the answer."""
    while True:
        asked, answer, kind = manners.exchange(d, unknown=0.0)
        if kind != "unknown":
            messages += [Message("user", asked), Message("assistant", answer)]
            return kind


def _server_search(d: Draw) -> Sample:
    """One to three questions over the server's own search; the numbers of the sources go on."""
    tools = [GOOGLE_SEARCH, *(tool for tool in (URL_CONTEXT, CODE_EXECUTION) if d.chance(0.2))]
    messages: list[Message] = []
    expect: dict[str, Any] = {}
    rounds = d.weighted(((6, 1), (4, 2), (0.6, 3)))
    notes = d.chance(0.2)
    first = 1
    for at in range(rounds):
        if d.chance(0.06):
            expect = {"kind": _small_talk(d, messages)}
            continue
        claims, asked, told = _round(d, d.number(1, 5) if rounds == 1 else d.number(1, 5 - rounds), at > 0)
        call = Call("google_search", {"queries": [asked.query]})
        messages += [Message("user", asked.text), Message("assistant", calls=(call,))]
        expect = {"calls": [{"name": call.name, "arguments": call.arguments}]}
        if at + 1 == rounds and d.chance(0.12):
            break
        problem = d.number(0, 39)
        if problem == 0:
            text, answer = ERROR + f'The search for "{asked.query}" failed: the search took too long.', FAILED
        elif problem <= 2:
            text, answer = search_result(first, []), NOT_FOUND
        else:
            found = pages(d, claims, FILLERS.half(d.held_out), notes)
            text, answer = search_result(first, found), UNTOLD
            if told:
                number = first + claims.index(asked.claim)
                answer = cited(asked.claim.sentence, number)
            first += len(found)
        expect = {"contains": [asked.claim.value, f"[[{number}]]"] if "[[" in answer else [answer]}
        # The server takes the marks out of what it keeps, so earlier answers often stand there without.
        is_kept = at + 1 < rounds and "[[" in answer and d.chance(0.4)
        said = Message("assistant", asked.claim.sentence, learnt=False) if is_kept else Message("assistant", answer)
        messages += [Message("tool", text), said]
    return Sample("grounded", messages, tools, expect)


def _other_search(d: Draw) -> Sample:
    """One or two questions over a search function of the client's."""
    tool, key = _other_tool(d)
    messages: list[Message] = []
    expect: dict[str, Any] = {}
    rounds = d.weighted(((7, 1), (3, 2)))
    for at in range(rounds):
        if d.chance(0.05):
            expect = {"kind": _small_talk(d, messages)}
            continue
        claims, asked, told = _round(d, d.number(2, 5) if rounds == 1 else d.number(1, 3), at > 0)
        call = Call(tool["name"], {key: asked.query})
        messages += [Message("user", asked.text), Message("assistant", calls=(call,))]
        expect = {"calls": [{"name": call.name, "arguments": call.arguments}]}
        if at + 1 == rounds and d.chance(0.15):
            break
        if d.chance(0.05):
            messages += [Message("tool", dump(d, {"results": []} if d.chance(0.5) else [])), Message("assistant", NOT_FOUND)]
            expect = {"contains": [NOT_FOUND]}
            continue
        found = pages(d, claims, FILLERS.half(d.held_out))
        title = found[claims.index(asked.claim)][0] if told else ""
        answer = f"{asked.claim.sentence} (Source: {title})" if told else UNTOLD
        messages += [Message("tool", _other_results(d, found)), Message("assistant", answer)]
        expect = {"contains": [asked.claim.value, title] if told else [UNTOLD]}
    return Sample("grounded", messages, [tool], expect)


def grounded(d: Draw) -> Sample:
    """Search, then answer; or answer from a text or from pages."""
    make = d.weighted(((33, _server_search), (25, _other_search), (12, read_pages), (30, read_text)))
    return make(d)
