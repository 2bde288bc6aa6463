"""The simplex method in rational arithmetic, by the standard library alone.

It decides which of two alternatives holds, and returns what shows it: a solution or Farkas's
vector; a separator or weights on which the samples cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from operator import mul

from lossurface.exact.checker.arithmetic import inner

Vector = tuple[Fraction, ...]


def feasible(columns: Sequence[Sequence[int]], right: Sequence[int]) -> tuple[bool, Vector]:
    """Decide `sum_j mu_j columns[j] = right`, mu >= 0.

    Args:
        columns: n columns of m integers.
        right: m integers, each >= 0.

    Returns:
        (True, mu), or (False, v) with v^T column >= 0 for all and v^T right < 0.
    """
    n, m = len(columns), len(right)
    free = [[*column, 0] for column in columns]
    inverse = [[int(i == k) for k in range(m + 1)] for i in range(m)]
    inverse.append([-1] * m + [1])
    # Begin with the unit vectors e_k, which stand at no place of `columns` and cost 1.
    mu, prices, missing = _minimised(free, [*right, 0], list(range(n, n + m)), inverse)
    return (False, tuple(-price for price in prices)) if missing else (True, tuple(mu))


def separate(rows: Sequence[Vector]) -> tuple[bool, Vector]:
    """Return w with w^T s > 0 for all s, or mu >= 0, mu != 0, with sum_i mu_i s_i = 0.

    One of them exists, and never both (Gordan's theorem). With each s scaled to size 1, the widest
    margin of a w in [-1, 1]^d is the least |sum_i mu_i s_i|_1 over weights mu that add up to 1: the
    two linear programs are dual. The w found is rounded to short fractions that still separate.

    Args:
        rows: n samples y_i x_i of d coordinates.

    Returns:
        (True, w), or (False, mu).
    """
    n, d = len(rows), len(rows[0])
    scales = [lcm(*(v.denominator for v in row)) for row in rows]
    whole = [[int(v * scale) for v in row] for row, scale in zip(rows, scales, strict=True)]
    columns = [[*row, max(map(abs, row)) or 1, 0] for row in whole]  # mu_i, at no cost
    for k in range(d):  # what is left of the sum, at cost 1
        columns += [[*(sign * int(i == k) for i in range(d)), 0, 1] for sign in (1, -1)]
    # Begin with weight on the first sample alone; its sum is made up for by -+e_k.
    signs = [-1 if v > 0 else 1 for v in whole[0]]
    basis = [n + 2 * k + int(sign < 0) for k, sign in enumerate(signs)]
    inverse = [[s * int(i == k) for i in range(d + 2)] for k, s in enumerate([*signs, 1])]
    inverse.append([*(-sign for sign in signs), 0, 1])
    inverse = _exchanged(inverse, columns[0], d)
    mu, prices, margin = _minimised(columns, [0] * d + [1, 0], [*basis, 0], inverse)
    if not margin:
        cancelling = [value * scale for value, scale in zip(mu, scales, strict=False)]
        common = lcm(*(value.denominator for value in cancelling))
        return False, tuple(value * common for value in cancelling)
    widest = tuple(-price for price in prices[:d])
    for digits in (1, 2, 4, 8):
        w = tuple(value.limit_denominator(10**digits) for value in widest)
        if all(sum(map(mul, w, row)) > 0 for row in rows):
            return True, w
    return True, widest


def _minimised(
    columns: Sequence[Sequence[int]],
    right: Sequence[int],
    basis: list[int],
    inverse: list[list[int]],
) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Return z, prices and costs where costs^T z is least, A z = right, z >= 0.

    A column holds its m numbers and its cost below them. `inverse` is, times its last entry, the
    inverse of the basis with the costs as a last row and (0, ..., 0, 1) as a last column: all of it
    whole numbers. The column of least reduced cost enters, and of those that may leave it is the
    lexicographically first, so that no basis comes twice.

    Args:
        columns: n columns of m + 1 integers.
        right: m integers, and 0.
        basis: m positions in `columns`; a position from n on stands for something else.
        inverse: (m + 1, m + 1).
    """
    while True:
        reduced = [inner(inverse[-1], column) for column in columns]
        entering = min(range(len(columns)), key=reduced.__getitem__)
        if reduced[entering] >= 0:
            break
        leaving = _leaving(inverse, columns[entering], right)
        inverse = _exchanged(inverse, columns[entering], leaving)
        basis[leaving] = entering
    scale = inverse[-1][-1]
    z = [Fraction(0)] * len(columns)
    for position, row in zip(basis, inverse, strict=False):
        if position < len(z):
            z[position] = Fraction(inner(row, right), scale)
    prices = [Fraction(-value, scale) for value in inverse[-1][:-1]]
    return z, prices, Fraction(-inner(inverse[-1], right), scale)


def _leaving(inverse: list[list[int]], column: Sequence[int], right: Sequence[int]) -> int:
    """Return the row whose (B^-1 right, B^-1) is lexicographically least, by the entering entry."""
    shares = [
        (k, entry, [inner(row, right), *row])
        for k, row in enumerate(inverse[:-1])
        if (entry := inner(row, column)) > 0
    ]
    for place in range(len(right) + 1):
        ratios = [Fraction(row[place], entry) for _, entry, row in shares]
        least = min(ratios)
        shares = [share for share, ratio in zip(shares, ratios, strict=True) if ratio == least]
        if len(shares) == 1:
            break
    return shares[0][0]


def _exchanged(inverse: list[list[int]], column: Sequence[int], leaving: int) -> list[list[int]]:
    """Return the inverse after a column took a row's place; every division is exact (Bareiss)."""
    scale, top = inverse[-1][-1], inverse[leaving]
    pivot = inner(top, column)
    result = []
    for row in inverse:
        entry, pairs = inner(row, column), zip(row, top, strict=True)
        result.append(row if row is top else [(pivot * u - entry * v) // scale for u, v in pairs])
    return result
