"""Proposition 2, verified: certificates over the ReLU class, powers, widths and data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lossurface.claims._verify import certified, verdict
from lossurface.counterexamples import proposition_2
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import ZERO

__all__ = ["certify", "verify"]


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_2`."""
    return proposition_2(**choices)


def _findings() -> Iterator[Finding]:
    for neuron in sorted(ZERO):
        for p in (2, 3, 6):
            for data in ("theorem-1", "theorem-2"):
                for width in (1, 8):
                    certificate = proposition_2(neuron, p, width, data)
                    yield certified(certificate, f"{neuron}, p = {p}, M = {width}, {data}")
    for data in ("theorem-1", "theorem-2"):
        certificate = proposition_2("relu", 2, 3, data, deep=(2, 2))
        yield certified(certificate, f"f_S + f_D, {data}")


def verify() -> Verdict:
    """Verify Proposition 2 by checking certificates; nothing in it is random."""
    headline = "Local minima with training error 1/2 on both theorems' data, M = 1 and M > n."
    return verdict("proposition-2", _findings(), headline)
