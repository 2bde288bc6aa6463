"""The figures of Proposition 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.setting import (
    empirical_loss,
    get_neuron,
    identity_torch,
    polynomial_hinge,
    proposition_3_symmetric,
    training_error,
)
from lossurface.show import scene

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["across"]

_POWER = 2


def _on_the_way(share: NDArray[np.float64], X: Tensor) -> Tensor:
    """Return f of the networks at theta* + share (theta_good - theta*), (k, n).

    theta* has H dead and a = b = 0; theta_good computes 2 (|x_1| - |x_3|), with five ReLUs.
    """
    import torch

    t = torch.from_numpy(share)[:, None]
    first = torch.tensor(
        [[1.0, -1, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 1, -1, 0]], dtype=torch.float64
    )
    second = torch.zeros(5, 3, dtype=torch.float64)
    second[:, 1] = torch.tensor([1.0, 1, -1, -1, -1])
    layers = [
        (t[..., None] * first, (t - 1).expand(-1, 5)),
        (second.expand(len(t), 5, 3), t.new_zeros(len(t), 3)),
    ]
    a = 2 * t * torch.tensor([0.0, 1, 0], dtype=torch.float64)
    return identity_torch(get_neuron("relu"), a, t[:, 0] * 0, layers, X)


def across(share: float) -> dict[str, go.Figure]:
    """Draw a network on the straight way from theta* to a good one, and the loss along the way."""
    import numpy as np
    import torch

    X, y = proposition_3_symmetric().tensors()
    sweep = np.append(np.linspace(0, 1, 101), share)
    f = _on_the_way(sweep, X)
    value = empirical_loss(polynomial_hinge(_POWER), f, y).numpy()
    error = training_error(f, y).numpy()
    s = np.linspace(-1.3, 1.3, 105)
    zero, height = np.zeros_like(s), np.full_like(s, 1.5)
    cuts = [np.stack(c, axis=-1) for c in ((s, height, zero), (zero, height, s))]
    here = np.array([float(share)])
    plus, minus = (_on_the_way(here, torch.from_numpy(c))[0].numpy() for c in cuts)
    return {
        "The network at x₂ = 3/2": scene.curves(
            s,
            {"positives' plane": plus, "negatives' plane": minus},
            axes=("s", "f"),
            ranges=(None, [-3, 3.5]),
        ),
        "Loss and error on the way": scene.curves(
            sweep[:-1],
            {"loss L": value[:-1], "training error R": error[:-1]},
            axes=("share of the way", ""),
            ranges=([0, 1], None),
            marks=[(float(share), float(value[-1]))],
        ),
    }
