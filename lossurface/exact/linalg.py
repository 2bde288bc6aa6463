"""Exact linear algebra on lists of Fractions; small sizes, no floats."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

Matrix = Sequence[Sequence[Fraction]]


def rank(rows: Matrix) -> int:
    """Return the rank of an (m, n) matrix, by Bareiss's elimination on integers."""
    work: list[list[int]] = []
    for row in rows:
        scale = lcm(*(value.denominator for value in row))
        work.append([int(value * scale) for value in row])
    found, previous = 0, 1
    for column in range(len(work[0]) if work else 0):
        pivot = next((k for k in range(found, len(work)) if work[k][column]), None)
        if pivot is None:
            continue
        work[found], work[pivot] = work[pivot], work[found]
        top = work[found]
        for k in range(found + 1, len(work)):
            first = work[k][column]
            pairs = zip(work[k], top, strict=True)
            work[k] = [(top[column] * u - first * v) // previous for u, v in pairs]
        previous = top[column]
        found += 1
        if found == len(work):
            break
    return found


def solve(rows: Matrix, right: Sequence[Fraction]) -> list[Fraction]:
    """Return the solution of rows v = right, free unknowns 0, for an (m, n) matrix.

    Raises:
        ValueError: there is no solution.
    """
    work = [[Fraction(v) for v in (*row, value)] for row, value in zip(rows, right, strict=True)]
    width = len(rows[0])
    pivots: list[int] = []
    for column in range(width):  # Gauss and Jordan
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
    if any(row[width] for row in work[len(pivots) :]):
        raise ValueError("the linear system has no solution")
    result = [Fraction(0)] * width
    for row, pivot in zip(work, pivots, strict=False):
        result[pivot] = row[width]
    return result


def positive_definite(matrix: Matrix) -> bool:
    """Decide whether a symmetric (n, n) matrix is positive definite, by LDL^T without exchanges."""
    rows = [list(row) for row in matrix]
    while rows and rows[0][0] > 0:
        (pivot, *top), *below = rows
        rows = [[a - r / pivot * b for a, b in zip(row, top, strict=True)] for r, *row in below]
    return not rows
