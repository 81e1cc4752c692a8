"""The training loop: steps, schedule, checkpoints, and the best weights by evaluation."""

from __future__ import annotations

import json
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training.generate.mixture import samples
from training.train.batches import IGNORED, Ahead, Batch, encode, stack, tokenizer
from training.train.config import Config
from training.train.model import Model
from training.train.optimiser import optimisers

# How much a family's score counts when checkpoints are compared.
SCORED = {
    "calls": 2.0,
    "memory": 1.5,
    "structured": 1.5,
    "manners": 1.0,
    "grounded": 1.0,
    "programs": 1.0,
    "explain": 0.5,
    "drawing": 0.5,
    "instructed": 0.5,
}


def rate(progress: float, step: int, config: Config) -> float:
    """The share of the highest learning rate: warm up, hold, fall to nothing."""
    return min(1.0, (step + 1) / config.warm_up, max(0.0, (1.0 - progress) / config.decay_share))


def _hidden_and_targets(model: Model, batch: Batch, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    inputs, targets = (torch.from_numpy(part).to(device, non_blocking=True) for part in (batch.inputs, batch.targets))
    kept = targets.flatten() != IGNORED
    return model(inputs).flatten(0, 1)[kept], targets.flatten()[kept]


def exact_rates(model: Model, families: list[str], count: int, device: torch.device) -> dict[str, float]:
    """Share of held-out samples per family whose last assistant message is what greedy decoding would write, token for token."""
    scores: dict[str, float] = {}
    model.eval()
    for family in families:
        encoded = [encode(sample, last_only=True) for sample, _ in zip(samples("pick", {family: 1.0}, held_out=True), range(count))]
        right = 0
        for batch in stack(encoded, max(1, count // 32)):
            with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
                hidden, wanted = _hidden_and_targets(model, batch, device)
                hits = (model.logits(hidden).argmax(-1) == wanted).cpu().numpy()
            counts = (batch.targets != IGNORED).sum(1)
            misses = np.bincount(np.repeat(np.arange(len(counts)), counts), ~hits, len(counts))
            right += int(((misses == 0) & (counts > 0)).sum())  # a row with nothing to say cannot be right
        scores[family] = right / count
    model.train()
    return scores


def save_weights(model: Model, path: Path, about: dict[str, object]) -> None:
    """Writes the weights for the exporter, which needs numpy alone."""
    arrays = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, about=json.dumps(about), **arrays)
    partial.replace(path)


class Run:
    """One training run: the model, its optimisers, and how far it has come."""

    def __init__(self, config: Config, out: Path, seed: int, minutes: float | None, learners: int = 1, compiled: bool = False) -> None:
        self.config, self.out, self.minutes, self.learners = config, out, minutes, learners
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(seed)
        self.model = Model(config.shape, tokenizer().size).to(self.device)
        if compiled:
            self.model.compile_layers()
        # Threads that share the micro-batches: on a CPU two threads with an operation each are faster than one operation on two.
        self.pool = ThreadPoolExecutor(learners, initializer=torch.set_num_threads, initargs=(1,)) if learners > 1 else None
        self.weights = list(self.model.parameters())
        self.methods = optimisers(self.model, config.muon_rate, config.adam_rate)
        self.tops = [method.param_groups[0]["lr"] for method in self.methods]
        self.families = [family for family in SCORED if family in config.points[-1][1]]
        self.step, self.spent, self.best = 0, 0.0, -1.0
        self.scores: dict[str, float] = {}
        self.checkpoint = out / "checkpoint.pt"
        if self.checkpoint.exists():
            self._load()

    def _load(self) -> None:
        saved = torch.load(self.checkpoint, map_location=self.device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        for method, state in zip(self.methods, saved["methods"]):
            method.load_state_dict(state)
        self.step, self.spent, self.best = saved["step"], saved["spent"], saved["best"]

    def save(self) -> None:
        """Writes the checkpoint; one that is being written never replaces a whole one."""
        state = {"model": self.model.state_dict(), "methods": [method.state_dict() for method in self.methods]}
        partial = self.checkpoint.with_suffix(".partial")
        torch.save({**state, "step": self.step, "spent": self.spent, "best": self.best}, partial)
        partial.replace(self.checkpoint)

    def close(self) -> None:
        """Ends the learners' threads."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    @property
    def progress(self) -> float:
        """From 0 to 1: by the clock if the run has a time, else by steps."""
        return self.spent / (60 * self.minutes) if self.minutes else self.step / self.config.steps

    def progress_at(self, step: int) -> float:
        """The progress at which a coming step's mixture is drawn; by the clock, that of now."""
        return self.progress if self.minutes else min(1.0, step / self.config.steps)

    def evaluate(self, log: bool) -> bool:
        """Scores the weights, and keeps them if none were better: whether it did."""
        self.scores = exact_rates(self.model, self.families, self.config.evaluate_samples, self.device)
        total = sum(SCORED[family] * self.scores[family] for family in self.families) / sum(SCORED[family] for family in self.families)
        if log:
            told = " ".join(f"{family} {value:.2f}" for family, value in self.scores.items())
            print(f"step {self.step} score {total:.3f}: {told}", flush=True)
        if total < self.best:
            return False
        self.best = total
        about = {"step": self.step, "seconds": round(self.spent), "scores": self.scores, "shape": vars(self.config.shape)}
        save_weights(self.model, self.out / "best.npz", about)
        return True

    def _gradients(self, batches: list[Batch], wanted: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The share of some micro-batches in a step's loss and in its gradients."""
        total, sums = torch.zeros((), device=self.device), []
        for batch in batches:
            with torch.autocast(self.device.type, torch.bfloat16):
                hidden, targets = _hidden_and_targets(self.model, batch, self.device)
                scores = self.model.logits(hidden)
            loss = F.cross_entropy(scores.float(), targets, reduction="sum") / wanted
            found = torch.autograd.grad(loss, self.weights)
            if sums:
                torch._foreach_add_(sums, found)
            else:
                sums = list(found)
            total = total + loss.detach()
        return total, sums

    def gradients(self, batches: list[Batch]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The mean loss of a learnt token and its gradients, the micro-batches shared among the learners."""
        wanted = sum(int((batch.targets != IGNORED).sum()) for batch in batches)
        if self.pool is None:
            return self._gradients(batches, wanted)
        shares = [batches[at :: self.learners] for at in range(self.learners)]
        parts = list(self.pool.map(lambda share: self._gradients(share, wanted), [share for share in shares if share]))
        total, gradients = parts[0]
        for more, found in parts[1:]:
            total = total + more
            torch._foreach_add_(gradients, found)
        return total, gradients

    def learn(self, batches: list[Batch]) -> torch.Tensor:
        """One step over all micro-batches; gives the mean loss of a learnt token."""
        total, gradients = self.gradients(batches)
        for weight, gradient in zip(self.weights, gradients):
            weight.grad = gradient
        share = rate(self.progress, self.step, self.config)
        for method, top in zip(self.methods, self.tops):
            method.param_groups[0]["lr"] = top * share
            method.step()
            method.zero_grad()
        self.step += 1
        return total


def train(
    config: Config,
    out: Path,
    seed: int = 7,
    minutes: float | None = None,
    workers: int = 0,
    learners: int = 1,
    compiled: bool = False,
    log: bool = True,
) -> dict[str, float]:
    """Trains until `config.steps`, or for `minutes` with the schedule stretched over that time. Resumes from `out`.

    `workers` processes make the data (0: the trainer itself), `learners` threads share each step, `compiled` compiles the
    layers, which takes a C++ compiler and a minute. SIGTERM ends the run after the step at hand, with a checkpoint.
    """
    if minutes is not None and not minutes > 0:
        raise ValueError("minutes must be above zero")
    out.mkdir(parents=True, exist_ok=True)
    run = Run(config, out, seed, minutes, learners, compiled)
    multiple = 64 if run.device.type == "cuda" else 1
    source = Ahead(workers, seed, config.points, config.batch, config.micro_batches, multiple)
    stopped = threading.Event()
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        return _until_done(run, source, stopped, log)
    finally:
        source.close()
        run.close()


def _until_done(run: Run, source: Ahead, stopped: threading.Event, log: bool) -> dict[str, float]:
    """Steps, evaluations and checkpoints until the run is over or `stopped` is set."""
    config = run.config
    last = mark = time.monotonic()
    losses: list[torch.Tensor] = []
    tokens = 0
    while True:
        done = run.progress >= 1.0
        due = bool(run.step) and run.step % config.checkpoint_every == 0
        if (run.step % config.evaluate_every == 0 and run.step) or done:
            due |= run.evaluate(log)  # else a resumed run would forget the best score and replace better weights
        if due or done or stopped.is_set():
            run.save()
        if done or stopped.is_set():
            return {**run.scores, "score": run.best}
        batches = source.get(run.step, run.progress_at)
        loss = run.learn(batches)
        losses += [loss] if log else []
        tokens += sum(batch.inputs.size for batch in batches)
        now = time.monotonic()
        run.spent, last = run.spent + now - last, now
        if log and run.step % 50 == 0:
            mean, share = float(torch.stack(losses).mean()), rate(run.progress, run.step, config)
            speed = tokens / (now - mark)
            print(f"step {run.step} loss {mean:.4f} rate {share:.2f} spent {run.spent:.0f}s tokens/s {speed:.0f}", flush=True)
            losses, tokens, mark = [], 0, now
