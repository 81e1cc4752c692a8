"""Cutting text into the pieces within which byte pairs may merge: the rule that llama.cpp calls `qwen2`."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache


@cache
def _class(initial: str) -> str:
    """A character class for all code points whose category starts with `initial`."""
    ranges: list[str] = []
    start = None
    for point in range(sys.maxunicode + 2):
        inside = point <= sys.maxunicode and unicodedata.category(chr(point))[0] == initial
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            ranges.append(f"{chr(start)}-{chr(point - 1)}" if point - 1 > start else chr(start))
            start = None
    return "".join(ranges)


@cache
def splitter() -> re.Pattern[str]:
    """The compiled rule."""
    letter, number = _class("L"), _class("N")
    return re.compile(
        r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
        rf"|[^\r\n{letter}{number}]?[{letter}]+|[{number}]| ?[^\s{letter}{number}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


def pieces(text: str) -> list[str]:
    """The pieces of a text, in order; joined they are the text."""
    return splitter().findall(text)


@cache
def byte_letters() -> dict[int, str]:
    """The printable letter that stands for each byte in a byte-level vocabulary."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(256 + len(table) - len(kept))
    return table


def to_letters(text: str) -> str:
    """A text's UTF-8 bytes in those letters."""
    table = byte_letters()
    return "".join(table[byte] for byte in text.encode())
