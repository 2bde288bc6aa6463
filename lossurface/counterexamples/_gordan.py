"""Gordan's alternative with its witness: a separator, or weights on which the samples cancel."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from lossurface.exact.linalg import integers
from lossurface.exact.simplex import feasible
from lossurface.setting import Dataset

__all__ = ["gordan", "signed", "wide_separator"]

Vector = tuple[Fraction, ...]


def signed(dataset: Dataset, *, affine: bool = False) -> list[Vector]:
    """Return y_i x_i, or y_i (x_i, 1), for every sample."""
    last = (Fraction(1),) if affine else ()
    return [
        tuple(y * v for v in (*row, *last)) for row, y in zip(dataset.x, dataset.y, strict=True)
    ]


def gordan(rows: Sequence[Vector]) -> tuple[Vector | None, Vector | None]:
    """Return w with w^T s > 0 for all s, or mu >= 0, mu != 0, with sum_i mu_i s_i = 0.

    One of them exists, and never both (Gordan's theorem). The exact simplex method finds it.

    Args:
        rows: the samples y_i x_i.

    Returns:
        (w, None), or (None, mu); (None, None) where the simplex method ran out of steps.
    """
    d = len(rows[0])
    scales = [lcm(*(v.denominator for v in row)) for row in rows]
    columns = [[*(int(scale * v) for v in row), 1] for row, scale in zip(rows, scales, strict=True)]
    weights, v = feasible(columns, [0] * d + [1])
    if weights is not None:
        mu = [weight * scale for weight, scale in zip(weights, scales, strict=True)]
        return None, tuple(map(Fraction, integers(mu)))
    return None if v is None else tuple(v[:d]), None


def wide_separator(rows: Sequence[Vector]) -> Vector | None:
    """Return a short w with w^T s > 0 for all s, of nearly the widest margin; None if not found.

    The builders' radii grow with the margin. A linear program proposes w; exact signs decide.
    """
    from scipy.optimize import linprog

    # Each sample is scaled to size 1, which changes no sign, so that the tolerances fit.
    sizes = [max(abs(v) for v in row) or Fraction(1) for row in rows]
    d = len(rows[0])
    answer = linprog(
        [0.0] * d + [-1.0],
        A_ub=[
            [-float(v / size) for v in row] + [1.0] for row, size in zip(rows, sizes, strict=True)
        ],
        b_ub=[0.0] * len(rows),
        bounds=[(-1.0, 1.0)] * d + [(None, None)],
        method="highs-ds",  # the simplex method: its answers are vertices
    )
    for digits in (1, 2, 4, 8) if answer.x is not None else ():
        w = tuple(Fraction(float(v)).limit_denominator(10**digits) for v in answer.x[:d])
        if all(sum(a * b for a, b in zip(w, row, strict=True)) > 0 for row in rows):
            return w
    return None
