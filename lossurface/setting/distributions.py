"""The data distributions that the paper's claims use, sampled exactly.

Where a law below is called uniform, samples lie on a grid of 2^bits + 1 points per interval: they
are rational, and everything after them can be exact. A statement "with probability one" about the
continuous law (full rank, Assumption 2) may then fail with a probability of at most
r / (2^bits + 1), by the Schwartz-Zippel lemma: the determinant of r samples is a polynomial of
degree r in independent coordinates. `lossurface.conditions.assumption_2` decides each dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from lossurface import InputError
from lossurface.setting.datasets import Dataset, Point, exact_number

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "BITS",
    "Distribution",
    "example_1",
    "example_2",
    "example_3",
    "proposition_2_half_space",
    "proposition_2_rays",
    "proposition_3",
    "proposition_3_symmetric",
    "proposition_4",
    "proposition_5",
    "proposition_5_plane",
    "separable",
    "subspace",
]

BITS = 20  # grid points per interval: 2^20 + 1


class Law(Protocol):
    """The law of a class's samples."""

    def draw(self, rng: Generator, count: int) -> list[Point]:
        """Return `count` independent samples."""
        ...


@dataclass(frozen=True)
class Atoms:
    """Finitely many points, each equally likely."""

    points: tuple[Point, ...]

    def draw(self, rng: Generator, count: int) -> list[Point]:
        """Return `count` independent samples."""
        return [self.points[k] for k in rng.integers(len(self.points), size=count).tolist()]


@dataclass(frozen=True)
class Box:
    """Independent uniform coordinates, coordinate k on [low_k, high_k].

    Raises:
        InputError: bits outside 1..60, or an interval with low > high.
    """

    low: Point
    high: Point
    bits: int

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 60:
            raise InputError(f"bits is {self.bits}; give a number from 1 to 60")
        if any(low > high for low, high in zip(self.low, self.high, strict=True)):
            raise InputError("a box has an interval whose low end exceeds its high end; swap them")

    def draw(self, rng: Generator, count: int) -> list[Point]:
        """Return `count` independent samples."""
        steps = 1 << self.bits
        ticks = rng.integers(0, steps, size=(count, len(self.low)), endpoint=True).tolist()
        spans = [(low, (high - low) / steps) for low, high in zip(self.low, self.high, strict=True)]
        return [
            tuple(low + step * tick for (low, step), tick in zip(spans, row, strict=True))
            for row in ticks
        ]


@dataclass(frozen=True)
class HalfBox:
    """Uniform on the x in [-1, 1]^d with sign * w^T x >= margin.

    The cube is symmetric, so a draw on the wrong side is reflected; one within the margin is drawn
    again.

    Raises:
        InputError: w = 0, or a margin outside (0, |w|_1 / 2].
    """

    w: Point
    margin: Fraction
    sign: int
    bits: int

    def __post_init__(self) -> None:
        size = sum((abs(value) for value in self.w), Fraction(0))
        if not 0 < self.margin <= size / 2:  # beyond half of |w|_1 hardly any draw would be kept
            raise InputError(
                f"margin is {self.margin}; give one above 0 and at most {size / 2}, |w|_1 / 2"
            )

    def draw(self, rng: Generator, count: int) -> list[Point]:
        """Return `count` independent samples."""
        one = (Fraction(1),) * len(self.w)
        box = Box(tuple(-value for value in one), one, self.bits)
        kept: list[Point] = []
        while len(kept) < count:
            for x in box.draw(rng, count - len(kept)):
                dot = sum((u * v for u, v in zip(self.w, x, strict=True)), Fraction(0))
                value = self.sign * dot
                if abs(value) >= self.margin:
                    kept.append(x if value > 0 else tuple(-u for u in x))
        return kept


@dataclass(frozen=True)
class Distribution:
    """A law of (X, Y) on R^d x {-1, +1}: P(Y = 1) and the two classes' laws."""

    name: str
    d: int
    law: str  # in words
    positive: Law  # of X given Y = +1
    negative: Law  # of X given Y = -1
    satisfies: Mapping[str, str] = field(compare=False)  # "assumption-2", ... to why it holds
    positive_axes: tuple[int, ...] | None = None  # U_+, counted from 0; None if not on axes
    negative_axes: tuple[int, ...] | None = None  # U_-
    separator: Point | None = None  # w with y w^T x > 0 always (Assumption 6)
    half_space: Point | None = None  # v with v^T x > 0 for every sample
    p_plus: Fraction = Fraction(1, 2)  # P(Y = 1)

    def sample(self, rng: Generator, n: int) -> Dataset:
        """Return n independent samples, labels drawn too.

        Args:
            rng: the source of all randomness.
            n: at least 1.

        Raises:
            InputError: n < 1.
        """
        if n < 1:
            raise InputError(f"n is {n}; give a number of samples of at least 1")
        ticks = rng.integers(self.p_plus.denominator, size=n).tolist()
        y = [1 if tick < self.p_plus.numerator else -1 for tick in ticks]
        classes = {1: iter(self.positive.draw(rng, y.count(1)))}
        classes[-1] = iter(self.negative.draw(rng, y.count(-1)))
        return Dataset(tuple(next(classes[label]) for label in y), tuple(y))

    def sample_classes(self, rng: Generator, n_plus: int, n_minus: int) -> Dataset:
        """Return n_plus positive samples followed by n_minus negative ones.

        Args:
            rng: the source of all randomness.
            n_plus: at least 0.
            n_minus: at least 0; not both are 0.

        Raises:
            InputError: a negative count, or no samples at all.
        """
        if min(n_plus, n_minus) < 0 or n_plus + n_minus == 0:
            raise InputError(f"class sizes are {n_plus} and {n_minus}; give two >= 0, not both 0")
        x = self.positive.draw(rng, n_plus) + self.negative.draw(rng, n_minus)
        return Dataset(tuple(x), (1,) * n_plus + (-1,) * n_minus)


def _point(*values: int | Fraction | str) -> Point:
    return tuple(Fraction(value) for value in values)


def _unit(d: int, axis: int, size: Fraction = Fraction(1)) -> Point:
    return tuple(size if k == axis else Fraction(0) for k in range(d))


def subspace(
    d: int, positive_axes: Iterable[int], negative_axes: Iterable[int], bits: int = BITS
) -> Distribution:
    """Return generic Theorem 1 data: uniform on [-1, 1]^U_+ and [-1, 1]^U_-.

    Args:
        d: dimension.
        positive_axes: U_+, coordinates counted from 0.
        negative_axes: U_-.
        bits: grid resolution.

    Raises:
        InputError: an empty set, an axis outside 0..d-1, or sets that violate Assumption 3.
    """
    plus, minus = tuple(sorted(set(positive_axes))), tuple(sorted(set(negative_axes)))
    for name, axes in (("positive_axes", plus), ("negative_axes", minus)):
        if not axes or axes[0] < 0 or axes[-1] >= d:
            raise InputError(f"{name} is {axes}; give at least one axis from 0 to {d - 1}")
    r = len({*plus, *minus})
    if r <= max(len(plus), len(minus)):
        raise InputError(
            f"axes {plus} and {minus} violate Assumption 3, r > max(r_+, r_-); "
            "let neither set contain the other"
        )
    return Distribution(
        name="subspace",
        d=d,
        law=f"uniform on [-1, 1]^U, U_+ = {plus} and U_- = {minus}",
        positive=_cube(d, plus, bits),
        negative=_cube(d, minus, bits),
        satisfies={
            "assumption-2": "r independent uniform vectors of an r-cube are independent a.s.",
            "assumption-3": f"r = {r} > max(r_+, r_-) = {max(len(plus), len(minus))}",
        },
        positive_axes=plus,
        negative_axes=minus,
    )


def _cube(d: int, axes: tuple[int, ...], bits: int) -> Box:
    high = tuple(Fraction(int(k in axes)) for k in range(d))
    return Box(tuple(-value for value in high), high, bits)


def separable(
    separator: Sequence[int | float | str | Fraction],
    margin: int | float | str | Fraction = Fraction(1, 10),
    bits: int = BITS,
) -> Distribution:
    """Return generic Theorem 2 data: uniform on the x in [-1, 1]^d with y w^T x >= margin.

    Args:
        separator: w, d numbers.
        margin: above 0, at most |w|_1 / 2.
        bits: grid resolution.

    Raises:
        InputError: w = 0 or a margin out of range.
    """
    w = tuple(exact_number(value, f"separator[{k}]") for k, value in enumerate(separator))
    gap = exact_number(margin, "margin")
    return Distribution(
        name="separable",
        d=len(w),
        law=f"uniform on the x in [-1, 1]^{len(w)} with y w^T x >= {gap}",
        positive=HalfBox(w, gap, 1, bits),
        negative=HalfBox(w, gap, -1, bits),
        satisfies={"assumption-6": f"y w^T x >= {gap} > 0 by construction"},
        separator=w,
    )


_RANK_ONE = "r_+ = r_- = 1 and no sample is 0"


def proposition_2_rays(bits: int = BITS) -> Distribution:
    """Return positives on the ray t e_1 and negatives on t e_2, t uniform on [1, 2]."""
    return Distribution(
        name="proposition-2-rays",
        d=2,
        law="positives t e_1, negatives t e_2, t uniform on [1, 2]",
        positive=Box(_point(1, 0), _point(2, 0), bits),
        negative=Box(_point(0, 1), _point(0, 2), bits),
        satisfies={
            "assumption-2": _RANK_ONE,
            "assumption-3": "r = 2 > 1",
            "assumption-6": "w = (1, -1): y w^T x = t >= 1",
        },
        positive_axes=(0,),
        negative_axes=(1,),
        separator=_point(1, -1),
        half_space=_point(1, 1),
    )


def proposition_2_half_space(bits: int = BITS) -> Distribution:
    """Return separable data in the half-plane x_2 > 0: (y s, t), s on [1/4, 1], t on [1, 2]."""
    return Distribution(
        name="proposition-2-half-space",
        d=2,
        law="(y s, t), s uniform on [1/4, 1], t uniform on [1, 2]",
        positive=Box(_point("1/4", 1), _point(1, 2), bits),
        negative=Box(_point(-1, 1), _point("-1/4", 2), bits),
        satisfies={"assumption-6": "w = e_1: y w^T x = s >= 1/4"},
        separator=_point(1, 0),
        half_space=_point(0, 1),
    )


def proposition_3(bits: int = BITS) -> Distribution:
    """Return positives (s, t, 0) and negatives (0, t, s), s on [-1, 1], t on [1, 2]."""
    return Distribution(
        name="proposition-3",
        d=3,
        law="positives (s, t, 0), negatives (0, t, s), s uniform on [-1, 1], t uniform on [1, 2]",
        positive=Box(_point(-1, 1, 0), _point(1, 2, 0), bits),
        negative=Box(_point(0, 1, -1), _point(0, 2, 1), bits),
        satisfies={
            "assumption-2": "two independent samples (s, t) are proportional with probability 0",
            "assumption-3": "U_+ = {e_1, e_2}, U_- = {e_2, e_3}: r = 3 > 2",
        },
        positive_axes=(0, 1),
        negative_axes=(1, 2),
        half_space=_point(0, 1, 0),
    )


def proposition_3_symmetric() -> Dataset:
    """Return the eight points of `proposition_3` with s in {-1, 1}, t in {1, 2}.

    The linear model's loss is least at f = 0 here, by symmetry, for every convex loss.
    """
    pairs = [(s, t) for t in (1, 2) for s in (-1, 1)]
    rows = [(s, t, 0) for s, t in pairs] + [(0, t, s) for s, t in pairs]
    return Dataset.of(rows, [1] * 4 + [-1] * 4)


def proposition_4() -> Distribution:
    """Return positives +-e_1 and negatives +-e_2, each sign equally likely."""
    return Distribution(
        name="proposition-4",
        d=2,
        law="positives +-e_1, negatives +-e_2, each sign with probability 1/2",
        positive=Atoms((_point(1, 0), _point(-1, 0))),
        negative=Atoms((_point(0, 1), _point(0, -1))),
        satisfies={"assumption-2": _RANK_ONE, "assumption-3": "r = 2 > 1"},
        positive_axes=(0,),
        negative_axes=(1,),
    )


def proposition_5(bits: int = BITS) -> Distribution:
    """Return positives uniform on [2, 3] and negatives uniform on [-1, -1/2], on the line."""
    return Distribution(
        name="proposition-5",
        d=1,
        law="positives uniform on [2, 3], negatives uniform on [-1, -1/2]",
        positive=Box(_point(2), _point(3), bits),
        negative=Box(_point(-1), _point("-1/2"), bits),
        satisfies={"assumption-6": "w = 1: y w x >= 1/2"},
        separator=_point(1),
    )


def proposition_5_plane(bits: int = BITS) -> Distribution:
    """Return `proposition_5` in the plane, the second coordinate being uniform noise.

    Positives lie in [2, 3] x [-3, 3], negatives in [-1, -1/2] x [-1/2, 1/2]. Unlike on the line,
    S = sum lambda y x x^T is positive definite with high probability only (one positive sample
    never suffices); each dataset is checked.
    """
    return Distribution(
        name="proposition-5-plane",
        d=2,
        law="positives uniform on [2, 3] x [-3, 3], negatives on [-1, -1/2] x [-1/2, 1/2]",
        positive=Box(_point(2, -3), _point(3, 3), bits),
        negative=Box(_point(-1, "-1/2"), _point("-1/2", "1/2"), bits),
        satisfies={"assumption-6": "w = e_1: y w^T x >= 1/2"},
        separator=_point(1, 0),
    )


def example_1(bits: int = BITS) -> Distribution:
    """Return X = 5/4 given Y = 1, X uniform on [0, 1] given Y = -1.

    Separable by an affine function, x > 9/8 say, but not through the origin as Assumption 6 asks.
    """
    return Distribution(
        name="example-1",
        d=1,
        law="positives at 5/4, negatives uniform on [0, 1]",
        positive=Atoms((_point("5/4"),)),
        negative=Box(_point(0), _point(1), bits),
        satisfies={},
    )


def example_2(alpha: int | float | str | Fraction = Fraction(1, 10)) -> Distribution:
    """Return positives (alpha, 0), (1, 0) and negatives (0, alpha), (0, 1), all equally likely.

    Raises:
        InputError: alpha is not above 0.
    """
    size = exact_number(alpha, "alpha")
    if size <= 0:
        raise InputError(f"alpha is {size}; give a number above 0")
    return Distribution(
        name="example-2",
        d=2,
        law=f"positives ({size}, 0), (1, 0), negatives (0, {size}), (0, 1), each 1/4",
        positive=Atoms((_unit(2, 0, size), _unit(2, 0))),
        negative=Atoms((_unit(2, 1, size), _unit(2, 1))),
        satisfies={
            "assumption-2": _RANK_ONE,
            "assumption-3": "r = 2 > 1",
            "assumption-6": f"w = (1, -1): y w^T x >= {min(size, Fraction(1))}",
        },
        positive_axes=(0,),
        negative_axes=(1,),
        separator=_point(1, -1),
        half_space=_point(1, 1),
    )


def example_3(delta: int | float | str | Fraction = Fraction(1, 10)) -> Distribution:
    """Return positives at delta and at 10, half each, and negatives at -delta, on the line.

    Raises:
        InputError: delta is not above 0.
    """
    size = exact_number(delta, "delta")
    if size <= 0:
        raise InputError(f"delta is {size}; give a number above 0")
    return Distribution(
        name="example-3",
        d=1,
        law=f"positives at {size} and 10, half each, negatives at -{size}",
        positive=Atoms((_point(size), _point(10))),
        negative=Atoms((_point(-size),)),
        satisfies={"assumption-6": f"w = 1: y w x >= {min(size, Fraction(10))}"},
        separator=_point(1),
    )
