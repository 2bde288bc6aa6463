"""Hunts: for a counterexample to a theorem above its threshold, for bad minima below it.

A hunt reports what it proved about each candidate, and counts apart what it could not decide.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lossurface.exact import Finding, every, sampled, uncounted
from lossurface.landscape.critical import Certified, certify
from lossurface.landscape.descent import Descent
from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["Hunt", "hunt"]

FLAT = 1e-10  # gradient norms below it make a candidate; they prove nothing


@dataclass(frozen=True)
class Hunt:
    """What a hunt met."""

    starts: int
    flat: int  # how many ended at a tiny gradient, whatever their error
    candidates: tuple[Certified, ...]  # those of them with an error in floats that were examined

    @property
    def kinds(self) -> dict[str, int]:
        """How many candidates were proved of each kind."""
        return dict(Counter(candidate.kind for candidate in self.candidates))

    def findings(self, where: str) -> tuple[Finding, ...]:
        """Say that no candidate is a local minimum: proved for each one, then counted."""
        excluded = [c for c in self.candidates if c.kind in ("saddle", "no-minimum")]
        counted = sampled(
            f"the hunt on {where} meets no local minimum with an error",
            len(self.candidates) - len(excluded),
            self.starts,
            f"{len(self.candidates)} points with R > 0 and a tiny gradient",
        )
        if not excluded:
            return (counted,)
        proof = every(
            f"near no such point on {where} is there a local minimum",
            map(_excluding, excluded),
        )
        return (uncounted(proof), counted)


def _excluding(certified: Certified) -> Finding:
    """The finding that excludes a minimum: the Hessian's for a saddle, else the first."""
    return certified.findings[1] if certified.kind == "saddle" else certified.findings[0]


def hunt(surface: SingleLayerSurface, ends: Descent, *, most: int) -> Hunt:
    """Certify each flat end with R > 0 of a search or a descent, at most so many.

    `find`, which minimises the gradient's norm, is drawn to saddles as to minima: no candidate of
    its should be a minimum where a theorem excludes bad ones. Below a threshold `descend` finds bad
    minima.
    """
    flat = ends.gradient_norm < FLAT
    bad: list[int] = (flat & (ends.error > 0)).nonzero().flatten().tolist()
    candidates = tuple(certify(surface.rows(k), ends.theta[k]) for k in bad[:most])
    return Hunt(len(ends.theta), int(flat.sum()), candidates)
