"""Theorem 2, verified: planted bad critical points left by its proof, and training counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import torch

from lossurface.claims.training import DEEP, FROZEN, joint_findings, separable_batch, train
from lossurface.enclosed.escape_check import slope
from lossurface.exact import Finding, equal, every, less
from lossurface.landscape import planted
from lossurface.landscape.escape import escape
from lossurface.landscape.planted import Departure, depart
from lossurface.landscape.single_layer import SingleLayerSurface, pack
from lossurface.setting import Loss, neurons_of, polynomial_hinge

HEADLINE = (
    "With M = 1 and more, a certified step leads from every planted bad critical point to a lower "
    "loss, and every training run ends with training error 0."
)

POWERS = (3, 4, 6)
STARTS = 40  # trained starts for each planted point
JOINT_STARTS = 4  # with every parameter free, which takes longer


def departures(*, trials: int, seed: int, loss: Loss | None = None) -> list[Departure]:
    """Plant bad critical points, a = 0, on random separable data, and leave each by Theorem 2.

    Neurons run through the increasing ones, p through 3, 4, 6 unless a loss is given, M through 1,
    2, 3.
    """
    rng = np.random.default_rng(seed)
    neurons = neurons_of("increasing")
    made = []
    for trial in range(trials):
        hinge = polynomial_hinge(POWERS[trial % len(POWERS)])
        made.append(depart(planted.theorem_2(rng, neurons[trial % len(neurons)], loss or hinge)))
    return made


def beside(rng: np.random.Generator, index: int = 0) -> tuple[SingleLayerSurface, torch.Tensor]:
    """Plant a critical point of theta_S, (P,), beside a random f_D, the surface's offset.

    Samples come in pairs (t, v) and (-t', v) with t, t' > 0, of opposite labels. On a pair f_D
    takes opposite values, so that both samples have the same lambda; w_j has no part along the
    first axis. With a_0 = 0 and a = 0 every term of the gradient cancels within a pair. `index`
    picks neuron and p in turn.
    """
    neurons = neurons_of("increasing")
    pairs, d, M = (int(rng.integers(low, 5)) for low in (1, 2, 1))
    ticks = rng.integers(1, 33, size=(2, pairs)) / 32.0
    tail = rng.integers(-32, 33, size=(pairs, d - 1)) / 32.0
    X = np.concatenate([np.column_stack([sign * ticks[k], tail]) for k, sign in enumerate((1, -1))])
    values = rng.integers(-32, 33, size=pairs) / 32.0
    values[0] = -abs(values[0]) - 1 / 32  # f_D misclassifies the first pair
    W = torch.zeros(1, d, M, dtype=torch.float64)
    W[0, 1:] = torch.from_numpy(rng.integers(-32, 33, size=(d - 1, M)) / 32.0)
    surface = SingleLayerSurface(
        neurons[index % len(neurons)],
        polynomial_hinge(POWERS[index % len(POWERS)]),
        torch.from_numpy(X),
        torch.tensor([1.0] * pairs + [-1.0] * pairs, dtype=torch.float64),
        M,
        offset=torch.from_numpy(np.concatenate([values, -values])),
    )
    return surface, pack(W[:, 0, 0] * 0, W[:, 0] * 0, W)[0]


def leave(surface: SingleLayerSurface, theta: torch.Tensor) -> tuple[Finding, ...]:
    """Return that a point of `beside` is critical in theta_S, bad, no minimum, and can be left."""
    assert surface.offset is not None
    assert surface.loss.rational_derivative is not None
    W = theta[1 + surface.M :].reshape(surface.d, surface.M)
    wrong, left = 0, Counter[tuple[int, Fraction]]()
    for x, label, value in zip(surface.X, surface.y.int().tolist(), surface.offset, strict=True):
        f = Fraction(value.item())
        wrong += (f >= 0) != (label > 0)
        weight = label * surface.loss.rational_derivative(-label * f, 1)
        for j, w in enumerate(W.T.tolist()):  # the samples with equal w_j^T x together
            z = sum(Fraction(a) * Fraction(b) for a, b in zip(w, x.tolist(), strict=True))
            left[j, Fraction(z)] += weight
    total = sum(map(abs, left.values()))
    step = escape(surface, theta, proof="theorem-2")
    return (
        equal("the gradient in theta_S cancels within pairs of samples", total, 0),
        less("f_D misclassifies a sample", 0, wrong),
        step.not_minimum,
        step.decrease,
    )


def nowhere_else(rng: np.random.Generator, index: int = 0) -> Finding:
    """Prove at a random point with a_1 != 0 that the gradient does not vanish.

    Where some lambda is above 0, moving w_1 along the separating axis changes the loss at first
    order: its derivative is -(a_1/n) sum lambda sigma' y (w^T x), all of whose terms have one sign.
    """
    neurons = neurons_of("increasing")
    loss = polynomial_hinge(POWERS[index % len(POWERS)])
    point = planted.theorem_2(rng, neurons[index % len(neurons)], loss)
    theta = torch.from_numpy(rng.integers(-32, 33, size=point.surface.P) / 32.0)
    theta[1] = 1 / 32 + abs(theta[1])
    theta[0] = -theta[0].sign() - theta[0]  # far from 0: some sample has its margin below 1
    direction = torch.zeros_like(theta)
    direction[1 + point.surface.M] = 1.0  # the first coordinate of w_1; it separates the data
    return slope(point.layer, theta.tolist(), direction.tolist())


def findings(*, seed: int = 0, trials: int = 250, device: str = "cpu") -> Iterator[Finding]:
    """Yield what is checked.

    `trials`: planted critical points; 40 networks are trained for each, 4 with f_D trained too.
    """
    yield from planted.findings(departures(trials=trials, seed=seed), "of Theorem 2")
    rng = np.random.default_rng(seed)
    few = max(1, trials // 4)
    statements = (
        "with an f_D that varies, planted points are critical in theta_S",
        "and misclassify a sample",
        "none of them is a local minimum",
        "the proof's step lowers the loss",
    )
    left = [leave(*beside(rng, k)) for k in range(few)]
    yield from map(every, statements, zip(*left, strict=True))
    yield every(
        "where some a_j != 0 and some lambda > 0, the gradient does not vanish",
        (nowhere_else(rng, k) for k in range(few)),
    )
    batch, hinge = separable_batch(STARTS * trials, 10, 3, seed=seed), polynomial_hinge(3)
    for deep in DEEP:
        ended = train(batch, "softplus", 1, seed=seed, loss=hinge, deep=deep, device=device)
        yield from ended.findings(
            f"training one softplus neuron, then the ray off plateaus: R = 0, {FROZEN[deep]}",
            f"no local minimum is near where the gradient vanishes in floats ({FROZEN[deep]})",
        )
    few_starts = batch.first(JOINT_STARTS * trials)
    yield from joint_findings(few_starts, "softplus", 1, seed=seed, loss=hinge, device=device)
