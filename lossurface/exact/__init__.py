"""Exact arithmetic: certificates, their checker, findings and verdicts. No torch in here."""

from lossurface.exact.certificate import Certificate, check, load, seal
from lossurface.exact.findings import (
    Evidence,
    Finding,
    Rational,
    Status,
    Verdict,
    enclosed_less,
    enclosed_positive,
    equal,
    every,
    less,
    less_equal,
    sampled,
    uncounted,
    undecided,
)

__all__ = [
    # certificates
    "Certificate",
    "check",
    "load",
    "seal",
    # findings and verdicts
    "Evidence",
    "Finding",
    "Rational",
    "Status",
    "Verdict",
    "enclosed_less",
    "enclosed_positive",
    "equal",
    "every",
    "less",
    "less_equal",
    "sampled",
    "uncounted",
    "undecided",
]
