"""What the verifications share: a clock, and findings about certificates."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from lossurface.claims.registry import CLAIMS
from lossurface.exact import Certificate, Finding, Verdict, check, equal, less

__all__ = ["certified", "misclassifying", "verdict"]


def verdict(claim: str, findings: Iterable[Finding], headline: str) -> Verdict:
    """Gather the findings of a claim, timing how long they take to be made."""
    start = time.perf_counter()
    gathered = tuple(findings)
    seconds = time.perf_counter() - start
    return Verdict(claim, gathered, seconds, headline, CLAIMS[claim].proved)


def certified(certificate: Certificate, label: str) -> Finding:
    """Check a certificate, and that its training error is that of the smaller class.

    Args:
        certificate: of a local minimum where the network misclassifies one class whole.
        label: what distinguishes it, for the finding.

    Returns:
        The checker's finding; where the error is another, that it fails.
    """
    labels = certificate.data["labels"]
    smaller = Fraction(min(labels.count(1), labels.count(-1)), len(labels))
    error = Fraction(certificate.data["training_error"])
    wanted = equal(f"training error of {label} is min(n_+, n_-)/n", error, smaller)
    return _both(check(certificate), wanted, label)


def misclassifying(certificate: Certificate, label: str) -> Finding:
    """Check a certificate, and that its training error is above zero.

    Args:
        certificate: of a local minimum.
        label: what distinguishes it, for the finding.

    Returns:
        The checker's finding; where there is no error, that it fails.
    """
    error = Fraction(certificate.data["training_error"])
    return _both(check(certificate), less(f"training error of {label} > 0", 0, error), label)


def _both(checked: Finding, wanted: Finding, label: str) -> Finding:
    if checked.status == "holds" and wanted.status != "holds":
        return wanted
    return replace(checked, statement=f"{checked.statement} ({label})")
