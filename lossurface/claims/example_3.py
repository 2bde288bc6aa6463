"""Example 3: the quadratic loss on separable data (Theorem 2), exactly, from three counts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from lossurface.claims.construction import at_least
from lossurface.claims.least_squares import Points, compositions, error_share, wrong_by_majority
from lossurface.errors import InputError
from lossurface.exact import Finding, equal, less, sampled

HEADLINE = (
    "The least-squares line misclassifies 1/4 of a separable population and, if delta <= "
    "2/(N+1), more than 1/8 of N samples with a probability that tends to 1."
)

CLAIM = "Example 3"
SIZES = (8, 16, 32)


def example_3(delta: Fraction = Fraction(1, 10)) -> Points:
    """Return the points delta, 10 and -delta, in this order, and the lines f(x) = a_0 + b x.

    Raises:
        InputError: delta is not strictly between 0 and 10.
    """
    if not isinstance(delta, Fraction) or not 0 < delta < 10:
        raise InputError(f"delta is {delta!r}; {CLAIM} needs a Fraction strictly between 0 and 10")
    shares = (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2))
    return Points(((1, delta), (1, 10), (1, -delta)), (1, 1, -1), shares)


def small_delta(samples: int) -> Fraction:
    """Return 2/(N + 1), small enough for `wrong_by_majority` with N >= 3 samples."""
    return Fraction(2, at_least("samples", samples, 3, CLAIM) + 1)


def findings(*, seed: int = 0, trials: int = 300) -> Iterator[Finding]:
    """Yield what is checked; `trials`: draws for each size in the simulation."""
    population = example_3()
    error, values = population.error((1, 1, 2)), population.fit((1, 1, 2))
    yield equal("on the population (delta = 1/10) the error is 1/4", error, Fraction(1, 4))
    wrong = [v is not None and v * y < 0 for v, y in zip(values, population.labels, strict=True)]
    differing = sum(w != told for w, told in zip(wrong, (True, False, False), strict=True))
    yield equal("there the positives at delta are wrong, and only they", differing, 0)
    for samples in SIZES:
        rows = list(compositions(samples, 3))
        for delta in (small_delta(samples), Fraction(1, 10)):
            points = example_3(delta)
            differing = sum(points.bad(row) != wrong_by_majority(row) for row in rows)
            statement = f"exact fits of {len(rows)} counts follow the rule: {samples}, {delta}"
            yield equal(statement, differing, 0)
    near = example_3(small_delta(SIZES[0]))
    fitted = near.probability(SIZES[0], near.bad)
    by_rule = population.probability(SIZES[0], wrong_by_majority)
    yield equal("the probability summed over the fits is the rule's", fitted, by_rule)
    for samples, least in ((8, Fraction(2, 5)), (32, Fraction(9, 10)), (96, Fraction(99, 100))):
        statement = f"with {samples} samples the error exceeds 1/8 with probability > {least}"
        yield less(statement, least, population.probability(samples, wrong_by_majority))
    shares = error_share(
        lambda samples: example_3(small_delta(samples)), SIZES, trials=trials, seed=seed
    )
    chances = [float(population.probability(samples, wrong_by_majority)) for samples in SIZES]
    outside = sum(not shares.covers(k, chance) for k, chance in enumerate(chances))
    statement = "simulated shares agree with the probability (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} draws for each N")
