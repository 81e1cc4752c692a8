"""Sums, differences and products of small numbers, asked plainly or in a little story."""

from __future__ import annotations

from dataclasses import dataclass

from training.generate.draw import Draw, pool
from training.generate.memory import people
from training.generate.spoken import asking
from training.generate.variants import forms

NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
).split()

SUM_ASK = forms(
    "What [is/would be/makes] {e}?|Compute {e}.|How much is {e}?|{e}|{e} =|{e} = ?|{e}?|What's {e}?|Calculate {e}.|"
    "Please calculate {e}.|[Can/Could] you [calculate/compute/add up/do/tell me] {e}?|"
    "[Tell/Show/Give] me [/the result of] {e}.|What is the [result/answer] of {e}?|[Do/Solve] {e}.|"
    "How much [does {e} make/would {e} be]?|I need the result of {e}.|I want to know {e}.|"
    "What do you get for {e}?|Do you know {e}?|Maths: {e}|A sum: {e}|What is the value of {e}?|Find {e}.|And {e}?|Now {e}.|"
    "Then what is {e}?|What would {e} be?|I have to compute {e}.|Quick, what is {e}?|Evaluate {e}.|Add it up: {e}",
    "Work out {e}.|Tell me what {e} is.|Please compute {e}",
)
SUM_ASK_WORDS = {
    "+": forms(
        "What is the sum of {a} and {b}?|Add {a} and {b}.|Add {b} to {a}.|What do {a} and {b} make [together/in total/]?|"
        "How much are {a} and {b} [together/in total]?|What is {b} more than {a}?|"
        "{a} and {b} together?|The sum of {a} and {b}, please.|If I add {b} to {a}, what [is the result/do I get]?|Sum {a} and {b}.|"
        "What is {a} and {b}?|{a} and {b} is how much?",
        "What do I get when I put {a} and {b} together?|Find the total of {a} and {b}.",
    ),
    "-": forms(
        "What is the difference between {a} and {b}?|Subtract {b} from {a}.|Take {b} [from/away from] {a}.|What is {b} less than {a}?|"
        "{a} take away {b}?|How much is {a} less {b}?|"
        "If I take {b} from {a}, what [is left/remains/do I get]?|What is left of {a} after taking away {b}?|"
        "The difference of {a} and {b}, please.|How much more is {a} than {b}?",
        "What remains of {a} without {b}?|By how much is {a} larger than {b}?",
    ),
    "*": forms(
        "What is the product of {a} and {b}?|Multiply {a} by {b}.|Multiply {a} and {b}.|What is {a} multiplied by {b}?|"
        "The product of {a} and {b}, please.|How much is {a} multiplied by {b}?|{a} multiplied with {b}?",
        "Form the product of {a} and {b}.|What do I get for {a} lots of {b}?",
    ),
}
WRITTEN = {"+": ("+", "+", "plus"), "-": ("-", "-", "minus"), "*": ("*", "x", "times", "times")}


def spelt(d: Draw, number: int, share: float = 0.3) -> str:
    """A number in digits or, if small, now and then as a word."""
    return NUMBER_WORDS[number] if number <= 20 and d.chance(share) else str(number)


def told(kind: str, a: int, b: int) -> str:
    """`7 plus 5 is 12`, the one way in which results are told everywhere."""
    if kind == "+":
        return f"{a} plus {b} is {a + b}"
    return f"{a} minus {b} is {a - b}" if kind == "-" else f"{a} times {b} is {a * b}"


def result(kind: str, a: int, b: int) -> int:
    """The value of a sum, a difference or a product."""
    return a + b if kind == "+" else a - b if kind == "-" else a * b


def operands(d: Draw, kind: str) -> tuple[int, int]:
    """Numbers for an exercise: up to 20 mostly, tables up to 12."""
    if kind == "*":
        a, b = d.number(0, 12), d.number(0, 12)
        return (a, d.number(2, 12)) if d.chance(0.3) else (a, b)
    high = 20 if d.chance(0.75) else 50
    a, b = d.number(0, high), d.number(0, high)
    return (max(a, b), min(a, b)) if kind == "-" else (a, b)


def plain_sum(d: Draw) -> tuple[str, str, str]:
    """A sum, a difference or a product: question, answer, value."""
    kind = str(d.pick(("+", "-", "*")))
    a, b = operands(d, kind)
    share = 0.5 if d.chance(0.2) else 0.0
    if d.chance(0.25):
        ask = SUM_ASK_WORDS[kind].draw(d)
    else:
        sign = str(d.pick(WRITTEN[kind]))
        tight = sign in "+-*x" and d.chance(0.3) and not share
        ask = SUM_ASK.draw(d).replace("{e}", f"{{a}}{sign}{{b}}" if tight else f"{{a}} {sign} {{b}}")
    ask = asking(d, ask, opener=0.12).replace("{a}", spelt(d, a, share)).replace("{b}", spelt(d, b, share))
    return ask, f"{told(kind, a, b)}.", str(result(kind, a, b))


@dataclass(frozen=True)
class Question:
    """Something told, how it is noted, a question about it, its answer, and the words the answer must hold."""

    said: str
    noted: str
    ask: str
    answer: str
    value: str


STORY = {
    "both": forms(
        "{x} has {n} {s} and {y} has {m} [/{s}].|{x} [has/owns/found/bought] {n} {s}, {y} [has/owns/found/bought] {m}.|"
        "There are {x} with {n} {s} and {y} with {m} {s}.",
        "{x} collected {n} {s}, and {y} collected {m}.",
    ),
    "total": forms(
        "How many {s} [do they have/are there] [together/in total/in all/altogether]?|How many [is that/are that] [together/in total]?|"
        "What is the [sum/total]?|How many {s} have {x} and {y} together?",
        "How many {s} does that make for the two?|Tell me their total.",
    ),
    "more": forms(
        "Who has more [{s}/]?|Which of them has more [{s}/]?|Who [has/owns] the most {s}?|Does {x} or {y} have more {s}?|"
        "Tell me who has more.",
        "Which one owns the larger number of {s}?|Who is ahead?",
    ),
    "gives": forms(
        "{x} has {n} {s} and [gives away/loses/eats/sells/drops] {k}. How many {s} are left?|"
        "{x} had {n} {s}. {k} are gone. How many are left?|{x} has {n} {s}, and {y} takes {k}. How many {s} [does {x} have/are left]?|"
        "{x} had {n} {s} and gave {k} to {y}. How many {s} does {x} have [now/left]?",
        "Out of {n} {s}, {x} hands {k} to {y}. How many does {x} keep?",
    ),
    "gets": forms(
        "{x} has {n} {s} and [gets/buys/finds] {k} more. How many {s} does {x} have [now/then/in total]?|"
        "{x} had {n} {s}. {y} gave {x} {k} more. How many [{s}/] does {x} have?",
        "To the {n} {s} of {x} come {k} more. How many {s} are that?",
    ),
    "each": forms(
        "{n} [bags/boxes/people/children/shelves] have {k} {s} each. How many {s} are [there/that] [in total/together/]?|"
        "There are {n} [boxes/bags/rows/plates] with {k} {s} each. How many {s} [are there/is that]?|"
        "{x} buys {n} bags of {k} {s}. How many {s} is that?",
        "Each of {n} baskets holds {k} {s}. How many {s} are in them?",
    ),
}


def story(d: Draw) -> Question:
    """Two people and their things: together, more, given away, bought."""
    one, two = people.names(d, 2)
    things = f"{d.word()}s" if d.chance(0.25) else str(d.pick(COUNTED))
    kind = str(d.pick(tuple(STORY)[1:]))
    a, b = d.number(0, 20), d.number(0, 20)
    if kind == "more":
        b = b if a != b else a + 1
    few = d.number(0, a) if kind == "gives" else d.number(1, 12)
    a = d.number(2, 12) if kind == "each" else a
    values = {"{x}": one, "{y}": two, "{s}": things, "{n}": spelt(d, a), "{m}": spelt(d, b), "{k}": spelt(d, few)}

    def fill(text: str) -> str:
        for mark, value in values.items():
            text = text.replace(mark, value)
        return text[0].upper() + text[1:] if text[:1] in "tsenfo" and text.startswith(tuple(NUMBER_WORDS)) else text

    if kind in ("total", "more"):
        said, ask = fill(STORY["both"].draw(d)), fill(asking(d, STORY[kind].draw(d), opener=0.05))
        noted = f"{one} has {a} {things} and {two} has {b} {things}."
        if kind == "total":
            return Question(said, noted, ask, f"{told('+', a, b)} {things}.", str(a + b))
        more = one if a > b else two
        return Question(said, noted, ask, f"{more} has more, {max(a, b)} against {min(a, b)}.", more)
    said, _, ask = fill(asking(d, STORY[kind].draw(d), opener=0.05)).rpartition(". ")
    sign = {"gives": "-", "gets": "+", "each": "*"}[kind]
    return Question(f"{said}.", "", ask, f"{told(sign, a, few)} {things}.", str(result(sign, a, few)))


COUNTED = pool(
    "apples|books|coins|pens|marbles|stamps|cards|eggs|balls|cakes|toys|shells|pears|sweets|cups|stones|lemons|keys|tickets|photos",
    "buttons|plums|badges|magazines|pebbles|muffins",
)
