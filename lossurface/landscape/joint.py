"""Any architecture's loss with all its parameters free, one dataset per network or one for all.

Derivatives are automatic. Where f_D has ReLU neurons the loss has kinks, and the derivatives are
those of the piece that torch picks; threshold units have derivative zero and never move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lossurface import InputError
from lossurface.landscape.model import Derivatives

if TYPE_CHECKING:
    from lossurface.setting import Architecture, Loss

__all__ = ["JointSurface"]

_CHUNK = 64  # Hessians at a time


@dataclass(frozen=True)
class JointSurface:
    """`L = (1/n) sum_i l(-y_i f(x_i))` as a function of every parameter of f.

    Attributes:
        architecture: of f; its `forward` gives the order of the P parameters.
        loss: l.
        X: (n, d) shared by all networks, or (B, n, d), one dataset per network.
        y: (n,) or (B, n), entries -1 or +1.

    Raises:
        InputError: the shapes disagree.
    """

    architecture: Architecture
    loss: Loss
    X: Tensor
    y: Tensor

    def __post_init__(self) -> None:
        X, y, d = self.X, self.y, self.architecture.d
        if X.ndim not in (2, 3) or y.shape != X.shape[:-1] or X.shape[-1] != d:
            raise InputError(
                f"X has shape {tuple(X.shape)} and y {tuple(y.shape)}; give X (n, {d}) with y (n,),"
                f" or X (B, n, {d}) with y (B, n)"
            )

    @property
    def P(self) -> int:
        """Parameters per network."""
        return self.architecture.size

    def rows(self, index: Tensor) -> JointSurface:
        """Return the surface of the networks at `index`."""
        if self.X.ndim == 2:
            return self
        return replace(self, X=self.X[index], y=self.y[index])

    def outputs(self, theta: Tensor) -> Tensor:
        """Return f(x_i), (B, n), at theta (B, P)."""
        return self.architecture.forward(theta, self.X)

    def value(self, theta: Tensor) -> Tensor:
        """Return L, (B,)."""
        return self.loss.torch(-self.y * self.outputs(theta)).mean(-1)

    def error(self, outputs: Tensor) -> Tensor:
        """Return the training error (B,) of outputs (B, n), with `sgn 0 = +1`."""
        return ((outputs >= 0) != (self.y > 0)).to(outputs.dtype).mean(-1)

    def gradient(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the loss (B,), its gradient (B, P) and the outputs (B, n)."""
        with torch.enable_grad():
            at = theta.detach().requires_grad_()
            outputs = self.outputs(at)
            loss = self.loss.torch(-self.y * outputs).mean(-1)
            # Each network's loss depends on its own row only, so one sum serves all rows.
            (gradient,) = torch.autograd.grad(loss.sum(), at)
        return loss.detach(), gradient, outputs.detach()

    def derivatives(self, theta: Tensor) -> Derivatives:
        """Return loss, gradient, Hessian and outputs."""
        parts = [
            self._derivatives(theta[k : k + _CHUNK], self._from(k))
            for k in range(0, len(theta), _CHUNK)
        ]
        columns = zip(*parts, strict=True)
        return Derivatives(*(torch.cat(column) for column in columns))

    def _from(self, k: int) -> JointSurface:
        if self.X.ndim == 2:
            return self
        return replace(self, X=self.X[k : k + _CHUNK], y=self.y[k : k + _CHUNK])

    @staticmethod
    def _derivatives(theta: Tensor, part: JointSurface) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        B, P = theta.shape
        with torch.enable_grad():
            at = theta.detach().requires_grad_()
            outputs = part.outputs(at)
            loss = part.loss.torch(-part.y * outputs).mean(-1)
            (gradient,) = torch.autograd.grad(loss.sum(), at, create_graph=True)
            # Backwards twice, all P rows in one pass: half the time of jacfwd over grad here.
            unit = torch.eye(P, dtype=theta.dtype, device=theta.device)
            (rows,) = torch.autograd.grad(
                gradient, at, unit[:, None, :].expand(P, B, P), is_grads_batched=True
            )
        hessian = rows.transpose(0, 1).detach()
        return loss.detach(), gradient.detach(), hessian, outputs.detach()
