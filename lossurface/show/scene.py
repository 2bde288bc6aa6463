"""Drawings for interactive figures: each returns a plotly figure, coloured by theme variables.

Every drawing has the same traces whatever its data (empty ones where there is nothing to draw), so
that any of them can be a frame of `lossurface.show.explore`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.show.style import (
    ACCENT,
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

CLASSES = ((1, "+1", POSITIVE, "circle"), (-1, "−1", NEGATIVE, "square"))
"""Of each class: its label, how it is written, its colour and its mark."""


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
    from scipy.interpolate import RegularGridInterpolator

    surface = RegularGridInterpolator((y, x), z, bounds_error=False)
    result: NDArray[Any] = surface(np.stack([py, px], axis=-1))
    return result


def surface(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    point: tuple[float, float] = (0.0, 0.0),
    axes: tuple[str, str, str] = ("u", "v", "loss"),
    ceiling: float | None = None,
    floor: float | None = None,
    eye: tuple[float, float, float] = (1.2, -1.2, 1.15),
) -> go.Figure:
    """Draw a loss surface over a plane of parameters, to be turned by hand.

    Args:
        x: (k,) the first coordinate in the plane, increasing.
        y: (m,) the second.
        z: (m, k) the loss.
        point: theta* in the plane.
        axes: the names of the three axes.
        ceiling: heights above it are cut off; keeps the view on the valley.
        floor: the lowest height shown; with `ceiling`, keeps the axis the same in all frames.
        eye: where the camera stands.

    Raises:
        InputError: the shapes do not fit.
    """
    import numpy as np
    import plotly.graph_objects as go

    xs, ys, zs = grid_of(x, y, z)
    low = float(np.nanmin(zs)) if floor is None else floor
    high = float(np.nanmax(zs)) if ceiling is None else ceiling
    # The scene cuts off what lies above the axis; one more cell keeps the cut edge smooth.
    shown = np.where(zs <= high + 3 * (high - low), zs, np.nan) if ceiling is not None else zs
    lift = 0.008 * (high - low)  # the point floats just above the surface, which would hide it
    px, py = [point[0]], [point[1]]
    return _figure(
        [
            go.Surface(
                x=xs,
                y=ys,
                z=shown,
                colorscale=SCALE,
                cmin=low,
                cmax=high,
                showscale=False,
                opacity=0.97,
                lighting={"ambient": 0.75, "diffuse": 0.6, "specular": 0.08, "roughness": 0.9},
                contours={"z": _rings(low, high)},
                hovertemplate=f"{axes[2]} %{{z:.4g}}<extra></extra>",
            ),
            go.Scatter3d(
                x=px,
                y=py,
                z=height_at(xs, ys, shown, px, py) + lift,
                mode="markers",
                marker={"color": AMBER, "size": 6, "line": {"color": INK, "width": 1}},
                name="θ*",
                hovertemplate=f"θ*: {axes[2]} %{{z:.4g}}<extra></extra>",
                showlegend=False,
            ),
        ],
        {
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "scene": {
                "xaxis": {"title": {"text": axes[0]}},
                "yaxis": {"title": {"text": axes[1]}},
                "zaxis": {"title": {"text": axes[2]}, "range": [low, high + 2 * lift]},
                "aspectmode": "manual",
                "aspectratio": {"x": 1, "y": 1, "z": 0.62},
                "camera": {
                    "eye": dict(zip("xyz", eye, strict=True)),
                    "center": {"x": 0, "y": 0, "z": -0.15},
                },
            },
        },
    )


def _rings(low: float, high: float) -> dict[str, Any]:
    size = (high - low) / 12 or 1.0
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
    ranges: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
    marks: Sequence[tuple[float, float]] = (),
) -> go.Figure:
    """Draw functions of one variable.

    Args:
        x: (k,).
        lines: (k,) values by the name shown in the legend.
        axes: the names of the axes.
        ranges: of the axes; None fits the data.
        marks: points to mark.
    """
    import numpy as np
    import plotly.graph_objects as go

    dashes = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
    traces = [
        go.Scatter(
            x=np.asarray(x, dtype=float),
            y=np.asarray(values, dtype=float),
            mode="lines",
            name=name,
            line={"width": 3, "dash": dashes[i % len(dashes)]},
        )
        for i, (name, values) in enumerate(lines.items())
    ]
    traces.append(
        go.Scatter(
            x=[px for px, _ in marks],
            y=[py for _, py in marks],
            mode="markers",
            marker={"color": AMBER, "size": 11, "line": {"color": INK, "width": 1}},
            showlegend=False,
        )
    )
    return _figure(
        traces,
        {
            "showlegend": len(lines) > 1,
            "xaxis": {"title": {"text": axes[0]}, "range": ranges[0]},
            "yaxis": {"title": {"text": axes[1]}, "range": ranges[1]},
        },
    )


def line(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    f: ArrayLike,
    *,
    ranges: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
) -> go.Figure:
    """Draw one-dimensional data, a network's output and the regions it decides.

    Args:
        samples: (n,) or (n, 1).
        labels: (n,) in {-1, +1}.
        x: (k,) where the network is evaluated.
        f: (k,) its output; the sign is the class, f = 0 counts as +1.
        ranges: of the axes; None fits the data.
    """
    import numpy as np
    import plotly.graph_objects as go

    xs, fs = np.asarray(x, dtype=float), np.asarray(f, dtype=float)
    points = np.asarray(samples, dtype=float).reshape(-1)
    classes = np.asarray(labels, dtype=float)
    traces = [
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
    traces.append(
        go.Scatter(
            x=xs, y=fs, mode="lines", name="f", line={"color": INK, "width": 3}, showlegend=False
        )
    )
    traces.extend(scatter(points, np.zeros_like(points), classes))
    zero = {"zeroline": True, "zerolinecolor": MUTED}
    return _figure(
        traces,
        {
            "xaxis": {"title": {"text": "x"}, "range": ranges[0]},
            "yaxis": {"title": {"text": "f(x)"}, "range": ranges[1], **zero},
        },
    )


def plane(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    f: ArrayLike,
    *,
    curves: Sequence[tuple[ArrayLike, ArrayLike]] = (),
) -> go.Figure:
    """Draw two-dimensional data over the regions that a network decides.

    Args:
        samples: (n, 2).
        labels: (n,) in {-1, +1}.
        x: (k,) the first coordinate of the grid.
        y: (m,) the second.
        f: (m, k) the network's output; its sign is the class.
        curves: more curves to draw, each as its x and its y (an ellipse, say).
    """
    import numpy as np
    import plotly.graph_objects as go

    xs, ys, fs = grid_of(x, y, f)
    points = np.asarray(samples, dtype=float)
    scale = float(np.nanmax(np.abs(fs))) or 1.0
    return _figure(
        [
            go.Heatmap(
                x=xs,
                y=ys,
                z=np.where(fs >= 0, 1, -1).astype("int8"),
                zmin=-1,
                zmax=1,
                colorscale=[[0, NEGATIVE_SOFT], [1, POSITIVE_SOFT]],
                showscale=False,
                hoverinfo="skip",
            ),
            go.Contour(
                x=xs,
                y=ys,
                z=fs / scale,
                contours={"start": 0, "end": 0, "size": 1, "coloring": "none"},
                line={"color": INK, "width": 2},
                showlegend=False,
                showscale=False,
                hoverinfo="skip",
            ),
            *scatter(points[:, 0], points[:, 1], np.asarray(labels, dtype=float)),
            *(
                go.Scatter(
                    x=np.asarray(cx, dtype=float),
                    y=np.asarray(cy, dtype=float),
                    mode="lines",
                    line={"color": ACCENT, "width": 3, "dash": "dash"},
                    hoverinfo="skip",
                    showlegend=False,
                )
                for cx, cy in curves
            ),
        ],
        {
            "xaxis": {
                "title": {"text": "x₁"},
                "range": [xs[0], xs[-1]],
                "showgrid": False,
                "constrain": "domain",
            },
            "yaxis": {
                "title": {"text": "x₂"},
                "range": [ys[0], ys[-1]],
                "showgrid": False,
                "constrain": "domain",
                "scaleanchor": "x",
            },
        },
    )


def _figure(traces: Sequence[Any], layout: Mapping[str, Any]) -> go.Figure:
    """Return a figure without plotly's default template: it is slow, and replaced anyway."""
    import plotly.graph_objects as go

    return go.Figure(traces, {**layout, "template": {"layout": {}}})


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
