"""The training loop: steps, schedule, checkpoints, and the best weights by evaluation."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from training.generate.mixture import samples
from training.train.batches import IGNORED, Ahead, Batch, encode, stack, tokenizer
from training.train.config import Config
from training.train.model import Model
from training.train.optimiser import optimisers

SCORED = {"calls": 2.0, "memory": 1.5, "structured": 1.0, "manners": 1.0, "grounded": 0.5, "explain": 0.3, "programs": 0.3, "drawing": 0.2}


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
            rows = np.repeat(np.arange(len(batch.targets)), (batch.targets != IGNORED).sum(1))
            right += int((np.bincount(rows, ~hits, len(batch.targets)) == 0).sum())
        scores[family] = right / count
    model.train()
    return scores


def save_weights(model: Model, path: Path, about: dict[str, object]) -> None:
    """Writes the weights for the exporter, which needs numpy alone."""
    arrays = {name: value.detach().float().cpu().numpy() for name, value in model.state_dict().items()}
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, about=json.dumps(about), **arrays)
    partial.replace(path)


def train(config: Config, out: Path, seed: int = 7, minutes: float | None = None, workers: int = 0, log: bool = True) -> dict[str, float]:
    """Trains until `config.steps`, or for `minutes` with the schedule stretched over that time. Resumes from `out`."""
    out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    model = Model(config.shape, tokenizer().size).to(device)
    methods = optimisers(model, config.muon_rate, config.adam_rate)
    tops = [method.param_groups[0]["lr"] for method in methods]
    families = [family for family in SCORED if family in config.points[-1][1]]
    step, spent, best, scores = 0, 0.0, -1.0, {}
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        for method, state in zip(methods, saved["methods"]):
            method.load_state_dict(state)
        step, spent, best = saved["step"], saved["spent"], saved["best"]
    source = Ahead(workers, 4 * max(workers, 1), seed, config.points, config.batch, config.micro_batches, config.steps, 64 if device.type == "cuda" else 1)
    last = mark = time.monotonic()
    losses: list[torch.Tensor] = []
    tokens = 0
    while True:
        progress = spent / (60 * minutes) if minutes else step / config.steps
        done = progress >= 1.0
        if step % config.evaluate_every == 0 and step or done:
            scores = exact_rates(model, families, config.evaluate_samples, device)
            total = sum(SCORED[family] * scores[family] for family in families) / sum(SCORED[family] for family in families)
            if log:
                told = " ".join(f"{family} {value:.2f}" for family, value in scores.items())
                print(f"step {step} score {total:.3f}: {told}", flush=True)
            if total >= best:
                best = total
                save_weights(model, out / "best.npz", {"step": step, "seconds": round(spent), "scores": scores, "shape": vars(config.shape)})
        if step % config.checkpoint_every == 0 and step or done:
            partial = checkpoint.with_suffix(".partial")
            torch.save({"model": model.state_dict(), "methods": [method.state_dict() for method in methods], "step": step, "spent": spent, "best": best}, partial)
            partial.replace(checkpoint)
        if done:
            return {**scores, "score": best}
        batches = source.get(step, progress)
        wanted = sum(int((batch.targets != IGNORED).sum()) for batch in batches)
        loss_sum = torch.zeros((), device=device)
        for batch in batches:
            with torch.autocast(device.type, torch.bfloat16):
                hidden, targets = _hidden_and_targets(model, batch, device)
                scores_of_tokens = model.logits(hidden)
            loss = F.cross_entropy(scores_of_tokens.float(), targets, reduction="sum") / wanted
            loss.backward()
            loss_sum += loss.detach()
            tokens += batch.inputs.size
        share = rate(progress, step, config)
        for method, top in zip(methods, tops):
            method.param_groups[0]["lr"] = top * share
            method.step()
            method.zero_grad()
        step += 1
        now = time.monotonic()
        spent, last = spent + now - last, now
        losses.append(loss_sum)
        if log and step % 50 == 0:
            mean = float(torch.stack(losses).mean())
            print(f"step {step} loss {mean:.4f} rate {share:.2f} spent {spent:.0f}s tokens/s {tokens / (now - mark):.0f}", flush=True)
            losses, tokens, mark = [], 0, now
