"""Exact linear algebra on lists of Fractions; small sizes, no floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from lossurface.exact.checker.arithmetic import dot

__all__ = [
    "dot",
    "integers",
    "positive_definite",
    "rank",
    "reduce_rows",
    "solve",
]

Row = list[Fraction]
Matrix = Sequence[Sequence[Fraction]]


def reduce_rows(rows: Matrix) -> tuple[list[Row], list[int]]:
    """Return the reduced row echelon form (its non-zero rows) and the pivot columns.

    Args:
        rows: (m, n), exact.
    """
    work = [[Fraction(value) for value in row] for row in rows]
    width = len(work[0]) if work else 0
    pivots: list[int] = []
    for column in range(width):
        top = len(pivots)
        found = next((i for i in range(top, len(work)) if work[i][column]), None)
        if found is None:
            continue
        work[top], work[found] = work[found], work[top]
        scale = work[top][column]
        work[top] = [value / scale for value in work[top]]
        for i, row in enumerate(work):
            if i != top and row[column]:
                factor = row[column]
                work[i] = [a - factor * b for a, b in zip(row, work[top], strict=True)]
        pivots.append(column)
    return work[: len(pivots)], pivots


def integers(row: Sequence[Fraction]) -> list[int]:
    """Return the row times the least common denominator of its entries."""
    scale = lcm(*(value.denominator for value in row))
    return [value.numerator * (scale // value.denominator) for value in row]


def rank(rows: Matrix) -> int:
    """Return the rank of an (m, n) matrix, by Bareiss's elimination on integers."""
    work = [integers(row) for row in rows]
    found, previous = 0, 1
    for column in range(len(work[0]) if work else 0):
        pivot = next((k for k in range(found, len(work)) if work[k][column]), None)
        if pivot is None:
            continue
        work[found], work[pivot] = work[pivot], work[found]
        top = work[found]
        for k in range(found + 1, len(work)):
            row = work[k]
            work[k] = [
                (top[column] * u - row[column] * v) // previous
                for u, v in zip(row, top, strict=True)
            ]
        previous = top[column]
        found += 1
        if found == len(work):
            break
    return found


def solve(rows: Matrix, right: Sequence[Fraction]) -> Row:
    """Return a solution of rows v = right (free unknowns 0).

    Args:
        rows: (m, n).
        right: (m,).

    Raises:
        ValueError: there is no solution.
    """
    width = len(rows[0])
    augmented = [[*row, value] for row, value in zip(rows, right, strict=True)]
    reduced, pivots = reduce_rows(augmented)
    if width in pivots:
        raise ValueError("the linear system has no solution")
    result = [Fraction(0)] * width
    for row, pivot in zip(reduced, pivots, strict=True):
        result[pivot] = row[width]
    return result


def positive_definite(matrix: Matrix) -> bool:
    """Decide whether a symmetric (n, n) matrix is positive definite, by LDL^T without exchanges."""
    rows = [list(row) for row in matrix]
    while rows and rows[0][0] > 0:
        (pivot, *top), *below = rows
        rows = [[a - r / pivot * b for a, b in zip(row, top, strict=True)] for r, *row in below]
    return not rows
