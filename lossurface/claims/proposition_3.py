"""Proposition 3, verified: certificates, exact and enclosed, and how often samples allow them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from lossurface.claims._verify import certified, misclassifying, verdict
from lossurface.claims.experiments_proposition_3 import (
    disagreements,
    inseparable_sample,
    separable_share,
)
from lossurface.counterexamples import proposition_3
from lossurface.counterexamples.separability import lower_bound, upper_bound
from lossurface.exact import Certificate, Finding, Verdict, less, sampled
from lossurface.exact.checker.format import IDENTITY

__all__ = ["certify", "separability_findings", "verify"]

SIZES = (4, 8, 12, 16, 24)
_PROGRAMS = 8  # linear programs for each size


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_3`."""
    return proposition_3(**choices)


def separability_findings(seed: int, trials: int) -> Iterator[Finding]:
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


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    for neuron in sorted(IDENTITY):
        for p, width in ((2, 1), (3, 2), (6, 9)):
            certificate = proposition_3(neuron, p, width)
            yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    yield certified(proposition_3("elu", 2, 3, deep=(2, 2)), "f_S + f_D")
    rng = np.random.default_rng(seed)
    for neuron, p, width in (("leaky-relu", 2, 2), ("elu", 3, 2), ("linear", 6, 21)):
        certificate = proposition_3(neuron, p, width, inseparable_sample(rng, 20))
        yield misclassifying(certificate, f"{neuron}, p = {p}, M = {width}, 20 samples")
    yield from separability_findings(seed, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Proposition 3.

    Args:
        seed: of the samples.
        trials: datasets for each size in the experiment on separability.
    """
    headline = (
        "Bad local minima on symmetric (from M = 1) and on sampled (from M = 2) Theorem 1 data, up "
        "to M > n; samples are separable with a probability between 4(3/4)^n - 6/2^n and 8(7/8)^n."
    )
    return verdict("proposition-3", _findings(seed, trials), headline)
