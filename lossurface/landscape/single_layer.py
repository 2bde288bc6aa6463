"""Closed forms for the paper's single-layer family: loss, gradient, Hessian, dual weights.

    f(x) = a_0 + sum_j a_j sigma(w_j^T x) + offset(x)
    L = (1/n) sum_i l(-y_i f(x_i)) + (l2/2) |theta|^2

Everything is batched over networks and, where wanted, over datasets, on any device. A network
is one row of `theta`, the flat parameters in the order `a_0`, then `a` (M), then `W` (d x M,
row by row: entry (k, j) at 1 + M + k M + j). Whatever else the network computes (a deep part
f_D, held fixed) enters through `offset`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lossurface.errors import InputError
from lossurface.landscape.surface import Derivatives, Index, Surface, check_shapes
from lossurface.setting.problems import empirical_loss

if TYPE_CHECKING:
    from lossurface.setting import Loss, Neuron


def pack(a0: Tensor, a: Tensor, W: Tensor) -> Tensor:
    """Flatten `a0 (B,)`, `a (B, M)`, `W (B, d, M)` into `theta (B, 1 + M + d M)`."""
    return torch.cat([a0.unsqueeze(-1), a, W.flatten(-2)], dim=-1)


def unpack(theta: Tensor, d: int, M: int) -> tuple[Tensor, Tensor, Tensor]:
    """Split `theta (B, 1 + M + d M)` into views `a0 (B,)`, `a (B, M)`, `W (B, d, M)`."""
    W = theta[..., 1 + M :].view(*theta.shape[:-1], d, M)
    return theta[..., 0], theta[..., 1 : 1 + M], W


@dataclass(frozen=True)
class SingleLayerSurface(Surface):
    """One loss surface, or a batch of B of them.

    Attributes:
        neuron: sigma.
        loss: l.
        X: (n, d) shared by all networks, or (B, n, d), one dataset per network.
        y: (n,) or (B, n), entries -1 or +1.
        M: number of neurons.
        l2: adds `(l2 / 2) |theta|^2`; 0 in the paper.
        offset: what f_D adds to the output on each sample, (n,) or (B, n), or None.

    Raises:
        InputError: the shapes disagree, a label is neither -1 nor +1, or an entry is not finite.
    """

    neuron: Neuron
    loss: Loss
    X: Tensor
    y: Tensor
    M: int
    l2: float = 0.0
    offset: Tensor | None = None

    def __post_init__(self) -> None:
        X, y = self.X, self.y
        check_shapes(X, y, X.shape[-1])
        if self.M < 1 or X.shape[-2] < 1:
            raise InputError(f"M is {self.M} and n is {X.shape[-2]}; both must be at least 1")
        if not bool(((y == 1) | (y == -1)).all()):
            raise InputError("y has a label that is neither -1 nor +1; map the classes to -1, +1")
        if not bool(torch.isfinite(X).all()):
            raise InputError("X has an entry that is not finite; remove or repair that sample")

    @cached_property
    def n(self) -> int:
        """Samples per dataset."""
        return self.X.shape[-2]

    @cached_property
    def d(self) -> int:
        """Coordinates per sample."""
        return self.X.shape[-1]

    @cached_property
    def P(self) -> int:
        """Parameters per network, 1 + M + d M."""
        return 1 + self.M + self.d * self.M

    @cached_property
    def held(self) -> int:
        """Numbers held while one network's loss is computed, roughly."""
        return self.P + 2 * self.n * (self.M + 1)

    @property
    def shared(self) -> bool:
        """Whether every network sees the same dataset."""
        return self.X.ndim == 2

    def rows(self, index: Index) -> SingleLayerSurface:
        """Return the surface of the networks at `index`, or of one with its dataset alone."""
        offset = self.offset
        if offset is not None and offset.ndim == 2:
            offset = offset[index]
        if not self.shared:
            return replace(self, X=self.X[index], y=self.y[index], offset=offset)
        return replace(self, offset=offset) if offset is not self.offset else self

    def preactivations(self, theta: Tensor) -> Tensor:
        """Return `w_j^T x_i`, (B, n, M)."""
        W = unpack(theta, self.d, self.M)[2]
        if self.d > 8:
            return torch.matmul(self.X, W)
        # For few coordinates a sum of outer products beats thousands of tiny matrix products; not
        # for `Architecture.forward`, which users map: vmap has no rule for addcmul_.
        X = self.X if self.X.ndim == 3 else self.X.unsqueeze(0)
        z = X[:, :, 0, None] * W[:, None, 0, :]
        for k in range(1, self.d):
            z.addcmul_(X[:, :, k, None], W[:, None, k, :])
        return z

    def _output(self, theta: Tensor, activations: Tensor) -> Tensor:
        a0, a, _ = unpack(theta, self.d, self.M)
        f = torch.matmul(activations, a.unsqueeze(-1)).squeeze(-1) + a0.unsqueeze(-1)
        return f if self.offset is None else f + self.offset

    def outputs(self, theta: Tensor) -> Tensor:
        """Return `f(x_i)`, (B, n), for `theta` (B, P)."""
        return self._output(theta, self.neuron.torch(self.preactivations(theta)))

    def _loss(self, theta: Tensor, f: Tensor) -> Tensor:
        value = empirical_loss(self.loss, f, self.y)
        return value + 0.5 * self.l2 * theta.square().sum(-1) if self.l2 else value

    def losses(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return `L`, (B,), and `f(x_i)`, (B, n)."""
        f = self.outputs(theta)
        return self._loss(theta, f), f

    def gradient(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the loss (B,), its gradient (B, P) and the outputs (B, n)."""
        grad, f = self.slopes(theta)
        return self._loss(theta, f), grad, f

    def slopes(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradient (B, P) and the outputs (B, n), for those who need no loss."""
        z = self.preactivations(theta)
        s = self.neuron.torch(z)
        f = self._output(theta, s)
        g = self.loss.torch_d1(-self.y * f) * (-self.y / self.n)
        a = unpack(theta, self.d, self.M)[1]
        grad = torch.empty_like(theta)
        grad[:, 0] = g.sum(-1)
        grad[:, 1 : 1 + self.M] = torch.matmul(g.unsqueeze(1), s).squeeze(1)
        mixed = self._mixed(g, self.neuron.torch_d1(z))
        grad[:, 1 + self.M :] = (a.unsqueeze(1) * mixed).flatten(1)
        return grad.add_(theta, alpha=self.l2) if self.l2 else grad, f

    def _mixed(self, g: Tensor, s1: Tensor) -> Tensor:
        """Return `sum_i g_i sigma'(z_ij) x_ik`, (B, d, M)."""
        return torch.matmul(self.X.transpose(-1, -2), g.unsqueeze(-1) * s1)

    def derivatives(self, theta: Tensor) -> Derivatives:
        """Return loss, gradient and exact Hessian at `theta` (B, P)."""
        B, n, d, M = theta.shape[0], self.n, self.d, self.M
        a = unpack(theta, d, M)[1]
        z = self.preactivations(theta)
        s, s1, s2 = self.neuron.torch(z), self.neuron.torch_d1(z), self.neuron.torch_d2(z)
        f = self._output(theta, s)
        u = -self.y * f
        g = self.loss.torch_d1(u) * (-self.y / n)
        h = self.loss.torch_d2(u) / n

        jacobian = theta.new_empty(B, n, self.P)  # of the outputs
        jacobian[..., 0] = 1
        jacobian[..., 1 : 1 + M] = s
        X = self.X if self.X.ndim == 3 else self.X.unsqueeze(0)
        slope = (s1 * a.unsqueeze(1)).unsqueeze(2)
        torch.mul(X.unsqueeze(-1), slope, out=jacobian[..., 1 + M :].view(B, n, d, M))
        hessian = torch.matmul(jacobian.transpose(1, 2), h.unsqueeze(-1) * jacobian)

        # The network's own curvature only couples a_j with w_j, and w_j with itself: diagonals.
        mixed = self._mixed(g, s1)
        rows = hessian[:, 1 : 1 + M, 1 + M :].view(B, M, d, M)
        rows.diagonal(dim1=1, dim2=3).add_(mixed)
        columns = hessian[:, 1 + M :, 1 : 1 + M].view(B, d, M, M)
        columns.diagonal(dim1=2, dim2=3).add_(mixed)
        curved = g.unsqueeze(-1) * s2 * a.unsqueeze(1)  # (B, n, M)
        products = (self.X.unsqueeze(-1) * self.X.unsqueeze(-2)).flatten(-2)  # (..., n, d d)
        blocks = torch.matmul(products.transpose(-1, -2), curved).view(B, d, d, M)
        square = hessian[:, 1 + M :, 1 + M :].view(B, d, M, d, M)
        square.diagonal(dim1=2, dim2=4).add_(blocks)
        gradient = torch.matmul(g.unsqueeze(1), jacobian).squeeze(1)
        if self.l2:
            hessian.diagonal(dim1=1, dim2=2).add_(self.l2)
            gradient.add_(theta, alpha=self.l2)
        return Derivatives(self._loss(theta, f), gradient, hessian, f)

    def chunk(self, device: torch.device) -> int:
        """Networks whose Jacobian and Hessian fit the cache; on a GPU, a gigabyte."""
        per_network = 8 * self.P * (3 * self.n + self.P)
        return max(1, (2**30 if device.type == "cuda" else 2**22) // per_network)
