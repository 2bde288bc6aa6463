"""Example 3, verified: every count fitted exactly, the probability summed, and a simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface.claims._verify import verdict
from lossurface.claims.tally import Tally
from lossurface.counterexamples.example_3 import (
    example_3,
    probability,
    probability_by_counting,
    small_delta,
    wrong_by_majority,
)
from lossurface.counterexamples.least_squares import compositions
from lossurface.exact import Finding, Verdict, equal, less, sampled

__all__ = ["error_share", "verify"]

SIZES = (8, 16, 32)
_EIGHTH = Fraction(1, 8)
_DELTA = Fraction(1, 10)


def error_share(
    sizes: Sequence[int], *, trials: int, seed: int, delta: Fraction | None = None
) -> Tally:
    """Count the draws of N samples whose global minima have an error above 1/8, fitted exactly.

    Args:
        sizes: the values of N.
        trials: draws for each.
        seed: of the draws.
        delta: `small_delta(N)` by default.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for samples in sizes:
        counts = rng.multinomial(samples, [0.25, 0.25, 0.5], size=trials).tolist()
        size = small_delta(samples) if delta is None else delta
        hits.append(sum(example_3(row, size).error > _EIGHTH for row in counts))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    fit = example_3((1, 1, 2), _DELTA)
    yield equal("on the population (delta = 1/10) the error is 1/4", fit.error, Fraction(1, 4))
    yield equal("there the positives at delta are wrong, and only they", fit.wrong.index(True), 0)
    for samples in SIZES:
        for delta in (small_delta(samples), _DELTA):
            rows = list(compositions(samples, 3))
            wrong = [example_3(row, delta).error > _EIGHTH for row in rows]
            differing = sum(w != wrong_by_majority(r) for w, r in zip(wrong, rows, strict=True))
            statement = f"exact fits of {len(rows)} counts follow the rule: {samples}, {delta}"
            yield equal(statement, differing, 0)
    counted = probability_by_counting(SIZES[0])
    yield equal("the probability summed over the fits is the rule's", counted,
                probability(SIZES[0]))  # fmt: skip
    for samples, least in ((8, Fraction(2, 5)), (32, Fraction(9, 10)), (96, Fraction(99, 100))):
        statement = f"with {samples} samples the error exceeds 1/8 with probability > {least}"
        yield less(statement, least, probability(samples))
    shares = error_share(SIZES, trials=trials, seed=seed)
    outside = sum(not shares.covers(k, float(probability(n))) for k, n in enumerate(SIZES))
    statement = "simulated shares agree with the probability (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} draws for each N")


def verify(*, seed: int = 0, trials: int = 300) -> Verdict:
    """Verify Example 3.

    Args:
        seed: of the draws.
        trials: draws for each size in the simulation.
    """
    headline = (
        "The least-squares line misclassifies 1/4 of a separable population and, if delta <= "
        "2/(N+1), more than 1/8 of N samples with a probability that tends to 1."
    )
    return verdict("example-3", _findings(seed, trials), headline)
