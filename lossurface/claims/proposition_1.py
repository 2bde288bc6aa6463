"""Proposition 1, verified: quadratic neurons on subspace data, M = r + 1 whatever n."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossurface.claims import verdict
from lossurface.claims.departures import Departure, depart, findings
from lossurface.claims.theorem_1 import hunt
from lossurface.exact import Finding, Verdict, sampled

if TYPE_CHECKING:
    from lossurface.claims.tally import Tally

__all__ = ["AXES", "WIDTH", "departures", "growing", "verify"]

AXES = ((0, 1, 2), (1, 2, 3))  # U_+, U_-: r = 4, two axes shared
WIDTH = 5  # M = r + 1
SIZES = (8, 16, 32)


def departures(*, trials: int, seed: int) -> list[Departure]:
    """Plant bad critical points of quadratic neurons, M = r + 1, and leave each.

    One in eight has its neurons in pairs that cancel, where the plain curve is flat.
    """
    import numpy as np

    from lossurface.landscape.planted import proposition_1

    rng = np.random.default_rng(seed)
    return [depart(proposition_1(rng), "propositions-1-and-12") for _ in range(trials)]


def growing(
    sizes: Sequence[int],
    *,
    trials: int,
    seed: int,
    M: int = WIDTH,
    deep: str = "none",
    device: str = "cpu",
    steps: int = 500,
) -> Tally:
    """Train networks of one width on more and more samples; count those that end with an error.

    Args:
        sizes: the numbers of samples.
        trials: networks for each, each on its own data.
        seed: of all randomness.
        M: the width, the same for all sizes.
        deep: f_D, as in `training.train`.
        device: where the training runs.
        steps: most steps of a run.
    """
    from lossurface.claims.training import subspace_batch, tally, train

    runs = [
        train(
            subspace_batch(trials, n, *AXES, seed=seed + n),
            "quadratic",
            M,
            seed=seed,
            deep=deep,
            device=device,
            steps=steps,
        )
        for n in sizes
    ]
    return tally(sizes, runs)


def _findings(seed: int, trials: int, device: str) -> Iterator[Finding]:
    from lossurface.claims.joint_training import joint_findings
    from lossurface.claims.training import DEEP, FROZEN, subspace_batch

    yield from findings(departures(trials=trials, seed=seed), "of Proposition 1")
    found = hunt(starts=max(1, trials // 2), seed=seed, neuron="quadratic", M=WIDTH, axes=AXES)
    yield from found.findings("subspace data")
    for deep in DEEP:
        counts = growing(SIZES, trials=5 * trials, seed=seed, deep=deep, device=device)
        statement = (
            f"training with M = r + 1 on 8, 16 and 32 samples ends with R = 0, {FROZEN[deep]}"
        )
        yield sampled(statement, sum(counts.hits), sum(counts.trials))
    batch = subspace_batch(2 * trials, SIZES[1], *AXES, seed=seed)
    yield from joint_findings(batch, "quadratic", WIDTH, seed=seed, device=device)


def verify(*, seed: int = 0, trials: int = 200, device: str = "cpu") -> Verdict:
    """Verify Proposition 1.

    Args:
        seed: of all randomness.
        trials: planted critical points; five networks are trained for each, at every size.
        device: where the training runs.
    """
    headline = (
        "With M = r + 1 quadratic neurons, every planted bad critical point is left with a "
        "certified decrease, and no training run on 8, 16 or 32 samples ends with an error."
    )
    return verdict("proposition-1", _findings(seed, trials, device), headline)
