"""The trainer at a tiny size: it learns, resumes, and its weights mean the same in the exported file."""

from __future__ import annotations

import signal
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.trainer
torch = pytest.importorskip("torch")

from training.evaluate.reference import Reference  # noqa: E402
from training.export.__main__ import export  # noqa: E402
from training.generate.chat import Message, Sample  # noqa: E402
from training.train import loop  # noqa: E402
from training.train.batches import IGNORED, Ahead, Batch, batch, tokenizer  # noqa: E402
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
    shape = replace(TINY.shape, heads=4, kv_heads=2)  # two queries to each of two keys: which belongs to which matters
    model = Model(shape, tokenizer().size)
    with torch.no_grad():
        model.token_embd.normal_()
    save_weights(model, tmp_path / "best.npz", {"shape": vars(shape)})
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


def _distance(one: list[torch.Tensor], other: list[torch.Tensor]) -> float:
    """How far two lists of gradients are apart, as a share of the first."""
    return max(float((a - b).norm() / a.norm()) for a, b in zip(one, other))


def test_a_step_in_two_threads_is_the_same_step(tmp_path: Path) -> None:
    """Sharing a step's micro-batches changes its gradients in the last digits only; leaving one out changes them much more."""
    torch.set_num_threads(1)
    parts = batch((5, TINY.points, 12, 3), 0, 0.5)
    alone, shared = (Run(TINY, tmp_path, 7, None, learners) for learners in (1, 2))
    (loss, whole), (other_loss, joined) = alone.gradients(parts), shared.gradients(parts)
    shared.close()
    assert float(loss) == pytest.approx(float(other_loss), rel=1e-5)
    assert _distance(whole, joined) < 1e-3
    assert _distance(whole, alone.gradients(parts[:2])[1]) > 0.05


def test_a_row_with_nothing_to_say_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """No learnt token is no right answer."""
    sample = Sample("manners", [Message("user", "a"), Message("assistant", "b", learnt=False)])
    monkeypatch.setattr(loop, "samples", lambda *_, **__: repeat(sample))
    assert loop.exact_rates(Model(TINY.shape, tokenizer().size), ["manners"], 4, torch.device("cpu")) == {"manners": 0.0}


def test_best_weights_and_best_score_are_saved_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that breaks off after an evaluation resumes with the score of the weights it kept."""
    config = replace(TINY, steps=4, batch=4, evaluate_every=2, evaluate_samples=2, checkpoint_every=100)
    learn, at = Run.learn, []

    def breaks(run: Run, batches: list[Batch]) -> torch.Tensor:
        at.append(run.step)
        if run.step == 2:
            raise KeyboardInterrupt
        return learn(run, batches)

    monkeypatch.setattr(Run, "learn", breaks)
    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path, log=False)
    resumed = Run(config, tmp_path, 7, None)
    assert at == [0, 1, 2] and (tmp_path / "best.npz").exists()
    assert resumed.step == 2 and resumed.best >= 0


@pytest.mark.parametrize("minutes", [0.0, -1.0, float("nan")])
def test_no_time_is_refused(tmp_path: Path, minutes: float) -> None:
    """Rather than taken for no limit."""
    with pytest.raises(ValueError, match="above zero"):
        train(TINY, tmp_path, minutes=minutes)


def test_workers_end_by_their_own_signal_handling() -> None:
    """The trainer's handler is not theirs, and none is left when the source is closed."""
    old = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        source = Ahead(1, 5, TINY.points, 4, 1, 1)
        assert source._pool is not None
        assert source._pool.submit(signal.getsignal, signal.SIGTERM).result() == signal.SIG_DFL
        workers = list(source._pool._processes.values())
        source.close()
        assert workers and not any(worker.is_alive() for worker in workers)
    finally:
        signal.signal(signal.SIGTERM, old)
