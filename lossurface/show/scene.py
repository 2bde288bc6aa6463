"""Drawings for interactive figures: each returns a plotly figure, coloured by theme variables.

Every drawing has the same traces whatever its data (empty ones where there is nothing to draw), so
that any of them can be a frame of `lossurface.show.explore`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.show.style import (
    AMBER,
    INK,
    MUTED,
    NEGATIVE,
    NEGATIVE_SOFT,
    PAPER,
    POSITIVE,
    POSITIVE_SOFT,
    SCALE,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import ArrayLike, NDArray

__all__ = ["CLASSES", "curves", "line", "plane", "scatter", "surface"]

Ranges = tuple[Sequence[float] | None, Sequence[float] | None]

CLASSES = ((1, "+1", POSITIVE, "circle"), (-1, "−1", NEGATIVE, "square"))
"""Of each class: its label, how it is written, its colour and its mark."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def grid_of(x: ArrayLike, y: ArrayLike, z: ArrayLike) -> tuple[Any, Any, Any]:
    """Return a surface's axes x (k,) and y (m,), increasing, and its heights z (m, k) as arrays.

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


def points_of(samples: ArrayLike, labels: ArrayLike, d: int) -> tuple[Any, Any]:
    """Return samples in d dimensions as d coordinates of shape (n,), and labels as (n,).

    Raises:
        InputError: the samples have another shape.
    """
    import numpy as np

    points, classes = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    if points.ndim == 1:
        points = points[:, None]
    if points.shape != (classes.size, d):
        raise InputError(f"samples has shape {points.shape}, not ({classes.size}, {d}); project it")
    return points.T, classes


def height_at(x: Any, y: Any, z: Any, px: Any, py: Any) -> NDArray[Any]:
    """Interpolate a surface bilinearly; nan outside its grid. Shapes as in `grid_of`."""
    import numpy as np
    from scipy.interpolate import RegularGridInterpolator

    surface = RegularGridInterpolator((y, x), z, bounds_error=False)
    result: NDArray[Any] = surface(np.stack([py, px], axis=-1))
    return result


def surface(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    floor: float,
    ceiling: float,
    point: tuple[float, float] = (0.0, 0.0),
    axes: tuple[str, str, str] = ("u", "v", "loss"),
    eye: tuple[float, float, float] = (1.2, -1.2, 1.15),
) -> go.Figure:
    """Draw a loss surface over a plane of parameters, to be turned by hand.

    Args:
        x: (k,) the first coordinate in the plane, increasing.
        y: (m,) the second.
        z: (m, k) the loss.
        floor: the lowest height shown.
        ceiling: the greatest; the surface is cut off there.
        point: theta* in the plane.
        axes: the names of the three axes.
        eye: where the camera stands.

    Raises:
        InputError: the shapes do not fit.
    """
    import numpy as np
    import plotly.graph_objects as go
    from matplotlib.ticker import MaxNLocator

    xs, ys, zs = grid_of(x, y, z)
    span = ceiling - floor
    # The scene cuts off what leaves the axis. Clipped well beyond it, the slopes stay at the cut.
    shown = np.minimum(zs, ceiling + 3 * span)
    lift = 0.008 * span  # the point floats just above the surface, which would hide it
    px, py = [point[0]], [point[1]]
    hill = go.Surface(
        x=xs,
        y=ys,
        z=shown,
        colorscale=SCALE,
        cmin=floor,
        cmax=ceiling,
        showscale=False,
        opacity=0.97,
        lighting={"ambient": 0.75, "diffuse": 0.6, "specular": 0.08, "roughness": 0.9},
        contours={"z": _rings(floor, ceiling)},
        hovertemplate=f"{axes[2]} %{{z:.4g}}<extra></extra>",
    )
    star = go.Scatter3d(
        x=px,
        y=py,
        z=height_at(xs, ys, shown, px, py) + lift,
        mode="markers",
        marker={"color": AMBER, "size": 6, "line": {"color": INK, "width": 1}},
        name="θ*",
        hovertemplate=f"θ*: {axes[2]} %{{z:.4g}}<extra></extra>",
        showlegend=False,
    )
    heights = np.asarray(MaxNLocator(5).tick_values(floor, ceiling))
    # Not where the numbers of two axes meet.
    heights = heights[(heights > floor + 0.12 * span) & (heights <= ceiling)]
    scene = {
        "xaxis": {"title": {"text": axes[0]}},
        "yaxis": {"title": {"text": axes[1]}},
        "zaxis": {
            "title": {"text": axes[2]},
            "range": [floor, ceiling + 2 * lift],
            "tickvals": [float(f"{height:.6g}") for height in heights],
        },
        "aspectmode": "manual",
        "aspectratio": {"x": 1, "y": 1, "z": 0.62},
        "camera": {"eye": dict(zip("xyz", eye, strict=True)), "center": {"z": -0.15}},
    }
    return _figure([hill, star], {"margin": dict.fromkeys("lrtb", 0), "scene": scene})


def _rings(low: float, high: float) -> dict[str, Any]:
    size = (high - low) / 12
    return {
        "show": True,
        "start": low + size,
        "end": high,
        "size": size,
        "color": "rgba(255,255,255,0.35)",
        "width": 1,
        "highlight": False,
    }


def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    axes: tuple[str, str] = ("z", ""),
    ranges: Ranges = (None, None),
    marks: Sequence[tuple[float, float]] = (),
) -> go.Figure:
    """Draw functions of one variable, told apart by colour and by dashes.

    Args:
        x: (k,).
        lines: (k,) values by the name shown in the legend.
        axes: the names of the axes.
        ranges: of the axes; None fits the data.
        marks: points to mark.
    """
    import numpy as np
    import plotly.graph_objects as go

    xs = np.asarray(x, dtype=float)
    traces = [
        go.Scatter(
            x=xs,
            y=np.asarray(values, dtype=float),
            mode="lines",
            name=name,
            line={"width": 3, "dash": DASHES[i % len(DASHES)]},
        )
        for i, (name, values) in enumerate(lines.items())
    ]
    marked = go.Scatter(
        x=[px for px, _ in marks],
        y=[py for _, py in marks],
        mode="markers",
        marker={"color": AMBER, "size": 11, "line": {"color": INK, "width": 1}},
        cliponaxis=False,  # whole at the ends, too
        showlegend=False,
    )
    return _figure([*traces, marked], {"showlegend": len(lines) > 1, **_flat(axes, ranges)})


def line(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    f: ArrayLike,
    *,
    ranges: Ranges = (None, None),
) -> go.Figure:
    """Draw one-dimensional data, a network's output and the regions it decides.

    Args:
        samples: (n,) or (n, 1).
        labels: (n,) in {-1, +1}.
        x: (k,) where the network is evaluated.
        f: (k,) its output; the sign is the class, f = 0 counts as +1.
        ranges: of the axes; None fits the data.

    Raises:
        InputError: the samples have more than one dimension.
    """
    import numpy as np
    import plotly.graph_objects as go

    xs, fs = np.asarray(x, dtype=float), np.asarray(f, dtype=float)
    (points,), classes = points_of(samples, labels, 1)
    regions = [
        go.Scatter(
            x=xs,
            y=np.where((fs >= 0) == (sign > 0), fs, 0.0),
            mode="none",
            fill="tozeroy",
            fillcolor=colour,
            hoverinfo="skip",
            showlegend=False,
        )
        for sign, colour in ((1, POSITIVE_SOFT), (-1, NEGATIVE_SOFT))
    ]
    network = go.Scatter(
        x=xs, y=fs, mode="lines", name="f", line={"color": INK, "width": 3}, showlegend=False
    )
    layout = _flat(("x", "f(x)"), ranges)
    layout["yaxis"] |= {"zeroline": True, "zerolinecolor": MUTED}
    return _figure([*regions, network, *scatter(points, 0 * points, classes)], layout)


def plane(
    samples: ArrayLike, labels: ArrayLike, x: ArrayLike, y: ArrayLike, f: ArrayLike
) -> go.Figure:
    """Draw two-dimensional data over the regions that a network decides.

    Args:
        samples: (n, 2).
        labels: (n,) in {-1, +1}.
        x: (k,) the first coordinate of the grid.
        y: (m,) the second.
        f: (m, k) the network's output; the sign is the class, f = 0 counts as +1.

    Raises:
        InputError: the shapes do not fit.
    """
    import numpy as np
    import plotly.graph_objects as go

    xs, ys, fs = grid_of(x, y, f)
    (first, second), classes = points_of(samples, labels, 2)
    regions = go.Heatmap(
        x=xs,
        y=ys,
        z=np.where(fs >= 0, 1, -1).astype("int8"),
        zmin=-1,
        zmax=1,
        colorscale=[[0, NEGATIVE_SOFT], [1, POSITIVE_SOFT]],
        showscale=False,
        hoverinfo="skip",
    )
    boundary = go.Contour(
        x=xs,
        y=ys,
        z=fs / (np.abs(fs).max() or 1.0),
        # Just below 0: where f = 0 on a whole region, which counts as +1, the line goes round it.
        contours={"start": -1e-9, "end": -1e-9, "size": 1, "coloring": "none"},
        line={"color": INK, "width": 2},
        showlegend=False,
        showscale=False,
        hoverinfo="skip",
    )
    layout = _flat(("x₁", "x₂"), ([xs[0], xs[-1]], [ys[0], ys[-1]]))
    for axis in layout.values():
        axis |= {"showgrid": False, "constrain": "domain"}
    layout["yaxis"] |= {"scaleanchor": "x", "constraintoward": "top"}
    return _figure([regions, boundary, *scatter(first, second, classes)], layout)


def scatter(x: Any, y: Any, labels: Any) -> list[Any]:
    """Return the traces of both classes: told apart by shape as well as by colour."""
    import plotly.graph_objects as go

    return [
        go.Scatter(
            x=x[labels * sign > 0],
            y=y[labels * sign > 0],
            mode="markers",
            name=f"label {text}",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 10,
                "line": {"color": PAPER, "width": 1.2},
            },
        )
        for sign, text, colour, symbol in CLASSES
    ]


def _flat(axes: tuple[str, str], ranges: Ranges) -> dict[str, Any]:
    """Return a layout with two named axes."""
    pairs = zip(("xaxis", "yaxis"), axes, ranges, strict=True)
    return {key: {"title": {"text": name}, "range": range_} for key, name, range_ in pairs}


def _figure(traces: Sequence[Any], layout: Mapping[str, Any]) -> go.Figure:
    """Return a figure without plotly's default template: it is slow, and replaced anyway."""
    import plotly.graph_objects as go

    return go.Figure(traces, {**layout, "template": {"layout": {}}})
