"""Family 5: small Python programs for a code tool, and telling what they printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training.generate import words
from training.generate.chat import Call, Message, Sample
from training.generate.draw import Draw, Pool, pool
from training.generate.results import dump


@dataclass(frozen=True)
class Program:
    """A request in words, the code that does it, and what it prints."""

    request: str
    code: str
    printed: str


def _first(count: int, accept: Callable[[int], bool]) -> list[int]:
    found, at = [], 0
    while len(found) < count:
        if accept(at):
            found.append(at)
        at += 1
    return found


def _prime(n: int) -> bool:
    return n > 1 and all(n % other for other in range(2, int(n**0.5) + 1))


def _fibonacci(count: int) -> list[int]:
    found = [0, 1]
    while len(found) < count:
        found.append(found[-1] + found[-2])
    return found[:count]


def _cubes(count: int) -> list[int]:
    return [at**3 for at in range(1, count + 1)]


_PRIMES = "found = []\nn = 2\nwhile len(found) < {n}:\n    if all(n % p for p in found):\n        found.append(n)\n    n += 1\n"
_FIBONACCI = "found = [0, 1]\nwhile len(found) < {n}:\n    found.append(found[-1] + found[-2])\nfound = found[:{n}]\n"
# name, code that leaves `found`, the members
SEQUENCES: tuple[tuple[Pool, str, Callable[[int], list[int]]], ...] = (
    (pool("prime numbers|primes", "prime numbers in order"), _PRIMES, lambda n: _first(n, _prime)),
    (pool("Fibonacci numbers|members of the Fibonacci sequence", "numbers of the Fibonacci series"), _FIBONACCI, _fibonacci),
    (
        pool("square numbers|squares", "perfect squares"),
        "found = [i ** 2 for i in range(1, {n} + 1)]\n",
        lambda n: [at**2 for at in range(1, n + 1)],
    ),
    (pool("cube numbers|cubes", "perfect cubes"), "found = [i ** 3 for i in range(1, {n} + 1)]\n", _cubes),
    (
        pool("even numbers|positive even numbers", "multiples of two"),
        "found = [2 * i for i in range(1, {n} + 1)]\n",
        lambda n: [2 * at for at in range(1, n + 1)],
    ),
    (
        pool("odd numbers", "numbers that are odd"),
        "found = [2 * i - 1 for i in range(1, {n} + 1)]\n",
        lambda n: [2 * at - 1 for at in range(1, n + 1)],
    ),
    (
        pool("powers of two|powers of 2", "powers of the number two"),
        "found = [2 ** i for i in range({n})]\n",
        lambda n: [2**at for at in range(n)],
    ),
    (
        pool("triangular numbers", "triangle numbers"),
        "found = [i * (i + 1) // 2 for i in range(1, {n} + 1)]\n",
        lambda n: [at * (at + 1) // 2 for at in range(1, n + 1)],
    ),
)
LIST_ASKS = pool(
    "Print the first {n} {x}.|List the first {n} {x}|Compute the first {n} {x}.|What are the first {n} {x}?|Show the first {n} {x}.|Give me the first {n} {x}",
    "I need the first {n} {x}.|Write code that prints the first {n} {x}|Output the first {n} {x}.",
)
SUM_ASKS = pool(
    "What is the sum of the first {n} {x}?|Add up the first {n} {x}.|Compute the sum of the first {n} {x}|Sum the first {n} {x}.",
    "Find the total of the first {n} {x}.|How much are the first {n} {x} together?",
)

_OPERATIONS: tuple[tuple[Pool, str, Callable[[list[int]], Any]], ...] = (
    (pool("the sum|the total", "the total sum"), "sum(numbers)", sum),
    (pool("the largest number|the maximum", "the biggest number"), "max(numbers)", max),
    (pool("the smallest number|the minimum", "the lowest number"), "min(numbers)", min),
    (pool("the sorted list|the numbers in order", "the numbers from small to large"), "sorted(numbers)", sorted),
    (
        pool("the even numbers|only the even numbers", "those that are even"),
        "[n for n in numbers if n % 2 == 0]",
        lambda v: [n for n in v if n % 2 == 0],
    ),
    (
        pool("the odd numbers|only the odd numbers", "those that are odd"),
        "[n for n in numbers if n % 2 == 1]",
        lambda v: [n for n in v if n % 2 == 1],
    ),
    (pool("the squares|each number squared", "all of them squared"), "[n ** 2 for n in numbers]", lambda v: [n**2 for n in v]),
    (pool("the average|the mean", "the mean value"), "sum(numbers) / len(numbers)", lambda v: sum(v) / len(v)),
    (pool("the numbers backwards|the list reversed", "the list in reverse"), "numbers[::-1]", lambda v: v[::-1]),
    (pool("how many there are|the length of the list", "how long the list is"), "len(numbers)", len),
)
OPERATION_ASKS = pool(
    "Print {o} of {v}.|Compute {o} of {v}|What is {o} of {v}?|For {v}, print {o}.|Given {v}, what is {o}?|Use code to get {o} of {v}.",
    "Work out {o} for {v}.|I have {v}. Show me {o}.",
)
_STRINGS: tuple[tuple[Pool, str, Callable[[str], Any]], ...] = (
    (pool("Reverse the text '{s}'.|Write '{s}' backwards.", "Turn '{s}' around."), "text[::-1]", lambda s: s[::-1]),
    (pool("Put '{s}' in capitals.|Write '{s}' in upper case.", "Make '{s}' all capitals."), "text.upper()", str.upper),
    (pool("How many letters has '{s}'?|Count the letters of '{s}'.", "What is the length of '{s}'?"), "len(text)", len),
    (
        pool("How many vowels are in '{s}'?|Count the vowels in '{s}'.", "Tell me the number of vowels in '{s}'."),
        "sum(c in 'aeiou' for c in text)",
        lambda s: sum(c in "aeiou" for c in s),
    ),
    (
        pool("Sort the letters of '{s}'.|Put the letters of '{s}' in order.", "Arrange the letters of '{s}'."),
        "''.join(sorted(text))",
        lambda s: "".join(sorted(s)),
    ),
)
_FILE_ASKS = pool(
    "Write '{s}' to the file {f} and read it back.|Save '{s}' in {f}, then print the file.|Put '{s}' into {f} and show what is in it.",
    "Create {f} with the text '{s}' and print its content.",
)
_TABLE_ASKS = pool(
    "Print the multiplication table of {n} up to {m}.|Show {n} times 1 to {m}.|Make a table of {n} times 1 up to {m}",
    "Give me the table of {n} from 1 to {m}.",
)


def program(d: Draw) -> Program:
    """One small program."""
    kind = d.weighted(((4, "sequence"), (4, "list"), (3, "text"), (1, "file"), (1, "table")))
    if kind == "sequence":
        names, code, members = d.pick(SEQUENCES)
        count = d.number(3, 40)
        found = members(count)
        added = d.chance(0.4)
        ask = str(d.pick(SUM_ASKS if added else LIST_ASKS)).replace("{n}", str(count)).replace("{x}", str(d.pick(names)))
        return Program(
            ask, code.replace("{n}", str(count)) + ("print(sum(found))" if added else "print(found)"), str(sum(found) if added else found)
        )
    if kind == "list":
        numbers = [d.number(1, 99) for _ in range(d.number(3, 8))]
        what, code, compute = d.pick(_OPERATIONS)
        said = words.listing([str(number) for number in numbers]) if d.chance(0.5) else str(numbers)
        ask = str(d.pick(OPERATION_ASKS)).replace("{o}", str(d.pick(what))).replace("{v}", said)
        return Program(ask, f"numbers = {numbers}\nprint({code})", str(compute(numbers)))
    text = " ".join(d.word() for _ in range(d.number(1, 3)))
    if kind == "text":
        asks, code, change = d.pick(_STRINGS)
        return Program(str(d.pick(asks)).replace("{s}", text), f"text = '{text}'\nprint({code})", str(change(text)))
    if kind == "file":
        name = words.file_name(d)
        code = f"with open('{name}', 'w') as f:\n    f.write('{text}')\nwith open('{name}') as f:\n    print(f.read())"
        return Program(str(d.pick(_FILE_ASKS)).replace("{s}", text).replace("{f}", name), code, text)
    n, m = d.number(2, 20), d.number(3, 12)
    code = f"for i in range(1, {m} + 1):\n    print({n}, 'x', i, '=', {n} * i)"
    rows = [f"{n} x {at} = {n * at}" for at in range(1, m + 1)]
    return Program(str(d.pick(_TABLE_ASKS)).replace("{n}", str(n)).replace("{m}", str(m)), code, "\n".join(rows))


_TOOLS = (
    ("run_python", "Runs Python code and returns what it prints", "code"),
    ("code_execution", "Executes Python code", "code"),
    ("python", "Run Python", "code"),
    ("execute_code", "Execute a Python program", "source"),
)
_PREFIXES = pool("Use code: |Write a Python program. |Run code for this: ", "With Python: ", grammar=True, blanks=True)


def programs(d: Draw) -> Sample:
    """The code in a call of the code tool; sometimes the printed result and its telling follow."""
    made = program(d)
    name, description, key = d.pick(_TOOLS)
    tool = {
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": {key: {"type": "string", "description": "The program"}}, "required": [key]},
    }
    messages = [
        Message("user", f"{d.pick(_PREFIXES) if d.chance(0.3) else ''}{made.request}".strip()),
        Message("assistant", calls=(Call(name, {key: made.code}),)),
    ]
    expect: dict[str, Any] = {"prints": made.printed, "argument": key}
    if d.chance(0.35):
        shown = made.printed + ("\n" if d.chance(0.5) else "")
        messages.append(Message("tool", shown if d.chance(0.5) else dump(d, {"stdout": shown})))
        lead = "The program printed:\n" if "\n" in made.printed else "The result is "
        messages.append(Message("assistant", f"{lead}{made.printed}{'' if chr(10) in made.printed else '.'}"))
        expect = {"contains": [made.printed]}
    return Sample("programs", messages, [tool], expect)
