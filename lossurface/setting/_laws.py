"""Laws of one class's samples, drawn exactly: atoms, boxes, and boxes cut by a margin.

Uniform coordinates are drawn from the 2^bits + 1 equally spaced points of their interval, so that
samples are rational and everything after them can be exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Protocol

from lossurface.errors import InputError
from lossurface.setting.datasets import Point

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["Atoms", "Box", "HalfBox", "Law"]


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
