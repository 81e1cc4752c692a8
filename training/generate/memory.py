"""Family 2: conversation with memory: stated facts recalled, counted with and compared."""

from __future__ import annotations

from dataclasses import dataclass

from training.generate import manners, words
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool

# plural, singular, parts of one (plural=count)
ANIMALS = (
    "dogs:dog:legs=4,paws=4,ears=2,eyes=2,tails=1", "cats:cat:legs=4,paws=4,ears=2,eyes=2,tails=1", "horses:horse:legs=4,ears=2,eyes=2,tails=1",
    "cows:cow:legs=4,ears=2,horns=2", "goats:goat:legs=4,horns=2,eyes=2", "sheep:sheep:legs=4,ears=2", "rabbits:rabbit:legs=4,paws=4,ears=2",
    "birds:bird:legs=2,wings=2,eyes=2", "chickens:chicken:legs=2,wings=2", "ducks:duck:legs=2,wings=2,feet=2", "parrots:parrot:legs=2,wings=2",
    "spiders:spider:legs=8", "ants:ant:legs=6", "bees:bee:legs=6,wings=4", "beetles:beetle:legs=6", "butterflies:butterfly:wings=4,legs=6",
    "octopuses:octopus:arms=8", "fish:fish:eyes=2,tails=1", "hamsters:hamster:legs=4,paws=4", "mice:mouse:legs=4,ears=2,tails=1")
OBJECTS = (
    "cars:car:wheels=4", "bicycles:bicycle:wheels=2,pedals=2", "bikes:bike:wheels=2", "tricycles:tricycle:wheels=3", "motorbikes:motorbike:wheels=2",
    "chairs:chair:legs=4", "tables:table:legs=4", "stools:stool:legs=3", "hands:hand:fingers=5", "gloves:glove:fingers=5", "triangles:triangle:sides=3,corners=3",
    "squares:square:sides=4,corners=4", "weeks:week:days=7", "cubes:cube:faces=6", "spoons:spoon:handles=1", "planes:plane:wings=2", "carts:cart:wheels=4")
KNOWN = " ".join(ANIMALS + OBJECTS)
PLACES = pool("house|garden|barn|room|office|garage|yard|shop|kitchen|school|park|village", "cellar|attic|hall|stable|workshop")
NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True)
class Fact:
    """Something stated, how the assistant takes note of it, and questions about it with their answers."""

    said: str
    noted: str
    questions: tuple[tuple[str, str, str], ...]  # question, answer, the value it must hold


NAME = pool("My name is {v}.|I am {v}.|I'm {v}.|Call me {v}.|Hello, my name is {v}.|Hi, I'm {v}.|Hi! I am {v}.|People call me {v}.|Hey, {v} here.",
            "You can call me {v}.|They call me {v}.|Good day, my name is {v}.")
NAME_ASK = pool("What is my name?|Who am I?|What's my name?|Do you know my name?|Do you remember my name?|Tell me my name.|How am I called?",
                "Can you tell me my name?|What am I called?|Which name did I give you?")
ATTRIBUTES = (
    ("city", "I live in {v}.|My home is in {v}.|I come from {v}.|I am from {v}.", "My home town is {v}.|I reside in {v}.",
     "Where do I live?|Which city do I live in?|Where am I from?|Where is my home?", "In which town do I live?|Do you know where I live?", "You live in {v}."),
    ("colour", "My favourite colour is {v}.|I love the colour {v}.|I like {v} best of all colours.", "The colour I like most is {v}.|{v} is my favourite colour.",
     "What is my favourite colour?|Which colour do I like best?|What colour do I love?|What's my favorite color?", "Which colour is my favourite?", "Your favourite colour is {v}."),
    ("job", "I work as a {v}.|I am a {v}.|My job is {v}.", "I earn my money as a {v}.", "What is my job?|What do I work as?|What do I do for a living?",
     "Which job do I have?", "You work as a {v}."),
    ("food", "My favourite food is {v}.|I love to eat {v}.|I like {v} most of all.", "The food I like best is {v}.",
     "What is my favourite food?|What do I like to eat?|What food do I love?", "Which food do I like best?", "Your favourite food is {v}."),
    ("pet", "My dog is called {v}.|I have a dog named {v}.|The name of my dog is {v}.", "My dog goes by the name {v}.",
     "What is my dog called?|What is the name of my dog?|What's my dog's name?", "How is my dog called?", "Your dog is called {v}."),
    ("sister", "My sister is called {v}.|I have a sister named {v}.|My sister's name is {v}.", "The name of my sister is {v}.",
     "What is my sister called?|What is my sister's name?|Who is my sister?", "How is my sister called?", "Your sister is called {v}."),
    ("age", "I am {v} years old.|My age is {v}.|I just turned {v}.", "I have reached the age of {v}.", "How old am I?|What is my age?|Do you know how old I am?",
     "Tell me my age.", "You are {v} years old."),
    ("password", "The code word is {v}.|Remember the word {v}.|Please remember this code: {v}.|The secret word is {v}.|Keep in mind the code {v}.", "Note the word {v}.|My code is {v}.",
     "What is the code word?|Which word did I tell you?|What was the code?|What word should you remember?|What did I ask you to remember?", "Which code did I give you?", "The word is {v}."),
    ("thing", "My {w} is {v}.|I have a {v} {w}.|I bought a {v} {w}.|I own a {v} {w}.", "I got myself a {v} {w}.",
     "What colour is my {w}?|Which colour does my {w} have?|What is the colour of my {w}?", "Tell me the colour of my {w}.", "Your {w} is {v}."),
    ("place", "My {w} is in the {v}.|The {w} is in the {v}.|I put my {w} in the {v}.|I left the {w} in the {v}.", "You find the {w} in the {v}.",
     "Where is my {w}?|Where is the {w}?|Where did I put my {w}?|Where can I find the {w}?", "Do you know where the {w} is?", "Your {w} is in the {v}."),
)
_VALUES = {
    "city": words.city, "colour": words.colour, "job": lambda d: d.word() if d.chance(0.4) else str(d.pick(words.JOBS)), "food": words.food,
    "pet": words.first_name, "sister": words.first_name, "age": lambda d: str(d.number(6, 99)), "thing": words.colour,
    "password": lambda d: d.word() if d.chance(0.6) else words.code(d), "place": lambda d: d.word() if d.chance(0.4) else str(d.pick(PLACES)),
}
PHRASES = {key: (pool(said, also, grammar=False), pool(ask, other)) for key, said, also, ask, other, _ in ATTRIBUTES}


def _name(d: Draw) -> Fact:
    name = words.first_name(d)
    return Fact(str(d.pick(NAME)).replace("{v}", name), f"Nice to meet you, {name}!", ((str(d.pick(NAME_ASK)), f"Your name is {name}.", name),))


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


HAVE = pool("I have {n} {x}.|There are {n} {x} in my {p}.|I own {n} {x}.|I have {n} {x} in my {p}.|We have {n} {x}.|We keep {n} {x} in the {p}.|My {p} has {n} {x}.|I bought {n} {x}.",
            "{n} {x} are in my {p}.|I look after {n} {x}.|We own {n} {x}.|In my {p} there are {n} {x}.")
HOW_MANY = pool("How many {x} do I have?|How many {x} are there?|How many {x} did I mention?|What is the number of {x}?",
                "Tell me how many {x} there are.|How many {x} did I say?")
PARTS = pool("How many {q} do they have in total?|How many {q} is that?|How many {q} are there?|How many {q} do my {x} have?|How many {q} do the {x} have together?|"
             "How many {q} are in my {p}?|What is the total number of {q}?|Count the {q}.|And how many {q}?",
             "How many {q} does that make?|Tell me how many {q} there are in the {p}.|What number of {q} do they have altogether?")


def _amount(d: Draw, number: int) -> str:
    return NUMBER_WORDS[number] if number <= 12 and d.chance(0.3) else str(number)


def _counted(d: Draw) -> tuple[str, str, dict[str, int], int]:
    plural, singular, parts = d.pick(ANIMALS if d.chance(0.6) else OBJECTS).split(":")
    if d.chance(0.15):  # something unknown, whose parts the speaker tells
        singular = d.word()
        plural, parts = singular + "s", f"{d.pick(('legs', 'wheels', 'wings', 'arms', 'petals', d.word() + 's'))}={d.number(2, 8)}"
    table = {key: int(value) for key, value in (part.split("=") for part in parts.split(","))}
    return plural, singular, table, d.number(2, 12)


def _count(d: Draw) -> Fact:
    """`I have 3 dogs`: how many, and how many legs."""
    plural, singular, parts, number = _counted(d)
    place = str(d.pick(PLACES))
    part = d.pick(list(parts))
    # one combination in eight of thing, part and number is kept for the evaluation
    while (sum(map(ord, singular + part)) + number) % 8 == 0 != d.held_out and (sum(map(ord, singular + part)) + number) % 8 == 0:
        number = d.number(2, 12)
    each, total = parts[part], parts[part] * number

    def fill(text: str) -> str:
        return text.replace("{n}", _amount(d, number)).replace("{x}", plural).replace("{p}", place).replace("{q}", part)

    stated = fill(str(d.pick(HAVE)))
    if singular + "s" == plural and f"{plural}:{singular}:" not in KNOWN:
        stated += f" Each {singular} has {_amount(d, each)} {part}."
    unit = part if each > 1 else part[:-1]
    answer = f"{number} {plural} with {each} {unit} each have {total} {part}."
    return Fact(stated[0].upper() + stated[1:], f"You have {number} {plural}.",
                ((fill(str(d.pick(HOW_MANY))), f"You have {number} {plural}.", str(number)), (fill(str(d.pick(PARTS))), answer, str(total))))


def _pair(d: Draw) -> tuple[str, str, str, str, str]:
    """Two amounts: sum, difference, comparison."""
    one, two = [f"{d.word()}s", f"{d.word()}s"] if d.chance(0.2) else d.some(words.FOODS, 2) if d.chance(0.4) else [row.split(":")[0] for row in d.some(ANIMALS + OBJECTS, 2)]
    a, b = d.number(1, 20), d.number(1, 20)
    said = d.pick((f"I have {_amount(d, a)} {one} and {_amount(d, b)} {two}.", f"There are {_amount(d, a)} {one} and {_amount(d, b)} {two}."))
    kind = d.number(0, 2)
    if kind == 0:
        ask = d.pick(("How many is that together?", "How many things do I have in total?", "What is the sum?", f"How many {one} and {two} are there together?"))
        return said, ask, f"{a} plus {b} makes {a + b}.", str(a + b), f"You have {a} {one} and {b} {two}."
    if kind == 1:
        ask = d.pick((f"Do I have more {one} or more {two}?", f"Are there more {one} or {two}?", "Which of them do I have more of?"))
        answer = f"There are as many {one} as {two}." if a == b else f"There are more {one if a > b else two}, {max(a, b)} against {min(a, b)}."
        return said, ask, answer, "as many" if a == b else f"more {one if a > b else two}", f"You have {a} {one} and {b} {two}."
    less = d.number(1, a)
    verb = d.pick(("give away", "lose", "sell"))
    ask = d.pick((f"I {verb} {less} {one}. How many {one} are left?", f"How many {one} are left if I {verb} {less}?"))
    return said, ask, f"{a} minus {less} leaves {a - less} {one}.", str(a - less), f"You have {a} {one} and {b} {two}."


SUM_ASK = pool("What is {e}?|Compute {e}.|How much is {e}?|{e}|{e} =|What's {e}?|Calculate {e}", "Work out {e}.|Tell me what {e} is.|Please compute {e}")


def _sum(d: Draw) -> tuple[str, str, str]:
    kind = d.number(0, 2)
    a, b = (d.number(0, 50), d.number(0, 50)) if d.chance(0.4) else (d.number(0, 20), d.number(0, 12))
    if kind == 2:
        a, b = d.number(0, 12), d.number(0, 12)
        return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('*', 'times', 'x'))} {b}"), f"{a} times {b} is {a * b}.", str(a * b)
    if kind == 1:
        a, b = max(a, b), min(a, b)
        return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('-', 'minus'))} {b}"), f"{a} minus {b} is {a - b}.", str(a - b)
    return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('+', 'plus'))} {b}"), f"{a} plus {b} is {a + b}.", str(a + b)


def memory(d: Draw) -> Sample:
    """Facts in one or more turns, other talk between them, then questions."""
    kind = d.weighted(((58, "facts"), (20, "count"), (12, "pair"), (10, "sum")))
    messages: list[Message] = []
    if kind == "sum":
        ask, answer, value = _sum(d)
        return Sample("memory", [Message("user", ask), Message("assistant", answer)], [], {"contains": [value]})
    if kind == "pair":
        said, ask, answer, value, noted = _pair(d)
        if d.chance(0.5):
            messages = [Message("user", f"{said} {ask}"), Message("assistant", answer)]
        else:
            messages = [Message("user", said), Message("assistant", noted), Message("user", ask), Message("assistant", answer)]
        return Sample("memory", messages, [], {"contains": [value]})
    taken: set[str] = set()
    facts = [_count(d)] if kind == "count" else [_name(d) if d.chance(0.35) else _attribute(d, taken) if d.chance(0.7) else _count(d)]
    seen_name, seen_count = facts[0].noted.startswith("Nice"), facts[0].noted.startswith("You have")
    for _ in range(d.number(0, 2)):
        choice = d.number(0, 2)
        if choice == 0 and not seen_name:
            facts.append(_name(d))
            seen_name = True
        elif choice == 1 and not seen_count:
            facts.append(_count(d))
            seen_count = True
        else:
            facts.append(_attribute(d, taken))
    facts = d.shuffled(facts)
    if d.chance(0.25):
        together = " ".join(fact.said for fact in facts)
        messages += [Message("user", together), Message("assistant", "I will remember that.")] if len(facts) > 1 else [
            Message("user", together), Message("assistant", facts[0].noted)]
    else:
        for fact in facts:
            messages += [Message("user", fact.said), Message("assistant", fact.noted)]
            if d.chance(0.12):
                asked, answer, _ = manners.exchange(d)
                messages += [Message("user", asked), Message("assistant", answer, learnt=False)]
    asked_facts = d.shuffled([question for fact in facts for question in fact.questions])[: d.number(1, 2)]
    if kind == "count" and d.chance(0.7):
        asked_facts = [next(fact for fact in facts if len(fact.questions) == 2).questions[1]]
    direct = len(facts) == 1 and d.chance(0.2)
    for ask, answer, value in asked_facts:
        if direct:
            messages = [Message("user", f"{facts[0].said} {ask}"), Message("assistant", answer)]
            asked_facts = [(ask, answer, value)]
            break
        messages += [Message("user", ask), Message("assistant", answer)]
    return Sample("memory", messages, [], {"contains": [asked_facts[-1][2]]})
