"""The figures of Theorem 1 and Proposition 9."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.setting import Dataset, Loss, get_loss, get_neuron
from lossurface.show import plot, scene
from lossurface.show.figures._losses import at_zero, losses
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["CROSS", "turning", "way_out"]

CROSS = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])
"""Positives on one axis, negatives on the other, each class symmetric."""


def _loss(name: str) -> Loss:
    return get_loss(name, 6 if name == "polynomial-hinge" else None)


def _over_w(
    a: float, name: str, *, pair: bool = True, span: float = 1.5, points: int = 41
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return w (k,) and the loss (k, k) over w = (w_1, w_2), f = 0 at w = 0, of softplus neurons.

    A pair of them has the hidden weights w and -w and equal output weights, so that the first
    order cancels on every sample; alone, one neuron has w.
    """
    import numpy as np

    sigma = get_neuron("softplus")
    w = np.linspace(-span, span, points)
    W = np.stack(np.meshgrid(w, w), axis=-1)[..., None]
    if pair:
        W = np.concatenate([W, -W], axis=-1)
    M = W.shape[-1]
    amplitude = np.full((points, points, M), float(a))
    bias = np.full((points, points), -M * float(a) * at_zero(sigma))
    value, _ = losses(sigma, _loss(name), CROSS, bias, amplitude, W)
    return w, value


def way_out(
    a: float, name: str, title: str, ceiling: float, *, pair: bool = True, span: float = 1.5
) -> Drawing:
    """Draw the loss over the hidden weight w from above, around the critical point w = 0."""
    w, value = _over_w(a, name, pair=pair, span=span, points=121)
    return plot.contours(w, w, value, axes=("$w_1$", "$w_2$"), ceiling=ceiling, title=title)


def turning(a: float, loss: str = "polynomial-hinge") -> go.Figure:
    """Draw the loss of a pair over w for an output weight a, the bias keeping f = 0 at w = 0."""
    w, value = _over_w(a, loss, points=37)
    low, high = (0.6, 1.6) if loss == "logistic" else (0.4, 2.4)
    return scene.surface(w, w, value, axes=("w₁", "w₂", "loss"), floor=low, ceiling=high)
