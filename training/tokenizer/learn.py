"""Learning the merges from our own samples.

Two rules serve copying, which is most of what so small a model does. A word never merges with the blank, quote or
underscore before it, so ` Rome` in a sentence and `"Rome` in a call end in the same tokens; only the most common words
of the phrasings, which nobody copies, get a form with the blank. And words out of value lists count little, so a
known name is cut into pieces just as an unknown one is.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from pathlib import Path

from training.generate import words
from training.generate.chat import render
from training.generate.draw import Pool
from training.generate.mixture import FAMILIES, samples
from training.tokenizer.bpe import CONTROL, NORMAL, USER_DEFINED, Vocabulary
from training.tokenizer.fixed import FIXED
from training.tokenizer.split import byte_letters, pieces, to_letters

VOCABULARY_FILE = Path(__file__).with_name("vocabulary.json")
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKS = ("<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<think>", "</think>")


def value_words() -> set[str]:
    """Words that are values, in any case."""
    found: set[str] = set()
    for entry in vars(words).values():
        if isinstance(entry, Pool):
            for text in entry.train:
                found.update(part.lower() for part in text.split())
    return found


def count_units(number: int, seed: int) -> tuple[Counter[str], Counter[str]]:
    """Units that may merge, with counts; and words that follow a blank."""
    units: Counter[str] = Counter()
    after_blank: Counter[str] = Counter()
    stream = samples(f"tokenizer/{seed}", {family: 1.0 for family in FAMILIES})
    fixed = re.compile("|".join(re.escape(text) for text in sorted(CONTROLS + MARKS + FIXED, key=len, reverse=True)))
    for sample, _ in zip(stream, range(number)):
        text = "".join(piece for piece, _ in render(sample.messages, sample.tools, schema=sample.schema))
        for part in fixed.split(text):
            for piece in pieces(part):
                word = piece[1:] if len(piece) > 1 and piece[-1].isalpha() and not piece[0].isalpha() else piece
                if piece[0] == " " and word != piece:
                    after_blank[word] += 1
                units[word] += 1
    return units, after_blank


def learn_merges(counts: dict[str, float], number: int, longest: int = 16) -> list[tuple[str, str]]:
    """The `number` most useful merges, most useful first; ties by spelling, so the result is fixed."""
    sequences = [(list(to_letters(unit)), count) for unit, count in counts.items()]
    pairs: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, (symbols, count) in enumerate(sequences):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += count
            where[pair].add(at)
    merges: list[tuple[str, str]] = []
    while len(merges) < number and pairs:
        best = max((pair for pair in pairs if len(pair[0] + pair[1]) <= longest), key=lambda pair: (pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        merges.append(best)
        for at in list(where[best]):
            symbols, count = sequences[at]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= count
                where[pair].discard(at)
            merged: list[str] = []
            for symbol in symbols:
                if merged and (merged[-1], symbol) == best:
                    merged[-1] += symbol
                else:
                    merged.append(symbol)
            sequences[at] = (merged, count)
            for pair in zip(merged, merged[1:]):
                pairs[pair] += count
                where[pair].add(at)
        pairs.pop(best, None)
    return merges


def learn(number: int = 30_000, merges: int = 1100, with_blank: int = 160, seed: int = 1) -> Vocabulary:
    """The vocabulary: bytes, merges, common words with their blank, special texts."""
    units, after_blank = count_units(number, seed)
    values = value_words()
    counts = {unit: count * (0.03 if unit.lower() in values else 1.0) for unit, count in units.items() if count >= 3 or not unit.isalpha()}
    learnt = learn_merges(counts, merges)
    tokens = [byte_letters()[byte] for byte in range(256)]
    known = set(tokens)
    for left, right in learnt:
        if left + right not in known:
            known.add(left + right)
            tokens.append(left + right)
    common = [
        word
        for word, _ in sorted(after_blank.items(), key=lambda item: (-item[1], item[0]))
        if to_letters(word) in known and word.isascii() and word.islower() and word not in values
    ][:with_blank]
    extra = [(to_letters(" "), word) for word in common]
    tokens += [blank + word for blank, word in extra]
    texts = CONTROLS + MARKS + FIXED
    types = [NORMAL] * len(tokens) + [CONTROL] * len(CONTROLS) + [USER_DEFINED] * (len(MARKS) + len(FIXED))
    return Vocabulary((*tokens, *texts), tuple(types), tuple(f"{left} {right}" for left, right in [*learnt, *extra]))


def main() -> None:
    """Learns the vocabulary and writes it beside this file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=VOCABULARY_FILE)
    vocabulary = learn()
    vocabulary.save(parser.parse_args().out)


if __name__ == "__main__":
    main()
