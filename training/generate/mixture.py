"""Which family a sample comes from, and the seeded stream of samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from training.generate.calls.family import call
from training.generate.chat import Message, Sample
from training.generate.draw import Draw, pool
from training.generate.drawing import drawing
from training.generate.grounded.family import grounded
from training.generate.memory.family import memory
from training.generate.programs.family import programs
from training.generate.repeat import repeat
from training.generate.structured.family import structured
from training.generate.talk.explain import explain
from training.generate.talk.instructed import instructed
from training.generate.talk.manners import manners
from training.generate.vendor import is_vendor_prompt

FAMILIES: dict[str, Callable[[Draw], Sample]] = {
    "calls": call,
    "memory": memory,
    "structured": structured,
    "manners": manners,
    "grounded": grounded,
    "programs": programs,
    "explain": explain,
    "drawing": drawing,
    "instructed": instructed,
    "repeat": repeat,
}


# Instructions that ask for nothing particular: they must not lead astray.
SYSTEMS = pool(
    "You are a helpful assistant.|You are a friendly assistant.|You help people with their questions.|Be kind and polite.|You are here to help.|"
    "Answer the user's questions.|You are a careful expert.|Always be friendly.|Help the user as well as you can.|You are a useful assistant for everyone.",
    "You are a polite helper.|You are an expert on {w}.|Act as a kind assistant.",
)


def users(sample: Sample) -> list[str]:
    """Everything the user says in a sample."""
    return [message.content for message in sample.messages if message.role == "user"]


def draw_sample(d: Draw, family: str) -> Sample:
    """A sample of one family that holds no vendor's example prompt."""
    while True:
        sample = FAMILIES[family](d)
        if sample.messages[0].role != "system" and not sample.tools and d.chance(0.12):
            sample.messages.insert(0, Message("system", str(d.pick(SYSTEMS)).replace("{w}", d.word())))
        if not any(is_vendor_prompt(text) for text in users(sample)):
            return sample


def samples(seed: int | str, weights: Mapping[str, float], held_out: bool = False, pieces: Sequence[str] = ()) -> Iterator[Sample]:
    """An endless stream; the same seed gives the same samples. For `pieces` see `Draw`."""
    d = Draw(seed, held_out, pieces)
    table = [(weight, family) for family, weight in weights.items() if weight > 0]
    while True:
        yield draw_sample(d, d.weighted(table))


__all__ = ["FAMILIES", "draw_sample", "samples", "users"]
