"""Linear separability, decided with a certificate: a separator, or a Farkas vector.

By Gordan's theorem exactly one of these exists: w with y_i w^T x_i > 0 for all i, or mu >= 0, not
zero, with sum mu y x = 0. One non-negative least-squares problem proposes either; rounding and
exact solves dispose; linear programs and an exact simplex take what is too near the boundary.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions._condition import Condition, settle, unsettled
from lossurface.exact.simplex import feasible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from lossurface.conditions._space import Space

    Floats = NDArray[np.float64]

__all__ = ["affine_separability", "assumption_6", "half_space"]

Claim = Literal["assumption-6", "affine-separability", "half-space"]
BITS = (6, 10, 16, 26, 50)
WORDS = {
    "assumption-6": ("a hyperplane through the origin separates the classes", "no such hyperplane"),
    "affine-separability": ("a hyperplane separates the classes", "the convex hulls meet"),
    "half-space": ("an open half-space through the origin holds all samples", "no such half-space"),
}


def assumption_6(space: Space) -> Condition:
    """Decide Assumption 6 on the samples: some w has y_i w^T x_i > 0 for all i.

    Source: Assumption 6.
    """
    return _decide(space, "assumption-6")


def affine_separability(space: Space) -> Condition:
    """Decide whether some w, b have y_i (w^T x_i + b) > 0 for all i (not in the paper)."""
    return _decide(space, "affine-separability")


def half_space(space: Space) -> Condition:
    """Decide whether some w has w^T x_i > 0 for every sample of either class.

    On such data a ReLU network without hidden bias can be dead (Proposition 2's construction).
    """
    return _decide(space, "half-space")


def _decide(space: Space, claim: Claim) -> Condition:
    import numpy as np

    affine = claim == "affine-separability"
    signs = np.ones_like(space.labels) if claim == "half-space" else space.labels
    rows = signs[:, None] * space.points
    if affine:
        rows = np.hstack([rows, signs[:, None]])
    yes, no = WORDS[claim]
    margin = 0.0
    # The second search is slower, and finds its way nearer to the boundary.
    for search in (_nearest, _programs) if space.span.rank else ():
        margin, w, mu = search(rows)
        if margin > 1e-13:
            for bits in BITS:
                own = _separator(space, w, bits, claim)
                if own is not None:
                    why = f"{yes}, margin {margin:.3g}"
                    return settle(space, "separator", claim, own, why, margin)
        if mu is not None:
            exact = _null_weights(space, np.flatnonzero(mu > 1e-11), claim)
            if exact is not None:
                used = sum(map(bool, exact))
                why = f"{no}: a non-negative combination of {used} samples vanishes"
                return settle(space, "farkas", claim, {"mu": exact}, why, 0.0)
    if space.small(rows.shape[1]):
        return _exactly(space, claim, yes, no)
    why = f"the widest margin found, {margin:.1e} in whitened coordinates, is too near zero"
    return unsettled(claim, why, abs(margin))


def _nearest(rows: Floats) -> tuple[float, Floats, Floats | None]:
    """Return a margin and its w, and mu where the margin is near zero.

    The point of the cone of (row, 1) nearest to (0, 1). If it is (0, 1) itself, its weights are mu;
    if not, the hyperplane half-way separates, with the widest margin there is for |w| = 1.
    """
    import numpy as np
    from scipy.optimize import nnls

    n, r = rows.shape
    target = np.zeros(r + 1)
    target[r] = 1.0
    matrix = np.ones((r + 1, n))
    matrix[:r] = rows.T
    try:
        mu, distance = nnls(matrix, target)
    except RuntimeError:  # too many steps
        return 0.0, target[:r], None
    w = -(target - matrix @ mu)[:r]
    return _margin(rows, w), w, mu if distance < 1e-6 else None


def _programs(rows: Floats) -> tuple[float, Floats, Floats | None]:
    """Return the same from linear programs: max t with rows w >= t, |w_k| <= 1, and its dual."""
    import numpy as np
    from scipy.optimize import linprog

    n, r = rows.shape
    found = linprog(
        np.append(np.zeros(r), -1.0),
        A_ub=np.hstack([-rows, np.ones((n, 1))]),
        b_ub=np.zeros(n),
        bounds=[(-1, 1)] * r + [(0, None)],
        method="highs-ds",
    )
    w = np.zeros(r) if found.x is None else np.asarray(found.x[:r])
    margin = _margin(rows, w)
    if margin > 1e-6:
        return margin, w, None
    found = linprog(
        np.linspace(1.0, 2.0, n),  # no ties, hence a vertex
        A_eq=np.vstack([rows.T, np.ones(n)]),
        b_eq=np.append(np.zeros(r), 1.0),
        bounds=(0, None),
        method="highs-ds",
    )
    return margin, w, None if found.x is None else np.asarray(found.x)


def _margin(rows: Floats, w: Floats) -> float:
    import numpy as np

    length = float(np.linalg.norm(w))
    return float((rows @ w).min()) / length if length else 0.0


def _separator(space: Space, w: Floats, bits: int, claim: Claim) -> dict[str, Any] | None:
    """Return the fields of a separator certificate, w rounded and b the middle of the gap.

    None if this w does not separate.
    """
    r = space.points.shape[1]
    form, near = space.frame.rounded(w[:r], bits)
    linear = {"w": form, "b": Fraction(0)}
    signs = _signs(space, claim)
    if claim != "affine-separability" and (near * signs > 1e-9).all():
        return linear  # which the checker will see exactly
    values, common = space.samples.form(form)
    if claim != "affine-separability":
        apart = all(y * v > 0 for y, v in zip(signs, values, strict=True))
        return linear if apart else None
    lowest = min(values[i] for i in space.samples.of(1))
    highest = max(values[i] for i in space.samples.of(-1))
    return {"w": form, "b": -Fraction(lowest + highest, 2 * common)} if highest < lowest else None


def _signs(space: Space, claim: Claim) -> tuple[int, ...]:
    return (1,) * space.dataset.n if claim == "half-space" else space.dataset.y


def _columns(rows: list[list[int]], signs: Sequence[int], claim: Claim) -> list[list[int]]:
    """Return y_i x_i (and y_i) as integer columns."""
    columns = [[y * v for v in row] for y, row in zip(signs, rows, strict=True)]
    if claim == "affine-separability":
        columns = [[*column, y] for column, y in zip(columns, signs, strict=True)]
    return columns


def _null_weights(space: Space, support: NDArray[np.int64], claim: Claim) -> list[Fraction] | None:
    """Return the exact weights on the support whose combination vanishes, if there is one line."""
    from flint import fmpz_mat

    if not len(support):
        return None
    rows, _ = space.integers(support.tolist())
    signs = _signs(space, claim)
    matrix = fmpz_mat(_columns(rows, [signs[i] for i in support], claim)).transpose()
    basis, nullity = matrix.nullspace()
    if int(nullity) != 1:
        return None
    values = [int(basis[k, 0]) for k in range(len(rows))]
    if sum(values) < 0:
        values = [-v for v in values]
    total = sum(values)
    if total <= 0 or min(values) < 0:
        return None
    mu = [Fraction(0)] * len(signs)
    for i, value in zip(support, values, strict=True):
        mu[int(i)] = Fraction(value, total)
    return mu


def _exactly(space: Space, claim: Claim, yes: str, no: str) -> Condition:
    """Decide by the exact simplex: sum mu (y x) = 0, sum mu = 1."""
    columns = [[*column, 1] for column in _columns(space.named, _signs(space, claim), claim)]
    size = len(columns[0])
    cancel, vector = feasible(columns, [0] * (size - 1) + [1])
    if cancel:
        used = sum(map(bool, vector))
        why = f"{no}: a non-negative combination of {used} samples vanishes"
        return settle(space, "farkas", claim, {"mu": list(vector)}, why, 0.0)
    # vector^T (y x) >= -its last entry > 0, in the scaled named columns.
    form = [Fraction(0)] * len(space.samples.scales)
    for value, k in zip(vector, space.span.columns, strict=False):
        form[k] = value * space.samples.scales[k]
    bias = vector[size - 2] if claim == "affine-separability" else Fraction(0)
    return settle(space, "separator", claim, {"w": form, "b": bias}, f"{yes}, found exactly", None)
