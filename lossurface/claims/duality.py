"""The geometry of Propositions 11 and 12: both sides of the duality, by an independent solver.

The verdicts of `lossurface.conditions` come from a search of their own. Here linear programs
solve the primal problem (the least eigenvalue of S) and the dual (the gap between the classes), to
compare the two with each other and with the exact verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface.claims.traps import ConditionName, decided
from lossurface.conditions import Space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Duality", "dualities", "duality"]

INFEASIBLE = 2  # of `linprog`'s statuses
ROUNDS = 200  # of cuts; some ten are usual
CLOSE = 1e-7  # of the largest entry's square


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
    """Solve max_lambda lambda_min(S) and its dual by cutting planes, with HiGHS.

    lambda_min(S) is the least v^T S v over unit vectors v. The linear program knows finitely many
    of them; where its solution has a smaller eigenvalue, the eigenvectors join. Its multipliers m
    give Z = sum m v v^T, and u. Each value is computed from its own solution, so that the first is
    at most, the second at least the optimum.

    Args:
        points: (n, r).
        labels: (n,), -1.0 and 1.0; exchange them for the other sign.
        claim: with `proposition-11`, sum lambda y x = 0 and q has a linear term.

    Returns:
        The two values; None if no lambda is admissible.
    """
    import numpy as np
    from scipy.optimize import linprog

    n, r = points.shape
    signed = points * labels[:, None]
    scale = np.square(points).max() or 1.0
    moments = signed.T if claim == "proposition-11" else np.empty((0, n))
    # Unknowns: lambda, then t, which is to be as large as possible.
    equal = np.vstack([labels > 0, labels < 0, moments]) @ np.eye(n, n + 1)
    right = np.array([1.0, 1.0] + [0.0] * len(moments))
    vectors = np.eye(r)
    for _ in range(ROUNDS):
        cuts = -np.square(vectors @ points.T) * labels / scale
        found = linprog(
            -np.eye(n + 1)[n],
            A_ub=np.column_stack([cuts, np.ones(len(cuts))]),
            b_ub=np.zeros(len(cuts)),
            A_eq=equal,
            b_eq=right,
            bounds=[(0, None)] * n + [(None, None)],
            options={"primal_feasibility_tolerance": CLOSE / 10},
        )
        if found.status == INFEASIBLE:
            return None
        values, axes = np.linalg.eigh(signed.T @ (found.x[:n, None] * points))
        Z = vectors.T @ (-found.ineqlin.marginals[:, None] * vectors)
        low = values < (found.x[n] - CLOSE) * scale
        if not low.any():
            break
        vectors = np.vstack([vectors, axes[:, low].T])
    u = found.eqlin.marginals[2:] * scale if len(moments) else np.zeros(r)
    q = np.sum(points @ Z * points, axis=1) + points @ u
    return float(values[0]), float(q[labels > 0].max() - q[labels < 0].min())


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
