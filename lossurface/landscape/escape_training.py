"""Escape training, ours: descent, and a theorem's curve wherever descent stops with an error.

The paper closes by asking for training algorithms that use its results. This one cannot stop at a
bad critical point while the assumptions hold: each stop with R > 0 is left by the curve of the
proof, which lowers the loss, and the descent goes on. Its rivals start from the same networks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape.descent import adam, descend
from lossurface.landscape.escape import Proof, escape
from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["RIVALS", "Training", "escape_training", "rival"]


Rival = Callable[[SingleLayerSurface, Tensor, int, torch.Generator], tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Training:
    """Where B networks ended, and what it took."""

    theta: Tensor  # (B, P)
    loss: Tensor  # (B,)
    error: Tensor  # (B,)
    steps: Tensor  # (B,), Hessians, or the first step without error, or evaluations for L-BFGS
    escapes: Tensor  # (B,), proofs' curves taken

    @property
    def solved(self) -> Tensor:
        """Whether the training error is 0, (B,)."""
        return self.error == 0


def escape_training(
    surface: SingleLayerSurface,
    theta: Tensor,
    *,
    proof: Proof | str | None = None,
    axes: tuple[Sequence[int], Sequence[int]] | None = None,
    rounds: int = 20,
    steps: int = 500,
) -> Training:
    """Descend; where a network stops with R > 0, leave along the proof's curve; repeat.

    Args:
        surface: one dataset, or one per network.
        theta: (B, P), float64.
        proof: as in `escape`; by default what fits each network's data.
        axes: U_+ and U_-, as in `escape`.
        rounds: most escapes per network.
        steps: most Hessians per descent.
    """
    theta = theta.clone()
    used = torch.zeros(len(theta), dtype=torch.int64, device=theta.device)
    taken = torch.zeros_like(used)
    open_ = torch.arange(len(theta), device=theta.device)
    for turn in range(rounds + 1):
        part = surface.rows(open_)
        ends = descend(part, theta[open_], until_separated=True, spectrum=False, steps=steps)
        theta[open_] = ends.theta
        used[open_] += ends.steps
        open_ = open_[ends.error > 0]
        if not len(open_) or turn == rounds:
            break
        moved = torch.zeros(len(open_), dtype=torch.bool, device=theta.device)
        for at, k in enumerate(open_.tolist()):
            try:
                left = escape(surface.rows(k), theta[k], proof=proof, axes=axes, certify=False)
            except InputError:
                continue  # no curve: the network stays where it is
            if left.fall > 0:
                theta[k], moved[at] = left.theta_after, True
        taken[open_[moved]] += 1
        open_ = open_[moved]
        if not len(open_):
            break
    loss, outputs = surface.losses(theta)
    return Training(theta, loss, surface.error(outputs), used, taken)


@dataclass
class _First:
    """Notes the first step at which each network's training error is 0."""

    surface: SingleLayerSurface
    steps: Tensor  # (B,), the limit until then

    def __call__(self, step: int, outputs: Tensor) -> None:
        now = (self.surface.error(outputs) == 0) & (self.steps > step)
        self.steps[now] = step


def _descent(rate: float, noise: float, share: float) -> Rival:
    """Gradient descent; with noise, perturbed; with a share of the samples below 1, stochastic."""

    def run(
        surface: SingleLayerSurface, theta: Tensor, steps: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        theta = theta.clone()
        first = _First(surface, torch.full((len(theta),), steps, device=theta.device))
        for k in range(1, steps + 1):
            part = surface
            if share < 1:
                size = max(1, round(share * surface.n))
                rows = torch.randperm(surface.n, generator=generator)[:size]
                part = surface.samples(rows.to(theta.device))
            _, gradient, outputs = part.gradient(theta)
            first(k, outputs if share == 1 else surface.outputs(theta))
            # Clipped at norm 1: the hinge's powers are steep far out, and no rival should lose
            # by overflow.
            gradient = gradient / gradient.norm(dim=-1, keepdim=True).clamp(min=1)
            if noise and k % 50 == 1:
                shake = torch.randn(theta.shape, generator=generator, dtype=theta.dtype)
                theta += noise * shake.to(theta.device)
            theta -= rate * gradient
        return theta, first.steps

    return run


def _adam(
    surface: SingleLayerSurface, theta: Tensor, steps: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    first = _First(surface, torch.full((len(theta),), steps, device=theta.device))
    return adam(surface, theta, steps, watch=first), first.steps


def _lbfgs(
    surface: SingleLayerSurface, theta: Tensor, steps: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    from scipy.optimize import minimize

    ends, used = theta.clone(), torch.zeros(len(theta), dtype=torch.int64, device=theta.device)
    for k, row in enumerate(theta.cpu()):
        one = surface.rows(k)

        def both(v: object, one: SingleLayerSurface = one) -> tuple[float, object]:
            point = torch.as_tensor(v, device=theta.device).unsqueeze(0)
            loss, gradient, _ = one.gradient(point)
            return float(loss[0]), gradient[0].cpu().numpy()

        found = minimize(both, row.numpy(), jac=True, method="L-BFGS-B", options={"maxiter": steps})
        ends[k], used[k] = torch.as_tensor(found.x, device=theta.device), found.nfev
    return ends, used


RIVALS: dict[str, Rival] = {
    "gradient descent": _descent(0.05, 0.0, 1.0),
    "SGD": _descent(0.05, 0.0, 0.25),
    "perturbed gradient descent": _descent(0.05, 1e-2, 1.0),
    "Adam": _adam,
    "L-BFGS": _lbfgs,
}


def rival(
    name: str, surface: SingleLayerSurface, theta: Tensor, *, steps: int = 2000, seed: int = 0
) -> Training:
    """Train the same networks by another method of `RIVALS`.

    Args:
        name: which.
        surface: one dataset, or one per network.
        theta: (B, P), float64.
        steps: gradient evaluations (iterations for L-BFGS).
        seed: of minibatches and perturbations.

    Raises:
        InputError: there is no such rival.
    """
    if name not in RIVALS:
        raise InputError(f"rival {name!r} is not known; use one of {', '.join(RIVALS)}")
    ends, used = RIVALS[name](surface, theta, steps, torch.Generator().manual_seed(seed))
    loss, outputs = surface.losses(ends)
    return Training(ends, loss, surface.error(outputs), used, torch.zeros_like(used))
