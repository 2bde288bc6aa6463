"""Escape training against its rivals, from saddles and plateaus (ours; not in the paper)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.setting import get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from lossurface.landscape.escape_training import Training
    from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["OURS", "RAY", "STARTS", "Start", "race", "solved_by", "start", "success"]

OURS = "escape training"
RAY = "escape training, with the ray"
STARTS = ("saddle", "near the saddle", "plateau")


@dataclass(frozen=True)
class Start:
    """B networks, each with its own data, and where they start."""

    surface: SingleLayerSurface
    theta: torch.Tensor  # (B, P)
    proof: str  # whose curve leaves it
    axes: tuple[tuple[int, ...], tuple[int, ...]] | None
    separator: torch.Tensor | None = None  # (B, d)


def start(kind: str, count: int, *, seed: int) -> Start:
    """Draw starting points.

    - saddle: data of Theorem 1, each class symmetric, W = 0, random a, the bias balancing the
      classes: an exact critical point, up to rounding;
    - near the saddle: the same, moved by normal noise of size 1e-6;
    - plateau: separable data, one softplus neuron with a hidden weight of length about 60, where
      softplus is flat on most samples.

    Args:
        kind: one of `STARTS`.
        count: B.
        seed: of all randomness.

    Raises:
        InputError: the kind is unknown.
    """
    if kind not in STARTS:
        raise InputError(f"start is {kind!r}; use one of {', '.join(STARTS)}")
    if kind == "plateau":
        return _plateau(count, seed)
    return _saddle(count, seed, 1e-6 if kind == "near the saddle" else 0.0)


def _saddle(count: int, seed: int, noise: float) -> Start:
    import numpy as np
    import torch

    from lossurface.landscape.single_layer import SingleLayerSurface, pack

    rng = np.random.default_rng(seed)
    axes, M = ((0, 1), (2, 3)), 8
    half = rng.uniform(-1, 1, size=(count, 4, 4))
    half[:, :2, 2:], half[:, 2:, :2] = 0, 0
    X = np.concatenate([half[:, :2], -half[:, :2], half[:, 2:], -half[:, 2:]], axis=1)
    y = np.tile([1.0] * 4 + [-1.0] * 4, (count, 1))
    a = torch.from_numpy(rng.normal(size=(count, M)))
    surface = SingleLayerSurface(
        get_neuron("softplus"), polynomial_hinge(6), torch.from_numpy(X), torch.from_numpy(y), M
    )
    theta = pack(-a.sum(-1), a, torch.zeros(count, 4, M, dtype=torch.float64))  # sigma(0) = 1
    theta = theta + noise * torch.from_numpy(rng.normal(size=tuple(theta.shape)))
    return Start(surface, theta, "theorem-1", axes)


def _plateau(count: int, seed: int) -> Start:
    import torch

    from lossurface.claims.training import separable_batch
    from lossurface.landscape.single_layer import SingleLayerSurface

    batch = separable_batch(count, 10, 3, seed=seed)
    surface = SingleLayerSurface(
        get_neuron("softplus"),
        polynomial_hinge(3),
        torch.from_numpy(batch.X),
        torch.from_numpy(batch.y),
        1,
    )
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(count, surface.P, generator=generator, dtype=torch.float64)
    theta[:, 2:] *= 60 / theta[:, 2:].norm(dim=-1, keepdim=True)
    return Start(surface, theta, "theorem-2", None, torch.from_numpy(batch.separator))


def race(begin: Start, *, steps: int, seed: int) -> dict[str, Training]:
    """Train the same networks from the same points by every method.

    Args:
        begin: where.
        steps: gradient evaluations of the rivals (iterations for L-BFGS).
        seed: of minibatches and perturbations.

    Returns:
        By method, ours first; its steps are Hessians, each dearer than a gradient.
    """
    from lossurface.landscape.escape_training import RIVALS, escape_training, rival

    ends = {OURS: escape_training(begin.surface, begin.theta, proof=begin.proof, axes=begin.axes)}
    if begin.separator is not None:
        ends[RAY] = _along_rays(begin, ends[OURS])
    for name in RIVALS:
        ends[name] = rival(name, begin.surface, begin.theta, steps=steps, seed=seed)
    return ends


def _along_rays(begin: Start, ended: Training) -> Training:
    """Move what is not solved along `w_j + t sign(a_j) separator`, and train on."""
    import torch

    from lossurface.landscape.escape_training import Training, escape_training

    assert begin.separator is not None
    open_ = (~ended.solved).nonzero().flatten()
    if not len(open_):
        return ended
    surface, at = begin.surface.rows(open_), ended.theta[open_]
    M = surface.M
    ray = torch.zeros_like(at)
    outer = begin.separator[open_].unsqueeze(-1) * at[:, None, 1 : 1 + M].sign()
    ray[:, 1 + M :] = outer.flatten(1)
    steps = torch.logspace(-4, 12, 65, base=2.0, dtype=at.dtype)
    values = torch.stack([surface.value(at + step * ray) for step in steps])
    moved = at + steps[values.argmin(0)].unsqueeze(-1) * ray
    again = escape_training(surface, moved, proof=begin.proof)
    parts = []
    for before, after in (
        (ended.theta, again.theta),
        (ended.loss, again.loss),
        (ended.error, again.error),
        (ended.steps, ended.steps[open_] + again.steps),
        (ended.escapes, ended.escapes[open_] + 1 + again.escapes),
    ):
        whole = before.clone()
        whole[open_] = after
        parts.append(whole)
    return Training(*parts)


def success(ends: Mapping[str, Training]) -> dict[str, Tally]:
    """Count the networks without an error, by method."""
    return {
        name: Tally((1,), (int(found.solved.sum()),), (len(found.solved),))
        for name, found in ends.items()
    }


def solved_by(
    ends: Mapping[str, Training], steps: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the share of networks without an error after so many steps, (k,) by method."""
    import numpy as np

    shares = {}
    for name, found in ends.items():
        took = np.where(found.solved.numpy(), found.steps.numpy(), np.inf)
        shares[name] = (took[:, None] <= steps).mean(0)
    return shares
