"""The figures of Example 2."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from lossurface.claims.example_2 import example_2
from lossurface.show import plot, scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["COUNTS", "fit", "shrinking"]

COUNTS = (4, 4, 5, 3)  # of (alpha, 0), (1, 0), (0, alpha), (0, 1)


def _surface(
    counts: Sequence[int], alpha: Fraction
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the four samples, a grid (k,) and f on it (k, k), read off the four fitted values."""
    import numpy as np

    values = [float(v) for v in example_2(counts, alpha).values if v is not None]
    square = float(alpha) ** 2
    first, third = (values[1] - values[0]) / (1 - square), (values[3] - values[2]) / (1 - square)
    constant = values[0] - first * square
    grid = np.linspace(-0.35, 1.25, 65)
    x1, x2 = np.meshgrid(grid, grid)
    points = np.array([[float(alpha), 0], [1, 0], [0, float(alpha)], [0, 1]])
    return points, grid, constant + first * x1**2 + third * x2**2


@cache
def _error(size: Fraction) -> float:
    """Return the exact error, as a float."""
    return float(example_2(COUNTS, size).error)


def fit(counts: Sequence[int], alpha: Fraction) -> Drawing:
    """Draw the four points over the regions that every global minimum decides."""
    points, grid, f = _surface(counts, alpha)
    return plot.plane(points, [1, 1, -1, -1], grid, grid, f)


def shrinking(alpha: float) -> dict[str, go.Figure]:
    """Draw the fit for counts `COUNTS` at alpha, and the exact error against alpha."""
    import numpy as np

    exact = Fraction(alpha).limit_denominator(10**6)
    points, grid, f = _surface(COUNTS, exact)
    places = [Fraction(k, 100) for k in range(2, 61)]
    errors = np.array([_error(place) for place in places])
    here = _error(exact)
    return {
        "What the fit decides": scene.plane(points, [1, 1, -1, -1], grid, grid, f),
        "Its error": scene.curves(
            np.array([float(place) for place in places]),
            {"error": errors},
            axes=("α", "error"),
            ranges=([0, 0.6], [0, 0.5]),
            marks=[(float(alpha), here)],
        ),
    }
