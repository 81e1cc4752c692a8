"""Tokenizer and model file: what is written is read back, and means the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.evaluate.reference import Reference
from training.export import __main__ as exporter
from training.export.__main__ import export
from training.export.gguf import UInt, read, write
from training.export.quantise import F32, Q8_0, dequantise_q8_0, quantise_q8_0
from training.generate.chat import render
from training.generate.mixture import FAMILIES, samples
from training.tokenizer.bpe import USER_DEFINED, Tokenizer, Vocabulary
from training.tokenizer.learn import VOCABULARY_FILE, learn
from training.tokenizer.split import pieces


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """The tokenizer that ships."""
    return Tokenizer(Vocabulary.load(VOCABULARY_FILE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a  b\n\n c",
        "Grüße, 你好 — naïve 12½ 👋🏽",
        "I'll say 'it's' \"so\"\r\n\t x",
        '<tool_call>\n{"name": "f"}\n</tool_call><|im_end|>',
        "نص\u0000\u200b",
    ],
)
def test_text_survives(tokenizer: Tokenizer, text: str) -> None:
    """Any text encodes and decodes to itself."""
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert "".join(pieces(text)) == text


def test_samples_survive_and_special_texts_are_one_token(tokenizer: Tokenizer) -> None:
    """All families; and the marks of ChatML and Hermes are single tokens."""
    for sample, _ in zip(samples("tokens", dict.fromkeys(FAMILIES, 1.0), held_out=True), range(200)):
        text = "".join(piece for piece, _ in render(sample.messages, sample.tools, schema=sample.schema))
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert max(ids) < tokenizer.size
    for mark in ("<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<tool_response>", "<think>"):
        assert len(tokenizer.encode(mark)) == 1


def test_a_name_is_cut_alike_in_a_sentence_and_in_a_call(tokenizer: Tokenizer) -> None:
    """What follows the blank is what follows the quote: copying needs no translation."""
    for name in ("Reykjavik", "Zorbane", "Phil", "Paris", "umbrella"):
        assert tokenizer.encode(f"in {name}")[2:] == tokenizer.encode(f'"{name}')[1:]


def test_learning_is_deterministic() -> None:
    """The same seed gives the same vocabulary."""
    assert learn(300, 100, 20) == learn(300, 100, 20)


def test_container_round_trip(tmp_path: Path) -> None:
    """Metadata and tensors read back as written; Q8_0 to within half a step of its block."""
    rng = np.random.default_rng(1)
    matrix, norm = rng.normal(size=(6, 64)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    metadata = {"a": "text ü", "b": UInt(7), "c": 1.5, "d": True, "e": ("x", "", "ž"), "f": (1, -2, 3), "g": ()}
    write(tmp_path / "f.gguf", metadata, {"m": (Q8_0, matrix), "n": (F32, norm), "o": (F32, matrix)})
    read_metadata, tensors = read(tmp_path / "f.gguf")
    assert read_metadata == {**metadata, "b": 7}
    assert np.array_equal(tensors["n"], norm) and np.array_equal(tensors["o"], matrix)
    step = np.abs(matrix.reshape(-1, 32)).max(1).repeat(32).reshape(matrix.shape) / 127
    assert np.all(np.abs(tensors["m"] - matrix) <= 0.51 * step)
    assert quantise_q8_0(dequantise_q8_0(quantise_q8_0(matrix), matrix.shape)) == quantise_q8_0(matrix)


def random_weights(path: Path, width: int = 64, layers: int = 2) -> dict[str, np.ndarray]:
    """A run's best.npz with random weights."""
    rng = np.random.default_rng(2)
    size = Tokenizer(Vocabulary.load(VOCABULARY_FILE)).size
    shape = {
        "width": width,
        "layers": layers,
        "heads": 2,
        "kv_heads": 1,
        "head_width": 32,
        "inner": 96,
        "context": 512,
        "rope_base": 10000.0,
        "epsilon": 1e-6,
    }
    weights = {"token_embd": rng.normal(size=(size, width)), "output_norm": np.ones(width)}
    for at in range(layers):
        rows = {
            "attn_q": (64, width),
            "attn_k": (32, width),
            "attn_v": (32, width),
            "attn_output": (width, 64),
            "ffn_gate": (96, width),
            "ffn_up": (96, width),
            "ffn_down": (width, 96),
        }
        weights |= {f"layers.{at}.{name}": rng.normal(size=rows_columns) / 8 for name, rows_columns in rows.items()}
        weights |= {
            f"layers.{at}.{name}": np.ones(n)
            for name, n in {"attn_norm": width, "ffn_norm": width, "attn_q_norm": 32, "attn_k_norm": 32}.items()
        }
    weights = {name: array.astype(np.float32) for name, array in weights.items()}
    np.savez(path, about=json.dumps({"shape": shape}), **weights)
    return weights


def test_exported_file_decodes(tmp_path: Path) -> None:
    """The file holds the vocabulary and the weights; decoding step by step equals decoding at once."""
    weights = random_weights(tmp_path / "best.npz")
    export(tmp_path / "best.npz", tmp_path / "m.gguf")
    model = Reference(tmp_path / "m.gguf")
    assert model.vocabulary == Vocabulary.load(VOCABULARY_FILE)
    assert model.meta["tokenizer.ggml.eos_token_id"] == model.tokenizer.end
    assert model.vocabulary.types[model.tokenizer.token("<tool_call>")] == USER_DEFINED
    assert np.allclose(model.weights["blk.1.ffn_down.weight"], weights["layers.1.ffn_down"], atol=0.02)
    ids = model.tokenizer.encode("<|im_start|>user\nHello<|im_end|>\n")
    whole, _ = model.forward(ids)
    _, past = model.forward(ids[:3])
    rest, _ = model.forward(ids[3:], past)
    assert np.allclose(whole[3:], rest, atol=1e-4)


def test_too_large_a_file_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file nor a part of it."""
    random_weights(tmp_path / "best.npz")
    monkeypatch.setattr(exporter, "LARGEST", 1000)
    with pytest.raises(SystemExit, match="smaller shape"):
        export(tmp_path / "best.npz", tmp_path / "m.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["best.npz"]
