"""Exact arithmetic: certificates, their checkers, findings and verdicts. No torch in here.

Nothing outside this folder can make a finding called `exact` or `enclosed`.
"""

from lossurface.exact.findings import (
    Evidence,
    Finding,
    Rational,
    Status,
    Verdict,
    enclosed_less,
    enclosed_positive,
    equal,
    less,
    less_equal,
    sampled,
    undecided,
)

__all__ = [
    "Evidence",
    "Finding",
    "Rational",
    "Status",
    "Verdict",
    "enclosed_less",
    "enclosed_positive",
    "equal",
    "less",
    "less_equal",
    "sampled",
    "undecided",
]
