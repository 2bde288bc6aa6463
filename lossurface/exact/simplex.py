"""An exact simplex for the cases where a float linear program cannot tell zero from nearly zero.

Decides whether A mu = b has a solution mu >= 0, in rationals: either mu, or a vector v with
v^T A >= 0 and v^T b < 0 (Farkas). Bland's rule, so it always ends; every basis is solved afresh by
python-flint, so it is for small problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

__all__ = ["feasible"]

MOST_PIVOTS = 2_000


def feasible(
    columns: Sequence[Sequence[int]], right: Sequence[int]
) -> tuple[list[Fraction] | None, list[Fraction] | None]:
    """Decide `sum_j mu_j columns[j] = right`, mu >= 0.

    Args:
        columns: n columns of m integers.
        right: m integers, each >= 0.

    Returns:
        (mu, None), or (None, v) with v^T column >= 0 for all and v^T right < 0, or (None, None)
        when the pivots ran out.
    """
    from flint import fmpq, fmpq_mat, fmpz_mat

    n, m = len(columns), len(right)
    matrix = fmpz_mat([list(column) for column in columns])  # n x m
    basis = list(range(n, n + m))  # n + k is the artificial column e_k
    target = fmpq_mat(m, 1, [fmpq(v) for v in right])

    def column(j: int) -> list[int]:
        return list(columns[j]) if j < n else [int(k == j - n) for k in range(m)]

    for _ in range(MOST_PIVOTS):
        B = fmpq_mat(fmpz_mat([column(j) for j in basis]).transpose())
        values = B.solve(target)
        cost = fmpq_mat(m, 1, [fmpq(int(j >= n)) for j in basis])
        prices = B.transpose().solve(cost)
        reduced = _times(matrix, prices)  # entering lowers the cost where prices^T a_j > 0
        inside = set(basis)
        entering = next((j for j in range(n) if j not in inside and reduced[j] > 0), None)
        if entering is None:
            if any(j >= n and values[k, 0] != 0 for k, j in enumerate(basis)):
                return None, [-_fraction(prices[k, 0]) for k in range(m)]
            mu = [Fraction(0)] * n
            for k, j in enumerate(basis):
                if j < n:
                    mu[j] = _fraction(values[k, 0])
            return mu, None
        step = B.solve(fmpq_mat(m, 1, [fmpq(v) for v in column(entering)]))
        ratios = [(values[k, 0] / step[k, 0], basis[k], k) for k in range(m) if step[k, 0] > 0]
        least = min(ratio for ratio, _, _ in ratios)
        _, leaving = min((j, k) for ratio, j, k in ratios if ratio == least)
        basis[leaving] = entering
    return None, None


def _times(matrix: Any, vector: Any) -> list[Any]:
    """Return matrix times vector, by way of integers."""
    numerator, denominator = vector.numer_denom()
    product = matrix * numerator
    return [product[i, 0] for i in range(product.nrows())] if denominator > 0 else []


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
