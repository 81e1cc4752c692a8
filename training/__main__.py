"""`python -m training`: the whole recipe in one command: vocabulary, training, model file, scores."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from training.tokenizer.learn import VOCABULARY_FILE, learn


def _step(*words: str) -> None:
    print("+ python -m " + " ".join(words), flush=True)
    subprocess.run([sys.executable, "-m", *words], check=True)


def main() -> None:
    """Runs every step; stopped and started again, it goes on with the training where it was."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--config", default="nano", help="nano for an accelerator, nano-cpu for two CPU threads")
    parser.add_argument("--run", type=Path, help="folder for checkpoints; training/runs/CONFIG if left out")
    parser.add_argument("--out", type=Path, default=Path("models/antiphon-nano.gguf"))
    parser.add_argument("--minutes", help="stretch the schedule over this time")
    parser.add_argument("--threads", help="CPU threads of the trainer")
    parser.add_argument("--workers", default="0", help="processes that make data")
    parser.add_argument("--compile", action="store_true", help="compile the layers: half as fast again, takes a C++ compiler")
    parser.add_argument("--count", default="200", help="prompts a family in the evaluation")
    arguments = parser.parse_args()
    run = arguments.run or Path("training/runs", arguments.config)
    if not VOCABULARY_FILE.exists():
        learn().save(VOCABULARY_FILE)
    limits = [word for name in ("minutes", "threads") if (value := getattr(arguments, name)) for word in (f"--{name}", value)]
    if arguments.compile:
        limits.append("--compile")
    _step("training.train", "--config", arguments.config, "--out", str(run), "--workers", arguments.workers, *limits)
    _step("training.export", str(run / "best.npz"), "--out", str(arguments.out))
    _step("training.evaluate", "--file", str(arguments.out), "--count", arguments.count)


if __name__ == "__main__":
    main()
