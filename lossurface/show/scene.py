"""Drawings for interactive figures: each returns a plotly figure, coloured by theme variables.

Every drawing has the same traces whatever its data (empty ones where there is nothing to draw), so
that any of them can be a frame of `lossurface.show.explore`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossurface.show._geometry import circle_on_surface, grid_of, height_at, shade
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
    from numpy.typing import ArrayLike

__all__ = ["contours", "curves", "line", "plane", "surface"]


def surface(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    point: tuple[float, float] | None = (0.0, 0.0),
    radius: float | None = None,
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
        point: theta* in the plane; None for none.
        radius: of the certified ball, in the units of x and y; None or inf draws no circle.
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
    lift = 0.008 * (high - low)  # lines float just above the surface, or it would hide them
    centre = point or (0.0, 0.0)
    cx, cy, cz = circle_on_surface(xs, ys, shown, centre, radius)
    px, py = ([centre[0]], [centre[1]]) if point else ([], [])
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
                x=cx,
                y=cy,
                z=cz + lift,
                mode="lines",
                line={"color": ACCENT, "width": 7},
                name="certified radius",
                hoverinfo="name",
                showlegend=False,
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


def contours(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    point: tuple[float, float] | None = (0.0, 0.0),
    radius: float | None = None,
    axes: tuple[str, str] = ("u", "v"),
    ceiling: float | None = None,
) -> go.Figure:
    """Draw a loss surface from above; its rings crowd near the minimum.

    Arguments are those of `surface`; the colour scale is the square root of the height above the
    lowest value, with ticks that read as heights.
    """
    import plotly.graph_objects as go

    xs, ys, zs = grid_of(x, y, z)
    scaled, ticks, texts = shade(zs, ceiling)
    centre = point or (0.0, 0.0)
    cx, cy, _ = circle_on_surface(xs, ys, zs, centre, radius)
    return _figure(
        [
            go.Contour(
                x=xs,
                y=ys,
                z=scaled,
                colorscale=SCALE,
                zmin=0,
                zmax=1,
                contours={"start": 1 / 14, "end": 1, "size": 1 / 14},
                line={"width": 0.6, "color": "rgba(255,255,255,0.6)"},
                colorbar={"tickvals": ticks, "ticktext": texts, "title": {"text": "loss"}},
                hoverinfo="skip",
            ),
            go.Scatter(
                x=cx,
                y=cy,
                mode="lines",
                line={"color": ACCENT, "width": 3},
                hovertemplate="certified radius<extra></extra>",
                showlegend=False,
            ),
            go.Scatter(
                x=[centre[0]] if point else [],
                y=[centre[1]] if point else [],
                mode="markers",
                marker={
                    "symbol": "star",
                    "color": AMBER,
                    "size": 15,
                    "line": {"color": "#1f2328", "width": 1.2},
                },
                hovertemplate="θ*<extra></extra>",
                showlegend=False,
            ),
        ],
        {
            "xaxis": {"title": {"text": axes[0]}, "range": [xs[0], xs[-1]], "showgrid": False},
            "yaxis": {"title": {"text": axes[1]}, "range": [ys[0], ys[-1]], "showgrid": False},
            "margin": {"t": 12},
        },
    )


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
    axes: tuple[str, str] = ("x", "f(x)"),
    ranges: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
) -> go.Figure:
    """Draw one-dimensional data, a network's output and the regions it decides.

    Args:
        samples: (n,) or (n, 1).
        labels: (n,) in {-1, +1}.
        x: (k,) where the network is evaluated.
        f: (k,) its output; the sign is the class, f = 0 counts as +1.
        axes: the names of the axes.
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
    traces.extend(_samples(points, np.zeros_like(points), classes))
    zero = {"zeroline": True, "zerolinecolor": MUTED}
    return _figure(
        traces,
        {
            "xaxis": {"title": {"text": axes[0]}, "range": ranges[0]},
            "yaxis": {"title": {"text": axes[1]}, "range": ranges[1], **zero},
        },
    )


def plane(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    f: ArrayLike,
    *,
    axes: tuple[str, str] = ("x₁", "x₂"),
    curves: Sequence[tuple[ArrayLike, ArrayLike]] = (),
) -> go.Figure:
    """Draw two-dimensional data over the regions that a network decides.

    Args:
        samples: (n, 2).
        labels: (n,) in {-1, +1}.
        x: (k,) the first coordinate of the grid.
        y: (m,) the second.
        f: (m, k) the network's output; its sign is the class.
        axes: the names of the axes.
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
            *_samples(points[:, 0], points[:, 1], np.asarray(labels, dtype=float)),
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
                "title": {"text": axes[0]},
                "range": [xs[0], xs[-1]],
                "showgrid": False,
                "constrain": "domain",
            },
            "yaxis": {
                "title": {"text": axes[1]},
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


def _samples(x: Any, y: Any, labels: Any) -> list[Any]:
    import plotly.graph_objects as go

    look = ((1, "+1", POSITIVE, "circle"), (-1, "−1", NEGATIVE, "square"))
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
        for sign, text, colour, symbol in look
    ]
