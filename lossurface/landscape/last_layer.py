"""What the last layer alone decides: a gradient that cannot vanish.

Every network of the paper is homogeneous in its last layer phi (weights and bias together):
`phi^T df/dphi = f`. Proposition 10 follows: `phi^T dL/dphi = -(1/n) sum lambda_i y_i f_i`. Where
R = 0 each term is `lambda_i |f_i|`, so `|dL/dphi| >= (1/n) sum lambda_i |f_i| / |phi| > 0` if all
lambda_i > 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor

from lossurface import InputError
from lossurface.enclosed.point_check import no_critical_point
from lossurface.exact import Finding
from lossurface.landscape.surface import NetworkSurface

if TYPE_CHECKING:
    from lossurface.setting import Architecture, Dataset, Loss, Network

__all__ = ["Bound", "LastLayer", "gradient_bound", "prove_bound"]


@dataclass(frozen=True)
class LastLayer:
    """Where the last layer's parameters are in theta; the network is homogeneous in them."""

    indices: tuple[int, ...]  # weights and biases
    bias: int  # one that adds to f

    @classmethod
    def of(cls, architecture: Architecture) -> LastLayer:
        """Find it: a_0 and a for f_S, the last W and b for f_D, both for the shortcut."""
        names = [name for name, shape in architecture.shapes for _ in range(math.prod(shape))]
        depth = len(architecture.deep_widths or ()) + 1
        last = {"a0", "a", f"W{depth}", f"b{depth}"}
        if architecture.kind == "identity-shortcut":
            last = {"a", "b"}
        found = tuple(k for k, name in enumerate(names) if name in last)
        return cls(found, next(k for k in found if names[k] in ("a0", "b", f"b{depth}")))


@dataclass(frozen=True)
class Bound:
    """Proposition 10's quantities at B networks."""

    gradient_norm: Tensor  # (B,), |dL/dphi|
    bound: Tensor  # (B,), (1/n) |sum lambda_i y_i f_i| / |phi|
    error: Tensor  # (B,), training error; 0 makes the bound positive


def gradient_bound(
    architecture: Architecture, loss: Loss, theta: Tensor, X: Tensor, y: Tensor
) -> Bound:
    """Compute both sides of Proposition 10's inequality.

    Args:
        architecture: of any kind and depth.
        loss: differentiable; logistic in the proposition.
        theta: (B, P).
        X: (n, d).
        y: (n,), both labels present.
    """
    phi = list(LastLayer.of(architecture).indices)
    surface = NetworkSurface(architecture, loss, X, y)
    _, gradient, f = surface.gradient(theta)
    pull = (loss.torch_d1(-y * f) * y * f).mean(-1).abs()
    norm = theta[:, phi].norm(dim=-1)
    return Bound(gradient[:, phi].norm(dim=-1), pull / norm.clamp(min=1e-300), surface.error(f))


def prove_bound(network: Network, dataset: Dataset, loss: Loss) -> Finding:
    """Prove that a network with R = 0 is no critical point, by Proposition 10's identity.

    Encloses `phi^T dL/dphi = -(1/n) sum lambda_i y_i f(x_i)` in ball arithmetic.

    Raises:
        InputError: some sample is misclassified.
    """
    from flint import ctx

    with ctx.workprec(128):
        outputs = [network.ball(x) for x in dataset.x]
        if not all(bool(y * f > 0) for y, f in zip(dataset.y, outputs, strict=True)):
            raise InputError("a sample's margin is not surely positive; give a network with R = 0")
        return no_critical_point(loss.ball_derivative, dataset.y, outputs)
