"""The tokenizer itself: special texts first, then byte pairs merged by rank."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from training.generate.chat import BREAK
from training.tokenizer.split import byte_letters, pieces, to_letters

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4


@dataclass(frozen=True)
class Vocabulary:
    """All tokens with their llama.cpp types, and the merges in order of rank (two letters strings with a blank between)."""

    tokens: tuple[str, ...]
    types: tuple[int, ...]
    merges: tuple[str, ...]

    def save(self, path: Path) -> None:
        """Writes the vocabulary as JSON."""
        path.write_text(json.dumps({"tokens": self.tokens, "types": self.types, "merges": self.merges}, ensure_ascii=False, indent=0))

    @staticmethod
    def load(path: Path) -> Vocabulary:
        """Reads what `save` wrote."""
        raw = json.loads(path.read_text())
        return Vocabulary(tuple(raw["tokens"]), tuple(raw["types"]), tuple(raw["merges"]))


class Tokenizer:
    """Text to token ids and back."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._ids = {token: at for at, token in enumerate(vocabulary.tokens)}
        self._ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(vocabulary.merges)}
        self._cache: dict[str, list[int]] = {}
        special = [token for token, kind in zip(vocabulary.tokens, vocabulary.types) if kind != NORMAL]
        self._special = frozenset(special)
        # llama.cpp cuts at the longest special text first
        ordered = sorted(special, key=len, reverse=True)
        self._cut = [re.compile("(" + re.escape(token) + ")") for token in ordered]
        self._any = re.compile("|".join(re.escape(token) for token in ordered)) if ordered else None
        self._bytes = {letter: byte for byte, letter in byte_letters().items()}
        self.end = self._ids["<|im_end|>"]
        self.size = len(vocabulary.tokens)

    def token(self, text: str) -> int:
        """The id of one token by its text."""
        return self._ids[text]

    def _piece(self, text: str) -> list[int]:
        known = self._cache.get(text)
        if known is not None:
            return known
        symbols = list(to_letters(text))
        while len(symbols) > 1:
            best = min(range(len(symbols) - 1), key=lambda at: self._ranks.get((symbols[at], symbols[at + 1]), 1 << 30))
            if (symbols[best], symbols[best + 1]) not in self._ranks:
                break
            symbols[best : best + 2] = [symbols[best] + symbols[best + 1]]
        ids = [self._ids[symbol] for symbol in symbols]
        if len(self._cache) < 200_000:
            self._cache[text] = ids
        return ids

    def encode(self, text: str) -> list[int]:
        """The ids of a text; special texts become their tokens, and a break keeps what stands around it apart."""
        if BREAK in text:
            return [token for part in text.split(BREAK) for token in self.encode(part)]
        parts = [text]
        if self._any is not None and self._any.search(text):
            for cut in self._cut:
                parts = [bit for part in parts for bit in ([part] if part in self._special else cut.split(part)) if bit]
        ids: list[int] = []
        for part in parts:
            if part in self._special:
                ids.append(self._ids[part])
            else:
                for piece in pieces(part):
                    ids.extend(self._piece(piece))
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of ids; bytes that are no UTF-8 become replacement marks."""
        out = bytearray()
        for at in ids:
            token = self.vocabulary.tokens[at]
            if self.vocabulary.types[at] == NORMAL:
                out += bytes(self._bytes[letter] for letter in token)
            else:
                out += token.encode()
        return out.decode("utf-8", "replace")
