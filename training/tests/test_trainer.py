"""The trainer at a tiny size: it learns, resumes, and its weights mean the same in the exported file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.trainer
torch = pytest.importorskip("torch")

from training.evaluate.reference import Reference  # noqa: E402
from training.export.__main__ import export  # noqa: E402
from training.train.batches import IGNORED, Ahead, batch, tokenizer  # noqa: E402
from training.train.config import CONFIGS  # noqa: E402
from training.train.loop import Run, save_weights, train  # noqa: E402
from training.train.model import Model, attend  # noqa: E402
from training.train.optimiser import orthogonalise  # noqa: E402

TINY = CONFIGS["tiny"]


def _loss(model: Model) -> float:
    with torch.no_grad():
        total = count = 0.0
        for part in batch((99, TINY.points, 16, 2), 0, 0.5):
            targets = torch.from_numpy(part.targets)
            kept = targets != IGNORED
            scores = model.logits(model(torch.from_numpy(part.inputs))[kept])
            total += float(torch.nn.functional.cross_entropy(scores, targets[kept], reduction="sum"))
            count += int(kept.sum())
    return total / count


def _trained(folder: Path) -> Model:
    model = Model(TINY.shape, tokenizer().size)
    model.load_state_dict(torch.load(folder / "checkpoint.pt", weights_only=True)["model"])
    return model


def test_learns_and_resumes(tmp_path: Path) -> None:
    """The loss falls; stopping half way and going on ends at the same weights as one go."""
    torch.set_num_threads(1)
    torch.manual_seed(7)
    before = _loss(Model(TINY.shape, tokenizer().size))
    train(TINY, tmp_path / "whole", log=False)
    whole = _trained(tmp_path / "whole")
    assert _loss(whole) < before - 1.0

    class Stopped(Exception):
        pass

    from training.train import loop

    kept, loop.save_weights = loop.save_weights, lambda *_: (_ for _ in ()).throw(Stopped())
    try:  # ends at the first evaluation, after the checkpoint of step 10
        with pytest.raises(Stopped):
            train(TINY, tmp_path / "parts", log=False)
    finally:
        loop.save_weights = kept
    train(TINY, tmp_path / "parts", log=False)
    for one, other in zip(whole.parameters(), _trained(tmp_path / "parts").parameters()):
        assert torch.allclose(one, other, atol=1e-5)


def test_file_means_the_same(tmp_path: Path) -> None:
    """Logits of the exported file, in numpy, are those of the model, but for its 8 bits."""
    torch.manual_seed(1)
    model = Model(replace(TINY.shape, kv_heads=1), tokenizer().size)
    with torch.no_grad():
        model.token_embd.normal_()
    save_weights(model, tmp_path / "best.npz", {"shape": vars(TINY.shape)})
    export(tmp_path / "best.npz", tmp_path / "m.gguf")
    ids = tokenizer().encode("<|im_start|>user\nMy name is Zorbane.<|im_end|>\n<|im_start|>assistant\n")
    with torch.no_grad():
        wanted = model.logits(model(torch.tensor([ids])))[0].numpy()
    got, _ = Reference(tmp_path / "m.gguf").forward(ids)
    assert np.abs(got - wanted).max() < 0.06 * np.abs(wanted).max()
    assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.999


def test_attention_is_causal() -> None:
    """The plain products equal the fused kernel."""
    q, k, v = (torch.randn(2, 2, 9, 32) for _ in range(3))
    assert torch.allclose(attend(q, k, v), torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True), atol=1e-5)


def test_orthogonalise_levels_singular_values() -> None:
    """Tall and wide matrices come out with singular values near one."""
    for shape in ((2, 48, 16), (2, 16, 48)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)).float())
        assert values.min() > 0.5 and values.max() < 1.4


def test_data_made_ahead_is_the_same() -> None:
    """Worker processes give the batches that the trainer would make itself."""
    ahead, plain = Ahead(1, 5, TINY.points, 8, 2, 1), Ahead(0, 5, TINY.points, 8, 2, 1)
    for step in range(2):
        for one, other in zip(ahead.get(step, lambda coming: coming / 4), plain.get(step, lambda coming: coming / 4)):
            assert np.array_equal(one.inputs, other.inputs) and np.array_equal(one.targets, other.targets)


def test_a_step_in_two_threads_is_the_same_step(tmp_path: Path) -> None:
    """Sharing a step's micro-batches changes its sums in the last digits only."""
    parts = batch((5, TINY.points, 12, 3), 0, 0.5)
    runs = [Run(TINY, tmp_path, 7, None, learners) for learners in (1, 2)]
    losses = [float(run.learn(parts)) for run in runs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    for one, other in zip(*(run.model.parameters() for run in runs)):
        assert torch.allclose(one, other, atol=1e-3)
