"""Amounts of things: how many, how many legs or wheels they have together, more of them, fewer, and which are more."""

from __future__ import annotations

from training.generate import words
from training.generate.draw import Draw
from training.generate.memory.facts import PLACES, Fact
from training.generate.memory.sums import Question, spelt, told
from training.generate.spoken import asking, recalling, telling
from training.generate.variants import forms

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
    "pigs:pig:legs=4,ears=2,tails=1",
    "lions:lion:legs=4,paws=4",
    "bears:bear:legs=4,paws=4",
    "foxes:fox:legs=4,paws=4",
    "geese:goose:legs=2,wings=2,feet=2",
    "hens:hen:legs=2,wings=2",
    "flies:fly:legs=6,wings=2",
    "frogs:frog:legs=4,eyes=2",
    "elephants:elephant:legs=4,ears=2",
    "kittens:kitten:legs=4,paws=4",
    "puppies:puppy:legs=4,paws=4",
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
    "gloves:glove:fingers=5",
    "triangles:triangle:sides=3,corners=3",
    "squares:square:sides=4,corners=4",
    "cubes:cube:faces=6",
    "spoons:spoon:handles=1",
    "planes:plane:wings=2",
    "carts:cart:wheels=4",
    "trucks:truck:wheels=6",
    "scooters:scooter:wheels=2",
    "buses:bus:wheels=6",
    "beds:bed:legs=4",
    "lilies:lily:petals=6",
    "buttercups:buttercup:petals=5",
    "people:person:hands=2,legs=2,eyes=2,ears=2",
    "children:child:hands=2,legs=2,eyes=2",
    "boxes:box:corners=8",
)
# What nobody keeps in a barn: only asked about, never owned.
OWNERLESS = (
    "weeks:week:days=7",
    "hands:hand:fingers=5",
    "feet:foot:toes=5",
    "years:year:months=12",
    "hours:hour:minutes=60",
    "days:day:hours=24",
)

HAVE = forms(
    "[I/We] [have/have got/own/keep/bought/found/see/saw/got/feed/need] {n} {x}.|"
    "[I/We] [have/keep/own/see/counted] {n} {x} [in/behind/at/near] [my/our/the] {p}.|"
    "There are {n} {x} [in/behind/near/around] [my/our/the] {p}.|"
    "[My/Our/The] {p} has {n} {x}.|[I've/We've] got {n} {x}.|There are {n} {x}.|My [neighbour/friend/family/sister] has {n} {x}.|"
    "At home [I/we] have {n} {x}.|Imagine {n} {x} in [a/my/our] {p}.|"
    "Suppose I have {n} {x}.|Say we have {n} {x}.|[I/We] have {n} {x} on [our/my/the] farm.|{n} {x} [live/are/stand] in [the/our] {p}.|"
    "Here are {n} {x}.|[I/We] have exactly {n} {x}.|In [the/our] {p} are {n} {x}.",
    "{n} {x} are in my {p}.|I look after {n} {x}.|We own {n} {x}.|In my {p} there are {n} {x}.",
)
HOW_MANY = forms(
    "How many {x} do I have?|How many {x} [are there/do we have/did I mention/did I tell you/is that/was it]?|"
    "What is the number of {x}?|How many {x}?|And how many {x}?|What number of {x} [did I say/is there]?|"
    "[Count/Give me the number of] the {x}.|Do you [know/remember] how many {x} there are?|"
    "[Can/Could] you [tell me/say] how many {x} [I have/there are]?|Remind me how many {x} [I have/there are].|"
    "I [forgot/wonder/want to know] how many {x} [I have/there are/we have].|The number of {x}, please.",
    "Tell me how many {x} there are.|How many {x} did I say?",
)
PARTS = forms(
    "How many {q} do they have [in total/together/in all/]?|How many {q} [is that/are that/are there] [in total/together/in all/]?|"
    "How many {q} [do/does] [my/the/these/all/all the/our] {x} have [together/in total/]?|"
    "How many {q} do {n} {x} have?|What is the [total number/total/number/sum] of {q}?|Count [the/all/all the/their] {q}.|"
    "And how many {q}?|So how many {q}?|How many {q}?|How many {q} [do I/do we/can I] [see/count/have]?|"
    "Do you know how many {q} [they have/there are]?|[Can/Could] you [count/add up/work out/calculate] [the/their/all] {q}?|"
    "[Tell/Show] me [the number of/how many] {q} [in total/altogether/].|Total {q}?|"
    "I [wonder/want to know/need to know] how many {q} [they have/there are/that is].|What about the {q}?|Now the {q}.|"
    "How many {q} would that be?|All {q} together?|Calculate the number of {q}.|Number of {q}?|"
    "[If I count/Counting] all {q}, how many are there?",
    "How many {q} does that make?|Tell me how many {q} there are in all.|What number of {q} do they have altogether?",
)
PARTS_THERE = forms(
    "How many {q} are [there/] in [my/our/the/that] {p}?|How many {q} [does/do] [my/our/the] {p} [hold/have/contain]?|"
    "In [my/our/the] {p}, how many {q} are there?|Do you know how many {q} are in [my/our/the] {p}?|Count the {q} in [my/the] {p}.",
    "Tell me how many {q} there are in the {p}.|What number of {q} is in my {p}?",
)
PARTS_ALONE = forms(
    "How many {q} do {n} {x} have?|How many {q} have {n} {x}?|How many {q} are there with {n} {x}?|{n} {x}: how many {q}?|"
    "What is the number of {q} of {n} {x}?|Count the {q} of {n} {x}.|If there are {n} {x}, how many {q} are there?|"
    "I see {n} {x}. How many {q} are that?|Do you know how many {q} {n} {x} have?|How many {q} for {n} {x}?|"
    "How many {q} does it take for {n} {x}?|{n} {x} have how many {q}?|Tell me how many {q} {n} {x} have.",
    "What number of {q} do {n} {x} have?|With {n} {x} around, how many {q} are there?",
)
GAIN = forms(
    "[I/We] [got/bought/found/received/have] {k} more [{x}/].|[I/We] [just/now/then/also] [got/bought/have] {k} more [{x}/].|"
    "{k} more [{x}/] [came/arrived].|My [friend/sister/brother/boss] gave me {k} more.|"
    "Now there are {k} more.|Add {k} more.|Then come {k} more {x}.|Today [I/we] [get/got] {k} more [{x}/].|Another {k} {x} arrive.|"
    "Plus {k} more.",
    "I was given an extra {k}.|Somebody adds {k} {x}.",
)
LOSS = forms(
    "[I/We] [lost/sold/gave away] {k} [of them/{x}/].|{k} of them [are gone/went away/left/were sold].|"
    "[I/We] [just/now/then] [lost/sold/gave away] {k} [of them/{x}].|My [friend/sister/brother] took {k} [of them/{x}].|Take away {k}.|"
    "Minus {k} {x}.|Now {k} [fewer/less].|Today [I/we] [lose/lost/sell/sold] {k} [of them/{x}].",
    "Somebody bought {k} of them from me.|I no longer have {k} of them.",
)


def _fill(d: Draw, text: str, values: dict[str, str], number: int) -> str:
    while "{n}" in text:  # each time it may be digits or a word
        text = text.replace("{n}", spelt(d, number), 1)
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def _kind(d: Draw) -> tuple[str, str, dict[str, int], bool]:
    if d.chance(0.15):  # something unknown, whose parts the speaker tells
        singular = d.word()
        return (
            singular + "s",
            singular,
            {str(d.pick(("legs", "wheels", "wings", "arms", "petals", d.word() + "s"))): d.number(1, 12)},
            False,
        )
    plural, singular, parts = d.pick(ANIMALS if d.chance(0.6) else OBJECTS).split(":")
    return plural, singular, {key: int(value) for key, value in (part.split("=") for part in parts.split(","))}, True


def parts_answer(number: int, plural: str, each: int, part: str) -> str:
    """`3 dogs with 4 legs each: 3 times 4 is 12 legs.`"""
    return f"{number} {plural} with {each} {part if each > 1 else part[:-1]} each: {told('*', number, each)} {part}."


def count_fact(d: Draw) -> Fact:
    """`I have 3 dogs`: how many, and how many legs; now and then with more or fewer of them later in the same breath."""
    plural, singular, parts, known = _kind(d)
    number, place = d.number(2, 12), str(d.pick(PLACES))
    part = str(d.pick(list(parts)))
    values = {"{x}": plural, "{p}": place, "{q}": part}
    sentence = HAVE.draw(d)
    there = "{p}" in sentence and d.chance(0.4)
    said = _fill(d, telling(d, sentence, opener=0.12), values, number)
    if not known:
        said = f"{said.rstrip('.')}. Each {singular} has {spelt(d, parts[part])} {part if parts[part] > 1 else part[:-1]}."
    ask = _fill(d, recalling(d, (PARTS_THERE if there else PARTS).draw(d)), values, number)
    noted = f"You have {number} {plural}."
    return Fact(
        said[0].upper() + said[1:] if said.endswith(".") else said,
        noted,
        (
            (_fill(d, recalling(d, HOW_MANY.draw(d)), values, number), noted, str(number)),
            (ask, parts_answer(number, plural, parts[part], part), f"{number * parts[part]} {part}"),
        ),
        "count",
    )


def parts_alone(d: Draw) -> tuple[str, str, str]:
    """`How many legs do 3 dogs have?`"""
    plural, _, parts = d.pick(OWNERLESS if d.chance(0.1) else ANIMALS if d.chance(0.6) else OBJECTS).split(":")
    part, each = d.pick(parts.split(",")).split("=")
    number = d.number(2, 12) if int(each) <= 12 else d.number(2, 4)
    ask = _fill(d, asking(d, PARTS_ALONE.draw(d)), {"{x}": plural, "{q}": part}, number)
    return ask[0].upper() + ask[1:], parts_answer(number, plural, int(each), part), f"{number * int(each)} {part}"


def changing(d: Draw) -> list[tuple[str, str, str]]:
    """An amount that grows or shrinks over some turns, then questions: all turns with what each answer holds."""
    plural, _, parts, known = _kind(d)
    number, place = d.number(2, 12), str(d.pick(PLACES))
    values = {"{x}": plural, "{p}": place}
    turns = [(_fill(d, telling(d, HAVE.draw(d), opener=0.12), values, number), f"You have {number} {plural}.", str(number))]
    for _ in range(d.number(1, 2)):
        sign = "+" if number < 4 or d.chance(0.6) else "-"
        few = d.number(1, 9) if sign == "+" else d.number(1, number - 2)
        said = _fill(d, telling(d, (GAIN if sign == "+" else LOSS).draw(d), opener=0.1), {**values, "{k}": spelt(d, few)}, number)
        answer = f"{told(sign, number, few)}. "
        number += few if sign == "+" else -few
        turns.append((said, f"{answer}You have {number} {plural}.", str(number)))
        if d.chance(0.4):
            turns.append((_fill(d, recalling(d, HOW_MANY.draw(d)), values, number), f"You have {number} {plural}.", str(number)))
    if known and number > 1 and d.chance(0.5):
        part = str(d.pick(list(parts)))
        ask = _fill(d, recalling(d, PARTS.draw(d)), {**values, "{q}": part}, number)
        turns.append((ask, parts_answer(number, plural, parts[part], part), f"{number * parts[part]} {part}"))
    return [(said[0].upper() + said[1:] if said.endswith((".", "?")) else said, answer, value) for said, answer, value in turns]


BOTH = forms(
    "[I/We] [have/own/have got/see/bought/found/keep/need] {n} {x} and {m} {y}.|"
    "There are {n} {x} and {m} {y} [/in the {p}/in my {p}/on the farm/here].|"
    "[I/We] have {n} {x}, and [my/our] [friend/neighbour] has {m} {y}.|"
    "Here are {n} {x} and {m} {y}.|My {p} has {n} {x} and {m} {y}.|In the {p} are {n} {x} and {m} {y}.|"
    "[I/We] have {n} {x}. [I/We] also have {m} {y}.|Suppose there are {n} {x} and {m} {y}.|{n} {x} and {m} {y} are in the {p}.",
    "I counted {n} {x} and {m} {y}.|My neighbour keeps {n} {x} and {m} {y}.",
)
TOGETHER_ASK = forms(
    "How many [is/are] that [together/in total/in all/]?|How many [things/of them] do [I/we] have [in total/together/in all]?|"
    "What is the [sum/total]?|How many {x} and {y} [are there/do I have/is that] [together/in total/]?|"
    "[Add/Sum] them [up/together].|Add the {x} and the {y}.|In total, how many?|All together, how many [is that/are there]?|"
    "What is the total of {x} and {y}?|How many {x} plus {y}?|And together?|Count them all.",
    "How many does that make altogether?|What do {x} and {y} add up to?",
)
MORE_ASK = forms(
    "Do [I/we] have more {x} or [more/] {y}?|Are there more {x} or [more/] {y}?|Which of them do [I/we] have more of?|"
    "Are the {x} more than the {y}?|Which [do I have/are there] more of, {x} or {y}?|"
    "[What/Which] [is/are] more?|Are there more {y} or {x}?|Do we have more {y} than {x}?|"
    "Which [kind/of the two] is more [common/frequent]?|Tell me which are more.|Compare the {x} with the {y}.",
    "Of which are there more, {x} or {y}?|Which are more, the {x} or the {y}?",
)
LEFT_ASK = forms(
    "[I/We] [give away/lose/sell] {k} {x}. How many {x} [are left/are there then/do we have then/do I have now]?|"
    "How many {x} are left [if/when/after] [I/we] [give away/sell/lose] {k}?|"
    "If [I/we] [lose/sell/give away] {k} {x}, how many [{x}/] [are left/do we have/remain with me]?|"
    "Take {k} {x} away. How many {x} are left?|{k} {x} [go away/are sold]. How many {x} are left?|"
    "{k} of the {x} are [gone/lost]. How many {x} are left?",
    "Somebody takes {k} {x}. How many {x} remain?|How many {x} would remain if I lost {k}?",
)


def amounts(d: Draw) -> Question:
    """Two amounts: sum, difference, comparison, or their legs together."""
    if d.chance(0.2):
        one, two = f"{d.word()}s", f"{d.word()}s"
    elif d.chance(0.4):
        one, two = (str(food) for food in d.some(words.FOODS, 2))
    else:
        one, two = (row.split(":")[0] for row in d.some(ANIMALS + OBJECTS, 2))
    a, b = d.number(2, 20), d.number(2, 20)
    less = d.number(1, a)
    values = {"{m}": spelt(d, b), "{k}": spelt(d, less), "{x}": one, "{y}": two, "{p}": str(d.pick(PLACES))}

    def fill(text: str) -> str:
        text = _fill(d, text, values, a)
        return text[0].upper() + text[1:] if text.endswith((".", "?")) else text

    said, noted = fill(telling(d, BOTH.draw(d), opener=0.1)), f"You have {a} {one} and {b} {two}."
    kind = d.number(0, 2)
    if kind == 0:
        return Question(said, noted, fill(recalling(d, TOGETHER_ASK.draw(d))), f"{told('+', a, b)}.", str(a + b))
    if kind == 1:
        ask = fill(recalling(d, MORE_ASK.draw(d)))
        if a == b:
            return Question(said, noted, ask, f"There are as many {one} as {two}.", "as many")
        more = f"more {one if a > b else two}"
        return Question(said, noted, ask, f"There are {more}, {max(a, b)} against {min(a, b)}.", more)
    return Question(said, noted, fill(asking(d, LEFT_ASK.draw(d), opener=0.08)), f"{told('-', a, less)} {one}.", str(a - less))


def legs_together(d: Draw) -> Question:
    """Legs or wheels of two kinds of things, added up."""
    while True:
        rows = [row.split(":") for row in d.some(ANIMALS, 2)]
        tables = [dict(part.split("=") for part in row[2].split(",")) for row in rows]
        shared = [part for part in tables[0] if part in tables[1]]
        if shared:
            break
    part, one, two = str(d.pick(shared)), rows[0][0], rows[1][0]
    a, b = d.number(2, 9), d.number(2, 9)
    first, second = a * int(tables[0][part]), b * int(tables[1][part])
    values = {"{m}": spelt(d, b), "{x}": one, "{y}": two, "{p}": str(d.pick(PLACES)), "{q}": part}
    said = _fill(d, telling(d, BOTH.draw(d), opener=0.1), values, a)
    sentence = PARTS.draw(d)
    while "{x}" in sentence:
        sentence = PARTS.draw(d)
    ask = _fill(d, recalling(d, sentence), values, a)
    answer = f"{parts_answer(a, one, int(tables[0][part]), part)} {parts_answer(b, two, int(tables[1][part]), part)} {told('+', first, second)} {part}."
    return Question(said[0].upper() + said[1:], f"You have {a} {one} and {b} {two}.", ask, answer, f"{first + second} {part}")
