"""Exact arithmetic: certificates, their checkers, findings and verdicts. No torch in here."""

from lossurface.exact.certificate import Certificate, load, seal
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
from lossurface.exact.recheck import check
from lossurface.exact.schema import schema

__all__ = [
    # certificates
    "Certificate",
    "check",
    "load",
    "schema",
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
