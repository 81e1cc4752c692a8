"""Amounts of things: how many, how many legs or wheels they have together, sums, differences, comparisons."""

from __future__ import annotations

from dataclasses import dataclass

from training.generate import words
from training.generate.draw import Draw, pool

# plural:singular:parts of one
ANIMALS = (
    "dogs:dog:legs=4,paws=4,ears=2,eyes=2,tails=1",
    "cats:cat:legs=4,paws=4,ears=2,eyes=2,tails=1",
    "horses:horse:legs=4,ears=2,eyes=2,tails=1",
    "cows:cow:legs=4,ears=2,horns=2",
    "goats:goat:legs=4,horns=2,eyes=2",
    "sheep:sheep:legs=4,ears=2",
    "rabbits:rabbit:legs=4,paws=4,ears=2",
    "birds:bird:legs=2,wings=2,eyes=2",
    "chickens:chicken:legs=2,wings=2",
    "ducks:duck:legs=2,wings=2,feet=2",
    "parrots:parrot:legs=2,wings=2",
    "spiders:spider:legs=8",
    "ants:ant:legs=6",
    "bees:bee:legs=6,wings=4",
    "beetles:beetle:legs=6",
    "butterflies:butterfly:wings=4,legs=6",
    "octopuses:octopus:arms=8",
    "fish:fish:eyes=2,tails=1",
    "hamsters:hamster:legs=4,paws=4",
    "mice:mouse:legs=4,ears=2,tails=1",
)
OBJECTS = (
    "cars:car:wheels=4",
    "bicycles:bicycle:wheels=2,pedals=2",
    "bikes:bike:wheels=2",
    "tricycles:tricycle:wheels=3",
    "motorbikes:motorbike:wheels=2",
    "chairs:chair:legs=4",
    "tables:table:legs=4",
    "stools:stool:legs=3",
    "hands:hand:fingers=5",
    "gloves:glove:fingers=5",
    "triangles:triangle:sides=3,corners=3",
    "squares:square:sides=4,corners=4",
    "weeks:week:days=7",
    "cubes:cube:faces=6",
    "spoons:spoon:handles=1",
    "planes:plane:wings=2",
    "carts:cart:wheels=4",
)
KNOWN = " ".join(ANIMALS + OBJECTS)
PLACES = pool("house|garden|barn|room|office|garage|yard|shop|kitchen|school|park|village", "cellar|attic|hall|stable|workshop")
NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True)
class Fact:
    """Something stated, how the assistant takes note of it, and questions about it with their answers."""

    said: str
    noted: str
    questions: tuple[tuple[str, str, str], ...]  # question, answer, the value it must hold


HAVE = pool(
    "I have {n} {x}.|There are {n} {x} in my {p}.|I own {n} {x}.|I have {n} {x} in my {p}.|We have {n} {x}.|We keep {n} {x} in the {p}.|My {p} has {n} {x}.|I bought {n} {x}.",
    "{n} {x} are in my {p}.|I look after {n} {x}.|We own {n} {x}.|In my {p} there are {n} {x}.",
)
HOW_MANY = pool(
    "How many {x} do I have?|How many {x} are there?|How many {x} did I mention?|What is the number of {x}?",
    "Tell me how many {x} there are.|How many {x} did I say?",
)
PARTS = pool(
    "How many {q} do they have in total?|How many {q} is that?|How many {q} are there?|How many {q} do my {x} have?|How many {q} do the {x} have together?|"
    "How many {q} are in my {p}?|What is the total number of {q}?|Count the {q}.|And how many {q}?",
    "How many {q} does that make?|Tell me how many {q} there are in the {p}.|What number of {q} do they have altogether?",
)


def _amount(d: Draw, number: int) -> str:
    return NUMBER_WORDS[number] if number <= 12 and d.chance(0.3) else str(number)


def _counted(d: Draw) -> tuple[str, str, dict[str, int], int]:
    plural, singular, parts = d.pick(ANIMALS if d.chance(0.6) else OBJECTS).split(":")
    if d.chance(0.15):  # something unknown, whose parts the speaker tells
        singular = d.word()
        plural, parts = singular + "s", f"{d.pick(('legs', 'wheels', 'wings', 'arms', 'petals', d.word() + 's'))}={d.number(2, 8)}"
    table = {key: int(value) for key, value in (part.split("=") for part in parts.split(","))}
    return plural, singular, table, d.number(2, 12)


def count_fact(d: Draw) -> Fact:
    """`I have 3 dogs`: how many, and how many legs."""
    plural, singular, parts, number = _counted(d)
    place = str(d.pick(PLACES))
    part = d.pick(list(parts))
    each, total = parts[part], parts[part] * number

    def fill(text: str) -> str:
        return text.replace("{n}", _amount(d, number)).replace("{x}", plural).replace("{p}", place).replace("{q}", part)

    stated = fill(str(d.pick(HAVE)))
    if singular + "s" == plural and f"{plural}:{singular}:" not in KNOWN:
        stated += f" Each {singular} has {_amount(d, each)} {part}."
    unit = part if each > 1 else part[:-1]
    answer = f"{number} {plural} with {each} {unit} each have {total} {part}."
    return Fact(
        stated[0].upper() + stated[1:],
        f"You have {number} {plural}.",
        ((fill(str(d.pick(HOW_MANY))), f"You have {number} {plural}.", str(number)), (fill(str(d.pick(PARTS))), answer, str(total))),
    )


BOTH = pool(
    "I have {n} {x} and {m} {y}.|There are {n} {x} and {m} {y}.|We have {n} {x} and {m} {y}.|I own {n} {x} and {m} {y}.",
    "I counted {n} {x} and {m} {y}.|My neighbour keeps {n} {x} and {m} {y}.",
)
TOGETHER_ASK = pool(
    "How many is that together?|How many things do I have in total?|What is the sum?|How many {x} and {y} are there together?|How many is that in all?",
    "How many does that make altogether?|What do {x} and {y} add up to?",
)
MORE_ASK = pool(
    "Do I have more {x} or more {y}?|Are there more {x} or {y}?|Which of them do I have more of?|Are the {x} more than the {y}?",
    "Of which are there more, {x} or {y}?|Which are more, the {x} or the {y}?",
)
LEFT_ASK = pool(
    "I give away {k} {x}. How many {x} are left?|I lose {k} {x}. How many {x} are left?|I sell {k} {x}. How many {x} do I have then?|"
    "How many {x} are left if I give away {k}?|How many {x} are left if I sell {k}?",
    "Somebody takes {k} {x}. How many {x} remain?|How many {x} would remain if I lost {k}?",
)


@dataclass(frozen=True)
class Question:
    """Two amounts, a question about them, its answer, and the words the answer must hold."""

    said: str
    noted: str
    ask: str
    answer: str
    value: str


def amounts(d: Draw) -> Question:
    """Two amounts: sum, difference or comparison."""
    if d.chance(0.2):
        one, two = f"{d.word()}s", f"{d.word()}s"
    elif d.chance(0.4):
        one, two = (str(food) for food in d.some(words.FOODS, 2))
    else:
        one, two = (row.split(":")[0] for row in d.some(ANIMALS + OBJECTS, 2))
    a, b = d.number(1, 20), d.number(1, 20)
    less = d.number(1, a)

    def fill(text: str) -> str:
        text = text.replace("{n}", _amount(d, a)).replace("{m}", _amount(d, b)).replace("{k}", str(less))
        return text.replace("{x}", one).replace("{y}", two)

    said, noted = fill(str(d.pick(BOTH))), f"You have {a} {one} and {b} {two}."
    kind = d.number(0, 2)
    if kind == 0:
        return Question(said, noted, fill(str(d.pick(TOGETHER_ASK))), f"{a} plus {b} makes {a + b}.", str(a + b))
    if kind == 1:
        ask = fill(str(d.pick(MORE_ASK)))
        if a == b:
            return Question(said, noted, ask, f"There are as many {one} as {two}.", "as many")
        more = f"more {one if a > b else two}"
        return Question(said, noted, ask, f"There are {more}, {max(a, b)} against {min(a, b)}.", more)
    return Question(said, noted, fill(str(d.pick(LEFT_ASK))), f"{a} minus {less} leaves {a - less} {one}.", str(a - less))


SUM_ASK = pool(
    "What is {e}?|Compute {e}.|How much is {e}?|{e}|{e} =|What's {e}?|Calculate {e}",
    "Work out {e}.|Tell me what {e} is.|Please compute {e}",
)


def plain_sum(d: Draw) -> tuple[str, str, str]:
    """A sum, a difference or a small product: question, answer, value."""
    kind = d.number(0, 2)
    a, b = (d.number(0, 50), d.number(0, 50)) if d.chance(0.4) else (d.number(0, 20), d.number(0, 12))
    if kind == 2:
        a, b = d.number(0, 12), d.number(0, 12)
        return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('*', 'times', 'x'))} {b}"), f"{a} times {b} is {a * b}.", str(a * b)
    if kind == 1:
        a, b = max(a, b), min(a, b)
        return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('-', 'minus'))} {b}"), f"{a} minus {b} is {a - b}.", str(a - b)
    return str(d.pick(SUM_ASK)).replace("{e}", f"{a} {d.pick(('+', 'plus'))} {b}"), f"{a} plus {b} is {a + b}.", str(a + b)
