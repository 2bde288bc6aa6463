"""The geometry of Propositions 11 and 12: both sides of the duality, by an independent solver.

The verdicts of `lossurface.conditions` come from a search of their own. Here cvxpy and Clarabel
solve the primal problem (the least eigenvalue of S) and the dual (the gap between the classes)
separately, to compare the two with each other and with the exact verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossurface.claims.experiments_proposition_12 import decided
from lossurface.claims.traps import ConditionName
from lossurface.conditions import Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Duality", "dualities", "duality"]


@dataclass(frozen=True)
class Duality:
    """One dataset, one condition: two optimal values for either sign, and the exact verdict.

    Attributes:
        primal: max over lambda of the least eigenvalue of S and of -S.
        dual: min over Z (and u) of the largest value inside less the smallest outside, likewise.
        verdict: of the exact certificate, `holds` or `fails`.
    """

    primal: tuple[float, float]
    dual: tuple[float, float]
    verdict: str

    @property
    def gap(self) -> float:
        """The largest difference between a primal value and its dual."""
        return max(abs(a - b) for a, b in zip(self.primal, self.dual, strict=True))

    @property
    def agrees(self) -> bool:
        """Whether the sign of the larger value is what the exact verdict says."""
        return (max(self.dual) < 0) == (self.verdict == "holds")


def duality(points: Array, labels: Array, claim: ConditionName) -> tuple[float, float] | None:
    """Solve max_lambda lambda_min(S) and its dual, each on its own.

    Args:
        points: (n, r).
        labels: (n,), -1.0 and 1.0; exchange them for the other sign.
        claim: with `proposition-11`, sum lambda y x = 0 and q has a linear term.

    Returns:
        The two values; None if no lambda is admissible.
    """
    import cvxpy as cp
    import numpy as np

    n, r = points.shape
    moments = claim == "proposition-11"
    lam, t = cp.Variable(n, nonneg=True), cp.Variable()
    S = (points * labels[:, None]).T @ cp.diag(lam) @ points
    rules: list[Any] = [(S + S.T) / 2 - t * np.eye(r) >> 0]
    rules += [cp.sum(lam[labels > 0]) == 1, cp.sum(lam[labels < 0]) == 1]
    if moments:
        rules.append((points * labels[:, None]).T @ lam == 0)
    primal = cp.Problem(cp.Maximize(t), rules)
    primal.solve(solver=cp.CLARABEL)
    if primal.status not in ("optimal", "optimal_inaccurate"):
        return None
    Z, u = cp.Variable((r, r), PSD=True), cp.Variable(r)
    q = cp.sum(cp.multiply(points @ Z, points), axis=1) + (points @ u if moments else 0)
    dual = cp.Problem(
        cp.Minimize(cp.max(q[labels > 0]) - cp.min(q[labels < 0])), [cp.trace(Z) == 1]
    )
    dual.solve(solver=cp.CLARABEL)
    return float(t.value), float(dual.value)


def dualities(claim: ConditionName, *, trials: int, seed: int) -> list[Duality]:
    """Decide random datasets exactly, and solve both problems for both signs on each.

    Datasets on which no lambda is admissible have nothing to compare and are left out.

    Args:
        claim: `proposition-11` or `proposition-12`.
        trials: datasets drawn.
        seed: of the datasets.
    """
    made = []
    for dataset, condition in decided(claim, trials=trials, seed=seed):
        space = Space(dataset)
        frame = space.affine_frame if claim == "proposition-11" else space.frame
        values = [duality(frame.points, sign * space.labels, claim) for sign in (1, -1)]
        if values[0] is not None and values[1] is not None:
            (p, d), (q, e) = values[0], values[1]
            made.append(Duality((p, q), (d, e), condition.verdict))
    return made
