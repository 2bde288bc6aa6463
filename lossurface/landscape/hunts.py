"""Hunts: for a counterexample to a theorem above its threshold, for bad minima below it.

A hunt reports what it proved about each candidate, and counts apart what it could not decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from lossurface import InputError
from lossurface.exact import Finding, every, sampled, uncounted
from lossurface.landscape.critical import Certified, certify, find
from lossurface.landscape.descent import Descent, descend
from lossurface.landscape.single_layer import SingleLayerSurface

__all__ = ["Hunt", "hunt_minima", "hunt_violations"]

FLAT = 1e-10  # gradient norms below it make a candidate; they prove nothing


@dataclass(frozen=True)
class Candidate:
    """A network with training error above zero at a tiny gradient, and what was proved of it."""

    index: int  # among the starts
    theta: Tensor  # (P,)
    loss: float
    error: float
    certified: Certified


@dataclass(frozen=True)
class Hunt:
    """What a hunt met.

    Attributes:
        starts: how many there were.
        flat: how many ended at a tiny gradient, whatever their error.
        candidates: those among them with a training error above zero that were examined.
        left_out: candidates beyond the most that were asked for.
    """

    starts: int
    flat: int
    candidates: tuple[Candidate, ...]
    left_out: int

    @property
    def kinds(self) -> dict[str, int]:
        """How many candidates were proved of each kind."""
        return dict(Counter(candidate.certified.kind for candidate in self.candidates))

    @property
    def bad_minima(self) -> tuple[Candidate, ...]:
        """Proved local minima whose training error is proved positive."""
        return tuple(
            c
            for c in self.candidates
            if c.certified.kind in ("strict-minimum", "minimum")
            and c.certified.errors is not None
            and c.certified.errors[0] > 0
        )

    @property
    def undecided(self) -> tuple[Candidate, ...]:
        """Candidates of which nothing was proved."""
        return tuple(c for c in self.candidates if c.certified.kind == "undecided")

    def findings(self, where: str) -> tuple[Finding, ...]:
        """Say that no candidate is a local minimum: proved for each one, then counted.

        Args:
            where: what was hunted on, for the statements.
        """
        excluded = [c for c in self.candidates if c.certified.kind in ("saddle", "no-minimum")]
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
            (_excluding(c.certified) for c in excluded),
        )
        return (uncounted(proof), counted)


def _excluding(certified: Certified) -> Finding:
    """The finding that excludes a minimum: the Hessian's for a saddle, else the first."""
    return certified.findings[1] if certified.kind == "saddle" else certified.findings[0]


def hunt_violations(
    surface: SingleLayerSurface, theta: Tensor, *, most: int = 200, steps: int = 300
) -> Hunt:
    """Look for critical points of any kind with R > 0, and certify that each is no minimum.

    Minimises the gradient's norm from every start, which is drawn to saddles as to minima.

    Args:
        surface: one dataset, or one per start.
        theta: (B, P), the starts.
        most: candidates to examine at most.
        steps: of the search.
    """
    found = find(surface, theta, steps=steps)
    flat = found.gradient_norm < FLAT
    return _examine(surface, found.theta, found.loss, found.error, flat, most)


def hunt_minima(
    surface: SingleLayerSurface, theta: Tensor, *, most: int = 200, steps: int = 500
) -> tuple[Hunt, Descent]:
    """Descend from every start, and certify each end with R > 0: below a threshold, bad minima.

    Args:
        surface: one dataset, or one per start.
        theta: (B, P), the starts.
        most: candidates to examine at most.
        steps: of the descent.

    Returns:
        The hunt, and the descent with every end.
    """
    ends = descend(surface, theta, until_separated=True, spectrum=False, steps=steps)
    flat = ends.gradient_norm < FLAT
    return _examine(surface, ends.theta, ends.loss, ends.error, flat, most), ends


def _examine(
    surface: SingleLayerSurface,
    theta: Tensor,
    loss: Tensor,
    error: Tensor,
    flat: Tensor,
    most: int,
) -> Hunt:
    if most < 1:
        raise InputError(f"most is {most}; examine at least one candidate")
    bad: Sequence[int] = (flat & (error > 0)).nonzero().flatten().tolist()
    candidates = tuple(
        Candidate(k, theta[k], float(loss[k]), float(error[k]), certify(surface.rows(k), theta[k]))
        for k in bad[:most]
    )
    return Hunt(len(theta), int(flat.sum()), candidates, max(0, len(bad) - most))
