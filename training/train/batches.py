"""Samples as token batches. A step's batch follows from seed, step and progress alone, so a run resumes where it stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from training.generate.chat import Sample, render
from training.generate.mixture import samples
from training.tokenizer.bpe import NORMAL, Tokenizer, Vocabulary
from training.tokenizer.learn import VOCABULARY_FILE
from training.train.curriculum import Points, weights

IGNORED = -100


@cache
def tokenizer() -> Tokenizer:
    """The tokenizer of the model file."""
    return Tokenizer(Vocabulary.load(VOCABULARY_FILE))


@cache
def letter_groups() -> tuple[str, ...]:
    """The vocabulary's tokens that are lower-case letters alone: made-up words of them teach to copy every token."""
    vocabulary = tokenizer().vocabulary
    return tuple(
        token
        for token, kind in zip(vocabulary.tokens, vocabulary.types)
        if kind == NORMAL and token.isascii() and token.isalpha() and token.islower()
    )


@dataclass(frozen=True)
class Batch:
    """Inputs and targets of one micro-batch, both [rows, length]; targets hold `IGNORED` where nothing is learnt."""

    inputs: np.ndarray
    targets: np.ndarray


def encode(sample: Sample, last_only: bool = False) -> tuple[list[int], list[int]]:
    """Ids and targets of a sample; with `last_only` just the last assistant message counts."""
    ids: list[int] = []
    targets: list[int] = []
    start = 0
    for text, learnt in render(sample.messages, sample.tools, schema=sample.schema):
        if text == "<|im_start|>assistant\n":
            start = len(targets)
        piece = tokenizer().encode(text)
        ids += piece
        targets += piece if learnt else [IGNORED] * len(piece)
    if last_only:
        targets[:start] = [IGNORED] * start
    return ids[:-1], targets[1:]


def stack(encoded: Iterable[tuple[list[int], list[int]]], parts: int, multiple: int = 1) -> list[Batch]:
    """Micro-batches of about equally many tokens, each of samples of like length."""
    ordered = sorted(encoded, key=lambda pair: len(pair[0]))
    total = sum(len(ids) for ids, _ in ordered)
    groups: list[list[tuple[list[int], list[int]]]] = [[]]
    filled = 0
    for pair in ordered:
        if filled >= total * len(groups) / parts and groups[-1]:
            groups.append([])
        groups[-1].append(pair)
        filled += len(pair[0])
    batches = []
    for group in groups:
        length = -(-len(group[-1][0]) // multiple) * multiple
        inputs = np.zeros((len(group), length), np.int64)
        targets = np.full((len(group), length), IGNORED, np.int64)
        for row, (ids, wanted) in enumerate(group):
            inputs[row, : len(ids)] = ids
            targets[row, : len(wanted)] = wanted
        batches.append(Batch(inputs, targets))
    return batches


def batch(source: tuple[int, Points, int, int], step: int, progress: float, multiple: int = 1) -> list[Batch]:
    """The micro-batches of one step out of a source: seed, mixture, samples, micro-batches.

    `progress` (0 to 1) sets the mixture of the families along the points.
    """
    seed, points, size, parts = source
    stream = samples(f"{seed}/{step}", weights(points, progress), pieces=letter_groups())
    return stack([encode(sample) for sample, _ in zip(stream, range(size))], parts, multiple)


def _own_signals() -> None:
    """A worker dies of SIGTERM: the handler that it inherits only tells the trainer to stop."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Ahead:
    """Makes the batches of the coming steps, in other processes if there are `workers`."""

    def __init__(self, workers: int, seed: int, points: Points, size: int, parts: int, multiple: int) -> None:
        self._pool = ProcessPoolExecutor(workers, initializer=_own_signals) if workers else None
        self._depth, self._args, self._multiple = 4 * workers, (seed, points, size, parts), multiple
        self._waiting: dict[int, Future[list[Batch]]] = {}

    def get(self, step: int, progress_at: Callable[[int], float]) -> list[Batch]:
        """The batch of `step`; its mixture follows what `progress_at` said when its making began."""
        if self._pool is None:
            return batch(self._args, step, progress_at(step), self._multiple)
        for coming in range(step, step + self._depth):
            if coming not in self._waiting:
                self._waiting[coming] = self._pool.submit(batch, self._args, coming, progress_at(coming), self._multiple)
        return self._waiting.pop(step).result()

    def close(self) -> None:
        """Ends the processes; batches that were not asked for are dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
