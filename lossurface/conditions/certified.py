"""What a test of a dataset returns: a verdict, and the certificate that proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.exact.certificate import Certificate, check, seal
from lossurface.exact.checker import named
from lossurface.exact.checker.format import MAX_BYTES
from lossurface.exact.findings import Finding, Status

if TYPE_CHECKING:
    from lossurface.conditions.coordinates import Space

NAMES = {
    "assumption-1": "Assumption 1: the loss",
    "assumption-2": "Assumption 2: samples in general position",
    "assumption-3": "Assumption 3: different subspaces",
    "assumption-4": "Assumption 4: the architecture",
    "assumption-5": "Assumption 5: the neuron",
    "assumption-6": "Assumption 6: linear separability",
    "increasing-neuron": "Theorem 2's neuron: increasing",
    "monotone-neuron": "A strictly monotone neuron",
    "proposition-11": "Proposition 11's condition",
    "ours-necessary": "Proposition 11's condition, sharpened",
    "proposition-12": "Proposition 12's condition",
    "affine-separability": "Separability by any hyperplane",
    "half-space": "All samples in an open half-space",
    "theorem-1-width": "No sample in the other class's span",
    "realisable": "No contradictory samples",
}


@dataclass(frozen=True)
class Condition:
    """One condition on a dataset, a network or a loss, decided or not."""

    id: str  #: such as `assumption-6`
    verdict: Status
    why: str  #: one sentence
    #: How far from the boundary the search ended, in the units that `why` names; when undecided,
    #: the largest value that it could not tell from zero.
    margin: float | None = None
    certificate: Certificate | None = None  #: proves the verdict exactly, where that takes one
    finding: Finding | None = None  #: what the exact checker said of it

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object; the certificate is given whole."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "why": self.why,
            "margin": self.margin,
            "certificate": None if self.certificate is None else dict(self.certificate.data),
        }

    def __str__(self) -> str:
        return f"{named(self.id)}: {self.verdict}. {self.why}"


def settle(
    space: Space,
    kind: str,
    claim: str,
    own: Mapping[str, Any],
    why: str,
    margin: float | None = None,
) -> Condition:
    """Seal a certificate, have it checked, and return the condition it proves.

    It is undecided where no file could hold the certificate, or the checker does not accept it.
    """
    try:
        certificate = seal({"kind": kind, "claim": claim, **space.fields, **own})
        if len(certificate.to_json()) > MAX_BYTES:
            raise InputError("too many numbers")
        finding = check(certificate)
    except InputError:
        why = f"{why}; no certificate can hold the numbers that prove it: round the coordinates"
        return Condition(claim, "undecided", why, margin)
    if finding.status != "holds":  # what nearly depends on others to a thousand bits
        why = f"{why}; the checker's precision is not enough to show it: round the coordinates"
        return Condition(claim, "undecided", why, margin)
    holds = f"{named(claim)} holds:" in finding.statement
    return Condition(claim, "holds" if holds else "fails", why, margin, certificate, finding)
