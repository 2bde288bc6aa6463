"""From floating-point dual weights lambda to exact ones."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.conditions._space import Space

__all__ = ["ROOM", "balanced", "centred", "equal", "interior"]

ROOM = 1e-9  # least weight above which the classes' hulls count as overlapping fully


def equal(signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights equal within each class, summing to one over it; (n,)."""
    import numpy as np

    weights: NDArray[np.float64] = 1 / np.where(signs > 0, (signs > 0).sum(), (signs < 0).sum())
    return weights


def balanced(space: Space, weights: NDArray[np.float64], bits: int) -> list[Fraction]:
    """Return integer weights near a multiple of `weights`, their class sums made equal."""
    top = float(weights.max())
    exact = [round(float(v) / top * 2**bits) for v in weights]
    sums = {sign: sum(exact[i] for i in space.samples.of(sign)) for sign in (1, -1)}
    short = 1 if sums[1] < sums[-1] else -1
    largest = max(space.samples.of(short), key=lambda i: exact[i])
    exact[largest] += abs(sums[1] - sums[-1])
    return [Fraction(v) for v in exact]


def centred(space: Space, weights: NDArray[np.float64], bits: int) -> list[Fraction] | None:
    """Return weights near a multiple of `weights` with sum lambda y = 0, sum lambda y x = 0.

    All but r + 1 are rounded; those, chosen large and well spread, solve the equations exactly.

    Returns:
        None when the solution leaves the positive orthant, or there is none.
    """
    import numpy as np
    from flint import fmpz_mat
    from scipy.linalg import qr

    labels = space.samples.labels
    top = float(weights.max())
    lifted = np.hstack([space.affine_frame.points, np.ones((len(labels), 1))])
    order = qr((lifted * weights[:, None]).T, mode="r", pivoting=True)[1]
    size = len(space.span.columns) + 1
    basis = sorted(int(i) for i in order[:size])
    rest = [i for i in range(len(labels)) if i not in set(basis)]
    exact = [round(float(v) / top * 2**bits) for v in weights]
    columns = [[y * v for v in row] + [y] for y, row in zip(labels, space.named, strict=True)]
    left = fmpz_mat([columns[i] for i in basis]).transpose()
    right = [-sum(exact[i] * columns[i][k] for i in rest if exact[i]) for k in range(size)]
    if len(basis) < size:
        return None
    try:
        solution = left.solve(fmpz_mat(size, 1, right))
    except ZeroDivisionError:
        return None
    result = [Fraction(v) for v in exact]
    for k, i in enumerate(basis):
        result[i] = Fraction(int(solution[k, 0].p), int(solution[k, 0].q))
    return result if min(result) >= 0 and any(result) else None


def interior(
    points: NDArray[np.float64], signs: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return max s with lambda >= s, class sums one, sum lambda s x = 0; its lambda; a dual form.

    s > 0: the classes' hulls overlap fully. s <= 0: the dual form separates them weakly.
    """
    import numpy as np
    from scipy.optimize import linprog

    n, k = points.shape
    A = np.zeros((k + 2, n + 1))
    A[:k, :n] = (signs[:, None] * points).T
    A[k, :n], A[k + 1, :n] = signs > 0, signs < 0
    # lambda = mu + s with mu >= 0, so that the only sign conditions are bounds.
    A[:, n] = A[:, :n].sum(axis=1)
    right = np.append(np.zeros(k), [1.0, 1.0])
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_eq=A,
        b_eq=right,
        bounds=[(0, None)] * n + [(None, None)],
        method="highs-ds",
    )
    if found.x is None:
        return -np.inf, np.zeros(n), np.zeros(k)
    s = float(found.x[n])
    return s, np.asarray(found.x[:n]) + s, np.asarray(found.eqlin.marginals[:k])
