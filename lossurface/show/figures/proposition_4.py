"""The figures of Proposition 4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossurface.setting import Dataset, get_neuron, polynomial_hinge
from lossurface.show import plot, scene
from lossurface.show.figures._losses import at_zero, losses
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["over_a", "unbalanced", "weighted"]

_POWER = 2


def weighted(k: int) -> Dataset:
    """Return 16 samples: k at e_1 and 8 - k at -e_1, positive, and 4 each at +-e_2, negative."""
    rows = [(1, 0)] * k + [(-1, 0)] * (8 - k) + [(0, 1)] * 4 + [(0, -1)] * 4
    return Dataset.of(rows, [1] * 8 + [-1] * 8)


def unbalanced(k: int) -> go.Figure:
    """Draw the loss of one tanh neuron over a and w_1, with w_2 = 1, on `weighted` samples."""
    import numpy as np

    a, w = np.linspace(-0.6, 0.6, 37), np.linspace(-2.5, 2.5, 37)
    along, across = np.meshgrid(a, w)
    W = np.stack([across, np.ones_like(across)], axis=-1)[..., None]
    value, _ = losses(
        get_neuron("tanh"),
        polynomial_hinge(_POWER),
        weighted(k),
        np.zeros_like(along),
        along[..., None],
        W,
    )
    return scene.surface(a, w, value, axes=("a", "w₁", "loss"), floor=0.3, ceiling=2.4)


def over_a(neurons: tuple[str, ...]) -> Drawing:
    """Draw the loss along a with w = (2, 1/2), balanced samples; a_0 = -a sigma(0)."""
    import numpy as np

    a = np.linspace(-0.5, 0.5, 101)
    W = np.broadcast_to(np.array([[2.0], [0.5]]), (a.size, 2, 1))
    data = weighted(4)
    lines = {}
    for name in neurons:
        neuron = get_neuron(name)
        value, _ = losses(
            neuron, polynomial_hinge(_POWER), data, -a * at_zero(neuron), a[:, None], W
        )
        lines[name] = value
    return plot.curves(a, lines, axes=("$a$", "loss"), ylim=(0.6, 1.8), marks=[(0.0, 1.0)])
