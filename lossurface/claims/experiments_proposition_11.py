"""Proposition 11's datasets: one class inside the other, moved out, and data that satisfy it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

import numpy as np

from lossurface.setting import Dataset

__all__ = ["RING", "separable_chance", "shifted", "subspace_sample"]

# The negatives lie among the positives and are less spread out in every direction.
RING = Dataset.of(
    [[3, 0], [-3, 0], [0, 3], [0, -3], [1, 1], [-1, -1]],
    [1, 1, 1, 1, -1, -1],
)


def shifted(by: float | str | Fraction) -> Dataset:
    """Return a tall class of four inside a class of seven, moved by `by` along x_1.

    At 0 both classes can be weighted to have one mean, the positives the larger spread.
    """
    outer = [(3, 0), (2, 2), (0, 3), (-2, 2), (-3, 0), (-1, -3), (2, -2)]
    inner = [("0", "2.2"), ("0.3", "2"), ("0", "-2.2"), ("-0.3", "-1.8")]
    move = Fraction(str(by))
    rows: list[tuple[object, object]] = [*outer]
    rows += [(Fraction(x) + move, y) for x, y in inner]
    return Dataset.of(rows, [1] * len(outer) + [-1] * len(inner))


def subspace_sample(rng: np.random.Generator, half: int) -> Dataset:
    """Draw Theorem 1's data in space: positives with x_3 = 0, negatives with x_1 = 0."""
    X = np.round(rng.normal(size=(2 * half, 3)) * 2**10) / 2**10
    X[:half, 2] = 0.0
    X[half:, 0] = 0.0
    return Dataset.of(X, [1] * half + [-1] * half)


def separable_chance(sizes: Sequence[int], d: int) -> list[float]:
    """Return the chance that a hyperplane separates n points with fair random labels, both present.

    Cover's count: 2 sum_{k <= d} C(n - 1, k) of the 2^n labellings are separable in general
    position; the two with a single class are left out.

    Args:
        sizes: the numbers of samples n, at least 2.
        d: coordinates.

    Source: Cover (1965).
    """
    return [(2 * sum(comb(n - 1, k) for k in range(d + 1)) - 2) / (2**n - 2) for n in sizes]
