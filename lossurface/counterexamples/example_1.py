"""Example 1: the quadratic loss over a whole population, in one dimension, exactly.

With f(x) = a x + b the population loss E[(1 - Y f(X))^2] = E[(Y - f(X))^2] is the least-squares
loss, so the moments of X and Y decide everything, and they are rational.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lossurface import InputError
from lossurface.exact.linalg import positive_definite, solve

__all__ = ["LinearFit", "Segment", "example_1", "fit_segments"]


@dataclass(frozen=True)
class Segment:
    """The uniform law on [low, high], or the point mass where both are equal.

    Raises:
        InputError: low > high.
    """

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise InputError(f"segment [{self.low}, {self.high}] is empty; give low <= high")

    @property
    def mean(self) -> Fraction:
        """E[X]."""
        return (self.low + self.high) / 2

    @property
    def second_moment(self) -> Fraction:
        """E[X^2]."""
        return (self.low**2 + self.low * self.high + self.high**2) / 3

    def probability_above(self, bound: Fraction) -> Fraction:
        """P(X >= bound)."""
        if self.low == self.high:
            return Fraction(int(self.low >= bound))
        share = (self.high - bound) / (self.high - self.low)
        return min(max(share, Fraction(0)), Fraction(1))


@dataclass(frozen=True)
class LinearFit:
    """The unique minimiser of the population's quadratic loss over f(x) = a x + b.

    Attributes:
        a: slope, positive.
        b: intercept.
        boundary: the x where f changes its sign.
        error: P(Y != sgn f(X)), with sgn 0 = +1.
        gradient: the derivative of the loss by (a, b), recomputed: zero.
        unique: whether the second moments are positive definite, so that no other minimiser exists.
    """

    a: Fraction
    b: Fraction
    boundary: Fraction
    error: Fraction
    gradient: tuple[Fraction, Fraction]
    unique: bool


def fit_segments(positive: Segment, negative: Segment) -> LinearFit:
    """Fit a x + b to two equally likely classes by least squares over the population.

    Args:
        positive: the law of X given Y = 1; its mean must exceed the other's.
        negative: the law of X given Y = -1.

    Raises:
        InputError: the means are equal or in the wrong order, so that there is no such boundary.
    """
    if positive.mean <= negative.mean:
        raise InputError(
            f"the positive mean {positive.mean} does not exceed the negative mean {negative.mean}; "
            "exchange the classes"
        )
    mean = (positive.mean + negative.mean) / 2
    second = (positive.second_moment + negative.second_moment) / 2
    cross = (positive.mean - negative.mean) / 2  # E[XY]; E[Y] = 0
    moments = [[second, mean], [mean, Fraction(1)]]
    a, b = solve(moments, [cross, Fraction(0)])
    boundary = -b / a
    missed = 1 - positive.probability_above(boundary)
    error = (missed + negative.probability_above(boundary)) / 2
    gradient = (2 * (second * a + mean * b - cross), 2 * (mean * a + b))
    return LinearFit(a, b, boundary, error, gradient, positive_definite(moments))


def example_1(position: Fraction = Fraction(5, 4)) -> LinearFit:
    """Fit the paper's Example 1: X = position given Y = 1, X uniform on [0, 1] given Y = -1.

    Args:
        position: where the positive class sits; 5/4 in the paper, separable if above 1.

    Raises:
        InputError: position <= 1/2.
    """
    return fit_segments(Segment(position, position), Segment(Fraction(0), Fraction(1)))
