"""Sizes and schedules."""

from __future__ import annotations

from dataclasses import dataclass

from training.train.curriculum import ALL, Points


@dataclass(frozen=True)
class Shape:
    """The shape of a Qwen3 transformer; the output shares the embedding."""

    width: int
    layers: int
    heads: int
    kv_heads: int
    head_width: int
    inner: int
    context: int = 4096
    rope_base: float = 10_000.0
    epsilon: float = 1e-6


@dataclass(frozen=True)
class Config:
    """Shape and schedule of one run. `batch` is in samples; each step cuts it into micro-batches of like length."""

    shape: Shape
    steps: int
    batch: int
    micro_batches: int
    points: Points = ALL
    muon_rate: float = 0.02
    adam_rate: float = 0.004
    warm_up: int = 100
    decay_share: float = 0.6
    evaluate_every: int = 400
    evaluate_samples: int = 64
    checkpoint_every: int = 200


CONFIGS: dict[str, Config] = {
    # for the trainer's own test: seconds
    "tiny": Config(
        Shape(64, 2, 2, 1, 32, 128),
        steps=30,
        batch=16,
        micro_batches=2,
        warm_up=5,
        evaluate_every=15,
        evaluate_samples=8,
        checkpoint_every=10,
    ),
    # what two CPU threads learn in about an hour and a half
    "nano-cpu": Config(
        Shape(256, 6, 4, 4, 64, 640), steps=6_000, batch=64, micro_batches=8, evaluate_every=500, evaluate_samples=64, checkpoint_every=250
    ),
    # for an accelerator
    "nano": Config(
        Shape(384, 10, 6, 6, 64, 1024),
        steps=30_000,
        batch=768,
        micro_batches=6,
        muon_rate=0.015,
        adam_rate=0.003,
        warm_up=300,
        evaluate_every=1_000,
        evaluate_samples=256,
        checkpoint_every=1_000,
    ),
}
