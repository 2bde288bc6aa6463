"""Linear separability, decided with a certificate: a separator, or a Farkas vector.

By Gordan's theorem exactly one of these exists: w with y_i w^T x_i > 0 for all i, or mu >= 0, not
zero, with sum mu y x = 0. One non-negative least-squares problem proposes either, which rounding
and an exact solve dispose of; the exact simplex takes what is too near the boundary for floats.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from lossurface.conditions.certified import Condition, settle
from lossurface.exact.simplex import feasible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.conditions.coordinates import Space

    Floats = NDArray[np.float64]

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

    signs = [1] * space.dataset.n if claim == "half-space" else space.samples.labels
    rows = np.array(signs)[:, None] * space.frame.points
    columns = [[y * v for v in row] for y, row in zip(signs, space.named, strict=True)]
    if claim == "affine-separability":
        rows = np.hstack([rows, np.array(signs)[:, None]])
        columns = [[*column, y] for column, y in zip(columns, signs, strict=True)]
    margin, w, mu = _nearest(rows)
    own = None
    if margin > 1e-13:
        proposed = (_separator(space, w, bits, claim, signs) for bits in BITS)
        own = next((fields for fields in proposed if fields is not None), None)
    if own is None and mu is not None:
        own = _null_weights(columns, np.flatnonzero(mu > 1e-11).tolist())
    shown: float | None
    found, shown = f"margin {margin:.3g}", margin
    if own is None and space.small(rows.shape[1]):
        own, found, shown = _exactly(space, columns, claim), "found exactly", None
    yes, no = WORDS[claim]
    if own is None:
        why = f"the widest margin found, {margin:.1e} in whitened coordinates, is too near zero"
        return Condition(claim, "undecided", why, abs(margin))
    if "w" in own:
        return settle(space, "separator", claim, own, f"{yes}, {found}", shown)
    why = f"{no}: a non-negative combination of {sum(map(bool, own['mu']))} samples vanishes"
    return settle(space, "farkas", claim, own, why, 0.0)


def _nearest(rows: Floats) -> tuple[float, Floats, Floats | None]:
    """Return a margin and its w, and mu where the margin is near zero.

    The point of the cone of (row, 1) nearest to (0, 1). If it is (0, 1) itself, its weights are mu;
    if not, the hyperplane half-way separates, with the widest margin there is for |w| = 1.
    """
    import numpy as np
    from scipy.optimize import nnls

    n, r = rows.shape
    target = np.append(np.zeros(r), 1.0)
    matrix = np.vstack([rows.T, np.ones(n)])
    try:
        mu, distance = nnls(matrix, target)
    except RuntimeError:  # too many steps
        return 0.0, target[:r], None
    w = (matrix @ mu)[:r]
    length = float(np.linalg.norm(w))
    margin = float((rows @ w).min()) / length if length else 0.0
    return margin, w, mu if distance < 1e-6 else None


def _separator(
    space: Space, w: Floats, bits: int, claim: Claim, signs: list[int]
) -> dict[str, Any] | None:
    """Return a separator, w rounded and b the middle of the gap, if it is one."""
    form = space.frame.rounded(w[: space.frame.points.shape[1]], bits)
    values, common = space.values(form)
    if claim != "affine-separability":
        apart = all(y * v > 0 for y, v in zip(signs, values, strict=True))
        return {"w": form, "b": Fraction(0)} if apart else None
    lowest = min(values[i] for i in space.samples.of(1))
    highest = max(values[i] for i in space.samples.of(-1))
    return {"w": form, "b": -Fraction(lowest + highest, 2 * common)} if highest < lowest else None


def _null_weights(columns: list[list[int]], support: list[int]) -> dict[str, Any] | None:
    """Return the exact weights on the support whose combination vanishes, if there is one line."""
    from flint import fmpz_mat

    if not support:
        return None
    basis, nullity = fmpz_mat([columns[i] for i in support]).transpose().nullspace()
    values = [int(basis[k, 0]) for k in range(len(support))]
    total = sum(values)
    if nullity != 1 or not total or min(v * total for v in values) < 0:
        return None
    mu = [Fraction(0)] * len(columns)
    for i, value in zip(support, values, strict=True):
        mu[i] = Fraction(value, total)
    return {"mu": mu}


def _exactly(space: Space, columns: list[list[int]], claim: Claim) -> dict[str, Any]:
    """Decide by the exact simplex: sum mu (y x) = 0, sum mu = 1; or v^T (y x) > 0."""
    size = len(columns[0])
    cancel, vector = feasible([[*column, 1] for column in columns], [0] * size + [1])
    if cancel:
        return {"mu": list(vector)}
    bias = vector[space.span.rank] if claim == "affine-separability" else Fraction(0)
    return {"w": space.form(vector[: space.span.rank]), "b": bias}
