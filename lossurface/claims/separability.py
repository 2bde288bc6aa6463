"""How often samples of Propositions 3 and 7 are separable by an affine map: bounds, and a test.

Positives (s, t, 0) and negatives (0, t, s), s uniform on [-1, 1], t on [1, 2], each label with
probability 1/2. (`proposition_3` draws from a grid, which changes each cell by 2^-20 or less.) The
classes' planes meet in the x_2 axis, so the convex hulls meet just when the intervals that they cut
out of that axis do. Our own bounds on P(n) = P(n samples are separable):

- P(n) <= 8 (7/8)^n. Cut each class's rectangle by s = 0 and t = 3/2 into four closed cells. A
  segment between the two cells with t <= 3/2 meets the axis below 3/2, one between the other two
  above; so with a sample in each of the eight cells both intervals hold 3/2. A cell is missed by
  all samples with probability at most (7/8)^n.
- P(n) >= 4 (3/4)^n - 6 (1/2)^n + 4 (1/4)^n: a class without a sample on one side of s = 0 is
  separable from the other by +-x_1 or +-x_3. (Inclusion and exclusion over the four events.)
- P(n) <= 2 C(n, 3) (3/4)^(n-3) + 2^(1-n), n >= 4, so the rate is log(4/3) exactly. The affine maps
  f with y_i f(x_i) >= 0 for all i form a cone in R^4; with both classes present it is pointed
  almost surely, so it has an extreme ray, which three samples determine up to its sign. The other
  n - 3 are independent of it, and P(Y f(X) >= 0) <= 3/4 for every f = c + v^T x other than 0: given
  t, let tau = c + v_2 t. If tau > 0 then y f >= 0 with probability at most 1 on a positive and 1/2
  on a negative sample, if tau < 0 the other way round; and if tau = 0 for every t then v_1 or v_3
  is not 0, and v_1 s or v_3 s has the right sign with probability 1/2 only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.affine import separable
from lossurface.claims.construction import at_least
from lossurface.claims.tally import Tally
from lossurface.exact import Finding, less, sampled
from lossurface.setting import Dataset, proposition_3

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = [
    "RATE_BASE",
    "Rate",
    "axis_interval",
    "disagreements",
    "findings",
    "fitted_rate",
    "hulls_meet",
    "inseparable_sample",
    "lower_bound",
    "separable_share",
    "upper_bound",
]

CLAIM = "Proposition 3"
RATE_BASE = Fraction(3, 4)  # P(n) decays as (3/4)^n up to a factor polynomial in n
SIZES = (4, 8, 12, 16, 24)
_PROGRAMS = 8  # linear programs for each size


def axis_interval(points: Sequence[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction] | None:
    """Return the interval of t in which the hull of points (s, t) meets s = 0; None if it does not.

    Its ends are crossings of segments between a point with s <= 0 and one with s >= 0.
    """
    left = [(s, t) for s, t in points if s <= 0]
    right = [(s, t) for s, t in points if s >= 0]
    crossings = [t for s, t in points if s == 0]
    crossings += [(u * t - s * v) / (u - s) for s, t in left for u, v in right if s < u]
    return (min(crossings), max(crossings)) if crossings else None


def hulls_meet(dataset: Dataset) -> bool:
    """Say whether the classes' hulls meet, exactly and without a linear program.

    Raises:
        InputError: a sample is not (s, t, 0) or (0, t, s) according to its label.
    """
    spans = []
    for label, axis in ((1, 0), (-1, 2)):
        rows = [row for row, y in zip(dataset.x, dataset.y, strict=True) if y == label]
        if dataset.d != 3 or any(row[2 - axis] for row in rows):
            raise InputError(
                "samples are not (s, t, 0) and (0, t, s); draw them from proposition_3"
            )
        spans.append(axis_interval([(row[axis], row[1]) for row in rows]))
    plus, minus = spans
    if plus is None or minus is None:
        return False
    return plus[0] <= minus[1] and minus[0] <= plus[1]


def lower_bound(n: int) -> Fraction:
    """Return 4 (3/4)^n - 6 (1/2)^n + 4 (1/4)^n, which P(n) is not below.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    half = Fraction(1, 2)
    return 4 * RATE_BASE**n - 6 * half**n + 4 * (half * half) ** n


def upper_bound(n: int) -> Fraction:
    """Return the least of the two bounds above, and 1, which P(n) does not exceed.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    bounds = [Fraction(1), 8 * Fraction(7, 8) ** n]
    if n >= 4:
        bounds.append(2 * comb(n, 3) * RATE_BASE ** (n - 3) + Fraction(2, 2**n))
    return min(bounds)


@dataclass(frozen=True)
class Rate:
    """A fit of P(n) = exp(intercept - rate n); an estimate, not the rate itself.

    Attributes:
        rate: per sample.
        error: its standard error.
        intercept: log of the factor in front.
    """

    rate: float
    error: float
    intercept: float

    def __str__(self) -> str:
        return f"{self.rate:.3f} +- {self.error:.3f}"


def separable_share(
    sizes: Sequence[int], *, trials: int, seed: int, linear_programs: bool = True
) -> Tally:
    """Count the samples that an affine map classifies without error, each decided exactly.

    Args:
        sizes: the numbers of samples n.
        trials: datasets for each size.
        seed: of the datasets.
        linear_programs: decide by a linear program made exact, as one would for any data; else by
            the intervals in which the classes' hulls meet the x_2 axis, ten times faster.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    law = proposition_3()
    hits = []
    for n in sizes:
        drawn = (law.sample(rng, n) for _ in range(trials))
        if linear_programs:
            hits.append(sum(separable(dataset) is True for dataset in drawn))
        else:
            hits.append(sum(not hulls_meet(dataset) for dataset in drawn))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def disagreements(sizes: Sequence[int], *, trials: int, seed: int) -> int:
    """Count the samples on which the linear program and the intervals disagree."""
    import numpy as np

    rng = np.random.default_rng(seed)
    law = proposition_3()
    drawn = [law.sample(rng, n) for n in sizes for _ in range(trials)]
    return sum(separable(dataset) is hulls_meet(dataset) for dataset in drawn)


def fitted_rate(tally: Tally) -> Rate:
    """Fit log P(n) by a line, by maximum likelihood.

    The counts are binomial, so sizes without a hit count too.

    Raises:
        InputError: fewer than two sizes have both hits and misses.
    """
    import numpy as np

    n, hits, trials = (np.array(v, dtype=float) for v in tally.series)
    if int(((hits > 0) & (hits < trials)).sum()) < 2:
        raise InputError("fewer than two sizes have both hits and misses; give more trials")
    u, v = np.log(2.0), 0.25
    for _ in range(200):  # Fisher scoring for the log link, damped until every P < 1
        probability = np.minimum(np.exp(u - v * n), 1 - 1e-9)
        score = (hits - trials * probability) / (1 - probability)
        weight = trials * probability / (1 - probability)
        design = np.stack([np.ones_like(n), -n], axis=1)
        information = (design.T * weight) @ design
        step = np.linalg.solve(information, design.T @ score)
        while (u + step[0] - (v + step[1]) * n).max() >= 0:
            step = step / 2
        u, v = u + step[0], v + step[1]
        if np.abs(step).max() < 1e-12:
            break
    covariance = np.linalg.inv(information)
    return Rate(float(v), float(np.sqrt(covariance[1, 1])), float(u))


def inseparable_sample(rng: Generator, n: int) -> Dataset:
    """Draw n samples again and again until their classes' hulls meet.

    Args:
        rng: the source of all randomness.
        n: at least 4, as each hull meets the x_2 axis in a segment's crossing.

    Raises:
        InputError: n < 4.
    """
    if n < 4:
        raise InputError(f"n is {n}; two classes whose hulls meet need at least 4 samples here")
    law = proposition_3()
    while True:
        dataset = law.sample(rng, n)
        if hulls_meet(dataset):
            return dataset


def findings(seed: int, trials: int) -> Iterator[Finding]:
    """Check the probability that samples are separable: bounds exactly, shares by sampling."""
    for n in (24, 48, 96):
        bound = f"1 - P(separable) >= 1 - {float(upper_bound(n)):.2g} at n = {n}: P is not trivial"
        yield less(bound, upper_bound(n), Fraction(1))
    for n in SIZES:
        yield less(f"the bounds on P(separable) at n = {n} are in order", lower_bound(n),
                   upper_bound(n))  # fmt: skip
    shares = separable_share(SIZES, trials=trials, seed=seed, linear_programs=False)
    outside = 0
    for k, n in enumerate(SIZES):
        low, high = shares.interval(k, 0.9999)
        outside += high < lower_bound(n) or low > upper_bound(n)
    statement = "separable shares lie within the bounds (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} datasets for each n")
    statement = "linear programs agree with the hulls' intervals"
    programs = min(trials, _PROGRAMS)
    differing = disagreements(SIZES, trials=programs, seed=seed)
    yield sampled(statement, differing, programs * len(SIZES))
