"""The figures of Proposition 1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lossurface.setting import Dataset, get_neuron, polynomial_hinge
from lossurface.show import scene
from lossurface.show.figures._losses import losses

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["between", "turning"]


def between(degrees: float) -> Dataset:
    """Return positives +-e_1/2, +-e_1 and negatives +-u/2, +-3u/4, u at an angle to e_1."""
    angle = math.radians(degrees)
    u = (math.cos(angle), math.sin(angle) if degrees else 0.0)
    rows: list[tuple[float, float]] = [(s, 0.0) for s in (-1.0, -0.5, 0.5, 1.0)]
    rows += [(s * u[0], s * u[1]) for s in (-0.75, -0.5, 0.5, 0.75)]
    return Dataset.of(rows, [1] * 4 + [-1] * 4)


def turning(degrees: float) -> dict[str, go.Figure]:
    """Draw the samples, and the loss over w of one neuron -(w^T x)^2, f = 0 at w = 0."""
    import numpy as np

    data = between(degrees)
    w = np.linspace(-1.2, 1.2, 37)
    W = np.stack(np.meshgrid(w, w), axis=-1)[..., None]
    one = np.ones((w.size, w.size))
    value, _ = losses(
        get_neuron("quadratic"), polynomial_hinge(3), data, 0 * one, -one[..., None], W
    )
    X, y = (part.numpy() for part in data.tensors())
    grid = np.linspace(-1.2, 1.2, 9)
    return {
        "The samples": scene.plane(X, y, grid, grid, np.zeros((9, 9))),
        "The loss over w, a = −1": scene.surface(
            w, w, value, axes=("w₁", "w₂", "loss"), floor=0.3, ceiling=3.0
        ),
    }
