"""The data distributions of the paper's claims, sampled exactly.

Where a law below is called uniform, samples lie on a grid of 2^20 + 1 points per interval: they are
rational, and everything after them can be exact. What the continuous law has with probability one
(full rank, Assumption 2) a draw may then miss, with a probability of at most r / (2^20 + 1) by the
Schwartz-Zippel lemma: the determinant of r samples is a polynomial of degree r in independent
coordinates. `lossurface.conditions.assumption_2` decides each dataset.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from lossurface.errors import InputError
from lossurface.setting.datasets import Dataset, Point

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "Distribution",
    "proposition_2_half_space",
    "proposition_2_rays",
    "proposition_3",
    "proposition_3_symmetric",
    "proposition_4",
    "proposition_5",
    "proposition_5_plane",
    "subspace",
]

STEPS = 1 << 20  # of the grid, in each interval

Law: TypeAlias = "Callable[[Generator, int], list[Point]]"  # draws so many independent samples
Coordinates: TypeAlias = Iterable[int | str]


@dataclass(frozen=True)
class Distribution:
    """A law of (X, Y) on R^d x {-1, +1}, the two labels being equally likely."""

    positive: Law  # of X given Y = +1
    negative: Law  # of X given Y = -1

    def sample(self, rng: Generator, n: int) -> Dataset:
        """Return n >= 1 independent samples, labels drawn too."""
        y = [1 - 2 * tick for tick in rng.integers(2, size=n).tolist()]
        classes = {1: iter(self.positive(rng, y.count(1)))}
        classes[-1] = iter(self.negative(rng, y.count(-1)))
        return Dataset(tuple(next(classes[label]) for label in y), tuple(y))

    def sample_classes(self, rng: Generator, n_plus: int, n_minus: int) -> Dataset:
        """Return n_plus positive samples followed by n_minus negative ones, not both 0."""
        x = self.positive(rng, n_plus) + self.negative(rng, n_minus)
        return Dataset(tuple(x), (1,) * n_plus + (-1,) * n_minus)


def _points(*points: Coordinates) -> Law:
    """Return the law of finitely many points, each equally likely."""
    exact = [tuple(Fraction(value) for value in point) for point in points]
    return lambda rng, count: [exact[k] for k in rng.integers(len(exact), size=count).tolist()]


def _box(low: Coordinates, high: Coordinates) -> Law:
    """Return the law of independent uniform coordinates, the k-th on [low_k, high_k]."""
    ends = [(Fraction(a), Fraction(b)) for a, b in zip(low, high, strict=True)]
    spans = [(a, (b - a) / STEPS) for a, b in ends]

    def draw(rng: Generator, count: int) -> list[Point]:
        ticks = rng.integers(0, STEPS, size=(count, len(spans)), endpoint=True).tolist()
        return [
            tuple(a + step * tick for (a, step), tick in zip(spans, row, strict=True))
            for row in ticks
        ]

    return draw


def subspace(d: int, positive_axes: Iterable[int], negative_axes: Iterable[int]) -> Distribution:
    """Return generic Theorem 1 data: uniform on [-1, 1]^U_+ and [-1, 1]^U_- (Assumptions 2, 3).

    Args:
        d: dimension.
        positive_axes: U_+, coordinates counted from 0.
        negative_axes: U_-.

    Raises:
        InputError: an empty set, an axis outside 0..d-1, or sets that violate Assumption 3.
    """
    plus, minus = set(positive_axes), set(negative_axes)
    for name, axes in (("positive_axes", plus), ("negative_axes", minus)):
        if not axes or not axes <= set(range(d)):
            raise InputError(f"{name} is {sorted(axes)}; give at least one axis from 0 to {d - 1}")
    if plus <= minus or minus <= plus:
        raise InputError(
            f"axes {sorted(plus)} and {sorted(minus)} violate Assumption 3, r > max(r_+, r_-); "
            "let neither set contain the other"
        )
    cubes = ([int(k in axes) for k in range(d)] for axes in (plus, minus))
    return Distribution(*(_box([-side for side in cube], cube) for cube in cubes))


def proposition_2_rays() -> Distribution:
    """Return positives on the ray t e_1 and negatives on t e_2, t uniform on [1, 2].

    They satisfy Assumptions 2, 3 and 6.
    """
    return Distribution(_box((1, 0), (2, 0)), _box((0, 1), (0, 2)))


def proposition_2_half_space() -> Distribution:
    """Return separable data in the half-plane x_2 > 0: (y s, t), s on [1/4, 1], t on [1, 2]."""
    return Distribution(_box(("1/4", 1), (1, 2)), _box((-1, 1), ("-1/4", 2)))


def proposition_3() -> Distribution:
    """Return positives (s, t, 0) and negatives (0, t, s), s on [-1, 1], t on [1, 2].

    They satisfy Assumptions 2 and 3, and lie in the half-space x_2 > 0.
    """
    return Distribution(_box((-1, 1, 0), (1, 2, 0)), _box((0, 1, -1), (0, 2, 1)))


def proposition_3_symmetric() -> Dataset:
    """Return the eight points of `proposition_3` with s in {-1, 1}, t in {1, 2}.

    The linear model's loss is least at f = 0 here, by symmetry, for every convex loss.
    """
    pairs = [(s, t) for t in (1, 2) for s in (-1, 1)]
    rows = [(s, t, 0) for s, t in pairs] + [(0, t, s) for s, t in pairs]
    return Dataset.of(rows, [1] * 4 + [-1] * 4)


def proposition_4() -> Distribution:
    """Return positives +-e_1 and negatives +-e_2, each sign equally likely (Assumptions 2, 3)."""
    return Distribution(_points((1, 0), (-1, 0)), _points((0, 1), (0, -1)))


def proposition_5() -> Distribution:
    """Return positives uniform on [2, 3] and negatives uniform on [-1, -1/2], on the line."""
    return Distribution(_box((2,), (3,)), _box((-1,), ("-1/2",)))


def proposition_5_plane() -> Distribution:
    """Return `proposition_5` in the plane, the second coordinate being uniform noise.

    Positives lie in [2, 3] x [-3, 3], negatives in [-1, -1/2] x [-1/2, 1/2]. Unlike on the line,
    S = sum lambda y x x^T is positive definite with high probability only (one positive sample
    never suffices); each dataset is checked.
    """
    return Distribution(_box((2, -3), (3, 3)), _box((-1, "-1/2"), ("-1/2", "1/2")))
