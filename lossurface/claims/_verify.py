"""What the verifications share: a clock, and findings about certificates."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from fractions import Fraction

from lossurface.exact import Certificate, Finding, Verdict, check, equal, less

__all__ = ["certified", "misclassifying", "verdict"]


def verdict(claim: str, findings: Iterable[Finding], headline: str) -> Verdict:
    """Gather the findings of a claim, timing how long they take to be made."""
    start = time.perf_counter()
    gathered = list(findings)
    return Verdict.of(claim, gathered, time.perf_counter() - start, headline)


def certified(certificate: Certificate, label: str) -> Iterator[Finding]:
    """Check a certificate, and that its training error is that of the smaller class.

    Args:
        certificate: of a local minimum where the network misclassifies one class whole.
        label: what distinguishes it, for the finding.
    """
    yield check(certificate)
    labels = certificate.data["labels"]
    smaller = min(labels.count(1), labels.count(-1))
    yield equal(
        f"training error of {label} is min(n_+, n_-)/n",
        Fraction(certificate.data["training_error"]),
        Fraction(smaller, len(labels)),
    )


def misclassifying(certificate: Certificate, label: str) -> Iterator[Finding]:
    """Check a certificate, and that its training error is above zero.

    Args:
        certificate: of a local minimum.
        label: what distinguishes it, for the finding.
    """
    yield check(certificate)
    error = Fraction(certificate.data["training_error"])
    yield less(f"training error of {label} > 0", 0, error)
