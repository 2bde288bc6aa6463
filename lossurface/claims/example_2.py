"""Example 2, verified: every count fitted exactly, the probability summed, and a simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface.claims._verify import verdict
from lossurface.claims.tally import Tally
from lossurface.counterexamples.example_2 import (
    example_2,
    probability,
    probability_by_counting,
    shortfall_bound,
    small_alpha,
    wrong_by_majority,
)
from lossurface.counterexamples.least_squares import compositions
from lossurface.exact import (
    Finding,
    Verdict,
    enclosed_less,
    equal,
    less,
    less_equal,
    sampled,
)

__all__ = ["error_share", "verify"]

SIZES = (2, 3, 10)
_EIGHTH, _HALF = Fraction(1, 8), Fraction(1, 2)
_FOUND = {1: Fraction(0), 2: Fraction(128, 1000), 3: Fraction(494, 1000)}


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
