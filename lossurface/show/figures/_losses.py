"""Losses of many small networks at once, for drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.setting import Dataset, Loss, Neuron, empirical_loss, single_layer_torch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["at_zero", "losses", "outputs"]


def at_zero(neuron: Neuron) -> float:
    """Return sigma(0), rounded once."""
    from flint import arb

    return float(neuron.ball(arb(0)))


def outputs(
    neuron: Neuron, a0: ArrayLike, a: ArrayLike, W: ArrayLike, x: ArrayLike
) -> NDArray[np.float64]:
    """Return f(x) = a_0 + sum_j a_j sigma(w_j^T x) of a batch of networks.

    Args:
        neuron: sigma.
        a0: (...), output biases.
        a: (..., M), output weights.
        W: (..., d, M), hidden weights.
        x: (n, d), where.

    Returns:
        (..., n).
    """
    import numpy as np
    import torch

    parts = [torch.from_numpy(np.array(part, dtype=float)) for part in (a0, a, W, x)]
    values: NDArray[np.float64] = single_layer_torch(neuron, *parts).numpy()
    return values


def losses(
    neuron: Neuron, loss: Loss, dataset: Dataset, a0: ArrayLike, a: ArrayLike, W: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return loss and training error, (...) each, of a batch of networks on a dataset.

    Args:
        neuron: sigma.
        loss: l.
        dataset: the samples.
        a0: (...), output biases.
        a: (..., M), output weights.
        W: (..., d, M), hidden weights.
    """
    import torch

    from lossurface.setting import training_error

    X, y = dataset.tensors()
    f = torch.from_numpy(outputs(neuron, a0, a, W, X.numpy()))
    return empirical_loss(loss, f, y).numpy(), training_error(f, y).numpy()
