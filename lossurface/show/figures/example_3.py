"""The figures of Example 3."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from lossurface.claims.example_3 import example_3
from lossurface.show import plot, scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

__all__ = ["fit", "pulling"]

_COUNTS = (1, 1, 2)  # of delta, 10, -delta: the population


def _line(delta: Fraction) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a grid and the least-squares line on it, read off its values at two points."""
    import numpy as np

    near, far, _ = (float(v) for v in example_3(_COUNTS, delta).values if v is not None)
    grid = np.linspace(-4, 11, 301)
    return grid, near + (far - near) * (grid - float(delta)) / (10 - float(delta))


@cache
def _error(size: Fraction) -> float:
    """Return the exact error, as a float."""
    return float(example_3(_COUNTS, size).error)


def fit(delta: Fraction) -> Drawing:
    """Draw the three points and the population's least-squares line."""
    grid, f = _line(delta)
    points = [float(delta), 10.0, -float(delta)]
    return plot.line(points, [1, 1, -1], grid, f, ylim=(-1.4, 1.9))


def pulling(delta: float) -> dict[str, go.Figure]:
    """Draw the line at delta, and the exact population error against delta."""
    import numpy as np

    exact = Fraction(delta).limit_denominator(10**6)
    grid, f = _line(exact)
    places = [Fraction(k, 20) for k in range(2, 81)]
    errors = np.array([_error(place) for place in places])
    here = _error(exact)
    points = [float(delta), 10.0, -float(delta)]
    return {
        "The least-squares line": scene.line(
            points, [1, 1, -1], grid, f, ranges=([-4.2, 11], [-1.6, 2])
        ),
        "Its error": scene.curves(
            np.array([float(place) for place in places]),
            {"error": errors},
            axes=("δ", "error"),
            ranges=([0, 4], [0, 0.5]),
            marks=[(float(delta), here)],
        ),
    }
