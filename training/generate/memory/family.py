"""Family 2: conversation with memory: stated facts recalled, corrected, counted with and compared."""

from __future__ import annotations

from training.generate.chat import Message, Sample
from training.generate.draw import Draw
from training.generate.memory import people
from training.generate.memory.counting import amounts, changing, count_fact, legs_together, parts_alone
from training.generate.memory.facts import NAME, NAME_ASK, OTHERS, PHRASES, Fact, stated, unasked
from training.generate.memory.sums import Question, plain_sum, story
from training.generate.talk import manners

Turns = list[tuple[str, str, str]]  # what the user says, the answer, what it must hold
_JOINED = ("I ", "I'm ", "My ", "The ", "There ", "We ", "Our ")


def together(d: Draw, sentences: list[str]) -> str:
    """Several statements in one message: side by side, or joined by `and`."""
    text = sentences[0]
    for sentence in sentences[1:]:
        if sentence.startswith(_JOINED) and d.chance(0.45):
            rest = sentence if sentence.startswith("I") else sentence[0].lower() + sentence[1:]
            text = f"{text.rstrip('.')}{d.pick((' and', ', and', ','))} {rest}"
        else:
            text = f"{text if text[-1] in '.!?' else text + '.'} {sentence}"
    return text


def noted(facts: list[Fact]) -> str:
    """How a message with these facts is answered: a name is greeted, a lone amount is said back."""
    named = [fact.noted for fact in facts if fact.kind == "name"]
    return named[0] if named else facts[0].noted if len(facts) == 1 else "Noted."


def asked(d: Draw, fact: Fact) -> tuple[str, str, str]:
    """One of the questions about a fact."""
    if fact.kind == "count":
        return fact.questions[1 if d.chance(0.65) else 0]
    return fact.questions[0 if len(fact.questions) == 1 or d.chance(0.7) else 1]


def own_facts(d: Draw) -> Turns:
    """One to four facts about the speaker, in one message or several, perhaps one corrected; then questions."""
    keys = [str(key) for key in d.some(OTHERS, d.weighted(((3, 0), (4, 1), (3, 2), (1, 3))))]
    if d.chance(0.35) or not keys:
        keys.append("name")
    facts: list[Fact] = []
    about: dict[str, str] = {}
    for key in d.shuffled(keys):
        fact, about[key] = stated(d, key)
        facts.append(fact)
    if d.chance(0.25):
        facts.insert(d.number(0, len(facts)), count_fact(d))
    turns: Turns = []
    if len(facts) == 1 and d.chance(0.25) or len(facts) > 1 and d.chance(0.15):  # stated and asked at once
        ask, answer, value = asked(d, d.rng.choice(facts))
        return [(together(d, [*(fact.said for fact in facts), ask]), answer, value)]
    if len(facts) > 1 and d.chance(0.35):
        turns.append((together(d, [fact.said for fact in facts]), noted(facts), ""))
    else:
        for fact in facts:
            turns.append((fact.said, fact.noted, ""))
            if d.chance(0.1):
                talk, answer, _ = manners.exchange(d)
                turns.append((talk, answer, ""))
    told = {fact.kind for fact in facts}
    again = [fact for fact in facts if fact.kind in about]
    if again and d.chance(0.15):
        old = d.rng.choice(again)
        new, _ = stated(d, old.kind, about[old.kind], corrects=True)
        facts = [new if fact is old else fact for fact in facts]
        turns.append((new.said, new.noted, ""))
    questions = [asked(d, fact) for fact in d.shuffled(facts)][: d.number(1, 4)]
    for at, question in enumerate(questions):
        if at and d.chance(0.08):
            turns.append(manners.exchange(d)[:2] + ("",))
        turns.append(question)
    if d.chance(0.06):
        turns.append(unasked(d, told))
    return turns


def others_facts(d: Draw) -> Turns:
    """Two or three people of whom the same or different things are told."""
    count = d.number(1, 3)
    key = str(d.pick(list(people.ABOUT)))
    named, taken = people.names(d, count), set[str]()
    facts = [people.person(d, key if d.chance(0.6) else str(d.pick(list(people.ABOUT))), name, taken) for name in named]
    turns: Turns = []
    if d.chance(0.6):
        said = together(d, [fact.said for fact in facts])
        if d.chance(0.4):
            ask, answer, value = asked(d, d.rng.choice(facts))
            return [(f"{said if said[-1] == '.' else said + '.'} {ask}", answer, value)]
        turns.append((said, "Noted.", ""))
    else:
        turns += [(fact.said, "Noted.", "") for fact in facts]
    if count == 1 and d.chance(0.3):
        own, _ = stated(d, str(d.pick(("name", "city", "age", "job"))))
        turns.append((own.said, own.noted, ""))
        facts.append(own)
    turns += [asked(d, fact) for fact in d.shuffled(facts)][: d.number(1, 3)]
    if d.chance(0.06):
        turns.append(people.untold(d, key, next(name for name in people.names(d, count + 1) if name not in named)))
    return turns


def _posed(d: Draw, question: Question) -> Turns:
    if question.noted and d.chance(0.5):
        return [(question.said, question.noted, ""), (question.ask, question.answer, question.value)]
    said = question.said if question.said[-1] in ".!?" else question.said + "."
    return [(f"{said} {question.ask}", question.answer, question.value)]


def counts(d: Draw) -> Turns:
    """An amount of things, how many, and their legs or wheels."""
    kind = d.weighted(((5, "fact"), (3, "alone"), (3, "changing"), (1, "both")))
    if kind == "alone":
        return [parts_alone(d) for _ in range(d.number(1, 3))]
    if kind == "changing":
        return changing(d)
    if kind == "both":
        return _posed(d, legs_together(d))
    fact = count_fact(d)
    if d.chance(0.35):
        ask, answer, value = fact.questions[1]
        said = fact.said if fact.said[-1] == "." else fact.said + "."
        return [(f"{said} {ask}", answer, value)]
    return [(fact.said, fact.noted, ""), *([fact.questions[0]] if d.chance(0.4) else []), fact.questions[1]]


def sums(d: Draw) -> Turns:
    """Some plain sums in a row."""
    return [plain_sum(d) for _ in range(d.weighted(((2, 1), (3, 2), (3, 3), (2, 5))))]


def pairs(d: Draw) -> Turns:
    """Two amounts compared or added, or a little story; sometimes two such tasks."""
    return [turn for _ in range(d.number(1, 2)) for turn in _posed(d, story(d) if d.chance(0.4) else amounts(d))]


KINDS = ((40, own_facts), (13, others_facts), (19, counts), (13, pairs), (15, sums))


def memory(d: Draw) -> Sample:
    """A conversation of one of these kinds; a few have no fact at all."""
    turns = [unasked(d, set())] if d.chance(0.02) else d.weighted(KINDS)(d)
    messages = [Message(role, text) for said, answer, _ in turns for role, text in (("user", said), ("assistant", answer))]
    return Sample("memory", messages, [], {"contains": [turns[-1][2]]})


__all__ = ["NAME", "NAME_ASK", "PHRASES", "memory"]
