"""The figures of Proposition 6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.claims.proposition_6 import XOR
from lossurface.setting import (
    empirical_loss,
    feedforward_torch,
    get_neuron,
    polynomial_hinge,
    training_error,
)
from lossurface.show import scene

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["fading"]

_POWER = 2


def _xor(bias: NDArray[np.float64], X: Tensor) -> Tensor:
    """Return f_b(x) of the network that solves XOR at b = 0, for hidden biases b (k,): (k, n).

    Its hidden neurons see x_1 + x_2, -x_1 - x_2, x_1 - x_2 and x_2 - x_1, plus b.
    """
    import torch

    first = torch.tensor([[1.0, -1, 1, -1], [1, -1, -1, 1]], dtype=torch.float64)
    last = torch.tensor([[1.0], [1], [-1], [-1]], dtype=torch.float64)
    b = torch.from_numpy(bias)
    layers = [
        (first.expand(len(b), 2, 4), b[:, None].expand(len(b), 4)),
        (last.expand(len(b), 4, 1), b.new_zeros(len(b), 1)),
    ]
    return feedforward_torch(get_neuron("relu"), layers, X).squeeze(-1)


def fading(bias: float) -> dict[str, go.Figure]:
    """Draw a ReLU network on XOR as the bias of its hidden layer falls, and its loss and error."""
    import numpy as np
    import torch

    X, y = XOR.tensors()
    sweep = np.append(np.linspace(-3.5, 1, 91), bias)
    f = _xor(sweep, X)
    value = empirical_loss(polynomial_hinge(_POWER), f, y).numpy()
    error = training_error(f, y).numpy()
    grid = np.linspace(-1.7, 1.7, 53)
    points = torch.from_numpy(np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2))
    shown = _xor(np.array([float(bias)]), points).numpy().reshape(53, 53)
    return {
        "The network": scene.plane(X.numpy(), y.numpy(), grid, grid, shown),
        "Its loss and its error": scene.curves(
            sweep[:-1],
            {"loss L": value[:-1], "training error R": error[:-1]},
            axes=("bias b of the hidden layer", ""),
            ranges=([-3.5, 1], [0, 1.2]),
            marks=[(float(bias), float(value[-1]))],
        ),
    }
