"""The figures of Example 1."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims.example_1 import example_1
from lossurface.setting import Loss
from lossurface.show import plot, scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["by_boundary", "fit", "moving"]


def _picture(position: Fraction) -> tuple[NDArray[np.float64], ...]:
    """Return samples that stand for the population, their labels, a grid and the fit on it."""
    import numpy as np

    line = example_1(position)
    samples = np.append(np.linspace(0, 1, 17), float(position))
    labels = np.append(-np.ones(17), 1.0)
    grid = np.linspace(-0.1, 2.1, 221)
    return samples, labels, grid, float(line.a) * grid + float(line.b)


def fit() -> Drawing:
    """Draw the paper's distribution and the line that least squares fits to it."""
    samples, labels, grid, f = _picture(Fraction(5, 4))
    keep = grid <= 1.5
    return plot.line(samples, labels, grid[keep], f[keep], ylim=(-2.2, 1.6))


def moving(position: float) -> dict[str, go.Figure]:
    """Draw the fit with the positive class at `position`, and the error against it; both exact."""
    import numpy as np

    samples, labels, grid, f = _picture(Fraction(position).limit_denominator(10**6))
    places = [Fraction(k, 100) for k in range(100, 201, 5)]
    errors = [float(example_1(place).error) for place in places]
    here = float(example_1(Fraction(position).limit_denominator(10**6)).error)
    return {
        "The least-squares line": scene.line(
            samples, labels, grid, f, ranges=([-0.1, 2.1], [-2.2, 2.2])
        ),
        "Its error": scene.curves(
            np.array([float(place) for place in places]),
            {"error": errors},
            axes=("position of the positive class", "error"),
            ranges=([1, 2], [0, 0.14]),
            marks=[(float(position), here)],
        ),
    }


def by_boundary(losses: dict[str, Loss]) -> Drawing:
    """Draw, for each boundary m, the least population loss of a (x - m) over the slopes a > 0."""
    import numpy as np
    import torch

    nodes, weights = np.polynomial.legendre.leggauss(60)
    nodes, weights = (nodes + 1) / 2, weights / 2  # of [0, 1]
    boundaries = np.linspace(0.55, 1.2, 131)
    slopes = np.geomspace(0.1, 300, 240)[:, None]
    lines = {}
    for name, loss in losses.items():
        least = []
        for m in boundaries:
            plus = loss.torch(torch.from_numpy(-slopes * (1.25 - m)))[:, 0]
            minus = loss.torch(torch.from_numpy(slopes * (nodes - m))) @ torch.from_numpy(weights)
            least.append(float((plus + minus).min()) / 2)
        lines[name] = least
    return plot.curves(
        boundaries, lines, axes=("boundary $m$", "least loss"), xlim=(0.55, 1.2), ylim=(0, 1.05)
    )
