"""Proposition 11's datasets: one class inside the other, moved out, and data that satisfy it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from lossurface.setting import Dataset

__all__ = ["RING", "shifted", "subspace_sample"]

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
