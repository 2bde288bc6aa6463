"""What the last layer alone decides: zero loss from zero error, and a gradient that cannot vanish.

Every network of the paper is homogeneous in its last layer phi (weights and bias together):
`phi^T df/dphi = f`. Two propositions follow.

- Proposition 8. From R = 0, lift the bias by half of the least negative margin and stretch the last
  layer by z_0 over the least margin: the loss is then exactly 0.
- Proposition 10. `phi^T dL/dphi = -(1/n) sum lambda_i y_i f_i`. Where R = 0 each term is
  `lambda_i |f_i|`, so `|dL/dphi| >= (1/n) sum lambda_i |f_i| / |phi| > 0` if all lambda_i > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.exact import Finding
from lossurface.exact import last_layer_check as check

if TYPE_CHECKING:
    from lossurface.setting import Architecture, Dataset, Loss, Network

__all__ = [
    "Bound",
    "LastLayer",
    "gradient_bound",
    "prove_bound",
    "stretched_losses",
    "to_zero_loss",
]


@dataclass(frozen=True)
class LastLayer:
    """Where the last layer's parameters are in theta; the network is homogeneous in them."""

    indices: tuple[int, ...]  # weights and biases
    bias: int  # one that adds to f

    @classmethod
    def of(cls, architecture: Architecture) -> LastLayer:
        """Find it: a_0 and a for f_S, the last W and b for f_D, both for the shortcut."""
        found: list[int] = []
        at, bias = 0, -1
        names = [name for name, _ in architecture.shapes]
        if architecture.kind == "identity-shortcut":
            last = {"a", "b"}
        else:
            last = {"a0", "a"} | set(names[-2:] if architecture.deep_widths is not None else [])
        for name, shape in architecture.shapes:
            size = 1
            for k in shape:
                size *= k
            if name in last:
                found += range(at, at + size)
                if bias < 0 and (name in ("a0", "b") or name.startswith("b")):
                    bias = at
            at += size
        return cls(tuple(found), bias)


@dataclass(frozen=True)
class Bound:
    """Proposition 10's quantities at B networks."""

    gradient_norm: Tensor  # (B,), |dL/dphi|
    bound: Tensor  # (B,), (1/n) |sum lambda_i y_i f_i| / |phi|
    error: Tensor  # (B,), training error; 0 makes the bound positive

    @property
    def respected(self) -> Tensor:
        """Whether `gradient_norm >= bound`, up to rounding, (B,)."""
        return self.gradient_norm >= self.bound * (1 - 1e-12) - 1e-300


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
    point = theta.detach().clone().requires_grad_()
    f = architecture.forward(point, X)
    (gradient,) = torch.autograd.grad(loss.torch(-y * f).mean(-1).sum(), point)
    f = f.detach()
    pull = (loss.torch_d1(-y * f) * y * f).mean(-1).abs()
    error = ((f >= 0) != (y > 0)).to(f.dtype).mean(-1)
    norm = theta[:, phi].norm(dim=-1)
    return Bound(gradient[:, phi].norm(dim=-1), pull / norm.clamp(min=1e-300), error)


def stretched_losses(
    architecture: Architecture, loss: Loss, theta: Tensor, X: Tensor, y: Tensor, scales: Tensor
) -> Tensor:
    """Return the loss (k, B) with the last layer multiplied by each of k scales.

    From R = 0 with no output 0, a loss with infimum 0 at infinity goes to it: there is no minimum.
    """
    phi = list(LastLayer.of(architecture).indices)
    stretched = theta.expand(len(scales), *theta.shape).clone()
    stretched[..., phi] *= scales[:, None, None]
    return loss.torch(-y * architecture.forward(stretched, X)).mean(-1)


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
        return check.no_critical_point(loss.ball_derivative, dataset.y, outputs)


def to_zero_loss(network: Network, dataset: Dataset, loss: Loss) -> tuple[Network, Finding]:
    """Turn a network with R = 0 into one with L = 0, by its last layer alone.

    Args:
        network: rational, of any architecture.
        dataset: both classes, or one.
        loss: a polynomial hinge (z_0 = 1).

    Returns:
        The network, and the exact finding that its loss is 0.

    Raises:
        InputError: a sample is misclassified, or a value is not rational.

    Source: Proposition 8.
    """
    from lossurface.setting import Network as Made

    if loss.p is None:
        raise InputError(f"loss {loss.name} is never 0 with a margin; give a polynomial hinge")
    layer = LastLayer.of(network.architecture)
    theta = [Fraction(v) for v in _plain(network.theta)]
    outputs = [network.rational(x) for x in dataset.x]
    if any((f >= 0) != (y > 0) for y, f in zip(dataset.y, outputs, strict=True)):
        raise InputError("a sample is misclassified; start from a network with R = 0")
    gaps = [-f for y, f in zip(dataset.y, outputs, strict=True) if y < 0]
    lift = min(gaps) / 2 if gaps else Fraction(1)
    least = min(y * (f + lift) for y, f in zip(dataset.y, outputs, strict=True))
    theta[layer.bias] += lift
    for k in layer.indices:
        theta[k] /= least  # z_0 = 1
    made = Made(network.architecture, tuple(theta))
    assert loss.rational is not None
    return made, check.zero_loss(loss.rational, dataset.y, [made.rational(x) for x in dataset.x])


def _plain(theta: Sequence[object]) -> list[int | float | Fraction]:
    plain = [v for v in theta if isinstance(v, int | float | Fraction)]
    if len(plain) < len(theta):
        raise InputError("a parameter is known only in a ball; give rational parameters")
    return plain
