"""Q8_0: blocks of 32 weights, one 16-bit scale and 32 signed bytes each."""

from __future__ import annotations

import numpy as np

F32, Q8_0 = 0, 8
BLOCK = 32
_LAYOUT = np.dtype([("scale", "<f2"), ("weights", "i1", BLOCK)])


def quantise_q8_0(array: np.ndarray) -> bytes:
    """The blocks of an array whose rows are a multiple of 32 long."""
    if array.shape[-1] % BLOCK:
        raise ValueError(f"rows of {array.shape[-1]} weights are no multiple of {BLOCK}")
    blocks = array.reshape(-1, BLOCK).astype(np.float32)
    scale = np.abs(blocks).max(1) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    packed = np.empty(len(blocks), _LAYOUT)
    packed["scale"] = scale
    packed["weights"] = np.rint(blocks * inverse[:, None])
    return packed.tobytes()


def dequantise_q8_0(raw: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The floats that those blocks stand for."""
    packed = np.frombuffer(raw, _LAYOUT)
    return (packed["scale"].astype(np.float32)[:, None] * packed["weights"]).reshape(shape)
