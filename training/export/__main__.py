"""`python -m training.export`: best.npz of a run to a GGUF file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from training.export.gguf import UInt, write
from training.export.quantise import F32, Q8_0
from training.tokenizer.bpe import Vocabulary
from training.tokenizer.learn import VOCABULARY_FILE

TEMPLATE_FILE = Path(__file__).with_name("chat_template.jinja")
LARGEST = 25_000_000


def metadata(shape: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """What llama.cpp needs to know about the architecture and the tokenizer."""
    ids = {token: at for at, token in enumerate(vocabulary.tokens)}
    return {
        "general.architecture": "qwen3",
        "general.name": "antiphon-nano",
        "general.basename": "antiphon-nano",
        "general.license": "apache-2.0",
        "general.sampling.temp": 0.0,  # a model this small is wrong as soon as it wavers
        "general.file_type": UInt(7),
        "general.quantization_version": UInt(2),
        "qwen3.block_count": UInt(shape["layers"]),
        "qwen3.context_length": UInt(shape["context"]),
        "qwen3.embedding_length": UInt(shape["width"]),
        "qwen3.feed_forward_length": UInt(shape["inner"]),
        "qwen3.attention.head_count": UInt(shape["heads"]),
        "qwen3.attention.head_count_kv": UInt(shape["kv_heads"]),
        "qwen3.attention.key_length": UInt(shape["head_width"]),
        "qwen3.attention.value_length": UInt(shape["head_width"]),
        "qwen3.attention.layer_norm_rms_epsilon": float(shape["epsilon"]),
        "qwen3.rope.freq_base": float(shape["rope_base"]),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": vocabulary.tokens,
        "tokenizer.ggml.token_type": vocabulary.types,
        "tokenizer.ggml.merges": vocabulary.merges,
        "tokenizer.ggml.eos_token_id": UInt(ids["<|im_end|>"]),
        "tokenizer.ggml.padding_token_id": UInt(ids["<|endoftext|>"]),
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE_FILE.read_text(),
    }


def tensors(weights: dict[str, np.ndarray]) -> dict[str, tuple[int, np.ndarray]]:
    """The weights under llama.cpp's names: matrices in Q8_0, norms in 32 bits."""
    found: dict[str, tuple[int, np.ndarray]] = {}
    for name, array in weights.items():
        called = name.replace("layers.", "blk.") + ".weight"
        found[called] = (Q8_0 if array.ndim == 2 else F32, array)
    return found


def export(weights_file: Path, out: Path) -> None:
    """Writes the model file; refuses one that is larger than the repository may hold."""
    with np.load(weights_file) as archive:
        about = json.loads(str(archive["about"]))
        weights = {name: archive[name] for name in archive.files if name != "about"}
    partial = out.with_suffix(".partial")
    try:
        write(partial, metadata(about["shape"], Vocabulary.load(VOCABULARY_FILE)), tensors(weights))
        if partial.stat().st_size > LARGEST:
            raise SystemExit(f"{out} would be larger than {LARGEST} bytes: train a smaller shape")
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def main() -> None:
    """Reads the command line and exports."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("weights", type=Path, help="best.npz of a training run")
    parser.add_argument("--out", type=Path, default=Path("models/antiphon-nano.gguf"))
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    export(arguments.weights, arguments.out)


if __name__ == "__main__":
    main()
