"""A program and what it prints; programs about well-known sequences of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from training.generate.draw import Draw, Pool, pool


@dataclass(frozen=True)
class Program:
    """What is wanted, the code that does it, and what it prints.

    `wish` is a noun phrase (`the sum of 3 and 4`) if `is_named`, else a command (`sort the words ...`).
    """

    wish: str
    code: str
    printed: str
    is_named: bool = True
    is_plural: bool = False


def _first(count: int, accept: Callable[[int], bool]) -> list[int]:
    found, at = [], 0
    while len(found) < count:
        if accept(at):
            found.append(at)
        at += 1
    return found


def is_prime(n: int) -> bool:
    """True for prime numbers."""
    return n > 1 and all(n % other for other in range(2, int(n**0.5) + 1))


PRIMES = tuple(_first(100, is_prime))


def _fibonacci(count: int) -> list[int]:
    found = [0, 1]
    while len(found) < count:
        found.append(found[-1] + found[-2])
    return found[:count]


_PRIME_CODE = "found = []\nn = 2\nwhile len(found) < {n}:\n    if all(n % p for p in found):\n        found.append(n)\n    n += 1\n"
_FIBONACCI_CODE = "found = [0, 1]\nwhile len(found) < {n}:\n    found.append(found[-1] + found[-2])\nfound = found[:{n}]\n"


def _formula(text: str) -> tuple[str, Callable[[int], list[int]]]:
    code = f"found = [{text} for i in range(1, {{n}} + 1)]\n"
    compute = eval(f"lambda n: [{text} for i in range(1, n + 1)]", {"math": math})
    return "import math\n" + code if "math." in text else code, compute


# names, code that leaves `found`, the members
SEQUENCES: tuple[tuple[Pool, str, Callable[[int], list[int]]], ...] = (
    (
        pool("prime numbers|primes|primes in order|prime numbers, starting at 2", "prime numbers in order"),
        _PRIME_CODE,
        lambda n: list(PRIMES[:n]),
    ),
    (
        pool(
            "Fibonacci numbers|members of the Fibonacci sequence|fibonacci numbers|terms of the Fibonacci sequence|numbers in the Fibonacci sequence",
            "numbers of the Fibonacci series",
        ),
        _FIBONACCI_CODE,
        _fibonacci,
    ),
    (pool("square numbers|squares|squares of whole numbers", "perfect squares"), *_formula("i ** 2")),
    (pool("cube numbers|cubes|cubes of whole numbers", "perfect cubes"), *_formula("i ** 3")),
    (pool("even numbers|positive even numbers", "multiples of two"), *_formula("2 * i")),
    (pool("odd numbers|positive odd numbers", "numbers that are odd"), *_formula("2 * i - 1")),
    (
        pool("powers of two|powers of 2", "powers of the number two"),
        "found = [2 ** i for i in range({n})]\n",
        lambda n: [2**at for at in range(n)],
    ),
    (pool("triangular numbers|triangular numbers in order", "triangle numbers"), *_formula("i * (i + 1) // 2")),
    (pool("factorials|factorial numbers", "factorials of whole numbers"), *_formula("math.factorial(i)")),
    (pool("whole numbers|natural numbers|positive integers|integers", "counting numbers"), *_formula("i")),
)
_FIRST = pool(
    "the first {n} {x}|first {n} {x}|{n} {x}|the {n} first {x}|the initial {n} {x}", "the lowest {n} {x}|{x}, {n} of them", grammar=True
)
_SUM_OF_FIRST = pool(
    "the sum of the first {n} {x}|the total of the first {n} {x}|the sum of {n} {x}|the first {n} {x} added up|what the first {n} {x} add up to",
    "the total of the lowest {n} {x}|the first {n} {x} together",
)
_LAST_OF_FIRST = pool("the {o} of the {x}|number {n} of the {x}|the {o} one of the {x}", "the {o} member of the {x}")


def _ordinal(n: int) -> str:
    ending = "th" if 10 < n % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def sequence(d: Draw) -> Program:
    """The first members of a sequence, their sum, or the last of them."""
    names, code, members = d.pick(SEQUENCES)
    kind = d.number(0, 9)
    count = d.number(3, 12) if kind < 5 else d.number(3, 100) if d.chance(0.5) else d.number(3, 20)
    if kind >= 5 and "factorial" in code:
        count = d.number(3, 15)
    found = members(count)
    pattern = str(d.pick(_FIRST if kind < 5 else _SUM_OF_FIRST if kind < 8 else _LAST_OF_FIRST))
    wish = pattern.replace("{n}", str(count)).replace("{o}", _ordinal(count)).replace("{x}", str(d.pick(names)))
    code = code.replace("{n}", str(count))
    if kind < 5:
        return Program(wish, code + "print(found)", str(found), is_plural=True)
    if kind < 8:
        return Program(wish, code + "print(sum(found))", str(sum(found)))
    return Program(wish, code + "print(found[-1])", str(found[-1]))
