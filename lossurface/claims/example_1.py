"""Example 1: the quadratic loss over a whole population, in one dimension, exactly.

With f(x) = a x + b the population loss E[(1 - Y f(X))^2] = E[(Y - f(X))^2] is the least-squares
loss, so the moments of X and Y decide everything, and they are rational.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.tally import Tally
from lossurface.exact import Finding, Verdict, equal, less, sampled
from lossurface.exact.linalg import positive_definite, solve

__all__ = [
    "LinearFit",
    "Segment",
    "example_1",
    "fit_segments",
    "misfits",
    "sampled_errors",
    "verify",
]

SAMPLES = 4000


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


def sampled_errors(trials: int, seed: int) -> list[float]:
    """Return the population error of the least-squares fit to 4000 samples, once for each trial.

    Args:
        trials: how many independent datasets to fit.
        seed: of the datasets.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(trials):
        y = rng.choice((-1.0, 1.0), size=SAMPLES)
        x = np.where(y > 0, 1.25, rng.uniform(0.0, 1.0, size=SAMPLES))
        design = np.stack([x, np.ones(SAMPLES)], axis=1)
        a, b = np.linalg.lstsq(design, y, rcond=None)[0]
        errors.append(float(np.clip(1 + b / a, 0.0, 1.0)) / 2)  # P(X > -b/a) for the negatives
    return errors


def misfits(sizes: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the samples of Example 1 that their own least-squares line misclassifies in part.

    Args:
        sizes: the numbers of samples n, each at least 2.
        trials: datasets for each size.
        seed: of the datasets.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for n in sizes:
        y = rng.choice((-1.0, 1.0), size=(trials, n))
        x = np.where(y > 0, 1.25, rng.uniform(0.0, 1.0, size=(trials, n)))
        dx, dy = x - x.mean(-1, keepdims=True), y - y.mean(-1, keepdims=True)
        spread = np.maximum((dx * dx).sum(-1), 1e-300)  # 0 for one class alone: a is 0 then
        a = (dx * dy).sum(-1) / spread
        f = y.mean(-1)[:, None] + a[:, None] * dx
        hits.append(int(((f >= 0) != (y > 0)).any(-1).sum()))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    fit = example_1()
    yield equal("the derivative by a at the minimiser is 0", fit.gradient[0], 0)
    yield equal("the derivative by b at the minimiser is 0", fit.gradient[1], 0)
    yield equal("the second moments are positive definite: no other minimiser", int(fit.unique), 1)
    yield equal("the slope is 72/35", fit.a, Fraction(72, 35))
    yield equal("the intercept is -9/5", fit.b, Fraction(-9, 5))
    yield equal("the boundary is 7/8", fit.boundary, Fraction(7, 8))
    yield equal("the error is 1/16", fit.error, Fraction(1, 16))
    # The same model can do better: any boundary in (1, 5/4] classifies everything.
    yield less("every negative lies below 9/8", Fraction(1), Fraction(9, 8))
    yield less("every positive lies above 9/8", Fraction(9, 8), Fraction(5, 4))
    errors = sampled_errors(trials, seed)
    zero = sum(error < 1 / 32 for error in errors)
    yield sampled(f"least squares on {SAMPLES} samples keeps an error above 1/32", zero, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Example 1.

    Args:
        seed: of the sampled datasets.
        trials: how many datasets to fit.
    """
    headline = "The unique minimiser 72/35 x - 9/5 misclassifies exactly 1/16 of separable data."
    return verdict("example-1", _findings(seed, trials), headline)
