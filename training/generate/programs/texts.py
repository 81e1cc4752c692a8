"""Programs about texts, lists of words, files and small tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.generate import words
from training.generate.draw import Draw, Pool, pool
from training.generate.programs.sequences import Program

_QUOTES = ("'{}'", "'{}'", '"{}"', "the text '{}'", "the word '{}'", "the string '{}'", "this text: {}")
# command with {s} the text and {c} a letter or {k} a number, the expression, its value
_STRINGS: tuple[tuple[Pool, str, Callable[[str, str, int], Any]], ...] = (
    (
        pool("reverse {s}|write {s} backwards|spell {s} backwards|print {s} in reverse|flip {s}|give me {s} reversed", "turn {s} around"),
        "text[::-1]",
        lambda s, c, k: s[::-1],
    ),
    (
        pool(
            "put {s} in capitals|write {s} in upper case|uppercase {s}|convert {s} to upper case|turn {s} into capital letters|capitalise all letters of {s}",
            "make {s} all capitals",
        ),
        "text.upper()",
        lambda s, c, k: s.upper(),
    ),
    (
        pool(
            "put {s} in title case|capitalise each word of {s}|begin each word of {s} with a capital",
            "give every word of {s} a big first letter",
        ),
        "text.title()",
        lambda s, c, k: s.title(),
    ),
    (
        pool(
            "how many characters has {s}|count the characters of {s}|how long is {s}|count how long {s} is|what is the number of characters in {s}",
            "what is the length of {s}",
        ),
        "len(text)",
        lambda s, c, k: len(s),
    ),
    (
        pool(
            "how many vowels are in {s}|count the vowels in {s}|count the vowels of {s}|find out how many vowels {s} has",
            "tell me the number of vowels in {s}",
        ),
        "sum(c in 'aeiou' for c in text)",
        lambda s, c, k: sum(x in "aeiou" for x in s),
    ),
    (
        pool(
            "sort the letters of {s}|put the letters of {s} in order|order the letters in {s} by the alphabet", "arrange the letters of {s}"
        ),
        "''.join(sorted(text))",
        lambda s, c, k: "".join(sorted(s)),
    ),
    (
        pool(
            "how often is '{c}' in {s}|count the letter '{c}' in {s}|how many times does '{c}' occur in {s}|how many '{c}' are in {s}",
            "give the number of '{c}' within {s}",
        ),
        "text.count('{c}')",
        lambda s, c, k: s.count(c),
    ),
    (
        pool("how many words has {s}|count the words of {s}|how many words are there in {s}", "say how many words {s} is made of"),
        "len(text.split())",
        lambda s, c, k: len(s.split()),
    ),
    (
        pool("split {s} into words|make a list of the words of {s}|list the words in {s}", "break {s} up into words"),
        "text.split()",
        lambda s, c, k: s.split(),
    ),
    (
        pool(
            "replace the blanks of {s} by dashes|put dashes for the spaces in {s}|change the spaces in {s} to dashes",
            "swap the blanks of {s} for dashes",
        ),
        "text.replace(' ', '-')",
        lambda s, c, k: s.replace(" ", "-"),
    ),
    (
        pool("repeat {s} {k} times|print {s} {k} times in one line|write {s} {k} times in a row", "say {s} {k} times over"),
        "text * {k}",
        lambda s, c, k: s * k,
    ),
    (
        pool(
            "print the first {k} letters of {s}|show the first {k} letters of {s}|take the first {k} letters from {s}",
            "cut {s} after {k} letters",
        ),
        "text[:{k}]",
        lambda s, c, k: s[:k],
    ),
    (
        pool(
            "print the last {k} letters of {s}|show the last {k} letters of {s}|take the last {k} letters from {s}",
            "keep the final {k} letters of {s}",
        ),
        "text[-{k}:]",
        lambda s, c, k: s[-k:],
    ),
    (
        pool("is {s} a palindrome|check whether {s} is a palindrome|does {s} read the same backwards", "test {s} for being a palindrome"),
        "text == text[::-1]",
        lambda s, c, k: s == s[::-1],
    ),
    (
        pool(
            "replace '{c}' by '*' in {s}|change every '{c}' in {s} to '*'|put '*' for each '{c}' of {s}", "mask each '{c}' of {s} with '*'"
        ),
        "text.replace('{c}', '*')",
        lambda s, c, k: s.replace(c, "*"),
    ),
)


def of_text(d: Draw) -> Program:
    """Something done to a text."""
    text = " ".join(d.word() for _ in range(d.weighted(((5, 1), (3, 2), (2, 3)))))
    asks, code, change = d.pick(_STRINGS)
    letter, count = d.pick(text.replace(" ", "")), d.number(2, 5)
    said = "word" if " " in text else "text"
    quoted = str(d.pick([one for one in _QUOTES if f"the {said}" not in one])).replace("{}", text)
    code = code.replace("{c}", letter).replace("{k}", str(count))
    wish = str(d.pick(asks)).replace("{c}", letter).replace("{k}", str(count)).replace("{s}", quoted)
    return Program(wish, f"text = '{text}'\nprint({code})", str(change(text, letter, count)), is_named=False)


_WORD_LISTS: tuple[tuple[Pool, str, Callable[[list[str]], Any]], ...] = (
    (
        pool(
            "sort the words {v}|put {v} in alphabetical order|order {v} by the alphabet|sort {v} alphabetically|sort this list: {v}",
            "alphabetise {v}",
        ),
        "sorted(words)",
        sorted,
    ),
    (
        pool("find the longest of the words {v}|which word is the longest: {v}|show the longest word of {v}", "pick the longest among {v}"),
        "max(words, key=len)",
        lambda v: max(v, key=len),
    ),
    (
        pool(
            "find the shortest of the words {v}|which word is the shortest: {v}|show the shortest word of {v}",
            "pick the shortest among {v}",
        ),
        "min(words, key=len)",
        lambda v: min(v, key=len),
    ),
    (
        pool("join {v} with commas|connect the words {v} by commas|write {v} in one line with commas", "link {v} by commas"),
        "','.join(words)",
        ",".join,
    ),
    (
        pool("reverse the list {v}|print the words {v} in reverse order|turn round the list {v}", "list {v} from back to front"),
        "words[::-1]",
        lambda v: v[::-1],
    ),
    (
        pool(
            "give the length of each of {v}|how many letters has each of {v}|count the letters of each word: {v}",
            "measure each of the words {v}",
        ),
        "[len(w) for w in words]",
        lambda v: [len(w) for w in v],
    ),
    (
        pool(
            "write each of {v} in capitals|put all the words {v} in upper case|uppercase each of {v}", "make every word of {v} upper case"
        ),
        "[w.upper() for w in words]",
        lambda v: [w.upper() for w in v],
    ),
    (pool("how many words are there: {v}|count the words {v}|count these words: {v}", "give the number of words: {v}"), "len(words)", len),
)


def of_words(d: Draw) -> Program:
    """Something done to a list of words."""
    items = [d.word() for _ in range(d.number(3, 5))]
    asks, code, change = d.pick(_WORD_LISTS)
    said = d.pick((words.listing(items), ", ".join(items), str(items), " ".join(items)))
    return Program(str(d.pick(asks)).replace("{v}", str(said)), f"words = {items}\nprint({code})", str(change(items)), is_named=False)


_WRITE_READ = pool(
    "write '{s}' to the file {f} and read it back|save '{s}' in {f}, then print the file|put '{s}' into {f} and show what is in it|store '{s}' in a file {f} and print its text|"
    "make a file {f} that holds '{s}', then show it|save the text '{s}' as {f} and print what the file holds|write a file {f} with '{s}' in it and read it",
    "create {f} with the text '{s}' and print its content|place '{s}' in {f}, afterwards display {f}",
)
_WRITE = pool(
    "write '{s}' to the file {f}|save '{s}' in {f}|put '{s}' into {f}|store '{s}' in a file called {f}|make a file {f} with the text '{s}'|save the text '{s}' as {f}|write the line '{s}' into {f}",
    "create {f} with the text '{s}'|place '{s}' in {f}",
)
_READ = pool(
    "read {f}|print {f}|show me {f}|what is in {f}|show the content of {f}|print the file {f}|open {f} and print it|what does {f} hold|read the file {f} again",
    "display {f}|give the text of {f}",
)
_ADD = pool("add '{s}' to {f}|append '{s}' to {f}|put '{s}' at the end of {f}|add the line '{s}' to the file {f}", "extend {f} by '{s}'")
_LINES = pool(
    "write {v} to {f}, one per line, and count the lines|save {v} as lines of {f} and count them|put {v} into {f}, each on its own line, then count the lines",
    "store {v} line by line in {f} and tell how many lines it has",
)


def write_and_read(d: Draw) -> Program:
    """A file that is written and read in one program."""
    name = words.file_name(d)
    if d.chance(0.25):
        items = [d.word() for _ in range(d.number(2, 4))]
        code = f"lines = {items}\nwith open('{name}', 'w') as f:\n    f.write('\\n'.join(lines))\nwith open('{name}') as f:\n    print(len(f.readlines()))"
        return Program(str(d.pick(_LINES)).replace("{v}", words.listing(items)).replace("{f}", name), code, str(len(items)), is_named=False)
    text = " ".join(d.word() for _ in range(d.number(1, 3)))
    code = f"with open('{name}', 'w') as f:\n    f.write('{text}')\nwith open('{name}') as f:\n    print(f.read())"
    return Program(str(d.pick(_WRITE_READ)).replace("{s}", text).replace("{f}", name), code, text, is_named=False)


def file_in_steps(d: Draw) -> list[Program]:
    """A file that is written, perhaps extended, and read: one program after the other."""
    name, text, more = words.file_name(d), " ".join(d.word() for _ in range(d.number(1, 3))), d.word()
    steps = [
        Program(
            str(d.pick(_WRITE)).replace("{s}", text).replace("{f}", name),
            f"with open('{name}', 'w') as f:\n    f.write('{text}')",
            "",
            is_named=False,
        )
    ]
    if d.chance(0.35):
        code = f"with open('{name}', 'a') as f:\n    f.write(' {more}')"
        steps.append(Program(str(d.pick(_ADD)).replace("{s}", more).replace("{f}", name), code, "", is_named=False))
        text = f"{text} {more}"
    steps.append(Program(str(d.pick(_READ)).replace("{f}", name), f"with open('{name}') as f:\n    print(f.read())", text, is_named=False))
    return steps


def missing_file(d: Draw) -> Program:
    """A file that is not there."""
    name = words.file_name(d)
    return Program(
        str(d.pick(_READ)).replace("{f}", name),
        f"with open('{name}') as f:\n    print(f.read())",
        f"FileNotFoundError: [Errno 2] No such file or directory: '{name}'",
        is_named=False,
    )


_TABLES = pool(
    "print the multiplication table of {n} up to {m}|show {n} times 1 to {m}|make a table of {n} times 1 up to {m}|print the {n} times table up to {m}|write the multiplication table for {n}, 1 to {m}",
    "give me the table of {n} from 1 to {m}",
)
_POWERS = pool(
    "print the numbers 1 to {m} with their squares|make a table of 1 to {m} and their squares|show each number from 1 to {m} and its square",
    "tabulate the squares of 1 to {m}",
)
_COUNTDOWNS = pool(
    "count down from {m}|print a countdown from {m}|count backwards from {m} to 1|make a countdown that starts at {m}",
    "run down the numbers from {m}",
)
_SHOUTS = pool(
    "print '{s}' {m} times, each on its own line|print '{s}' {m} times|write '{s}' {m} times, one per line|show '{s}' on {m} lines",
    "put '{s}' on {m} lines",
)
_PRICES = pool(
    "{v}. What is the total?|add up these prices: {v}|what do I pay in all: {v}|the prices are {v}. Compute the total|sum up: {v}|total of {v}",
    "{v}. How much is it together?|the bill says {v}. Find the sum",
)


def table(d: Draw) -> Program:
    """A small table, line by line, or the total of one."""
    kind, n, m = d.number(0, 5), d.number(2, 20), d.number(3, 7)
    if kind <= 1:
        goods = {d.word() if d.chance(0.5) else str(d.pick(words.FOODS)): d.number(1, 60) for _ in range(d.number(2, 4))}
        pairs = [
            str(d.pick(("{a} {b}", "{a} at {b}", "{a}: {b}"))).replace("{a}", name).replace("{b}", str(price))
            for name, price in goods.items()
        ]
        return Program(
            str(d.pick(_PRICES)).replace("{v}", ", ".join(pairs)),
            f"prices = {goods}\nprint(sum(prices.values()))",
            str(sum(goods.values())),
            is_named=False,
        )
    if kind == 2:
        rows, asks, code = [f"{at} {at * at}" for at in range(1, m + 1)], _POWERS, f"for i in range(1, {m} + 1):\n    print(i, i ** 2)"
    elif kind == 3:
        rows, asks, code = [str(at) for at in range(m, 0, -1)], _COUNTDOWNS, f"for i in range({m}, 0, -1):\n    print(i)"
    elif kind == 4:
        text = d.word()
        wish = str(d.pick(_SHOUTS)).replace("{s}", text).replace("{m}", str(m))
        return Program(wish, f"for i in range({m}):\n    print('{text}')", "\n".join([text] * m), is_named=False)
    else:
        rows, asks, code = (
            [f"{n} x {at} = {n * at}" for at in range(1, m + 1)],
            _TABLES,
            f"for i in range(1, {m} + 1):\n    print({n}, 'x', i, '=', {n} * i)",
        )
    return Program(str(d.pick(asks)).replace("{n}", str(n)).replace("{m}", str(m)), code, "\n".join(rows), is_named=False)
