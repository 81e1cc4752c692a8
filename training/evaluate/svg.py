"""Comparing SVG documents."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

_ROOT = "{http://www.w3.org/2000/svg}svg"


def elements(text: str) -> Counter[tuple[str, frozenset[tuple[str, str]]]] | None:
    """How often a document holds each element, told by tag and attributes; None if it is no well-formed SVG."""
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None
    if root.tag != _ROOT:
        return None
    return Counter((element.tag, frozenset(element.attrib.items())) for element in root.iter())
