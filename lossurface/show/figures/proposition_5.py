"""The figures of Proposition 5."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.setting import Dataset, get_neuron, polynomial_hinge
from lossurface.show import plot, scene
from lossurface.show.figures._losses import at_zero, losses
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["along_w", "stretched", "while_stretching"]

_POWER = 2


def stretched(spread: float | str | Fraction) -> Dataset:
    """Return six separable points in the plane, the negative class `spread` wide along x_2.

    Positives (2, +-2), (3, 0); negatives (-1/2, +-spread/2), (-1, 0). With unit weights
    S = diag(31/2, 8 - spread^2/2): positive definite below spread 4, indefinite above.
    """
    half = Fraction(spread) / 2
    rows = [(2, 2), (2, -2), (3, 0), (Fraction(-1, 2), half), (Fraction(-1, 2), -half), (-1, 0)]
    return Dataset.of(rows, [1, 1, 1, -1, -1, -1])


def while_stretching(spread: float) -> dict[str, go.Figure]:
    """Draw the data of `stretched`, and the loss over w with a = -1, a_0 = 0 held fixed."""
    import numpy as np

    data = stretched(spread)
    w1, w2 = np.linspace(-0.3, 0.3, 37), np.linspace(-0.45, 0.45, 37)
    along, across = np.meshgrid(w1, w2)
    W = np.stack([along, across], axis=-1)[..., None]
    value, _ = losses(
        get_neuron("quadratic"),
        polynomial_hinge(_POWER),
        data,
        np.zeros_like(along),
        -np.ones((*along.shape, 1)),
        W,
    )
    X, y = (part.numpy() for part in data.tensors())
    gx, gy = np.linspace(-2.5, 4, 9), np.linspace(-4, 4, 9)
    # f = 0 counts as +1: the constant network calls every point positive.
    flat = np.zeros((gy.size, gx.size))
    return {
        "The samples": scene.plane(X, y, gx, gy, flat),
        "The loss over w, near w = 0": scene.surface(
            w1, w2, value, axes=("w₁", "w₂", "loss"), floor=0.6, ceiling=1.8
        ),
    }


def along_w(neurons: tuple[str, ...], dataset: Dataset, p: int) -> Drawing:
    """Draw the loss along w in one dimension, with a = -1 and f = 0 at w = 0, by neuron."""
    import numpy as np

    w = np.linspace(-0.6, 0.6, 121)
    lines = {}
    for name in neurons:
        neuron = get_neuron(name)
        a = -np.ones((w.size, 1))
        value, _ = losses(
            neuron,
            polynomial_hinge(p),
            dataset,
            np.full(w.size, at_zero(neuron)),
            a,
            w[:, None, None],
        )
        lines[name] = value
    return plot.curves(w, lines, axes=("$w$", "loss"), ylim=(0.4, 2.6), marks=[(0.0, 1.0)])
