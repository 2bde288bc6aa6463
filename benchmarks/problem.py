"""Problem T33, in each of the forms that a library asks for.

2 inputs and a constant one (d = 3), 8 softplus neurons, 33 parameters, 20 points, logistic loss,
float64. Where a task needs isolated minima, (1e-2 / 2) |theta|^2 is added.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from lossurface.landscape import SingleLayerSurface
from lossurface.setting import get_neuron, logistic

LN2 = math.log(2)
L2 = 1e-2
d, M, n = 3, 8, 20
P = 1 + M + d * M


def t33(
    networks: int = 1000, l2: float = L2, device: str = "cpu", seed: int = 0
) -> tuple[SingleLayerSurface, Tensor]:
    """Return the surface and random networks (networks, P)."""
    return sized(networks, n, d, M, l2, device, seed)


def sized(
    networks: int, n: int, d: int, M: int, l2: float = L2, device: str = "cpu", seed: int = 0
) -> tuple[SingleLayerSurface, Tensor]:
    """Return the same problem in another size."""
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, d, generator=generator, dtype=torch.float64)
    X[:, -1] = 1
    y = torch.randint(0, 2, (n,), generator=generator).double() * 2 - 1
    theta = torch.randn(networks, 1 + M + d * M, generator=generator, dtype=torch.float64)
    surface = SingleLayerSurface(
        get_neuron("softplus"), logistic(), X.to(device), y.to(device), M, l2=l2
    )
    return surface, theta.to(device)


def split(theta: Any) -> tuple[Any, Any, Any]:
    """Return a_0 (1,), a (M,) and W (d, M) of one network's parameters (P,)."""
    return theta[:1], theta[1 : 1 + M], theta[1 + M :].reshape(d, M)


def definition(surface: SingleLayerSurface) -> Callable[[Tensor], Tensor]:
    """Return the loss of one network (P,) as a user of torch would write it."""
    X, y = surface.X, surface.y

    def value(theta: Tensor) -> Tensor:
        a0, a, W = split(theta)
        f = a0 + softplus(X @ W) / LN2 @ a
        terms = softplus(-y * f) / LN2
        return terms.mean() + 0.5 * surface.l2 * theta.square().sum()

    return value


def numpy_loss(surface: SingleLayerSurface) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Return loss and gradient in plain numpy: the fastest that a scipy user has."""
    X, y = surface.X.cpu().numpy(), surface.y.cpu().numpy()

    def both(v: np.ndarray) -> tuple[float, np.ndarray]:
        a0, a, W = split(v)
        z = X @ W
        s = np.logaddexp(0, z) / LN2
        u = -y * (a0 + s @ a)
        g = -y / (1 + np.exp(-u)) / (LN2 * len(y))
        gradient = np.empty(P)
        gradient[0], gradient[1 : 1 + M] = g.sum(), g @ s
        gradient[1 + M :] = ((X.T @ (g[:, None] / (1 + np.exp(-z)) / LN2)) * a).ravel()
        loss = np.logaddexp(0, u).mean() / LN2 + 0.5 * surface.l2 * v @ v
        return loss, gradient + surface.l2 * v

    return both


class Network(nn.Module):
    """T33's network as a module, its parameters in the order of theta: a_0, a, W (d, M)."""

    def __init__(self, theta: Tensor) -> None:
        super().__init__()
        self.a0, self.a, self.W = (nn.Parameter(part.clone()) for part in split(theta))

    def forward(self, X: Tensor) -> Tensor:
        """(n, d) -> (n,)."""
        return self.a0 + (softplus(X @ self.W) / LN2) @ self.a


def sequential() -> nn.Sequential:
    """Return a network of T33's shape as users write it, P parameters, base e."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = nn.Linear(d, M, bias=False), nn.Softplus(), nn.Linear(M, 1), nn.Flatten(0)
        return nn.Sequential(*layers).double()


class Logistic(nn.Module):
    """The logistic loss of outputs and labels; averaged, as `reduction` tells curvlinops."""

    reduction = "mean"

    def forward(self, out: Tensor, y: Tensor) -> Tensor:
        """(n,), (n,) -> scalar."""
        return (softplus(-y * out) / LN2).mean()


class Bowl(nn.Module):
    """A quadratic bowl sum_k c_k theta_k^2 / 2, whose values on integers are exact in floats."""

    def __init__(self, theta: Tensor) -> None:
        super().__init__()
        self.theta = nn.Parameter(theta.clone())

    def forward(self, c: Tensor) -> Tensor:
        """(P,) -> (P,)."""
        return 0.5 * c * self.theta * self.theta
