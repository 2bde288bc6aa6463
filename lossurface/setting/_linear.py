"""The little exact linear algebra, and the one linear program, that the assumptions need."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from lossurface.setting.datasets import Point

__all__ = ["gordan", "null_vector", "primitive", "propose_separator", "rank"]

_SUPPORT = 1e-9  # an LP weight above this is taken to be in the basis; the exact check decides


def _echelon(rows: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], list[int]]:
    """Return the reduced row echelon form's non-zero rows, and their pivot columns."""
    matrix = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(len(matrix[0]) if matrix else 0):
        top = len(pivots)
        found = next((k for k in range(top, len(matrix)) if matrix[k][column]), None)
        if found is None:
            continue
        matrix[top], matrix[found] = matrix[found], matrix[top]
        scale = matrix[top][column]
        matrix[top] = [value / scale for value in matrix[top]]
        for k, row in enumerate(matrix):
            if k != top and row[column]:
                factor = row[column]
                matrix[k] = [u - factor * v for u, v in zip(row, matrix[top], strict=True)]
        pivots.append(column)
    return matrix[: len(pivots)], pivots


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """Return the exact rank of a matrix given by rows, by Bareiss's elimination on integers."""
    matrix = [[int(v) for v in primitive(row)] for row in rows]
    found, previous = 0, 1
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((k for k in range(found, len(matrix)) if matrix[k][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        top = matrix[found]
        for k in range(found + 1, len(matrix)):
            row = matrix[k]
            matrix[k] = [
                (top[column] * u - row[column] * v) // previous
                for u, v in zip(row, top, strict=True)
            ]
        previous = top[column]
        found += 1
        if found == len(matrix):
            break
    return found


def null_vector(columns: Sequence[Point]) -> list[Fraction] | None:
    """Return mu != 0 with sum_k mu_k column_k = 0 if it is unique up to scale, else None."""
    rows = list(zip(*columns, strict=True))
    reduced, pivots = _echelon(rows)
    free = [k for k in range(len(columns)) if k not in pivots]
    if len(free) != 1:
        return None
    mu = [Fraction(0)] * len(columns)
    mu[free[0]] = Fraction(1)
    for row, pivot in zip(reduced, pivots, strict=True):
        mu[pivot] = -row[free[0]]
    return mu


def primitive(values: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return the vector scaled up by its common denominator, to integers."""
    scale = lcm(*(value.denominator for value in values))
    return tuple(value * scale for value in values)


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
    for k, value in zip(support, primitive(weights), strict=True):
        mu[k] = value
    return tuple(mu)


def _scaled(signed: Sequence[Point]) -> list[Point]:
    """Scale each sample to size 1, which changes no sign, so that the LP's tolerances fit."""
    sizes = [max(abs(v) for v in row) or Fraction(1) for row in signed]
    return [tuple(v / size for v in row) for row, size in zip(signed, sizes, strict=True)]
