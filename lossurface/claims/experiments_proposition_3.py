"""Propositions 3 and 7 beyond their certificates: how often samples are separable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.counterexamples.separability import hulls_meet, separable
from lossurface.setting import Dataset, proposition_3

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["Rate", "disagreements", "fitted_rate", "inseparable_sample", "separable_share"]


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
