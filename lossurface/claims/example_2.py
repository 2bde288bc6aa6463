"""Example 2: the quadratic loss on Theorem 1 data, exactly, from the counts of four points.

4n samples, each equally likely to be (alpha, 0) or (1, 0), positive, or (0, alpha) or (0, 1),
negative. M >= 2 quadratic neurons give f(x) = a_0 + x^T A x with any symmetric A (its eigenvectors
are the w_j, its eigenvalues the a_j), so a global minimum is a least-squares fit in (a_0, A_11,
A_22). With counts n_1, ..., n_4 in the order above, all above zero, the residual y - f is
orthogonal to the fits: it is kappa c_i / n_i with c = (1, -alpha^2, -1, alpha^2), which annuls
every fit, and

    kappa = 2 (1 - alpha^2) / (1/n_1 + 1/n_3 + alpha^4 (1/n_2 + 1/n_4)).

The outer points are always right. (alpha, 0) is wrong just when kappa > n_1, (0, alpha) just when
kappa >= n_3. kappa is below 2 n_1 n_3 / (n_1 + n_3), which lies strictly between n_1 and n_3 unless
they are equal: only the smaller of the two inner groups can be wrong. With n_1 = n_3, or an empty
cell (then the fit interpolates), nothing is. Let P_alpha(n) be the probability that the error
exceeds 1/8. How alpha goes with n decides it (our finding):

- For alpha <= 1/(4 sqrt(n)) the smaller inner group is always wrong (`small_alpha` says why), so
  the error exceeds 1/8 just when n_1 != n_3, min(n_1, n_3) > n/2 and n_2, n_4 > 0. With P(n) the
  probability of that,

      1 - P(n) <= C(8n, 4n) / 4^(4n) + 2 P(Bin(4n, 1/4) <= n/2) + 2 (3/4)^(4n)
               <= 1/(2 sqrt(pi n)) + 2 e^(-n/8) + 2 (3/4)^(4n),

  as n_1 - n_3 is a lazy walk, twice as slow as a simple one of 8n steps, and by Chernoff's bound.
  So P(n) -> 1, which is more than the paper's Omega(1/n^3).
- For every alpha, P_alpha(n) <= 2 e^(-alpha^4 n/2): kappa > n_1 implies n_3 - n_1 > 2 alpha^2 n_3,
  and the mean of n_3 - n_1 - 2 alpha^2 n_3, a sum of 4n independent terms in an interval of length
  below 2, is -2 alpha^2 n; this is Hoeffding's bound, and once more for n_3. So for one alpha and
  all n the probability tends to 0, and the paper's rate is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, factorial, isqrt

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.construction import at_least
from lossurface.claims.least_squares import Fit, compositions, fit_counts, multinomial
from lossurface.claims.tally import Tally
from lossurface.exact import (
    Finding,
    Verdict,
    enclosed_less,
    equal,
    less,
    less_equal,
    sampled,
)

__all__ = [
    "error_share",
    "example_2",
    "probability",
    "probability_by_counting",
    "shortfall_bound",
    "small_alpha",
    "verify",
    "wrong_by_majority",
]

CLAIM = "Example 2"
_LABELS = (1, 1, -1, -1)
SIZES = (2, 3, 10)
_EIGHTH, _HALF = Fraction(1, 8), Fraction(1, 2)
_FOUND = {1: Fraction(0), 2: Fraction(128, 1000), 3: Fraction(494, 1000)}


def example_2(counts: Sequence[int], alpha: Fraction = Fraction(1, 10)) -> Fit:
    """Return what every global minimum of the quadratic loss does on the four points.

    Args:
        counts: of (alpha, 0), (1, 0), (0, alpha), (0, 1).
        alpha: strictly between 0 and 1.

    Raises:
        InputError: alpha is out of range, or counts are not four natural numbers.
    """
    _between(alpha)
    square, one, zero = alpha * alpha, Fraction(1), Fraction(0)
    features = ((one, square, zero), (one, one, zero), (one, zero, square), (one, zero, one))
    return fit_counts(features, _LABELS, counts)


def _between(alpha: Fraction) -> None:
    if not isinstance(alpha, Fraction) or not 0 < alpha < 1:
        raise InputError(f"alpha is {alpha!r}; {CLAIM} needs a Fraction strictly between 0 and 1")


def wrong_by_majority(counts: Sequence[int]) -> bool:
    """Say whether the error exceeds 1/8 once alpha is small: the rule proved above."""
    n_1, n_2, n_3, n_4 = counts
    return n_1 != n_3 and 8 * min(n_1, n_3) > sum(counts) and min(n_2, n_4) > 0


def small_alpha(n: int) -> Fraction:
    """Return a rational alpha <= 1/(4 sqrt(n)), for which the rule holds with 4n samples.

    Let n_1 < n_3 (or exchange them). Wanted is kappa > n_1; kappa < n_3 is clear. That is
    1 - n_1/n_3 > 2 alpha^2 + alpha^4 n_1 (1/n_2 + 1/n_4). The left is at least 1/n_3 > 1/(4n), the
    right at most 2 alpha^2 + 8 n alpha^4 <= 1/(8n) + 1/(32n).

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    root = isqrt(n - 1) + 1  # the ceiling of sqrt(n)
    return Fraction(1, 4 * root)


def probability(n: int, alpha: Fraction | None = None) -> Fraction:
    """Return the probability that the error exceeds 1/8 with 4n samples, exactly.

    Args:
        n: a quarter of the number of samples.
        alpha: where the inner points are; any alpha <= 1/(4 sqrt(n)), which give the same P(n), by
            default. A given one costs a sum over all counts of three points.

    Raises:
        InputError: n is not an integer >= 1, or alpha is not strictly between 0 and 1.
    """
    at_least("n", n, 1, CLAIM)
    if alpha is not None:
        _between(alpha)
    total, ways = 4 * n, 0
    for n_1 in range(n // 2 + 1, total):
        for n_3 in range(n_1 + 1, total - n_1 - 1):
            rest = total - n_1 - n_3  # of which n_2 and n_4 take at least one each
            orders = factorial(total) // (factorial(n_1) * factorial(n_3) * factorial(rest))
            splits = 2 * (2**rest - 2) if alpha is None else _splits(n_1, n_3, rest, alpha)
            ways += orders * splits
    return Fraction(ways, 4**total)


def _splits(few: int, many: int, rest: int, alpha: Fraction) -> int:
    """Count the ways to share the rest out for which the smaller inner group is wrong.

    It is if kappa > few, the condition of `small_alpha`; kappa = few suffices if it is negative.
    """
    p, q = alpha.numerator, alpha.denominator
    gap = (many - few) * q**4 - 2 * many * p**2 * q**2
    ways = 0
    for outer in range(1, rest):
        excess = gap * outer * (rest - outer) - p**4 * few * many * rest
        ways += comb(rest, outer) * ((excess > 0) + (excess >= 0))
    return ways


def probability_by_counting(n: int, alpha: Fraction | None = None) -> Fraction:
    """Return the probability that the error exceeds 1/8, fitting every possible count exactly.

    Args:
        n: 4n samples; C(4n + 3, 3) fits.
        alpha: `small_alpha(n)` by default.

    Raises:
        InputError: n is not an integer >= 1, or alpha is out of range.
    """
    size = small_alpha(n) if alpha is None else alpha
    ways = sum(
        multinomial(counts)
        for counts in compositions(4 * n, 4)
        if example_2(counts, size).error > Fraction(1, 8)
    )
    return Fraction(ways, 4 ** (4 * n))


def shortfall_bound(n: int) -> Fraction:
    """Return the bound on 1 - P(n) for alpha <= 1/(4 sqrt(n)), in its first, rational form.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    total = 4 * n
    few = sum(comb(total, k) * 3 ** (total - k) for k in range(n // 2 + 1))
    return (
        Fraction(comb(2 * total, total), 4**total)
        + 2 * Fraction(few, 4**total)
        + 2 * Fraction(3, 4) ** total
    )


def error_share(
    sizes: Sequence[int], *, trials: int, seed: int, alpha: Fraction | None = None
) -> Tally:
    """Count the draws of 4n samples whose global minima have an error above 1/8, fitted exactly.

    Args:
        sizes: the values of n.
        trials: draws for each.
        seed: of the draws.
        alpha: where the inner points are; `small_alpha(n)` by default.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for n in sizes:
        counts = rng.multinomial(4 * n, [0.25] * 4, size=trials).tolist()
        size = small_alpha(n) if alpha is None else alpha
        hits.append(sum(example_2(row, size).error > _EIGHTH for row in counts))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def _limit() -> Iterator[Finding]:
    from flint import arb, fmpq

    for n in (3, 10, 30, 100):
        bound = shortfall_bound(n)
        yield less_equal(f"1 - P(n) is at most its bound at n = {n}", 1 - probability(n), bound)
        simple = 1 / (2 * (arb.pi() * n).sqrt()) + 2 * (-arb(n) / 8).exp()
        simple += 2 * arb(fmpq(3, 4)) ** (4 * n)
        ball = arb(fmpq(bound.numerator, bound.denominator))
        statement = f"the bound is below 1/(2 sqrt(pi n)) + 2 e^(-n/8) + 2 (3/4)^(4n) at n = {n}"
        yield enclosed_less(statement, ball, simple)
    for n in (2, 10, 30):
        yield less(f"P(n) > 1/n^3, the paper's rate, at n = {n}", Fraction(1, n**3), probability(n))
    for n in (20, 40, 80):
        chance = probability(n, _HALF)  # a sum that takes a while
        ball, bound = arb(fmpq(chance.numerator, chance.denominator)), 2 * (-arb(n) / 32).exp()
        statement = f"for alpha = 1/2 the probability is below 2 e^(-alpha^4 n/2) at n = {n}"
        yield enclosed_less(statement, ball, bound)
    statement = "for alpha = 1/2 it is below 1/n^3, the paper's rate, at n = 80"
    yield less(statement, chance, Fraction(1, 80**3))


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    for n, found in _FOUND.items():
        for alpha in (small_alpha(n), Fraction(1, 10)):
            rows = list(compositions(4 * n, 4))
            wrong = [example_2(row, alpha).error > _EIGHTH for row in rows]
            differing = sum(w != wrong_by_majority(r) for w, r in zip(wrong, rows, strict=True))
            statement = f"exact fits of all {len(rows)} counts follow the rule: n = {n}, {alpha}"
            yield equal(statement, differing, 0)
        counted = probability_by_counting(n)
        yield equal(f"P({n}) summed over the fits is P({n}) by the rule", counted, probability(n))
        gap = abs(probability(n) - found)
        yield less_equal(f"P({n}) is {float(found)} to three digits", gap, Fraction(1, 2000))
    yield from _limit()
    shares = error_share(SIZES, trials=trials, seed=seed)
    outside = sum(not shares.covers(k, float(probability(n))) for k, n in enumerate(SIZES))
    statement = "simulated shares agree with P(n) (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} draws for each n")


def verify(*, seed: int = 0, trials: int = 300) -> Verdict:
    """Verify Example 2.

    Args:
        seed: of the draws.
        trials: draws for each size in the simulation.
    """
    headline = (
        "With alpha <= 1/(4 sqrt(n)) every global minimum of the quadratic loss has an error above "
        "1/8 with probability P(n): 0, 0.128, 0.494 for n = 1, 2, 3, and within the bounds proved "
        "for it at n = 3 to 100. With alpha = 1/2 the probability is below 1/n^3 at n = 80."
    )
    return verdict("example-2", _findings(seed, trials), headline)
