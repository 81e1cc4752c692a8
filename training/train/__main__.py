"""`python -m training.train`: trains a model; run again with the same `--out`, it goes on where it stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.train.config import CONFIGS
from training.train.loop import train


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("--config", choices=sorted(CONFIGS), default="nano")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt and best.npz")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--minutes", type=_positive, help="stretch the schedule over this time instead of the configured steps")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads; where there is no GPU they share each step")
    parser.add_argument("--compile", action="store_true", help="compile the layers: half as fast again, takes a C++ compiler")
    parser.add_argument("--workers", type=int, default=0, help="processes that make data; 0 makes it in the trainer")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train(
        CONFIGS[arguments.config],
        arguments.out,
        seed=arguments.seed,
        minutes=arguments.minutes,
        workers=arguments.workers,
        learners=1 if torch.cuda.is_available() else arguments.threads,
        compiled=arguments.compile,
    )


if __name__ == "__main__":
    main()
