"""Critical points: found in floats, enclosed in balls, classified on the enclosure.

`find` minimises `|grad L|^2 / 2` by damped Gauss-Newton steps from many starts, so that it is drawn
to saddles as much as to minima. Where it stops need not be a critical point ("gradient-flat"
points abound): only `certify` says so, by an enclosure, and it says what kind. What floats cannot
decide is `undecided`, unless an exact reason is known: the loss is zero all around, or z^2's
scaling makes it constant along a curve. For polynomials see `lossurface.enclosed.degenerate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.enclosed import escape_check as check
from lossurface.enclosed import point_check
from lossurface.enclosed.degenerate import classify_network
from lossurface.enclosed.krawczyk import BallFunction, Enclosure, Kind, enclose
from lossurface.enclosed.single_layer import SingleLayer, ball
from lossurface.exact import Finding
from lossurface.landscape.escape import Case, ball_layer, escape
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.landscape.surface import Surface

if TYPE_CHECKING:
    from flint import arb, arb_mat

POWERS = {"linear": {1: 1}, "quadratic": {2: 1}, "quartic": {2: 1, 4: 1}}  # polynomial neurons
_CLOSED = (Case.THEOREM_1_CLOSED, Case.QUADRATIC_CLOSED)  # their proofs need a_j = 0 exactly

__all__ = ["Certified", "Found", "certify", "directions_down", "find"]


@dataclass(frozen=True)
class Found:
    """Where the search for zeros of the gradient ended: floats, which prove nothing."""

    theta: Tensor  # (B, P)
    loss: Tensor  # (B,)
    error: Tensor  # (B,)
    gradient_norm: Tensor  # (B,)
    negative: Tensor  # (B,), Hessian eigenvalues below -1e-9 of the largest


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


def find(surface: Surface, theta: Tensor, *, tolerance: float = 1e-13, steps: int = 300) -> Found:
    """Drive gradients to zero from many starts, whatever the kind of critical point.

    Newton's step on the gradient, shortened by Levenberg and Marquardt:
    `(H^2 + mu I) s = -H g`, each network with its own mu.

    Args:
        surface: what has the gradients.
        theta: (B, P), float64.
        tolerance: networks below this gradient norm leave the batch.
        steps: at most so many Hessians.

    Raises:
        InputError: theta is not (B, P) in float64.
    """
    if theta.ndim != 2 or theta.shape[1] != surface.P or theta.dtype != torch.float64:
        raise InputError(
            f"theta is {tuple(theta.shape)} {theta.dtype}; give (B, {surface.P}) in torch.float64"
        )
    out = theta.clone()
    alive = torch.arange(len(theta), device=theta.device)
    part = surface
    now = part.derivatives(theta)
    mu = 1e-3 * now.hessian.square().sum((1, 2))
    at, gradient, hessian = theta, now.gradient, now.hessian
    stuck = torch.zeros_like(mu)
    for step in range(steps + 1):
        norm = gradient.norm(dim=-1)
        done = (norm < tolerance) | (stuck > 12) | ~torch.isfinite(norm + hessian.sum((1, 2)))
        out[alive] = at
        keep = (~done).nonzero().flatten()
        if step == steps or not len(keep):
            break
        if len(keep) < len(alive):
            alive, at, gradient = alive[keep], at[keep], gradient[keep]
            hessian, mu, stuck = hessian[keep], mu[keep], stuck[keep]
            part = surface.rows(alive)
            norm = norm[keep]
        square = hessian @ hessian
        floor = 1e-30 * square.diagonal(dim1=1, dim2=2).sum(-1) + 1e-300
        square.diagonal(dim1=1, dim2=2).add_((mu + floor).unsqueeze(-1))
        pull = torch.matmul(hessian, gradient.unsqueeze(-1))
        factor, info = torch.linalg.cholesky_ex(square)
        s = -torch.cholesky_solve(pull, factor).squeeze(-1)
        s = torch.where((info == 0).unsqueeze(-1) & torch.isfinite(s), s, 0)
        trial = part.derivatives(at + s)
        lower = trial.gradient.norm(dim=-1)
        good = (lower < norm) & torch.isfinite(trial.loss)
        mu = torch.where(good & (lower < 0.9 * norm), mu / 10, torch.where(good, mu, mu * 5))
        stuck = torch.where(lower < 0.9999 * norm, 0, stuck + 1)
        pick = good.unsqueeze(-1)
        at = torch.where(pick, at + s, at)
        gradient = torch.where(pick, trial.gradient, gradient)
        hessian = torch.where(pick.unsqueeze(-1), trial.hessian, hessian)
    return _found(surface, out)


def _found(surface: Surface, theta: Tensor) -> Found:
    loss, gradient, outputs = surface.gradient(theta)
    hessian = surface.derivatives(theta).hessian
    finite = torch.isfinite(hessian.sum((1, 2)))
    values = torch.linalg.eigvalsh(torch.where(finite[:, None, None], hessian, 0))
    size = values.abs().amax(-1, keepdim=True)
    negative = (values < -1e-9 * size).sum(-1)
    return Found(theta, loss, surface.error(outputs), gradient.norm(dim=-1), negative)


@dataclass(frozen=True)
class _Frozen:
    """A function with some coordinates held at given balls."""

    function: BallFunction
    held: dict[int, arb]

    @property
    def free(self) -> list[int]:
        return [k for k in range(self.function.dimension) if k not in self.held]

    @property
    def dimension(self) -> int:
        return self.function.dimension - len(self.held)

    def full(self, theta: Sequence[arb]) -> list[arb]:
        """Put the held coordinates back in their places."""
        moving = iter(theta)
        return [
            self.held[k] if k in self.held else next(moving) for k in range(self.function.dimension)
        ]

    def gradient(self, theta: Sequence[arb]) -> Sequence[arb]:
        whole = self.function.gradient(self.full(theta))
        return [whole[k] for k in self.free]

    def hessian(self, theta: Sequence[arb]) -> arb_mat:
        from flint import arb_mat

        whole, free = self.function.hessian(self.full(theta)), self.free
        return arb_mat([[whole[i, j] for j in free] for i in free])


def certify(
    surface: SingleLayerSurface, theta: Tensor, layer: SingleLayer | None = None
) -> Certified:
    """Enclose the critical point near theta and classify it over the enclosure.

    Tried in this order: the loss is zero all around (`minimum`); the Hessian is regular over a box
    with one critical point in it (a strict kind); one neuron z^2, whose loss is constant along
    `(a, w) -> (a / s^2, s w)`: with a frozen, the rest is strict (`minimum`); a small network with
    polynomial neurons at an exact critical point, by its null space and higher terms; one direction
    that leads down from every point of a box, or a neuron that opens wherever in a box the other
    parameters are, its a_j being exactly 0 (`no-minimum`; whether theta is critical is left open).
    Everything else is `undecided`.

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
        orbit = _Frozen(layer, {1: ball(point[1])})
        rest = enclose(orbit, [v for k, v in enumerate(point) if k != 1])
        if rest.kind == "strict-minimum":
            why = point_check.scaling_orbit(rest)
            box = orbit.full(rest.box)
            return Certified("minimum", rest, *_error(layer, box, (*rest.findings, why)))
    return _singular(surface, theta, layer, found)


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
            ball(v) if k in held and v == 0 else ball(v) + arb(0, radius)
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
