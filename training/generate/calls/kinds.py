"""All kinds of function parameters by their keys."""

from __future__ import annotations

from training.generate.calls.kind import Kind
from training.generate.calls.number_kinds import NUMBER_KINDS
from training.generate.calls.text_kinds import TEXT_KINDS

KINDS: dict[str, Kind] = {**TEXT_KINDS, **NUMBER_KINDS}

__all__ = ["KINDS"]
