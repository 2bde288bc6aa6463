"""Example 2: the quadratic loss on Theorem 1 data, exactly, from the counts of four points."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, isqrt

from lossurface.claims.construction import at_least
from lossurface.claims.least_squares import (
    Points,
    compositions,
    error_share,
    multinomial,
    wrong_by_majority,
)
from lossurface.errors import InputError
from lossurface.exact import (
    Finding,
    enclosed_less,
    equal,
    less,
    less_equal,
    sampled,
)

HEADLINE = (
    "With alpha <= 1/(4 sqrt(n)) every global minimum of the quadratic loss misclassifies more "
    "than 1/8 of the samples with probability P(n): 0, 0.128, 0.494 for n = 1, 2, 3, and within "
    "the bounds proved for it at n = 3 to 100. With alpha = 1/2 the probability is below 1/n^3 at "
    "n = 80."
)

CLAIM = "Example 2"
SIZES = (2, 3, 10)
_FOUND = {1: Fraction(0), 2: Fraction(128, 1000), 3: Fraction(494, 1000)}


def example_2(alpha: Fraction = Fraction(1, 10)) -> Points:
    """Return the points (alpha, 0), (1, 0), (0, alpha), (0, 1), equally likely, and the networks.

    With M >= 2 quadratic neurons f(x) = a_0 + x^T A x, and (a_0, A_11, A_22) decide the values.

    Raises:
        InputError: alpha is not strictly between 0 and 1.
    """
    if not isinstance(alpha, Fraction) or not 0 < alpha < 1:
        raise InputError(f"alpha is {alpha!r}; {CLAIM} needs a Fraction strictly between 0 and 1")
    features = ((1, alpha**2, 0), (1, 1, 0), (1, 0, alpha**2), (1, 0, 1))
    return Points(features, (1, 1, -1, -1), (Fraction(1, 4),) * 4)


def small_alpha(n: int) -> Fraction:
    """Return an alpha <= 1/(4 sqrt(n)), small enough for `wrong_by_majority` with 4n samples."""
    at_least("n", n, 1, CLAIM)
    root = isqrt(n - 1) + 1  # the ceiling of sqrt(n)
    return Fraction(1, 4 * root)


def probability(n: int, alpha: Fraction | None = None) -> Fraction:
    """Return the probability that the error exceeds 1/8 with 4n samples, exactly.

    Without alpha it is P(n), the same for all alpha <= 1/(4 sqrt(n)).
    """
    ways = 0
    for few in range(n // 2 + 1, 2 * n):
        for many in range(few + 1, 4 * n - few - 1):
            rest = 4 * n - few - many  # the outer points take at least one each
            splits = 2 * (2**rest - 2) if alpha is None else _splits(few, many, rest, alpha)
            ways += multinomial((few, many, rest)) * splits
    return Fraction(ways, 4 ** (4 * n))


def _splits(few: int, many: int, rest: int, alpha: Fraction) -> int:
    """Count the ways to share the rest out for which (1) on the page holds, for either class."""
    p, q = alpha.numerator, alpha.denominator
    gap = (many - few) * q**4 - 2 * many * p**2 * q**2
    ways = 0
    for outer in range(1, rest):
        excess = gap * outer * (rest - outer) - p**4 * few * many * rest
        ways += comb(rest, outer) * ((excess > 0) + (excess >= 0))
    return ways


def shortfall_bound(n: int) -> Fraction:
    """Return the page's bound on 1 - P(n) in rational form, before Stirling and Chernoff."""
    total = 4 * n
    few = sum(comb(total, k) * 3 ** (total - k) for k in range(n // 2 + 1))
    return (
        Fraction(comb(2 * total, total), 4**total)
        + 2 * Fraction(few, 4**total)
        + 2 * Fraction(3, 4) ** total
    )


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
        chance = probability(n, Fraction(1, 2))  # a sum that takes a while
        ball, bound = arb(fmpq(chance.numerator, chance.denominator)), 2 * (-arb(n) / 32).exp()
        statement = f"for alpha = 1/2 the probability is below 2 e^(-alpha^4 n/2) at n = {n}"
        yield enclosed_less(statement, ball, bound)
    statement = "for alpha = 1/2 it is below 1/n^3, the paper's rate, at n = 80"
    yield less(statement, chance, Fraction(1, 80**3))


def findings(*, seed: int = 0, trials: int = 300) -> Iterator[Finding]:
    """Yield what is checked; `trials`: draws for each size in the simulation."""
    for n, found in _FOUND.items():
        rows = list(compositions(4 * n, 4))
        for alpha in (small_alpha(n), Fraction(1, 10)):
            points = example_2(alpha)
            differing = sum(points.bad(row) != wrong_by_majority(row) for row in rows)
            statement = f"exact fits of all {len(rows)} counts follow the rule: n = {n}, {alpha}"
            yield equal(statement, differing, 0)
        near = example_2(small_alpha(n))
        fitted = near.probability(4 * n, near.bad)
        yield equal(f"P({n}) summed over the fits is P({n}) by the rule", fitted, probability(n))
        gap = abs(probability(n) - found)
        yield less_equal(f"P({n}) is {float(found)} to three digits", gap, Fraction(1, 2000))
    yield from _limit()
    shares = error_share(
        lambda n: example_2(small_alpha(n)), SIZES, draws=4, trials=trials, seed=seed
    )
    outside = sum(not shares.covers(k, float(probability(n))) for k, n in enumerate(SIZES))
    statement = "simulated shares agree with P(n) (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} draws for each n")
