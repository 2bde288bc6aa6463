"""Theorem 2, verified: planted bad critical points left by its proof, and training counted.

The theorem speaks of every local minimum, so its evidence is of two kinds: the proof, run on
critical points built to be bad, each step certified; and training, counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossurface.claims import verdict
from lossurface.claims.departures import findings
from lossurface.claims.experiments_theorem_2 import beside, departures, nowhere_else, plateaus
from lossurface.exact import Finding, Verdict, every, sampled, uncounted
from lossurface.setting import polynomial_hinge

__all__ = ["verify"]

STARTS = 40  # trained starts for each planted point
JOINT_STARTS = 4  # with every parameter free, which takes longer


def _findings(seed: int, trials: int, device: str) -> Iterator[Finding]:
    import numpy as np

    from lossurface.claims.joint_training import joint_findings
    from lossurface.claims.training import DEEP, FROZEN, separable_batch, train

    yield from findings(departures(trials=trials, seed=seed), "of Theorem 2")
    rng = np.random.default_rng(seed)
    few = max(1, trials // 4)
    points = [beside(rng, k) for k in range(few)]
    yield every("beside an f_D that varies, planted points are critical in theta_S",
                (point.critical for point in points))  # fmt: skip
    yield every("and misclassify a sample", (point.error for point in points))
    yield every("none of them is a local minimum", (point.escape.not_minimum for point in points))
    yield every("the proof's step lowers the loss", (point.escape.decrease for point in points))
    yield every("where some a_j != 0 and some lambda > 0, the gradient does not vanish",
                (nowhere_else(rng, k) for k in range(few)))  # fmt: skip
    batch = separable_batch(STARTS * trials, 10, 3, seed=seed)
    for deep in DEEP:
        trained = train(batch, "softplus", 1, seed=seed, loss=polynomial_hinge(3), deep=deep,
                        device=device)  # fmt: skip
        flat = plateaus(batch, trained)
        if flat:
            where = f"where floats see no gradient, no local minimum is near ({FROZEN[deep]})"
            yield uncounted(every(where, (plateau.excluded for plateau in flat)))
        ended = f"training one softplus neuron, and the ray off plateaus: R = 0, {FROZEN[deep]}"
        left = sum(plateau.error_after > 0 for plateau in flat)
        yield sampled(ended, left, trained.runs, f"{len(flat)} met a plateau")
    few_starts = batch.first(JOINT_STARTS * trials)
    yield from joint_findings(
        few_starts, "softplus", 1, seed=seed, loss=polynomial_hinge(3), device=device
    )


def verify(*, seed: int = 0, trials: int = 250, device: str = "cpu") -> Verdict:
    """Verify Theorem 2.

    Args:
        seed: of all randomness.
        trials: planted critical points; 40 networks are trained for each, 4 with f_D trained too.
        device: where the training runs.
    """
    headline = (
        "With M = 1 and more, every planted bad critical point is left with a certified decrease, "
        "and no training run ends with an error."
    )
    return verdict("theorem-2", _findings(seed, trials, device), headline)
