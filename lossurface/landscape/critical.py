"""Critical points: enclosed in balls near a float, and classified on the enclosure.

What floats cannot decide is `undecided`, unless an exact reason is known: the loss is zero all
around, or z^2's scaling makes it constant along a curve, or the terms of a small polynomial tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from lossurface.enclosed import escape_check as check
from lossurface.enclosed import point_check
from lossurface.enclosed.degenerate import classify_network
from lossurface.enclosed.krawczyk import Enclosure, Kind, enclose
from lossurface.enclosed.single_layer import SingleLayer
from lossurface.enclosed.strict_minimum import strict_minimum
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding, every, sampled, uncounted
from lossurface.landscape.curves import Case
from lossurface.landscape.descent import Descent
from lossurface.landscape.escape import ball_layer, escape
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import Dataset
from lossurface.setting.datasets import as_ball

if TYPE_CHECKING:
    from flint import arb, arb_mat

POWERS = {"linear": {1: 1}, "quadratic": {2: 1}, "quartic": {2: 1, 4: 1}}  # polynomial neurons
FLAT = 1e-10  # gradient norms below it make a candidate; they prove nothing
_CLOSED = (Case.THEOREM_1_CLOSED, Case.QUADRATIC_CLOSED)  # their proofs need a_j = 0 exactly


@dataclass(frozen=True)
class Certified:
    """A critical point as proved: its kind, its box, and bounds on its training error."""

    kind: Kind | Literal["minimum", "no-minimum"]  # not strict; surely none in the box
    enclosure: Enclosure | None  # None where none was needed
    errors: tuple[int, int] | None  # samples surely, and possibly, misclassified
    findings: tuple[Finding, ...]

    @property
    def bad_minimum(self) -> bool:
        """Whether it is proved to be a local minimum, and to misclassify a sample."""
        wrong = self.errors is not None and self.errors[0] > 0
        return wrong and self.kind in ("strict-minimum", "minimum")


@dataclass(frozen=True)
class _Held:
    """The loss of one neuron with its output weight a held: a function of (a_0, w)."""

    layer: SingleLayer
    a: arb

    @property
    def dimension(self) -> int:
        return self.layer.dimension - 1

    def full(self, theta: Sequence[arb]) -> list[arb]:
        return [theta[0], self.a, *theta[1:]]

    def gradient(self, theta: Sequence[arb]) -> Sequence[arb]:
        a0, _, *w = self.layer.gradient(self.full(theta))
        return [a0, *w]

    def hessian(self, theta: Sequence[arb]) -> arb_mat:
        from flint import arb_mat

        whole = self.layer.hessian(self.full(theta))
        free = [k for k in range(self.layer.dimension) if k != 1]
        return arb_mat([[whole[i, j] for j in free] for i in free])


def certify(
    surface: SingleLayerSurface, theta: Tensor, layer: SingleLayer | None = None
) -> Certified:
    """Enclose the critical point near theta and classify it over the enclosure.

    Tried in this order: the loss is zero all around (`minimum`); the Hessian is regular over a box
    with one critical point in it (a strict kind); one neuron z^2, whose loss is constant along
    `(a, w) -> (a / s^2, s w)`: with a frozen, the rest is strict (`minimum`); a small network with
    polynomial neurons at an exact critical point, by its null space and higher terms; one direction
    that leads down from every point of a box, or a neuron with a_j exactly 0 that lowers the loss
    when a_j moves, wherever in a box the other parameters are (`no-minimum`; whether theta is
    critical is left open). Everything else is `undecided`.

    Args:
        surface: one dataset.
        theta: (P,), a float approximation, |gradient| about 1e-10 or less.
        layer: `ball_layer(surface)`, where many points share it.

    Raises:
        InputError: theta has the wrong shape or is not finite.
    """
    if theta.shape != (surface.P,):
        raise InputError(f"theta has shape {tuple(theta.shape)}; give ({surface.P},)")
    if not bool(torch.isfinite(theta).all()):
        raise InputError("theta has an entry that is not finite; drop runs that diverged")
    layer = layer or ball_layer(surface)
    point = theta.tolist()
    if surface.loss.p is not None and float(surface.value(theta[None])[0]) == 0:
        flat = point_check.zero_loss(layer, point)
        if flat.status == "holds":
            return Certified("minimum", None, *_error(layer, point, (flat,)))
    found = enclose(layer, point)
    if found.proved:
        return Certified(found.kind, found, *_error(layer, found.box, found.findings))
    if surface.neuron.name == "quadratic" and surface.M == 1 and point[1] and not surface.l2:
        orbit = _Held(layer, as_ball(point[1]))
        rest = enclose(orbit, [point[0], *point[2:]])
        why = point_check.scaling_orbit(rest)
        if why.status == "holds":
            box = orbit.full(rest.box)
            return Certified("minimum", rest, *_error(layer, box, (*rest.findings, why)))
    return _singular(surface, theta, layer, found)


def strict_certificate(surface: SingleLayerSurface, theta: Tensor) -> Certificate:
    """Return a certificate of the strict minimum near theta (P,), for the checker without balls.

    Raises:
        InputError: the loss is not a polynomial hinge with p >= 2, or has a penalty; the surface is
            a batch; the checker does not enclose the neuron; or there is no strict minimum.
    """
    p = surface.loss.p
    if p is None or p < 2 or surface.l2:
        raise InputError(f"loss is {surface.loss.name}; give a hinge with p >= 2, and no penalty")
    layer = ball_layer(surface)  # one dataset
    dataset = Dataset.of(surface.X.tolist(), layer.labels)
    return strict_minimum(
        surface.neuron.name,
        p,
        dataset,
        theta.tolist(),
        offset=None if surface.offset is None else surface.offset.tolist(),
    )


def _singular(
    surface: SingleLayerSurface, theta: Tensor, layer: SingleLayer, found: Enclosure
) -> Certified:
    """Where the Hessian is singular: exact terms, negative curvature, or a proof's curve."""
    point = theta.tolist()
    powers, p = POWERS.get(surface.neuron.name), surface.loss.p
    if powers is not None and p is not None and surface.P <= 5:
        exact = classify_network(layer, p, powers, [Fraction(v) for v in point])
        if exact is not None and exact.kind in ("strict-minimum", "minimum", "saddle"):
            return Certified(exact.kind, None, *_error(layer, point, exact.findings))
    downhill = check.excluded(layer, point, directions_down(surface, theta))
    if downhill.status == "holds":
        return Certified("no-minimum", None, *_error(layer, point, (downhill,)))
    with suppress(InputError):  # no theorem's curve applies here
        left = escape(surface, theta, layer=layer, certify=False)
        curve = (left.theta_after - theta).tolist()
        along = check.excluded(layer, point, [curve])
        if along.status != "holds" and left.case in _CLOSED:
            along = _opened(surface, theta, layer)
        if along.status == "holds":
            return Certified("no-minimum", None, *_error(layer, point, (along,)))
    return Certified("undecided", found, None, found.findings)


def _opened(surface: SingleLayerSurface, theta: Tensor, layer: SingleLayer) -> Finding:
    """Prove that a proof's curve leads down, the a_j that are exactly 0 held, all else in a box.

    What holds at the float alone would hold beside a minimum too, where a_j is tiny.
    """
    from flint import arb

    held = range(1, 1 + surface.M)
    for radius in check.RADII:
        box = [
            as_ball(v) if k in held and v == 0 else as_ball(v) + arb(0, radius)
            for k, v in enumerate(theta.tolist())
        ]
        found = escape(surface, theta, layer=layer, exact=box).not_minimum
        if found.status == "holds":
            break
    return found


def directions_down(surface: SingleLayerSurface, theta: Tensor) -> list[list[float]]:
    """Return hints for `enclosed.escape_check.excluded`, (P,) each: where floats see a way down."""
    now = surface.derivatives(theta[None])
    if not bool(torch.isfinite(now.hessian).all()):
        return []
    lowest: list[float] = torch.linalg.eigh(now.hessian[0]).eigenvectors[:, 0].tolist()
    downhill: list[float] = (-now.gradient[0]).tolist()
    return [lowest, downhill]


def _error(
    layer: SingleLayer, box: Sequence[float | arb], findings: tuple[Finding, ...]
) -> tuple[tuple[int, int], tuple[Finding, ...]]:
    counts, finding = point_check.certified_error(layer, box)
    return counts, (*findings, finding)


@dataclass(frozen=True)
class Hunt:
    """What a search for bad local minima found."""

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
            f"the search on {where} finds no bad local minimum",
            len(self.candidates) - len(excluded),
            self.starts,
            f"{len(self.candidates)} points with R > 0 and a tiny gradient",
        )
        if not excluded:
            return (counted,)
        proof = every(
            f"there is no local minimum near any such point on {where}",
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
