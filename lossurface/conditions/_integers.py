"""Samples as integers, each column scaled alone, and independence modulo a prime: for the search.

What is found here is proved by `lossurface.exact.checker`, which has its own way of reading the
samples and the same prime: what is independent here is so there.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from lossurface import InputError
from lossurface.exact.checker.arithmetic import PRIME

SCALE_BITS = 400_000  # of a common denominator


def common(denominators: Iterable[int]) -> int:
    """Return the least common multiple.

    Raises:
        InputError: it is so long that a file of some megabytes would fill the memory.
    """
    scale = 1
    for q in set(denominators):
        scale = math.lcm(scale, q)
        if scale.bit_length() > SCALE_BITS:
            raise InputError("samples: no common denominator of use; round the coordinates")
    return scale


def whole(
    tops: Sequence[int], bottoms: Sequence[int], width: int
) -> tuple[list[list[int]], list[int]]:
    """Return rows of ratios as integers, each column times its scale.

    Args:
        tops: numerators, row after row.
        bottoms: denominators, above zero.
        width: of a row.

    Returns:
        The integer rows, and for each column the least c > 0 that makes c times it integral.

    Raises:
        InputError: a scale is too long.
    """
    columns, scales = [], []
    for k in range(width):
        below = bottoms[k::width]
        distinct = set(below)
        scale = common(distinct)
        factor = {q: scale // q for q in distinct}
        columns.append(map(mul, tops[k::width], map(factor.__getitem__, below)))
        scales.append(scale)
    return list(map(list, zip(*columns, strict=True))), scales


def integral(vector: Sequence[Fraction]) -> tuple[list[int], int]:
    """Return integers and a common denominator d > 0 with vector = integers / d."""
    scale = common(value.denominator for value in vector)
    return [v.numerator * (scale // v.denominator) for v in vector], scale


def dots(rows: Sequence[Sequence[int]], vector: Sequence[int]) -> list[int]:
    """Return the inner product of each row with the vector, skipping the vector's zeros."""
    used = [k for k, value in enumerate(vector) if value]
    if 2 * len(used) >= len(vector):
        return [sum(map(mul, row, vector)) for row in rows]
    return [sum(row[k] * vector[k] for k in used) for row in rows]


@dataclass(frozen=True)
class Samples:
    """Samples, exact."""

    rows: list[list[int]]  # n x d, each column times its scale
    scales: list[int]  # d, above zero
    labels: list[int]  # n

    def form(self, vector: Sequence[Fraction]) -> tuple[list[int], int]:
        """Return v^T x_i as n integers and their common denominator."""
        shifted = [v / c for v, c in zip(vector, self.scales, strict=True)]
        numbers, scale = integral(shifted)
        return dots(self.rows, numbers), scale

    def of(self, sign: int) -> list[int]:
        """Return the positions of a class."""
        return [i for i, label in enumerate(self.labels) if label == sign]


class Echelon:
    """Rows reduced modulo a prime: independent there means independent over the rationals."""

    def __init__(self, pivots: dict[int, list[int]] | None = None) -> None:
        self.pivots = dict(pivots or {})

    def add(self, row: Sequence[int]) -> bool:
        """Add a row; return whether it is independent of those before."""
        rest = [value % PRIME for value in row]
        for k, pivot in self.pivots.items():
            factor = rest[k]
            if factor:
                rest = [(a - factor * b) % PRIME for a, b in zip(rest, pivot, strict=True)]
        k = next((k for k, value in enumerate(rest) if value), -1)
        if k < 0:
            return False
        inverse = pow(rest[k], -1, PRIME)
        self.pivots[k] = [value * inverse % PRIME for value in rest]
        return True

    @property
    def rank(self) -> int:
        """A lower bound on the rank over the rationals."""
        return len(self.pivots)
