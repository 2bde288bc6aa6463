"""Curves out of a critical point: their cases, the point they start from, opening a neuron."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import torch
from torch import Tensor

from lossurface.landscape.single_layer import SingleLayerSurface, unpack

__all__ = ["ZERO", "Case", "Curve", "Point", "open_neuron", "support"]

ZERO = 1e-12  # |a_j| below it counts as a closed neuron when a curve is chosen; proves nothing


class Case(StrEnum):
    """Which case of which proof."""

    THEOREM_1_CLOSED = (
        "Theorem 1, some a_j = 0: move w_j within one class's own axes, then open a_j"
    )
    THEOREM_1_POSITIVE = (
        "Theorem 1, all a_j != 0, most positive: move their w_j along the positives' own axes, "
        "first order cancelling sample by sample"
    )
    THEOREM_1_NEGATIVE = (
        "Theorem 1, all a_j != 0, most negative: move their w_j along the negatives' own axes, "
        "first order cancelling sample by sample"
    )
    THEOREM_2_CLOSED = "Theorem 2, all a_j = 0: open a_j along sum lambda y sigma' x"
    NOT_CRITICAL = "Theorem 2, some a_j != 0: no critical point at all, follow the gradient"
    QUADRATIC_CANCELLING = (
        "Propositions 1 and 12: move w_j by t c_j u with sum a_j c_j w_j = 0; f changes by "
        "t^2 (sum a_j c_j^2)(u^T x)^2"
    )
    QUADRATIC_TILTED = (
        "Propositions 1 and 12, sum a_j c_j^2 = 0 for all such c: tilt c by one coordinate"
    )
    QUADRATIC_CLOSED = "Propositions 1 and 12, some a_j = 0: move w_j along u, then open a_j"
    HESSIAN = "lowest eigenvector of the Hessian"
    KERNEL = "third and fourth order along the Hessian's kernel"


@dataclass(frozen=True)
class Curve:
    """`t -> theta + t direction`, plus `bend` at order `t^bend_order`."""

    case: Case
    direction: Tensor  # (P,)
    both_ways: bool
    bend: Tensor | None = None  # (P,)
    bend_order: int = 2
    opened: tuple[int, Tensor] | None = None  # (j, u (d,)): the proof opens neuron j along u

    def at(self, theta: Tensor, steps: Tensor) -> Tensor:
        """Return the points (k, P) of steps (k,)."""
        points = theta + steps.unsqueeze(-1) * self.direction
        if self.bend is not None:
            points = points + (steps.abs() ** self.bend_order).unsqueeze(-1) * self.bend
        return points


@dataclass(frozen=True)
class Point:
    """A critical point with everything the curves need, in floats."""

    surface: SingleLayerSurface
    theta: Tensor  # (P,)
    a: Tensor  # (M,)
    W: Tensor  # (d, M)
    z: Tensor  # (n, M), pre-activations
    dual: Tensor  # (n,), lambda
    zero: float = ZERO  # |a_j| up to it counts as a closed neuron

    @property
    def closed(self) -> Tensor:
        """The closed neurons' indices, (k,)."""
        return (self.a.abs() <= self.zero).nonzero().flatten()

    @classmethod
    def of(cls, surface: SingleLayerSurface, theta: Tensor) -> Point:
        """Evaluate the surface at theta (P,)."""
        batch = theta.unsqueeze(0)
        _, a, W = unpack(theta, surface.d, surface.M)
        z = surface.preactivations(batch)[0]
        dual = surface.loss.torch_d1(-surface.y * surface.outputs(batch)[0])
        return cls(surface, theta, a, W, z, dual)

    @cached_property
    def form(self) -> Tensor:
        """S = sum lambda y x x^T, (d, d)."""
        X = self.surface.X
        return (X.T * (self.dual * self.surface.y)) @ X

    @property
    def indefinite(self) -> bool:
        """Whether S has eigenvalues of both signs."""
        values = torch.linalg.eigvalsh(self.form)
        size = 1e-9 * float(values.abs().max())
        return bool(values[0] < -size) and bool(values[-1] > size)

    @property
    def separable(self) -> bool:
        """Whether sum lambda y x separates the active samples, or any is known to."""
        s = self.surface.y * (self.surface.X @ (self.surface.X.T @ (self.dual * self.surface.y)))
        return bool((self.a.abs() <= ZERO).all()) or bool((s > 0).all())

    def embed(self, a: Tensor | None, W: Tensor | None) -> Tensor:
        """Return a direction (P,) with the given parts, zero elsewhere."""
        M = self.surface.M
        out = torch.zeros_like(self.theta)
        if a is not None:
            out[1 : 1 + M] = a
        if W is not None:
            out[1 + M :] = W.flatten()
        return out


def support(surface: SingleLayerSurface, label: int) -> tuple[int, ...]:
    """Return the coordinates that some sample of a class uses."""
    used = (surface.X[surface.y == label] != 0).any(0)
    return tuple(int(k) for k in used.nonzero().flatten())


def open_neuron(at: Point, case: Case, j: int, u: Tensor, scale: float = 1.0) -> Curve:
    """The curve w_j + t u, a_j = c t^2: c takes the sum's sign and balances its terms."""
    surface = at.surface
    weight = at.dual * surface.y
    zj, zu = at.z[:, j], surface.X @ u

    def opened(s: float) -> Tensor:
        return (weight * surface.neuron.torch(zj + s * zu)).sum()

    # Of +-u, keep the one where the sum is further from zero.
    far = 0.25 * scale
    sums = [(float(opened(sign * far)), sign) for sign in (1.0, -1.0)]
    value, sign = max(sums, key=lambda pair: abs(pair[0]))
    sigma = surface.neuron.torch(zj + sign * far * zu)
    z = -surface.y * surface.outputs(at.theta.unsqueeze(0))[0]
    bending = float((surface.loss.torch_d2(z) * sigma * sigma).sum())
    best = value / max(bending, 1e-300)  # the minimiser of the second-order model in a_j
    best = max(-1.0, min(1.0, best))
    onto = torch.zeros_like(at.W)
    onto[:, j] = sign * u
    lift = torch.zeros_like(at.a)
    lift[j] = best / far**2
    return Curve(case, at.embed(None, onto), False, at.embed(lift, None), 2, opened=(j, sign * u))
