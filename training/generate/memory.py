"""Family 2: conversation with memory: stated facts recalled, counted with and compared."""

from __future__ import annotations

from training.generate import manners, words
from training.generate.chat import Message, Sample
from training.generate.counting import PLACES, Fact, amounts, count_fact, plain_sum
from training.generate.draw import Draw, pool

NAME = pool(
    "My name is {v}.|I am {v}.|I'm {v}.|Call me {v}.|Hello, my name is {v}.|Hi, I'm {v}.|Hi! I am {v}.|People call me {v}.|Hey, {v} here.",
    "You can call me {v}.|They call me {v}.|Good day, my name is {v}.",
)
NAME_ASK = pool(
    "What is my name?|Who am I?|What's my name?|Do you know my name?|Do you remember my name?|Tell me my name.|How am I called?|Say my name.|Name me.|What did I say my name was?|How did I introduce myself?|And my name?",
    "Can you tell me my name?|What am I called?|Which name did I give you?",
)
ATTRIBUTES = (
    (
        "city",
        "I live in {v}.|My home is in {v}.|I come from {v}.|I am from {v}.",
        "My home town is {v}.|I reside in {v}.",
        "Where do I live?|Which city do I live in?|Where am I from?|Where is my home?|Tell me where I live.|Name my home town.|Do you remember where I live?|What city am I in?|Where did I say that I live?",
        "In which town do I live?|Do you know where I live?",
        "You live in {v}.",
    ),
    (
        "colour",
        "My favourite colour is {v}.|I love the colour {v}.|I like {v} best of all colours.",
        "The colour I like most is {v}.|{v} is my favourite colour.",
        "What is my favourite colour?|Which colour do I like best?|What colour do I love?|What's my favorite color?|Tell me my favourite colour.|Name the colour that I like.|Which colour did I say I love?|Do you know my favourite colour?",
        "Which colour is my favourite?",
        "Your favourite colour is {v}.",
    ),
    (
        "job",
        "I work as a {v}.|I am a {v}.|My job is {v}.",
        "I earn my money as a {v}.",
        "What is my job?|What do I work as?|What do I do for a living?|Tell me my job.|How do I earn my money?|Do you know my job?|What is my profession?|Name my job.",
        "Which job do I have?",
        "You work as a {v}.",
    ),
    (
        "food",
        "My favourite food is {v}.|I love to eat {v}.|I like {v} most of all.",
        "The food I like best is {v}.",
        "What is my favourite food?|What do I like to eat?|What food do I love?|Tell me what I like to eat.|Name my favourite food.|What do I eat most?|Do you know what food I like?",
        "Which food do I like best?",
        "Your favourite food is {v}.",
    ),
    (
        "pet",
        "My dog is called {v}.|I have a dog named {v}.|The name of my dog is {v}.",
        "My dog goes by the name {v}.",
        "What is my dog called?|What is the name of my dog?|What's my dog's name?|Tell me the name of my dog.|Do you know my dog's name?|Name my dog.|Who is my dog?",
        "How is my dog called?",
        "Your dog is called {v}.",
    ),
    (
        "sister",
        "My sister is called {v}.|I have a sister named {v}.|My sister's name is {v}.",
        "The name of my sister is {v}.",
        "What is my sister called?|What is my sister's name?|Who is my sister?|Tell me my sister's name.|Do you remember my sister?|Name my sister.|What name does my sister have?",
        "How is my sister called?",
        "Your sister is called {v}.",
    ),
    (
        "age",
        "I am {v} years old.|My age is {v}.|I just turned {v}.",
        "I have reached the age of {v}.",
        "How old am I?|What is my age?|Do you know how old I am?|How many years old am I?|What age am I?|Say how old I am.|Which age did I tell you?",
        "Tell me my age.",
        "You are {v} years old.",
    ),
    (
        "password",
        "The code word is {v}.|Remember the word {v}.|Please remember this code: {v}.|The secret word is {v}.|Keep in mind the code {v}.",
        "Note the word {v}.|My code is {v}.",
        "What is the code word?|Which word did I tell you?|What was the code?|What word should you remember?|What did I ask you to remember?|Tell me the word.|Say the code word.|Give me the code.|Do you still know the word?|Repeat the secret word.",
        "Which code did I give you?",
        "The word is {v}.",
    ),
    (
        "thing",
        "My {w} is {v}.|I have a {v} {w}.|I bought a {v} {w}.|I own a {v} {w}.",
        "I got myself a {v} {w}.",
        "What colour is my {w}?|Which colour does my {w} have?|What is the colour of my {w}?|Say what colour my {w} is.|How is my {w} coloured?|Do you know the colour of my {w}?|Name the colour of the {w}.",
        "Tell me the colour of my {w}.",
        "Your {w} is {v}.",
    ),
    (
        "place",
        "My {w} is in the {v}.|The {w} is in the {v}.|I put my {w} in the {v}.|I left the {w} in the {v}.",
        "You find the {w} in the {v}.",
        "Where is my {w}?|Where is the {w}?|Where did I put my {w}?|Where can I find the {w}?|Tell me where my {w} is.|In which place is my {w}?|Where did I leave the {w}?|Help me find my {w}.|Say where the {w} is.",
        "Do you know where the {w} is?",
        "Your {w} is in the {v}.",
    ),
)
_VALUES = {
    "city": words.city,
    "colour": words.colour,
    "job": lambda d: d.word() if d.chance(0.4) else str(d.pick(words.JOBS)),
    "food": words.food,
    "pet": words.first_name,
    "sister": words.first_name,
    "age": lambda d: str(d.number(6, 99)),
    "thing": words.colour,
    "password": lambda d: d.word() if d.chance(0.6) else words.code(d),
    "place": lambda d: d.word() if d.chance(0.4) else str(d.pick(PLACES)),
}
PHRASES = {key: (pool(said, also, grammar=False), pool(ask, other)) for key, said, also, ask, other, _ in ATTRIBUTES}


def _name(d: Draw) -> Fact:
    name = words.first_name(d)
    return Fact(
        str(d.pick(NAME)).replace("{v}", name), f"Nice to meet you, {name}!", ((str(d.pick(NAME_ASK)), f"Your name is {name}.", name),)
    )


def _attribute(d: Draw, taken: set[str]) -> Fact:
    key, _, _, _, _, answer = d.pick([row for row in ATTRIBUTES if row[0] not in taken])
    taken.add(key)
    value, thing = _VALUES[key](d), d.word() if d.chance(0.5) else str(d.pick(words.THINGS))
    said, ask = PHRASES[key]

    def fill(text: str) -> str:
        return text.replace("{v}", value).replace("{w}", thing)

    stated = fill(str(d.pick(said)))
    stated = stated[0].upper() + stated[1:]
    return Fact(stated, d.pick(("Noted.", "I will remember that.")), ((fill(str(d.pick(ask))), fill(answer), value),))


def memory(d: Draw) -> Sample:
    """Facts in one or more turns, other talk between them, then questions."""
    kind = d.weighted(((58, "facts"), (20, "count"), (12, "pair"), (10, "sum")))
    messages: list[Message] = []
    if kind == "sum":
        ask, answer, value = plain_sum(d)
        return Sample("memory", [Message("user", ask), Message("assistant", answer)], [], {"contains": [value]})
    if kind == "pair":
        two = amounts(d)
        if d.chance(0.5):
            messages = [Message("user", f"{two.said} {two.ask}"), Message("assistant", two.answer)]
        else:
            messages = [Message("user", two.said), Message("assistant", two.noted)]
            messages += [Message("user", two.ask), Message("assistant", two.answer)]
        return Sample("memory", messages, [], {"contains": [two.value]})
    taken: set[str] = set()
    facts = (
        [count_fact(d)] if kind == "count" else [_name(d) if d.chance(0.35) else _attribute(d, taken) if d.chance(0.7) else count_fact(d)]
    )
    seen_name, seen_count = facts[0].noted.startswith("Nice"), facts[0].noted.startswith("You have")
    for _ in range(d.number(0, 2)):
        choice = d.number(0, 2)
        if choice == 0 and not seen_name:
            facts.append(_name(d))
            seen_name = True
        elif choice == 1 and not seen_count:
            facts.append(count_fact(d))
            seen_count = True
        else:
            facts.append(_attribute(d, taken))
    facts = d.shuffled(facts)
    if d.chance(0.25):
        together = " ".join(fact.said for fact in facts)
        messages += (
            [Message("user", together), Message("assistant", "I will remember that.")]
            if len(facts) > 1
            else [Message("user", together), Message("assistant", facts[0].noted)]
        )
    else:
        for fact in facts:
            messages += [Message("user", fact.said), Message("assistant", fact.noted)]
            if d.chance(0.12):
                asked, answer, _ = manners.exchange(d)
                messages += [Message("user", asked), Message("assistant", answer, learnt=False)]
    asked_facts = d.shuffled([question for fact in facts for question in fact.questions])[: d.number(1, 4)]
    if kind == "count" and d.chance(0.7):
        asked_facts = [*asked_facts[:2], next(fact for fact in facts if len(fact.questions) == 2).questions[1]]
    if len(facts) == 1 and d.chance(0.2):  # stated and asked at once
        ask, answer, value = asked_facts[-1]
        return Sample("memory", [Message("user", f"{facts[0].said} {ask}"), Message("assistant", answer)], [], {"contains": [value]})
    for ask, answer, _ in asked_facts:
        messages += [Message("user", ask), Message("assistant", answer)]
    return Sample("memory", messages, [], {"contains": [asked_facts[-1][2]]})
