"""Exact sums, and positive definite matrices shown so by elimination in intervals."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction as Q
from operator import mul
from typing import NamedTuple

from .format import Ball, Unreadable, require

BITS = (256, 1024)  # of the intervals: tried in turn, and
MANY_BITS, FEW = 16_384, 12  # so many for matrices of at most so many rows
PRIME = 4_611_685_736_964_617_699  # no special form: powers of two are no multiples of each other
SCALE_BITS = 40_000  # of a common denominator
MEMORY_BITS = 4_000_000_000  # of all the integers that come from a list of rationals


def common(values: Iterable[Q], count: int = 1) -> int:
    """Return the least common denominator; `count` integers will be multiplied by it."""
    scale = 1
    for denominator in {value.denominator for value in values}:
        scale = math.lcm(scale, denominator)
        short = scale.bit_length() <= min(SCALE_BITS, MEMORY_BITS // count)
        require(short, "the numbers have no common denominator of use", Unreadable)
    return scale


def integers(values: Sequence[Q]) -> tuple[list[int], int]:
    """Return integers and a denominator c > 0 with values = integers / c."""
    scale = common(values, len(values))
    return [v.numerator * (scale // v.denominator) for v in values], scale


def inner(u: Iterable[int], v: Iterable[int]) -> int:
    """Return the inner product of integers."""
    return sum(map(mul, u, v))


def dot(u: Iterable[Q | int], v: Iterable[Q | int]) -> Q:
    """Return the inner product of rationals."""
    return sum((Q(s * t) for s, t in zip(u, v, strict=True)), Q(0))


def total(balls: Iterable[Ball], factors: Iterable[Q | int]) -> Ball:
    """Return the sum of balls times exact factors, as a ball."""
    low = high = Q(0)
    for (u, v), factor in zip(balls, factors, strict=True):
        ends = (u * factor, v * factor)
        low, high = low + min(ends), high + max(ends)
    return low, high


def root(value: Q, p: int, bits: int = 96) -> Ball:
    """Return an enclosure of value^(1/p), value >= 0, of width 2^-bits, or 0 if dyadic."""
    scaled = (value.numerator << (p * bits)) // value.denominator
    low, high = 0, 1 << (scaled.bit_length() // p + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**p <= scaled else (low, middle)
    tight = low**p * value.denominator == value.numerator << (p * bits)
    return Q(low, 1 << bits), Q(low if tight else low + 1, 1 << bits)


def independent(rows: Iterable[Sequence[int]]) -> bool:
    """Show rows independent: they are so modulo a prime, as dependent ones never are."""
    rest = [[value % PRIME for value in row] for row in rows]
    while rest:
        first = rest.pop()
        pivot = next((k for k, value in enumerate(first) if value), None)
        if pivot is None:
            return False
        inverse = pow(first[pivot], -1, PRIME)
        for row in rest:
            factor = row[pivot] * inverse
            row[:] = [(a - factor * b) % PRIME for a, b in zip(row, first, strict=True)]
    return True


class Samples(NamedTuple):
    """Samples as integers: x_i = rows[i] / scale, with labels -1 and +1."""

    rows: list[list[int]]
    scale: int
    labels: list[int]

    def of(self, sign: int) -> list[int]:
        """Return the positions of a class."""
        return [i for i, label in enumerate(self.labels) if label == sign]

    def squares(self) -> list[Q]:
        """Return x_i^T x_i for each sample."""
        return [Q(inner(row, row), self.scale**2) for row in self.rows]

    def sum(self, weights: Sequence[Q]) -> list[int]:
        """Return sum_i weights[i] x_i, up to one positive factor."""
        whole, _ = integers(weights)
        return [inner(whole, column) for column in zip(*self.rows, strict=True)]


def definite(
    weights: Sequence[Q], columns: Sequence[Sequence[int]], kernel: Sequence[Sequence[int]] = ()
) -> bool:
    """Try to show that S_ab = sum_i weights[i] columns[a][i] columns[b][i] is positive definite.

    True only if it is; False if it is not, or is singular to nearly so many bits. With a kernel,
    vectors k with S k = 0 (the caller checks that), it is S + t sum k k^T for some t > 0 that is
    shown definite: then S is positive semidefinite, and no other vectors are in its kernel.
    """
    if len(columns) > len(weights) + len(kernel):
        return False
    top = max(map(abs, weights), default=Q(0)) or Q(1)
    p, q = top.as_integer_ratio()
    longest = max((abs(v) for column in columns for v in column), default=1)
    stretched = []  # as long as the samples, so that neither drowns the other
    for k in kernel:
        factor = max(longest // max(map(abs, k), default=1), 1) if any(k) else 0
        stretched.append([v * factor for v in k])
    full = [[*column, *(k[a] for k in stretched)] for a, column in enumerate(columns)]
    for bits in BITS if len(columns) > FEW else (*BITS, MANY_BITS):
        # Weights cut down make S smaller, since every x x^T is positive semidefinite.
        cut = [(w.numerator * q << bits) // (w.denominator * p) for w in weights]
        cut += [1 << bits] * len(kernel)
        S = []
        for a, column in enumerate(full):
            weighted = list(map(mul, cut, column))
            S.append([inner(weighted, other) for other in full[: a + 1]])
        if eliminated(S, bits):
            return True
    return False


def eliminated(S: list[list[int]], bits: int) -> bool:
    """Show a symmetric matrix definite: the pivots of its LDL^T are above zero, in intervals.

    S has the rows up to the diagonal; the ends of an interval are integers in units of 2^-bits.
    """
    if any(row[-1] <= 0 for row in S):
        return False
    # D S D with D > 0 diagonal is definite just when S is: bring the diagonal near 1.
    size = [math.isqrt(row[-1]) + 1 for row in S]
    A = []
    for a, row in enumerate(S):
        scaled = [(value << bits) // (size[a] * size[b]) for b, value in enumerate(row)]
        A.append([(value, value + 1) for value in scaled])
    for k in range(len(A)):
        low, high = A[k][k]
        if low <= 0:
            return False
        for a in range(k + 1, len(A)):
            for b in range(k + 1, a + 1):
                A[a][b] = _reduced(A[a][b], A[a][k], A[b][k], low, high)
    return True


def _reduced(
    v: tuple[int, int], u: tuple[int, int], w: tuple[int, int], low: int, high: int
) -> tuple[int, int]:
    """Return v - u w / [low, high], rounded outwards."""
    products = (u[0] * w[0], u[0] * w[1], u[1] * w[0], u[1] * w[1])
    least, most = min(products), max(products)
    # The pivot is positive: divided by its near end a product gets longer, by its far one shorter.
    below = least // (low if least < 0 else high)
    above = -(-most // (low if most > 0 else high))
    return v[0] - above, v[1] - below
