"""The figures of Proposition 10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lossurface.claims.proposition_8 import lift, thin
from lossurface.landscape.last_layer import LastLayer
from lossurface.setting import Network, logistic
from lossurface.show import scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase

    from lossurface.claims.proposition_10 import Sides
    from lossurface.show.style import Palette

__all__ = ["sides", "stretched"]


def sides(found: Mapping[str, Sides]) -> Drawing:
    """Draw gradient norms against their bounds, one point for each network, and the diagonal.

    Args:
        found: by architecture.
    """

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        low, high = float("inf"), 0.0
        for i, (name, both) in enumerate(found.items()):
            x, y = both.bound.numpy(), both.gradient_norm.numpy()
            marker = ("o", "s", "^", "D")[i % 4]
            colour = palette.cycle[i % len(palette.cycle)]
            ax.plot(x, y, marker, color=colour, markersize=3.5, alpha=0.55, label=name)
            low, high = min(low, float(x.min())), max(high, float(x.max()))
        ax.plot([low, high], [low, high], "--", color=palette.ink)
        ax.set(xscale="log", yscale="log", xlabel="bound", ylabel="gradient, last layer")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, markerscale=2)

    return draw


def stretched(t: float) -> dict[str, go.Figure]:
    """Draw a network without error, its last layer scaled by t, and its two losses."""
    import numpy as np
    import torch

    problem = thin()
    network = lift(problem).network
    layer = list(LastLayer.of(network.architecture).indices)
    X, y = problem.dataset.tensors()
    steps = np.linspace(0, 6, 91)
    theta = network.parameters().repeat(steps.size, 1)
    theta[:, layer] *= torch.from_numpy(steps)[:, None]
    margins = y * network.architecture.forward(theta, X)
    values = {
        "logistic": logistic().torch(-margins).mean(-1).numpy(),
        "hinge, p = 2": problem.loss.torch(-margins).mean(-1).numpy(),
    }
    here = [(float(t), float(np.interp(t, steps, value))) for value in values.values()]
    x = np.linspace(-2.4, 3.4, 117)
    now = [float(v) for v in network.theta]
    for index in layer:
        now[index] *= float(t)
    f = Network(network.architecture, tuple(now)).torch(torch.from_numpy(x[:, None])).numpy()
    return {
        "The network f": scene.line(
            X[:, 0].numpy(), y.numpy(), x, f, ranges=((-2.4, 3.4), (-10, 20))
        ),
        "Two losses": scene.curves(
            steps, values, axes=("scale of the last layer", "loss"), ranges=((0, 6), (0, 1.2)),
            marks=here,
        ),
    }  # fmt: skip
