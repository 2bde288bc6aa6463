"""Loss surfaces in floats: many networks at once, on any device, differentiated by torch.

`Surface` has every derivative of its losses, automatically. `NetworkSurface` is the loss of any
architecture with all its parameters free; a single layer has closed forms (`single_layer`), and any
other function of parameters, such as a user's module, is an `Objective`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.setting.problems import empirical_loss, training_error

if TYPE_CHECKING:
    from lossurface.setting import Architecture, Loss

Index = Tensor | slice | int
_CHUNK = 64  # Hessians at a time, where they are automatic


class Derivatives(NamedTuple):
    """Loss with its first and second derivatives at B networks of P parameters."""

    loss: Tensor  # (B,)
    gradient: Tensor  # (B, P)
    hessian: Tensor  # (B, P, P), symmetric
    outputs: Tensor  # (B, n)


class Surface(ABC):
    """A batch of functions of P parameters; a subclass gives `P`, `losses`, and `y` or `error`."""

    y: Tensor  # (n,) or (B, n), labels -1 or +1

    @cached_property
    @abstractmethod
    def P(self) -> int:
        """Parameters per network."""

    @abstractmethod
    def losses(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss (B,) and the outputs (B, n) at theta (B, P); n = 0 without samples."""

    def error(self, outputs: Tensor) -> Tensor:
        """Return the training error (B,) of outputs (B, n), with `sgn 0 = +1`."""
        return training_error(outputs, self.y)

    @cached_property
    def held(self) -> int:
        """Numbers held while one network's loss is computed, roughly."""
        return self.P

    def rows(self, index: Index) -> Self:
        """Return the surface of a part of the batch, or of one network."""
        return self

    def value(self, theta: Tensor) -> Tensor:
        """Return the loss (B,) at theta (B, P)."""
        return self.losses(theta)[0]

    def gradient(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the loss (B,), its gradient (B, P) and the outputs (B, n)."""
        at = theta.detach().requires_grad_()
        loss, gradient, outputs = self._traced(at, create_graph=False)
        return loss.detach(), gradient, outputs.detach()

    def _traced(self, at: Tensor, *, create_graph: bool) -> tuple[Tensor, Tensor, Tensor]:
        with torch.enable_grad():
            loss, outputs = self.losses(at)
            # Each network's loss depends on its own row only, so one sum serves all rows.
            gradient = _slope(loss.sum(), at, create_graph=create_graph)
        return loss, gradient, outputs

    def slopes(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradient (B, P) and the outputs (B, n), for those who need no loss."""
        _, gradient, outputs = self.gradient(theta)
        return gradient, outputs

    def derivatives(self, theta: Tensor) -> Derivatives:
        """Return loss, gradient, Hessian and outputs at theta (B, P)."""
        parts = [self.rows(k)._derivatives(theta[k]) for k in _parts(len(theta), _CHUNK)]
        return Derivatives(*map(torch.cat, zip(*parts, strict=True)))

    def _derivatives(self, theta: Tensor) -> Derivatives:
        at = theta.detach().requires_grad_()
        loss, gradient, outputs = self._traced(at, create_graph=True)
        B, P = theta.shape
        # Backwards twice, all P rows in one pass: half the time of jacfwd over grad here.
        unit = torch.eye(P, dtype=theta.dtype, device=theta.device)[:, None].expand(P, B, P)
        rows = _slope(gradient, at, grad_outputs=unit, is_grads_batched=True)
        hessian = rows.expand(P, B, P).transpose(0, 1)
        return Derivatives(loss.detach(), gradient.detach(), hessian, outputs.detach())

    def chunk(self, device: torch.device) -> int:
        """Return how many Hessians to compute at a time."""
        return _CHUNK

    def hessians(self, theta: Tensor) -> Tensor:
        """Return the Hessians (B, P, P)."""
        return torch.cat(list(self._hessians(theta)))

    def spectra(self, theta: Tensor) -> Tensor:
        """Return all Hessian eigenvalues (B, P), ascending: floats, no proof of any sign.

        They are NaN where the Hessian is not finite. Memory is bounded, whatever B.
        """
        return torch.cat([_eigenvalues(hessian) for hessian in self._hessians(theta)])

    def _hessians(self, theta: Tensor) -> Iterator[Tensor]:
        for k in _parts(len(theta), self.chunk(theta.device)):
            yield self.rows(k).derivatives(theta[k]).hessian


def _slope(value: Tensor, at: Tensor, **how: Any) -> Tensor:
    """Return the derivative of value, zero where it does not depend on `at`."""
    if not value.requires_grad:
        return torch.zeros_like(at)
    (slope,) = torch.autograd.grad(value, at, **how, materialize_grads=True)
    return slope


def _eigenvalues(hessian: Tensor) -> Tensor:
    finite = torch.ones_like(hessian[:, :1, 0], dtype=torch.bool)
    if not bool(torch.isfinite(hessian.sum())):
        finite = torch.isfinite(hessian).all(-1).all(-1)[:, None]
        hessian = torch.where(finite[..., None], hessian, 0)
    return torch.where(finite, torch.linalg.eigvalsh(hessian), torch.nan)


def _parts(B: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, B, size)]


@dataclass(frozen=True)
class NetworkSurface(Surface):
    """`L = (1/n) sum_i l(-y_i f(x_i))` as a function of every parameter of f.

    Where f_D has ReLU neurons the loss has kinks, and the derivatives are those of the piece that
    torch picks; threshold units have derivative zero and never move.

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
        check_shapes(self.X, self.y, self.architecture.d)

    @cached_property
    def P(self) -> int:
        """Parameters per network."""
        return self.architecture.size

    def rows(self, index: Index) -> NetworkSurface:
        """Return the surface of the networks at `index`."""
        return self if self.X.ndim == 2 else replace(self, X=self.X[index], y=self.y[index])

    def outputs(self, theta: Tensor) -> Tensor:
        """Return f(x_i), (B, n), at theta (B, P)."""
        return self.architecture.forward(theta, self.X)

    def losses(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return L, (B,), and f(x_i), (B, n)."""
        f = self.outputs(theta)
        return empirical_loss(self.loss, f, self.y), f


def check_shapes(X: Tensor, y: Tensor, d: int) -> None:
    """Refuse samples and labels whose shapes disagree."""
    if X.ndim not in (2, 3) or y.shape != X.shape[:-1] or X.shape[-1] != d:
        raise InputError(
            f"X has shape {tuple(X.shape)} and y {tuple(y.shape)}; give X (n, {d}) with y (n,), "
            f"or X (B, n, {d}) with y (B, n)"
        )
