"""Theorem 1, verified: planted bad critical points left by its proof, a hunt, training counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lossurface.claims import verdict
from lossurface.claims.departures import Departure, depart, findings
from lossurface.exact import Finding, Verdict, sampled
from lossurface.setting import Loss, neurons_of, width_threshold

if TYPE_CHECKING:
    from lossurface.landscape.hunts import Hunt

__all__ = ["AXES", "WIDE_AXES", "WIDE_SAMPLES", "departures", "hunt", "threshold", "verify"]

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

    Neurons run through all that Assumption 5 allows.

    Args:
        trials: how many.
        seed: of all randomness.
        loss: by default the polynomial hinge with p = 6.
    """
    import numpy as np

    from lossurface.landscape.planted import theorem_1

    rng = np.random.default_rng(seed)
    neurons = neurons_of("convex-analytic")
    return [
        depart(theorem_1(rng, neurons[trial % len(neurons)], loss), "theorem-1")
        for trial in range(trials)
    ]


def hunt(
    *,
    starts: int,
    seed: int,
    neuron: str = "softplus",
    loss: Loss | None = None,
    M: int = 0,
    axes: tuple[tuple[int, ...], tuple[int, ...]] = AXES,
) -> Hunt:
    """Minimise the gradient's norm from many starts, and exclude a minimum wherever R > 0.

    Args:
        starts: each on its own data, `SAMPLES` samples.
        seed: of all randomness.
        neuron: a key of `lossurface.setting.NEURONS`.
        loss: by default the polynomial hinge with p = 6.
        M: neurons; 0 takes the threshold.
        axes: U_+ and U_-.
    """
    import torch

    from lossurface.claims.training import subspace_batch
    from lossurface.landscape import find, hunts
    from lossurface.landscape.single_layer import SingleLayerSurface
    from lossurface.setting import get_neuron, polynomial_hinge

    batch = subspace_batch(starts, SAMPLES, *axes, seed=seed)
    surface = SingleLayerSurface(
        get_neuron(neuron),
        loss or polynomial_hinge(6),
        torch.from_numpy(batch.X),
        torch.from_numpy(batch.y),
        M or threshold(SAMPLES, *axes),
    )
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(starts, surface.P, generator=generator, dtype=torch.float64)
    return hunts.hunt(surface, find(surface, 0.5 * start, steps=150), most=starts)


def _findings(seed: int, trials: int, device: str) -> Iterator[Finding]:
    from lossurface.claims.joint_training import joint_findings
    from lossurface.claims.training import DEEP, FROZEN, subspace_batch, train

    yield from findings(departures(trials=trials, seed=seed), "of Theorem 1")
    yield from hunt(starts=max(1, trials // 2), seed=seed).findings("subspace data")
    batch = subspace_batch(STARTS * trials, SAMPLES, *AXES, seed=seed)
    M = threshold(SAMPLES, *AXES)
    for deep in DEEP:
        trained = train(batch, "softplus", M, seed=seed, deep=deep, device=device)
        statement = f"training at the width threshold ends with R = 0, {FROZEN[deep]}"
        yield sampled(statement, len(trained.stuck), trained.runs)
    crowded = subspace_batch(max(1, trials // 6), WIDE_SAMPLES, *WIDE_AXES, seed=seed)
    least = threshold(WIDE_SAMPLES, *WIDE_AXES)
    trained = train(crowded, "softplus", least, seed=seed, device=device)
    statement = (
        f"training ends with R = 0 where {least} neurons are asked for {WIDE_SAMPLES} samples"
    )
    yield sampled(statement, len(trained.stuck), trained.runs)
    few = batch.first(JOINT_STARTS * trials)
    yield from joint_findings(few, "softplus", M, seed=seed, device=device)


def verify(*, seed: int = 0, trials: int = 120, device: str = "cpu") -> Verdict:
    """Verify Theorem 1.

    Args:
        seed: of all randomness.
        trials: planted critical points; ten networks are trained for each, four with f_D too, and
            one on many more samples than neurons for every six.
        device: where the training runs.
    """
    headline = (
        "At the width threshold, every planted bad critical point is left with a certified "
        "decrease, a hunt meets no bad minimum, and no training run ends with an error."
    )
    return verdict("theorem-1", _findings(seed, trials, device), headline)
