"""Programs about lists of numbers, and single sums."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool, pool
from training.generate.programs.sequences import Program, is_prime

Operation = tuple[Pool, str, Callable[[list[int], int], Any], bool]
# what is wanted of {v} (and a number {k}), the expression, its value, whether the noun is plural
_OPERATIONS: tuple[Operation, ...] = (
    (pool("the sum of {v}|the total of {v}|{v} added up", "the total sum of {v}"), "sum(numbers)", lambda v, k: sum(v), False),
    (
        pool(
            "the largest number of {v}|the maximum of {v}|the largest of {v}|the highest number in {v}|the greatest of {v}",
            "the biggest number of {v}",
        ),
        "max(numbers)",
        lambda v, k: max(v),
        False,
    ),
    (
        pool("the smallest number of {v}|the minimum of {v}|the smallest of {v}|the least of {v}", "the lowest number of {v}"),
        "min(numbers)",
        lambda v, k: min(v),
        False,
    ),
    (
        pool(
            "the sorted list of {v}|the numbers {v} in order|the numbers {v} sorted|{v} sorted|{v} in ascending order",
            "the numbers {v} from small to large",
        ),
        "sorted(numbers)",
        lambda v, k: sorted(v),
        True,
    ),
    (
        pool("the numbers {v} in descending order|{v} sorted from high to low|{v} in falling order", "the numbers {v} from large to small"),
        "sorted(numbers, reverse=True)",
        lambda v, k: sorted(v, reverse=True),
        True,
    ),
    (
        pool(
            "the even numbers of {v}|only the even numbers of {v}|the even ones of {v}|all even numbers in {v}",
            "those of {v} that are even",
        ),
        "[n for n in numbers if n % 2 == 0]",
        lambda v, k: [n for n in v if n % 2 == 0],
        True,
    ),
    (
        pool("the odd numbers of {v}|only the odd numbers of {v}|the odd ones of {v}|all odd numbers in {v}", "those of {v} that are odd"),
        "[n for n in numbers if n % 2 == 1]",
        lambda v, k: [n for n in v if n % 2 == 1],
        True,
    ),
    (
        pool("the squares of {v}|the numbers {v}, each squared|each of {v} squared", "all of {v} squared"),
        "[n ** 2 for n in numbers]",
        lambda v, k: [n**2 for n in v],
        True,
    ),
    (
        pool("the average of {v}|the mean of {v}|the arithmetic mean of {v}", "the mean value of {v}"),
        "sum(numbers) / len(numbers)",
        lambda v, k: sum(v) / len(v),
        False,
    ),
    (
        pool("{v} backwards|the list {v} reversed|the numbers {v} in reverse order", "the list {v} in reverse"),
        "numbers[::-1]",
        lambda v, k: v[::-1],
        True,
    ),
    (
        pool("the length of the list {v}|the number of entries in {v}|the count of {v}", "the size of the list {v}"),
        "len(numbers)",
        lambda v, k: len(v),
        False,
    ),
    (
        pool("the product of {v}|{v} multiplied|{v} multiplied together", "{v} times each other"),
        "math.prod(numbers)",
        lambda v, k: math.prod(v),
        False,
    ),
    (
        pool(
            "the numbers above {k} in {v}|all numbers greater than {k} of {v}|those of {v} that are larger than {k}|the numbers over {k} in {v}",
            "whatever exceeds {k} in {v}",
        ),
        "[n for n in numbers if n > {k}]",
        lambda v, k: [n for n in v if n > k],
        True,
    ),
    (
        pool(
            "the numbers below {k} in {v}|all numbers smaller than {k} of {v}|those of {v} that are less than {k}|the numbers under {k} in {v}",
            "whatever stays beneath {k} in {v}",
        ),
        "[n for n in numbers if n < {k}]",
        lambda v, k: [n for n in v if n < k],
        True,
    ),
    (
        pool("{v}, each times {k}|each of {v} multiplied by {k}|the numbers {v} times {k}", "{v} with a factor of {k}"),
        "[n * {k} for n in numbers]",
        lambda v, k: [n * k for n in v],
        True,
    ),
    (
        pool("{v}, each plus {k}|each of {v} plus {k}|the numbers {v} with {k} added to each", "{v} raised by {k}"),
        "[n + {k} for n in numbers]",
        lambda v, k: [n + k for n in v],
        True,
    ),
    (
        pool(
            "the difference between the largest and the smallest of {v}|the range of {v}|the maximum minus the minimum of {v}",
            "the span of {v}",
        ),
        "max(numbers) - min(numbers)",
        lambda v, k: max(v) - min(v),
        False,
    ),
    (
        pool(
            "the list {v} without duplicates, sorted|the different numbers in {v}, sorted|the sorted unique values of {v}",
            "each number of {v} once, in order",
        ),
        "sorted(set(numbers))",
        lambda v, k: sorted(set(v)),
        True,
    ),
)


def numbers_said(d: Draw, numbers: Sequence[int]) -> str:
    """A list as people write it."""
    kind = d.number(0, 5)
    if kind < 2:
        return words.listing([str(one) for one in numbers])
    return str(list(numbers)) if kind < 4 else ", ".join(map(str, numbers)) if kind == 4 else " ".join(map(str, numbers))


def of_list(d: Draw) -> Program:
    """Something out of a list of numbers."""
    numbers = [d.number(1, 99 if d.chance(0.8) else 999) for _ in range(d.number(3, 7))]
    what, code, compute, is_plural = d.pick(_OPERATIONS)
    other = d.number(2, 60) if ">" in code or "<" in code else d.number(2, 9)
    wish = str(d.pick(what)).replace("{v}", numbers_said(d, numbers)).replace("{k}", str(other))
    lead = "import math\n" if "math." in code else ""
    return Program(
        wish, f"{lead}numbers = {numbers}\nprint({code.replace('{k}', str(other))})", str(compute(numbers, other)), is_plural=is_plural
    )


# what is wanted, code, its value, bounds of {a} and {b}
_SUMS: tuple[tuple[Pool, str, Callable[[int, int], Any], int, int], ...] = (
    (
        pool("{a} times {b}|{a} * {b}|{a} x {b}|the product of {a} and {b}|{a} multiplied by {b}", "{a} by {b} in a multiplication"),
        "{a} * {b}",
        lambda a, b: a * b,
        99999,
        9999,
    ),
    (
        pool("{a} plus {b}|{a} + {b}|the sum of {a} and {b}|{a} and {b} added", "{a} increased by {b}"),
        "{a} + {b}",
        lambda a, b: a + b,
        999999,
        99999,
    ),
    (
        pool("{a} minus {b}|{a} - {b}|the difference of {a} and {b}|{b} subtracted from {a}", "{a} decreased by {b}"),
        "{a} - {b}",
        lambda a, b: a - b,
        999999,
        99999,
    ),
    (
        pool("{a} divided by {b}|{a} / {b}|the quotient of {a} and {b}|{a} over {b}", "{a} split into {b} parts"),
        "{a} / {b}",
        lambda a, b: a / b,
        99999,
        99,
    ),
    (
        pool(
            "the remainder of {a} divided by {b}|{a} mod {b}|{a} modulo {b}|the rest of {a} / {b}",
            "what is left of {a} after division by {b}",
        ),
        "{a} % {b}",
        lambda a, b: a % b,
        99999,
        99,
    ),
    (pool("{a} to the power of {b}|{a} ** {b}|{a}^{b}|{a} to the {b}", "{a} raised to {b}"), "{a} ** {b}", lambda a, b: a**b, 99, 9),
    (
        pool("{b} percent of {a}|{b} % of {a}|{b}% of {a}", "a share of {b} percent of {a}"),
        "{a} * {b} / 100",
        lambda a, b: a * b / 100,
        9999,
        99,
    ),
    (
        pool("the square root of {a}|the root of {a}|sqrt({a})|sqrt of {a}", "the number whose square is {a}"),
        "math.sqrt({a})",
        lambda a, b: math.sqrt(a),
        9999,
        9,
    ),
    (
        pool("the factorial of {a}|{a}!|{a} factorial", "the product of all numbers up to {a}"),
        "math.factorial({a})",
        lambda a, b: math.factorial(a),
        20,
        9,
    ),
    (
        pool(
            "the greatest common divisor of {a} and {b}|the gcd of {a} and {b}|gcd({a}, {b})", "the largest number that divides {a} and {b}"
        ),
        "math.gcd({a}, {b})",
        math.gcd,
        999,
        999,
    ),
    (
        pool(
            "the least common multiple of {a} and {b}|the lcm of {a} and {b}|lcm({a}, {b})", "the smallest number that {a} and {b} divide"
        ),
        "math.lcm({a}, {b})",
        math.lcm,
        99,
        99,
    ),
    (
        pool("{a} in binary|the number {a} as a binary number|the binary form of {a}", "{a} in base two"),
        "bin({a})",
        lambda a, b: bin(a),
        999,
        9,
    ),
    (pool("{a} in hexadecimal|{a} as hex|the hex form of {a}", "{a} in base sixteen"), "hex({a})", lambda a, b: hex(a), 99999, 9),
    (
        pool("the divisors of {a}|all divisors of {a}|all numbers that divide {a}", "the factors of {a}"),
        "[n for n in range(1, {a} + 1) if {a} % n == 0]",
        lambda a, b: [n for n in range(1, a + 1) if a % n == 0],
        200,
        9,
    ),
    (
        pool("the digit sum of {a}|the sum of the digits of {a}", "the digits of {a} added up"),
        "sum(int(c) for c in str({a}))",
        lambda a, b: sum(map(int, str(a))),
        999999,
        9,
    ),
    (
        pool(
            "the sum of all numbers from {b} to {a}|the sum of the numbers between {b} and {a}|the numbers from {b} to {a} added up",
            "all numbers from {b} up to {a} in total",
        ),
        "sum(range({b}, {a} + 1))",
        lambda a, b: sum(range(b, a + 1)),
        999,
        9,
    ),
    (
        pool(
            "every number from {b} to {a}|the numbers from {b} to {a}|all numbers between {b} and {a}",
            "the run of numbers from {b} until {a}",
        ),
        "list(range({b}, {a} + 1))",
        lambda a, b: list(range(b, a + 1)),
        18,
        6,
    ),
    (
        pool("{a} degrees Celsius in Fahrenheit|{a} Celsius in Fahrenheit|{a} °C in °F", "the Fahrenheit value of {a} Celsius"),
        "{a} * 9 / 5 + 32",
        lambda a, b: a * 9 / 5 + 32,
        99,
        9,
    ),
    (
        pool("whether {a} is a prime number|whether {a} is prime|if {a} is a prime", "the truth about {a} being prime"),
        "{a} > 1 and all({a} % n for n in range(2, {a}))",
        lambda a, b: is_prime(a),
        999,
        9,
    ),
)


def single_sum(d: Draw) -> Program:
    """One sum with one or two numbers."""
    what, code, compute, most, other = d.pick(_SUMS)
    a, b = d.number(2, most) if d.chance(0.5) else d.number(2, max(3, most // 50)), d.number(2, other)
    if "range({b}" in code and a <= b:
        a += b
    code = code.replace("{a}", str(a)).replace("{b}", str(b))
    lead = "import math\n" if "math." in code else ""
    wish = str(d.pick(what)).replace("{a}", str(a)).replace("{b}", str(b))
    is_plural = wish.startswith(("the divisors", "all ", "every", "the numbers", "the factors"))
    return Program(wish, f"{lead}print({code})", str(compute(a, b)), is_plural=is_plural)
