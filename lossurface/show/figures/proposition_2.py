"""The figures of Proposition 2."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lossurface.claims.proposition_2 import RAYS
from lossurface.setting import get_neuron, polynomial_hinge
from lossurface.show import plot, scene
from lossurface.show.figures._losses import losses, outputs
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["around_the_clock", "turning"]

_POWER = 2


def _turn(neuron: str, degrees: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return L and R of f = sigma(0) - sigma(w^T x) on `RAYS`, w of length 1 at these angles."""
    import numpy as np

    angle = np.deg2rad(degrees)
    W = np.stack([np.cos(angle), np.sin(angle)], axis=-1)[..., None]
    a = -np.ones((degrees.size, 1))
    return losses(get_neuron(neuron), polynomial_hinge(_POWER), RAYS, np.zeros(a.shape[0]), a, W)


def turning(degrees: float) -> dict[str, go.Figure]:
    """Draw one ReLU neuron with output weight -1 whose w points in a direction.

    Args:
        degrees: the direction of w, from the first axis.
    """
    import numpy as np

    X, y = (part.numpy() for part in RAYS.tensors())
    grid = np.linspace(-2.6, 2.6, 53)
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    w = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    f = outputs(get_neuron("relu"), 0.0, [-1.0], w[:, None], points).reshape(53, 53)
    turns = np.linspace(0, 360, 121)
    value, error = _turn("relu", turns)
    here = (float(degrees), float(_turn("relu", np.array([float(degrees)]))[0][0]))
    return {
        "The network; w is dashed": scene.plane(
            X, y, grid, grid, f, curves=[([0, 2 * w[0]], [0, 2 * w[1]])]
        ),
        "Its loss and its error": scene.curves(
            turns,
            {"loss L": value, "training error R": error},
            axes=("direction of w, degrees", ""),
            ranges=([0, 360], [0, 4.2]),
            marks=[here],
        ),
    }


def around_the_clock(neurons: tuple[str, ...]) -> Drawing:
    """Draw the loss against the direction of w, with the output weight -1, for several neurons."""
    import numpy as np

    turns = np.linspace(120, 330, 211)
    lines = {name: _turn(name, turns)[0] for name in neurons}
    return plot.curves(
        turns, lines, axes=("direction of $w$, degrees", "loss"), xlim=(120, 330), ylim=(0.2, 1.8)
    )
