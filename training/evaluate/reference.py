"""Greedy decoding of a model file in plain numpy: slow, small, and independent of trainer and server."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.export.gguf import read
from training.tokenizer.bpe import Tokenizer, Vocabulary


def _norm(x: np.ndarray, weight: np.ndarray, epsilon: float) -> np.ndarray:
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


class Reference:
    """A loaded model file."""

    def __init__(self, path: Path) -> None:
        self.meta, self.weights = read(path)
        self.vocabulary = Vocabulary(
            self.meta["tokenizer.ggml.tokens"], self.meta["tokenizer.ggml.token_type"], self.meta["tokenizer.ggml.merges"]
        )
        self.tokenizer = Tokenizer(self.vocabulary)
        self.heads = self.meta["qwen3.attention.head_count"]
        self.kv_heads = self.meta["qwen3.attention.head_count_kv"]
        self.head_width = self.meta["qwen3.attention.key_length"]
        self.epsilon = self.meta["qwen3.attention.layer_norm_rms_epsilon"]
        self.rates = self.meta["qwen3.rope.freq_base"] ** (-np.arange(0, self.head_width, 2, dtype=np.float32) / self.head_width)

    def _rotate(self, x: np.ndarray, positions: np.ndarray) -> np.ndarray:
        angles = (positions[:, None] * self.rates)[:, None, :]
        first, second = np.split(x, 2, -1)
        cosines, sines = np.cos(angles), np.sin(angles)
        return np.concatenate((first * cosines - second * sines, second * cosines + first * sines), -1)

    def forward(
        self, ids: list[int], past: list[tuple[np.ndarray, np.ndarray]] | None = None
    ) -> tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
        """Logits of each of `ids`, which follow the tokens that `past` holds; and the new past."""
        start = len(past[0][0]) if past else 0
        positions = np.arange(start, start + len(ids), dtype=np.float32)
        hidden = np.arange(start + len(ids))[None, :] > positions[:, None]
        x = self.weights["token_embd.weight"][ids]
        kept: list[tuple[np.ndarray, np.ndarray]] = []
        for at in range(self.meta["qwen3.block_count"]):
            w = {name.split(".")[2]: value for name, value in self.weights.items() if name.startswith(f"blk.{at}.")}
            h = _norm(x, w["attn_norm"], self.epsilon)
            q, k, v = ((h @ w[name].T).reshape(len(ids), -1, self.head_width) for name in ("attn_q", "attn_k", "attn_v"))
            q = self._rotate(_norm(q, w["attn_q_norm"], self.epsilon), positions)
            k = self._rotate(_norm(k, w["attn_k_norm"], self.epsilon), positions)
            if past:
                k, v = np.concatenate((past[at][0], k)), np.concatenate((past[at][1], v))
            kept.append((k, v))
            share = self.heads // self.kv_heads
            wide_k, wide_v = np.repeat(k, share, 1), np.repeat(v, share, 1)
            scores = np.einsum("qhd,khd->hqk", q, wide_k) / np.sqrt(self.head_width)
            scores[:, hidden] = -np.inf
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            mixed = np.einsum("hqk,khd->qhd", scores / scores.sum(-1, keepdims=True), wide_v)
            x = x + mixed.reshape(len(ids), -1) @ w["attn_output"].T
            h = _norm(x, w["ffn_norm"], self.epsilon)
            gate = h @ w["ffn_gate"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w["ffn_up"].T)) @ w["ffn_down"].T
        return _norm(x, self.weights["output_norm.weight"], self.epsilon) @ self.weights["token_embd.weight"].T, kept

    def complete(self, prompt: str, most: int = 512) -> tuple[str, bool]:
        """The greedy continuation, and whether the model ended its turn."""
        logits, past = self.forward(self.tokenizer.encode(prompt))
        said: list[int] = []
        while len(said) < most:
            best = int(logits[-1].argmax())
            if best == self.tokenizer.end:
                return self.tokenizer.decode(said), True
            said.append(best)
            logits, past = self.forward([best], past)
        return self.tokenizer.decode(said), False
