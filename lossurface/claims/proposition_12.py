"""Proposition 12, verified: random datasets decided, each then trapped or left, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossurface.claims import verdict
from lossurface.claims.experiments_proposition_12 import (
    decided,
    ellipsoid_errors,
    leave,
    leave_kernel,
    met,
    trap_findings,
    trapped,
)
from lossurface.claims.traps import decide
from lossurface.exact import Certificate, Finding, Verdict, equal, every
from lossurface.setting import Dataset

__all__ = ["BOWL", "CROSS", "certify", "verify"]

# Separable by w = (1, 1), yet the positives lie further out in every direction.
BOWL = Dataset.of(
    [[3, "1/2"], ["1/2", 3], [2, 2], [-1, "1/4"], ["1/4", -1], [-1, "-3/4"]],
    [1, 1, 1, -1, -1, -1],
)
# Not separable, yet each class lies in an ellipse that leaves the other out.
CROSS = Dataset.of(
    [[3, "1/2"], [-2, "-1/2"], [2, -1], ["-1/2", 3], ["1/2", -2], [-1, -2]], [1, 1, 1, -1, -1, -1]
)


def certify(
    neuron: str = "quadratic", p: int = 6, width: int = 1, dataset: Dataset = BOWL
) -> Certificate:
    """Build a bad local minimum on a dataset that violates the condition.

    Args:
        neuron: `quadratic`; the proposition is about no other.
        p: the hinge power, 2 to 60.
        width: M, any.
        dataset: two classes.

    Raises:
        InputError: the condition does not fail on the dataset, or a choice is out of range.

    Source: Proposition 12; the construction is ours.
    """
    return trapped(dataset, decide(dataset, "proposition-12"), neuron, p, width)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    cases = [(data, decide(data, "proposition-12")) for data in (BOWL, CROSS)]
    cases += decided("proposition-12", trials=trials, seed=seed)
    yield every("every verdict on a dataset has a certificate that rechecks",
                (found.finding for _, found in cases if found.finding is not None))  # fmt: skip
    traps = list(trap_findings(cases, ("quadratic",), (2, 3, 6)))
    yield every("where the condition fails, there is a local minimum", (t[0] for t in traps))
    yield every("where the condition fails, that local minimum misclassifies a sample",
                (t[1] for t in traps))  # fmt: skip
    holding = [(data, found) for data, found in cases if found.verdict == "holds"]
    rng = np.random.default_rng(seed)
    left = [leave(data, rng) for data, _ in holding for _ in range(2)]
    moved = [leave_kernel(rng, cancelling=k % 3 == 2) for k in range(max(3, trials // 2))]
    datasets = (decide(one.dataset, "proposition-12") for one in moved)
    yield every("the condition holds on the datasets planted with W != 0", map(met, datasets))
    for where, points in (("with W = 0", left), ("with W != 0", moved)):
        yield every(f"where the condition holds, every planted point {where} is critical",
                    (one.critical for one in points))  # fmt: skip
        yield every(f"every planted point {where} misclassifies a sample",
                    (one.bad for one in points))  # fmt: skip
        yield every(f"no planted point {where} is a local minimum",
                    (one.not_minimum for one in points))  # fmt: skip
        yield every(f"the proof's step from every planted point {where} lowers the loss",
                    (one.decrease for one in points))  # fmt: skip
    errors = sum(ellipsoid_errors(data, found) for data, found in holding)
    yield equal("the networks that the ellipsoids make classify every sample", Fraction(errors), 0)


def verify(*, seed: int = 0, trials: int = 24) -> Verdict:
    """Verify Proposition 12 in both directions.

    Args:
        seed: of the datasets and the planted points.
        trials: random datasets.
    """
    headline = (
        "Datasets decided with exact certificates: a bad local minimum on each where the "
        "condition fails, and planted bad critical points, W = 0 and W != 0, left where it holds."
    )
    return verdict("proposition-12", _findings(seed, trials), headline)
