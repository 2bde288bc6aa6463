"""Theorem 1, verified: planted bad critical points left by its proof, a hunt, training counted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lossurface.claims.training import DEEP, FROZEN, joint_findings, subspace_batch, train
from lossurface.exact import Finding, sampled
from lossurface.landscape import critical, planted
from lossurface.landscape.descent import find
from lossurface.landscape.planted import Departure, depart
from lossurface.setting import Loss, neurons_of, width_threshold

HEADLINE = (
    "At the theorem's width, a certified step leads from every planted bad critical point to a "
    "lower loss, a search finds no bad local minimum, and every training run ends with training "
    "error 0."
)

AXES = ((0, 1), (2, 3))  # U_+, U_-: r = 4, Delta r = 2
SAMPLES = 8
WIDE_AXES = (tuple(range(8)), tuple(range(7, 15)))  # Delta r = 7
WIDE_SAMPLES = 64  # more than three times the width that the theorem asks for there
STARTS = 10  # trained starts for each planted point
JOINT_STARTS = 4  # with every parameter free, which takes longer


def threshold(n: int, positive_axes: tuple[int, ...], negative_axes: tuple[int, ...]) -> int:
    """Return `width_threshold` of n samples on these axes."""
    both = len({*positive_axes, *negative_axes})
    return width_threshold(n, len(positive_axes), len(negative_axes), both)


def departures(*, trials: int, seed: int, loss: Loss | None = None) -> list[Departure]:
    """Plant bad critical points on random subspace data, M at the threshold, and leave each.

    Neurons run through all that Assumption 5 allows; the loss is by default the polynomial hinge
    with p = 6.
    """
    rng = np.random.default_rng(seed)
    neurons = neurons_of("convex-analytic")
    return [depart(planted.theorem_1(rng, neurons[k % len(neurons)], loss)) for k in range(trials)]


def hunt(
    *,
    starts: int,
    seed: int,
    neuron: str = "softplus",
    loss: Loss | None = None,
    M: int = 0,
    axes: tuple[tuple[int, ...], tuple[int, ...]] = AXES,
) -> critical.Hunt:
    """Minimise the gradient's norm from many starts, and exclude a minimum wherever R > 0.

    Each start has its own data, `SAMPLES` samples on the axes U_+ and U_-. The loss is by default
    the polynomial hinge with p = 6, M the threshold.
    """
    batch = subspace_batch(starts, SAMPLES, *axes, seed=seed)
    begun = train(batch, neuron, M or threshold(SAMPLES, *axes), seed=seed, loss=loss, steps=0)
    found = find(begun.surface, 0.5 * begun.ends.theta, steps=150)
    return critical.hunt(begun.surface, found, most=starts)


def findings(*, seed: int = 0, trials: int = 120, device: str = "cpu") -> Iterator[Finding]:
    """Yield what is checked.

    `trials`: planted critical points; ten networks are trained for each, four with f_D too, and one
    on many more samples than neurons for every six.
    """
    yield from planted.findings(departures(trials=trials, seed=seed), "of Theorem 1")
    yield from hunt(starts=max(1, trials // 2), seed=seed).findings("subspace data")
    batch, M = subspace_batch(STARTS * trials, SAMPLES, *AXES, seed=seed), threshold(SAMPLES, *AXES)
    for deep in DEEP:
        trained = train(batch, "softplus", M, seed=seed, deep=deep, device=device)
        statement = f"training at the theorem's width ends with R = 0, {FROZEN[deep]}"
        yield sampled(statement, len(trained.stuck), trained.runs)
    crowded = subspace_batch(max(1, trials // 6), WIDE_SAMPLES, *WIDE_AXES, seed=seed)
    least = threshold(WIDE_SAMPLES, *WIDE_AXES)
    trained = train(crowded, "softplus", least, seed=seed, device=device)
    statement = f"ends with R = 0 where {least} neurons are asked for {WIDE_SAMPLES} samples"
    yield sampled(f"training {statement}", len(trained.stuck), trained.runs)
    few = batch.first(JOINT_STARTS * trials)
    yield from joint_findings(few, "softplus", M, seed=seed, device=device)
