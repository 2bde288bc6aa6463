"""Proposition 1, verified: quadratic neurons on subspace data, M = r + 1 whatever n."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lossurface.claims.theorem_1 import hunt
from lossurface.claims.training import DEEP, FROZEN, joint_findings, subspace_batch, train
from lossurface.exact import Finding, sampled
from lossurface.landscape import planted
from lossurface.landscape.planted import Departure, depart

HEADLINE = (
    "With M = r + 1 quadratic neurons, a certified step leads from every planted bad critical "
    "point to a lower loss, and every training run on 8, 16 or 32 samples ends with training "
    "error 0."
)

AXES = ((0, 1, 2), (1, 2, 3))  # U_+, U_-: r = 4, two axes shared
WIDTH = 5  # M = r + 1
SIZES = (8, 16, 32)


def departures(*, trials: int, seed: int) -> list[Departure]:
    """Plant bad critical points of quadratic neurons, M = r + 1, and leave each.

    One in eight has its neurons in pairs that cancel, where the plain curve is flat.
    """
    rng = np.random.default_rng(seed)
    return [depart(planted.proposition_1(rng)) for _ in range(trials)]


def findings(*, seed: int = 0, trials: int = 200, device: str = "cpu") -> Iterator[Finding]:
    """Yield what is checked.

    `trials`: planted critical points; five networks are trained for each, at every size.
    """
    yield from planted.findings(departures(trials=trials, seed=seed), "of Proposition 1")
    found = hunt(starts=max(1, trials // 2), seed=seed, neuron="quadratic", M=WIDTH, axes=AXES)
    yield from found.findings("subspace data")
    batches = [subspace_batch(5 * trials, n, *AXES, seed=seed + n) for n in SIZES]
    for deep in DEEP:
        runs = [
            train(batch, "quadratic", WIDTH, seed=seed, deep=deep, device=device)
            for batch in batches
        ]
        stuck, of = sum(len(run.stuck) for run in runs), sum(run.runs for run in runs)
        statement = "training with M = r + 1 on 8, 16 and 32 samples ends with R = 0"
        yield sampled(f"{statement}, {FROZEN[deep]}", stuck, of)
    batch = subspace_batch(2 * trials, SIZES[1], *AXES, seed=seed)
    yield from joint_findings(batch, "quadratic", WIDTH, seed=seed, device=device)
