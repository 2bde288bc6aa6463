"""Proposition 5, verified: certificates over the quadratic class, powers, widths and data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lossurface.claims._verify import certified, verdict
from lossurface.counterexamples import LINE, PLANE, proposition_5
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import EVEN

__all__ = ["certify", "verify"]


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_5`."""
    return proposition_5(**choices)


def _findings() -> Iterator[Finding]:
    for neuron in EVEN:
        for p in (2, 3, 6):
            for dataset in (LINE, PLANE):
                for width in (1, dataset.n + 1):
                    certificate = proposition_5(neuron, p, width, dataset)
                    yield certified(certificate, f"{neuron}, p = {p}, M = {width}")
    certificate = proposition_5("quadratic", 2, 3, deep=(2, 2))
    yield certified(certificate, "f_S + f_D")


def verify() -> Verdict:
    """Verify Proposition 5 by checking certificates; nothing in it is random."""
    headline = "Local minima with training error 1/2 on separable data, M = 1 and M > n."
    return verdict("proposition-5", _findings(), headline)
