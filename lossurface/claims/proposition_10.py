"""Proposition 10, verified: with the logistic loss no network without error is critical."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossurface.claims.last_layer import last_layer, without_error
from lossurface.errors import InputError
from lossurface.exact import Finding, enclosed_positive, every, sampled, uncounted
from lossurface.setting import ARCHITECTURES, NEURONS, Architecture, Problem, logistic

if TYPE_CHECKING:
    from torch import Tensor

    from lossurface.landscape.critical import Certified

HEADLINE = (
    "Networks of all four architectures with R = 0 have a gradient that is certified not to "
    "vanish and respects the bound; R > 0 at every enclosed critical point."
)

_NEURONS = ("softplus", "relu", "sigmoid", "leaky-relu", "tanh", "threshold", "quadratic")


def not_critical(problem: Problem) -> Finding:
    """Prove that the last layer's gradient is not zero, as -u^T dL/du is positive, in balls."""
    from flint import arb, ctx

    with ctx.workprec(128):
        total = arb(0)
        for y, f in zip(problem.dataset.y, problem.outputs_ball(), strict=True):
            total += problem.loss.ball_derivative(-y * f, 1) * y * f
        statement = "the last layer's gradient is not zero: sum lambda y f > 0"
        return enclosed_positive(statement, total / problem.dataset.n)


def both_sides(kind: str, *, trials: int, seed: int, spread: float = 1.0) -> tuple[Tensor, Tensor]:
    """Return the norm of the last layer's gradient, and its bound (1/n) sum lambda |f| / |u|.

    Each (B,): of random networks with two hidden layers of four tanh neurons, and four neurons in
    f_S. Labels are what a network says; those that say but one are left out. Each last layer is
    scaled by 10 to a uniform power in [-spread, spread].
    """
    import torch

    from lossurface.landscape.surface import NetworkSurface

    single, deep = kind in ("single-layer", "shortcut"), kind != "single-layer"
    shape = Architecture(
        kind,
        3,
        4 if single else 0,
        NEURONS["softplus"] if single else None,
        (4, 4) if deep else None,
        NEURONS["tanh"] if deep else None,
    )
    u = last_layer(shape)
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(trials, shape.size, generator=generator, dtype=torch.float64)
    X = torch.randn(12, 3, generator=generator, dtype=torch.float64)
    power = (2 * torch.rand(trials, 1, generator=generator, dtype=torch.float64) - 1) * spread
    theta[:, u] *= 10**power
    y = torch.where(shape.forward(theta, X) >= 0, 1.0, -1.0).to(torch.float64)
    both = y.min(-1).values < y.max(-1).values
    theta, y = theta[both], y[both]
    surface = NetworkSurface(shape, logistic(), X.expand(len(y), -1, -1), y)
    _, gradient, f = surface.gradient(theta)
    pull = (logistic().torch_d1(-y * f) * y * f).mean(-1)
    return gradient[:, u].norm(dim=-1), pull / theta[:, u].norm(dim=-1)


def critical_points(*, trials: int, seed: int) -> list[Certified]:
    """Find critical points of the logistic loss on data that overlap; those proved, enclosed.

    One softplus neuron cannot classify such data, so that there is something to find.
    """
    from lossurface.claims.training import separable_batch, train
    from lossurface.landscape.critical import certify

    batch = separable_batch(trials, 10, 2, seed=seed, margin=-0.5)
    trained = train(batch, "softplus", 1, seed=seed, loss=logistic(), steps=200)
    flat = (trained.ends.gradient_norm < 1e-12).nonzero().flatten().tolist()
    found = [certify(trained.surface.rows(k), trained.ends.theta[k]) for k in flat]
    return [one for one in found if one.enclosure is not None and one.kind != "undecided"]


def findings(*, seed: int = 0, trials: int = 60) -> Iterator[Finding]:
    """Yield what is checked; `trials`: random networks of each architecture.

    Raises:
        InputError: so few that no critical point was met.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    for kind in ARCHITECTURES:
        neurons = [NEURONS[_NEURONS[k % len(_NEURONS)]] for k in range(trials)]
        yield every(
            f"{kind}, R = 0: the gradient in the last layer is not zero",
            (not_critical(without_error(rng, neuron, kind, logistic())) for neuron in neurons),
        )
        gradient, bound = both_sides(kind, trials=4 * trials, seed=seed)
        statement = f"{kind}, R = 0: the gradient is at least as long as the bound"
        yield sampled(statement, int((gradient < bound * (1 - 1e-9)).sum()), len(bound))
    found = critical_points(trials=2 * trials, seed=seed)
    if not found:
        raise InputError(
            f"trials is {trials}: of {2 * trials} trained networks none came to a critical point "
            "that could be enclosed; give more trials"
        )
    proof = every(
        "a sample is misclassified at every enclosed critical point",
        (finding for one in found for finding in one.findings),
    )
    yield uncounted(proof)
    wrong = sum(one.errors is None or one.errors[0] < 1 for one in found)
    yield uncounted(sampled("counted again, R > 0 is certain at each of them", wrong, len(found)))
