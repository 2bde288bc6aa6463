"""Small computations that drawings share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from lossurface import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["circle_on_surface", "clopper_pearson", "grid_of", "height_at", "levels", "shade"]


def grid_of(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> tuple[Any, Any, Any]:
    """Return a surface's axes and heights as float arrays.

    Args:
        x: (k,) increasing.
        y: (m,) increasing.
        z: (m, k), z[i, j] the height at (x[j], y[i]).

    Raises:
        InputError: the shapes do not fit.
    """
    import numpy as np

    xs, ys, zs = (np.asarray(item, dtype=float) for item in (x, y, z))
    if xs.ndim != 1 or ys.ndim != 1 or zs.shape != (ys.size, xs.size):
        raise InputError(
            f"z has shape {zs.shape}, not (len(y), len(x)) = ({ys.size}, {xs.size}); transpose it"
        )
    return xs, ys, zs


def height_at(x: Any, y: Any, z: Any, px: Any, py: Any) -> NDArray[Any]:
    """Interpolate a surface bilinearly; nan outside its grid. Shapes as in `grid_of`."""
    import numpy as np

    px, py = np.asarray(px, dtype=float), np.asarray(py, dtype=float)
    j = np.clip(np.searchsorted(x, px, side="right") - 1, 0, x.size - 2)
    i = np.clip(np.searchsorted(y, py, side="right") - 1, 0, y.size - 2)
    s = (px - x[j]) / (x[j + 1] - x[j])
    t = (py - y[i]) / (y[i + 1] - y[i])
    below = (1 - s) * z[i, j] + s * z[i, j + 1]
    above = (1 - s) * z[i + 1, j] + s * z[i + 1, j + 1]
    inside = (px >= x[0]) & (px <= x[-1]) & (py >= y[0]) & (py <= y[-1])
    result: NDArray[Any] = np.where(inside, (1 - t) * below + t * above, np.nan)
    return result


def circle_on_surface(
    x: Any, y: Any, z: Any, centre: tuple[float, float], radius: float | None
) -> tuple[Any, Any, Any]:
    """Return the circle of `radius` about `centre`, lifted onto the surface.

    Empty when there is no radius or it is infinite; nan where it leaves the grid.
    """
    import numpy as np

    if radius is None or not math.isfinite(radius):
        empty = np.zeros(0)
        return empty, empty, empty
    angle = np.linspace(0, 2 * np.pi, 121)
    px, py = centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)
    return px, py, height_at(x, y, z, px, py)


def levels(z: Any, count: int = 14, ceiling: float | None = None) -> NDArray[Any]:
    """Return contour levels that crowd near the minimum.

    They are spaced as squares, so that a quadratic bowl gets evenly spaced rings.
    """
    import numpy as np

    low = float(np.nanmin(z))
    high = float(np.nanmax(z)) if ceiling is None else ceiling
    if high <= low:
        high = low + 1.0  # a flat surface: any increasing levels will do
    result: NDArray[Any] = low + (high - low) * np.linspace(0, 1, count) ** 2
    return result


def shade(z: Any, ceiling: float | None = None) -> tuple[NDArray[Any], list[float], list[str]]:
    """Return heights on the square-root scale of `levels`, with ticks that read as heights.

    Returns:
        The scaled heights in [0, 1], tick positions on that scale and their texts.
    """
    import numpy as np

    low = float(np.nanmin(z))
    high = float(np.nanmax(z)) if ceiling is None else ceiling
    span = high - low if high > low else 1.0
    scaled: NDArray[Any] = np.sqrt(np.clip((z - low) / span, 0, 1))
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    return scaled, ticks, [f"{low + span * t * t:.3g}" for t in ticks]


def clopper_pearson(successes: Any, trials: Any, confidence: float) -> tuple[Any, Any]:
    """Return the exact two-sided binomial intervals.

    Args:
        successes: (k,).
        trials: (k,), each at least the successes and at least 1.
        confidence: in (0, 1).

    Returns:
        Lower and upper ends, (k,) each.

    Raises:
        InputError: the counts are impossible.
    """
    import numpy as np
    from scipy.stats import beta

    if np.any(trials < 1) or np.any(successes < 0) or np.any(successes > trials):
        raise InputError("counts must be 0 <= successes <= trials, with at least one trial")
    tail = (1 - confidence) / 2
    # At 0 and at `trials` the beta distribution degenerates: those ends are 0 and 1.
    low = np.where(
        successes > 0, beta.ppf(tail, np.maximum(successes, 1), trials - successes + 1), 0
    )
    lost = np.maximum(trials - successes, 1)
    high = np.where(successes < trials, beta.ppf(1 - tail, successes + 1, lost), 1)
    return low, high
