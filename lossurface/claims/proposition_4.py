"""Proposition 4, verified: certificates, the exact probability, its decay, and a simulation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from lossurface.claims._verify import certified, verdict
from lossurface.claims.experiments_proposition_4 import balanced_share
from lossurface.counterexamples import proposition_4
from lossurface.counterexamples.balance import (
    balanced_by_counting,
    balanced_probability,
    balanced_sample,
)
from lossurface.exact import (
    Certificate,
    Finding,
    Verdict,
    enclosed_less,
    equal,
    less,
    sampled,
)
from lossurface.exact.checker.format import ODD

__all__ = ["certify", "verify"]

SIZES = (2, 5, 10)


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_4`."""
    return proposition_4(**choices)


def _decay() -> Iterator[Finding]:
    from flint import arb, fmpq

    for n in (1, 10, 100, 1000):
        chance = balanced_probability(n)
        ball = arb(fmpq(chance.numerator, chance.denominator))
        low, high = (1 / (arb.pi() * (n + arb(shift))) for shift in (0.5, 0.25))
        yield enclosed_less(f"P(balanced) > 1 / (pi (n + 1/2)) at n = {n}", low, ball)
        yield enclosed_less(f"P(balanced) < 1 / (pi (n + 1/4)) at n = {n}", ball, high)


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    for neuron in sorted(ODD):
        for p, width in ((2, 1), (3, 5), (6, 5)):
            certificate = proposition_4(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(proposition_4("tanh", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for n in (3, 6):
        certificate = proposition_4("tanh", 2, 2 * n + 1, balanced_sample(rng, n))
        yield certified(certificate, f"tanh on {2 * n} samples drawn, M = {2 * n + 1}")
    for n in range(1, 9):
        counted, formula = balanced_by_counting(n), balanced_probability(n)
        yield equal(f"P(balanced), counted, is C(2n,n)^2/16^n at n = {n}", counted, formula)
    yield less("with both classes present it is positive from n = 2 on", Fraction(0),
               balanced_probability(2, both=True))  # fmt: skip
    yield from _decay()
    shares = balanced_share(SIZES, trials=trials, seed=seed)
    outside = sum(not shares.covers(k, float(balanced_probability(n))) for k, n in enumerate(SIZES))
    statement = "balanced shares agree with the probability (99.99% intervals)"
    yield sampled(statement, outside, len(SIZES), f"{trials} draws for each n")


def verify(*, seed: int = 0, trials: int = 1000) -> Verdict:
    """Verify Proposition 4.

    Args:
        seed: of the samples.
        trials: draws for each size in the simulation.
    """
    headline = (
        "Minima, global over f_S, with training error min(n_+, n_-)/2n on balanced Theorem 1 data; "
        "2n samples are balanced with probability C(2n,n)^2/16^n, about 1/(pi n)."
    )
    return verdict("proposition-4", _findings(seed, trials), headline)
