"""The GGUF container: a writer, and a reader that gives back exactly what was written.

Version 3, little endian: header, metadata, tensor directory, then the tensors, each aligned to 32 bytes. The directory
lists a tensor's dimensions innermost first; arrays here have the usual numpy order.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from training.export.quantise import F32, Q8_0, dequantise_q8_0, quantise_q8_0

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY, _UINT64 = 4, 5, 6, 7, 8, 9, 10


@dataclass(frozen=True)
class UInt:
    """A metadata number to be stored as an unsigned 32-bit integer."""

    value: int


def _text(out: BinaryIO, text: str) -> None:
    raw = text.encode()
    out.write(struct.pack("<Q", len(raw)) + raw)


def _value(out: BinaryIO, value: Any) -> None:
    if isinstance(value, bool):
        out.write(struct.pack("<I?", _BOOL, value))
    elif isinstance(value, UInt):
        out.write(struct.pack("<II", _UINT32, value.value))
    elif isinstance(value, float):
        out.write(struct.pack("<If", _FLOAT32, value))
    elif isinstance(value, str):
        out.write(struct.pack("<I", _STRING))
        _text(out, value)
    elif isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        out.write(struct.pack("<IIQ", _ARRAY, _STRING, len(value)))
        for item in value:
            _text(out, item)
    elif isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        out.write(struct.pack("<IIQ", _ARRAY, _INT32, len(value)) + np.asarray(value, "<i4").tobytes())
    else:
        raise TypeError(f"metadata cannot hold {type(value).__name__}")


def write(path: Path, metadata: dict[str, Any], tensors: dict[str, tuple[int, np.ndarray]]) -> None:
    """Writes a file; each tensor is (type, float array), quantised here."""
    bodies: list[bytes] = []
    with path.open("wb") as out:
        out.write(MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(metadata)))
        for key, value in metadata.items():
            _text(out, key)
            _value(out, value)
        offset = 0
        for name, (kind, array) in tensors.items():
            body = quantise_q8_0(array) if kind == Q8_0 else np.ascontiguousarray(array, "<f4").tobytes()
            body += b"\0" * (-len(body) % ALIGNMENT)
            bodies.append(body)
            _text(out, name)
            out.write(struct.pack("<I", array.ndim) + struct.pack(f"<{array.ndim}Q", *reversed(array.shape)))
            out.write(struct.pack("<IQ", kind, offset))
            offset += len(body)
        out.write(b"\0" * (-out.tell() % ALIGNMENT))
        for body in bodies:
            out.write(body)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> Any:
        size = struct.calcsize("<" + form)
        (value,) = struct.unpack_from("<" + form, self.data, self.at)
        self.at += size
        return value

    def text(self) -> str:
        size = self.take("Q")
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def value(self, kind: int) -> Any:
        if kind == _ARRAY:
            inner, count = self.take("I"), self.take("Q")
            return tuple(self.value(inner) for _ in range(count))
        if kind == _STRING:
            return self.text()
        if kind == _UINT32:
            return self.take("I")
        forms = {_INT32: "i", _FLOAT32: "f", _BOOL: "?", _UINT64: "Q"}
        return self.take(forms[kind])


def read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Metadata (numbers plain) and tensors as 32-bit floats."""
    reader = _Reader(path.read_bytes())
    if reader.data[:4] != MAGIC:
        raise ValueError(f"{path} is no GGUF file")
    reader.at = 4
    if reader.take("I") != VERSION:
        raise ValueError(f"{path} has another GGUF version")
    tensor_count, pair_count = reader.take("Q"), reader.take("Q")
    metadata = {}
    for _ in range(pair_count):
        key = reader.text()
        metadata[key] = reader.value(reader.take("I"))
    directory = []
    for _ in range(tensor_count):
        name = reader.text()
        shape = tuple(reader.take("Q") for _ in range(reader.take("I")))[::-1]
        directory.append((name, shape, reader.take("I"), reader.take("Q")))
    start = reader.at + -reader.at % ALIGNMENT
    tensors = {}
    for name, shape, kind, offset in directory:
        count = int(np.prod(shape))
        if kind == F32:
            tensors[name] = np.frombuffer(reader.data, "<f4", count, start + offset).reshape(shape)
        elif kind == Q8_0:
            tensors[name] = dequantise_q8_0(reader.data[start + offset : start + offset + count // 32 * 34], shape)
        else:
            raise ValueError(f"tensor {name} has type {kind}, which this reader does not know")
    return metadata, tensors
