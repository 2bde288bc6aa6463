"""The positive theorems, run: a descent curve out of a bad critical point, with a certified step.

Each theorem's proof hands us a curve. `escape` builds it in floats, walks it to an explicit step,
and has `lossurface.enclosed` prove two things: the start is no local minimum, and the loss is lower
at the end. Which case of which proof was used is said by `case`.

Two remarks of ours on the proofs. In Theorem 1 with all a_j != 0, where the linear system is solved
over the whole moved class, strict convexity lets no sample's loss rise for any step length, not
small ones only: the curve is a ray. For quadratic neurons, where sum a_j c_j^2 = 0 for every
c with sum a_j c_j w_j = 0, no eigenvector is needed: tilting c by a multiple of one coordinate
direction makes the second order negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lossurface.enclosed import escape_check as check
from lossurface.enclosed.single_layer import SingleLayer
from lossurface.errors import InputError
from lossurface.exact import Finding, undecided
from lossurface.landscape import curves
from lossurface.landscape.curves import ZERO, Case, Curve, Point
from lossurface.landscape.single_layer import SingleLayerSurface

if TYPE_CHECKING:
    from flint import arb


class Proof(StrEnum):
    """Whose curve to take."""

    THEOREM_1 = "theorem-1"
    THEOREM_2 = "theorem-2"
    QUADRATIC = "propositions-1-and-12"
    HESSIAN = "hessian"


@dataclass(frozen=True)
class Escape:
    """A step out of a critical point.

    `not_minimum` holds for the start itself, at arbitrarily small steps; `decrease` for this one.
    """

    case: Case
    theta_before: Tensor  # (P,)
    theta_after: Tensor  # (P,)
    step: float  # along the curve
    fall: float  # L(before) - L(after), a float; `decrease` proves its sign
    not_minimum: Finding
    decrease: Finding

    @property
    def proved(self) -> bool:
        """Whether both statements were proved."""
        return self.not_minimum.status == "holds" and self.decrease.status == "holds"


def ball_layer(surface: SingleLayerSurface) -> SingleLayer:
    """Return the same loss in ball arithmetic; the surface's floats are taken exactly.

    Raises:
        InputError: it is not a `SingleLayerSurface`, or it holds a batch of datasets; take one with
            `rows` first.
    """
    given: object = surface
    if not isinstance(given, SingleLayerSurface):
        raise InputError(
            f"surface is {type(given).__name__}: only a SingleLayerSurface has enclosures; "
            "`find` and `descend` take any surface, in floats"
        )
    if not surface.shared or (surface.offset is not None and surface.offset.ndim == 2):
        raise InputError("surface holds a batch of datasets; give one, X (n, d) and y (n,)")
    return SingleLayer(
        surface.neuron.ball_derivative,
        surface.loss.ball_derivative,
        surface.X.tolist(),
        [int(v) for v in surface.y.tolist()],
        surface.M,
        surface.l2,
        None if surface.offset is None else surface.offset.tolist(),
    )


def escape(
    surface: SingleLayerSurface,
    theta: Tensor,
    *,
    proof: Proof | str | None = None,
    axes: tuple[Sequence[int], Sequence[int]] | None = None,
    exact: Sequence[int | float | Fraction | arb] | None = None,
    layer: SingleLayer | None = None,
    certify: bool = True,
) -> Escape:
    """Leave a bad critical point along the curve of a proof, with a certified decrease.

    Args:
        surface: one dataset; f_D, if any, is its offset (held fixed: only f_S moves).
        theta: (P,), the critical point, rounded.
        proof: whose curve; by default the first whose hypotheses the neuron and data meet.
        axes: U_+ and U_-, the coordinates each class spans; by default those its samples use.
        exact: (P,), the critical point as numbers or balls; `theta` itself by default.
        layer: `ball_layer(surface)`, where many escapes share it.
        certify: False leaves the findings undecided and only takes the step.

    Raises:
        InputError: theta has the wrong shape, or the proof does not apply to the neuron or data.
    """
    if theta.shape != (surface.P,):
        raise InputError(f"theta has shape {tuple(theta.shape)}; give ({surface.P},)")
    used = axes or (_support(surface, 1), _support(surface, -1))
    if proof and proof not in tuple(Proof):
        raise InputError(f"proof {proof!r} is not known; use one of {', '.join(Proof)}")
    at = Point.of(surface, theta)
    chosen = Proof(proof) if proof else _choose(used, at)
    if not certify:
        curve = _curve(chosen, at, used)
        nothing = undecided("this step was not certified", "certify=False")
        return Escape(curve.case, theta, *_walk(surface, theta, curve), nothing, nothing)
    layer = layer or ball_layer(surface)
    before = list(exact) if exact is not None else theta.tolist()
    # A proof needs a_j = 0 exactly where it says so; a tiny a_j is no zero if that can be helped.
    attempts: list[Escape] = []
    refused: InputError | None = None
    for zero in _zeros(at):
        try:
            curve = _curve(chosen, replace(at, zero=zero), used)
        except InputError as error:
            refused = error
            continue
        after, step, fall = _walk(surface, theta, curve)
        not_minimum = _no_minimum(layer, before, curve)
        decrease = _decrease(surface, layer, before, after)
        attempts.append(Escape(curve.case, theta, after, step, fall, not_minimum, decrease))
        if attempts[-1].proved:
            return attempts[-1]
    if not attempts and refused is not None:
        raise refused
    return attempts[0]


def _zeros(at: Point) -> tuple[float, ...]:
    """Return the sizes below which a_j is to count as closed, in the order to try them."""
    size = at.a.abs()
    tiny = bool(((size > 0) & (size <= ZERO)).any())
    return (0.0, ZERO) if tiny else (ZERO,)


def _support(surface: SingleLayerSurface, label: int) -> tuple[int, ...]:
    """Return the coordinates that some sample of a class uses."""
    used = (surface.X[surface.y == label] != 0).any(0)
    return tuple(int(k) for k in used.nonzero().flatten())


def _choose(axes: tuple[Sequence[int], Sequence[int]], at: Point) -> Proof:
    neuron = at.surface.neuron
    if neuron.name == "quadratic" and at.indefinite:
        return Proof.QUADRATIC
    convex = "convex-analytic" in neuron.classes
    if convex and set(axes[0]) - set(axes[1]) and set(axes[1]) - set(axes[0]):
        return Proof.THEOREM_1
    if "increasing" in neuron.classes and at.separable:
        return Proof.THEOREM_2
    return Proof.HESSIAN


def _curve(proof: Proof, at: Point, axes: tuple[Sequence[int], Sequence[int]]) -> Curve:
    if proof is Proof.THEOREM_1:
        return curves.theorem_1(at, axes)
    if proof is Proof.THEOREM_2:
        return curves.theorem_2(at)
    if proof is Proof.QUADRATIC:
        return curves.quadratic(at)
    return curves.hessian(at)


def _walk(surface: SingleLayerSurface, theta: Tensor, curve: Curve) -> tuple[Tensor, float, float]:
    """Return the best point of a geometric grid of steps along the curve."""
    start = float(surface.value(theta.unsqueeze(0))[0])
    for low, high in ((-14, 8), (-60, -14)):  # the short ones for huge output weights
        steps = torch.logspace(low, high, 3 * (high - low) + 1, base=2.0, dtype=torch.float64)
        steps = steps.to(theta.device)
        if curve.both_ways:
            steps = torch.cat([-steps.flip(0), steps])
        points = curve.at(theta, steps)
        values = surface.value(points)
        values = torch.where(torch.isfinite(values), values, torch.inf)
        best = int(values.argmin())
        if float(values[best]) < start:
            break
    # Short numbers make the exact check fast; keep them unless they cost some of the fall.
    pair = torch.stack([points[best], points[best].float().double()])
    falls = surface.value(theta.unsqueeze(0)) - surface.value(pair)
    pick = int(bool(falls[1] > 0.99 * falls[0]))
    return pair[pick], float(steps[best]), float(falls[pick])


def _no_minimum(
    layer: SingleLayer, before: Sequence[int | float | Fraction | arb], curve: Curve
) -> Finding:
    if curve.opened is not None:
        j, u = curve.opened
        return check.opened_neuron(layer, before, j, u.tolist())
    if curve.case is Case.NOT_CRITICAL:
        return check.slope(layer, before, curve.direction.tolist())
    if curve.case is Case.KERNEL:
        return undecided(
            "the start is not a local minimum",
            "the Hessian shows nothing; only this step is certified",
        )
    return check.negative_curvature(layer, before, curve.direction.tolist())


def _decrease(
    surface: SingleLayerSurface,
    layer: SingleLayer,
    before: Sequence[int | float | Fraction | arb],
    after: Tensor,
) -> Finding:
    sigma, loss = surface.neuron.rational, surface.loss.rational
    numbers = [Fraction(v) for v in before if isinstance(v, int | float | Fraction)]
    if sigma is not None and loss is not None and len(numbers) == len(before):
        return check.exact_decrease(
            sigma, loss, layer, numbers, [Fraction(v) for v in after.tolist()]
        )
    return check.decrease(layer, before, after.tolist())
