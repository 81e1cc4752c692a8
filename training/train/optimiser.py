"""Muon for the matrices inside the layers, Adam for the embedding and the norms."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

_A, _B, _C = 3.4445, -4.7750, 2.0315  # quintic that drives all singular values towards one


def orthogonalise(stack: Tensor, rounds: int = 5) -> Tensor:
    """Matrices of the same row and column space as those in `stack`, with singular values near one."""
    tall = stack.shape[-2] > stack.shape[-1]
    x = (stack.mT if tall else stack).bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(rounds):
        gram = x @ x.mT
        x = _A * x + (_B * gram + _C * gram @ gram) @ x
    return (x.mT if tall else x).to(stack.dtype)


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal; matrices of one shape are handled as one stack."""

    def __init__(self, matrices: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Applies one update."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[tuple[nn.Parameter, Tensor]]] = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                by_shape[parameter.shape].append((parameter, parameter.grad.lerp(state["momentum"], group["momentum"])))
            for shape, entries in by_shape.items():
                updates = orthogonalise(torch.stack([update for _, update in entries]))
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for (parameter, _), update in zip(entries, updates):
                    parameter.add_(update, alpha=-group["lr"] * scale)


def optimisers(model: nn.Module, muon_rate: float, adam_rate: float) -> list[torch.optim.Optimizer]:
    """Both optimisers for a model; the learning rates given are the highest of the schedule."""
    matrices = [parameter for name, parameter in model.named_parameters() if parameter.ndim == 2 and name.startswith("layers.")]
    inside = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in model.parameters() if id(parameter) not in inside]
    # The large epsilon keeps tokens that are never wanted from drifting together, which would make them hard to copy.
    return [Muon(matrices, muon_rate), torch.optim.Adam(others, lr=adam_rate, betas=(0.9, 0.98), eps=1e-4)]
