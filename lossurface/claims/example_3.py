"""Example 3: the quadratic loss on separable data (Theorem 2), exactly, from three counts.

x in R: positives at delta and at 10, each with probability 1/4, negatives at -delta with 1/2; any
w > 0 separates them. A network of linear neurons is f(x) = a_0 + b x, so a global minimum is a
least-squares line. With counts n_1, n_2, n_3 in that order, all above zero, the residual y - f is
kappa c_i / n_i with c = (10 + delta, -2 delta, -(10 - delta)), which annuls every line, and

    kappa = 2 (10 - delta) / ((10 + delta)^2/n_1 + 4 delta^2/n_2 + (10 - delta)^2/n_3).

The point 10 is always right; delta is wrong just when kappa (10 + delta) > n_1, and -delta just
when kappa (10 - delta) >= n_3. As delta -> 0 both products tend to 2 n_1 n_3 / (n_1 + n_3),
strictly between n_1 and n_3 unless they are equal: the smaller of the two near groups is
misclassified whole. With n_1 = n_3, or an empty cell (then the line interpolates), nothing is
wrong. So for delta <= 2/(N + 1) and N samples the error exceeds 1/8 just when n_1 != n_3, min(n_1,
n_3) > N/8 and n_2 > 0. Typically n_1 is N/4 and n_3 is N/2, and the error tends to 1/4. The
probability of that is at least 1 - ((1 + 2 sqrt(2))/4)^N - e^(-N/32) - (3/4)^N: Chernoff's bounds
on n_3 <= n_1 and on n_1 <= N/8, and n_2 = 0. (Our finding: it is near one, not only positive.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.construction import at_least
from lossurface.claims.least_squares import Fit, compositions, fit_counts, multinomial
from lossurface.claims.tally import Tally
from lossurface.exact import Finding, Verdict, equal, less, sampled

__all__ = [
    "error_share",
    "example_3",
    "probability",
    "probability_by_counting",
    "small_delta",
    "verify",
    "wrong_by_majority",
]

CLAIM = "Example 3"
_FAR = 10
_LABELS = (1, 1, -1)
SIZES = (8, 16, 32)
_EIGHTH = Fraction(1, 8)
_DELTA = Fraction(1, 10)


def example_3(counts: Sequence[int], delta: Fraction = Fraction(1, 10)) -> Fit:
    """Return what every global minimum of the quadratic loss does on the three points.

    Args:
        counts: of delta, 10, -delta.
        delta: strictly between 0 and 10.

    Raises:
        InputError: delta is out of range, or counts are not three natural numbers.
    """
    if not isinstance(delta, Fraction) or not 0 < delta < _FAR:
        raise InputError(f"delta is {delta!r}; {CLAIM} needs a Fraction strictly between 0 and 10")
    one = Fraction(1)
    features = ((one, delta), (one, Fraction(_FAR)), (one, -delta))
    return fit_counts(features, _LABELS, counts)


def wrong_by_majority(counts: Sequence[int]) -> bool:
    """Say whether the error exceeds 1/8 once delta is small: the rule stated above."""
    n_1, n_2, n_3 = counts
    return n_1 != n_3 and 8 * min(n_1, n_3) > sum(counts) and n_2 > 0


def small_delta(samples: int) -> Fraction:
    """Return 2/(N + 1), for which the rule holds with N samples, N >= 3.

    If n_1 < n_3, so n_1/n_3 <= 1 - 1/N, wanted is 2 (100 - d^2) > (10 + d)^2 + 4 d^2 n_1/n_2 +
    (10 - d)^2 n_1/n_3 with d = delta: it follows from (10 - d)^2/N > 4 d^2 (N + 1). If n_3 < n_1,
    2 (10 - d)^2 > (10 + d)^2 n_3/n_1 + 4 d^2 n_3/n_2 + (10 - d)^2 follows from
    (10 + d)^2/N > 40 d + 4 d^2 N. With d = 2/(N + 1) <= 1/2 both hold: 90/N > 16/(N + 1), and
    100/N > 96/(N + 1). The other near point stays right: drop 4 delta^2/n_2 from kappa and use
    (10 + d)(10 - d) <= ((10 + d)^2 + (10 - d)^2)/2.

    Raises:
        InputError: fewer than 3 samples.
    """
    return Fraction(2, at_least("samples", samples, 3, CLAIM) + 1)


def probability(samples: int) -> Fraction:
    """Return the probability that the error exceeds 1/8 for small delta, exactly.

    Raises:
        InputError: fewer than 3 samples.
    """
    at_least("samples", samples, 3, CLAIM)
    total = Fraction(0)
    for n_1 in range(samples // 8 + 1, samples):
        for n_3 in range(samples // 8 + 1, samples - n_1):
            if n_1 != n_3:
                total += _weight((n_1, samples - n_1 - n_3, n_3))
    return total


def probability_by_counting(samples: int) -> Fraction:
    """Return the probability that the error exceeds 1/8, fitting every possible count exactly.

    Args:
        samples: how many; C(N + 2, 2) fits.

    Raises:
        InputError: fewer than 3 samples.
    """
    delta = small_delta(samples)
    return sum(
        (
            _weight(counts)
            for counts in compositions(samples, 3)
            if example_3(counts, delta).error > Fraction(1, 8)
        ),
        Fraction(0),
    )


def _weight(counts: Sequence[int]) -> Fraction:
    """Return the probability of the counts."""
    samples = sum(counts)
    return Fraction(multinomial(counts) * 2 ** counts[2], 4**samples)


def error_share(sizes: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the draws of N samples whose global minima have an error above 1/8, fitted exactly.

    Args:
        sizes: the values of N.
        trials: draws for each.
        seed: of the draws.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for samples in sizes:
        counts = rng.multinomial(samples, [0.25, 0.25, 0.5], size=trials).tolist()
        delta = small_delta(samples)
        hits.append(sum(example_3(row, delta).error > _EIGHTH for row in counts))
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
