"""The linear programs that the assumptions need, and the exact weights that one proposes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossurface.exact.linalg import integers, null_space
from lossurface.setting.datasets import Point

__all__ = ["gordan", "null_vector", "propose_separator"]

_SUPPORT = 1e-9  # an LP weight above this is taken to be in the basis; the exact check decides


def null_vector(columns: Sequence[Point]) -> list[Fraction] | None:
    """Return mu != 0 with sum_k mu_k column_k = 0 if it is unique up to scale, else None."""
    basis = null_space(list(zip(*columns, strict=True)), len(columns))
    return basis[0] if len(basis) == 1 else None


def propose_separator(signed: Sequence[Point]) -> list[float] | None:
    """Return a w, |w|_oo <= 1, of largest min_i w^T s_i in floats; None if the LP failed.

    Args:
        signed: the samples y_i x_i.
    """
    from scipy.optimize import linprog

    d = len(signed[0])
    answer = linprog(
        [0.0] * d + [-1.0],
        A_ub=[[-float(v) for v in row] + [1.0] for row in _scaled(signed)],
        b_ub=[0.0] * len(signed),
        bounds=[(-1.0, 1.0)] * d + [(None, None)],
        method="highs-ds",  # the simplex method: its answers are vertices
    )
    return None if answer.x is None else [float(v) for v in answer.x[:d]]


def gordan(signed: Sequence[Point]) -> tuple[Fraction, ...] | None:
    """Return mu >= 0, mu != 0, with sum_i mu_i s_i = 0 exactly; None if none was found.

    By Gordan's theorem such a mu exists just when no w has w^T s_i > 0 for all i. The simplex
    method proposes a support; the weights on it are then solved for exactly.

    Args:
        signed: the samples y_i x_i.
    """
    from scipy.optimize import linprog

    columns = list(zip(*_scaled(signed), strict=True))
    answer = linprog(
        [0.0] * len(signed),
        A_eq=[[float(v) for v in column] for column in columns] + [[1.0] * len(signed)],
        b_eq=[0.0] * len(columns) + [1.0],
        method="highs-ds",
    )
    if answer.x is None:
        return None
    support = [k for k, weight in enumerate(answer.x) if weight > _SUPPORT]
    weights = null_vector([signed[k] for k in support])
    if weights is None:
        return None
    if weights[0] < 0:
        weights = [-value for value in weights]
    if min(weights) < 0:
        return None
    mu = [Fraction(0)] * len(signed)
    for k, value in zip(support, integers(weights), strict=True):
        mu[k] = Fraction(value)
    return tuple(mu)


def _scaled(signed: Sequence[Point]) -> list[Point]:
    """Scale each sample to size 1, which changes no sign, so that the LP's tolerances fit."""
    sizes = [max(abs(v) for v in row) or Fraction(1) for row in signed]
    return [tuple(v / size for v in row) for row, size in zip(signed, sizes, strict=True)]
