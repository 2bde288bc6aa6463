"""Samples in space on two coordinate subspaces, drawn with the subspaces themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lossurface.show.style import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lossurface.setting import Dataset

__all__ = ["subspaces_in_space"]


def subspaces_in_space(dataset: Dataset, plus: Sequence[int], minus: Sequence[int]) -> go.Figure:
    """Draw three-dimensional samples, and the plane or line that each class spans.

    Args:
        dataset: d = 3, coordinates in [-1, 1].
        plus: U_+, coordinates counted from 0.
        minus: U_-.
    """
    import plotly.graph_objects as go

    x, y = (tensor.numpy() for tensor in dataset.tensors())
    traces = []
    for sign, axes, colour, symbol, text in (
        (1, plus, POSITIVE, "circle", "label +1"),
        (-1, minus, NEGATIVE, "square", "label −1"),
    ):
        traces += [_plane(axes, colour), _line(axes, colour)]
        mine = x[y * sign > 0]
        traces.append(
            go.Scatter3d(
                x=mine[:, 0],
                y=mine[:, 1],
                z=mine[:, 2],
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 4.5},
                name=text,
                hovertemplate="(%{x:.3g}, %{y:.3g}, %{z:.3g})<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    axis = {"range": [-1.1, 1.1], "tickvals": [-1, 0, 1]}
    figure.update_layout(
        margin={"l": 0, "r": 0, "b": 0},
        scene={
            "xaxis": {**axis, "title": {"text": "x₁"}},
            "yaxis": {**axis, "title": {"text": "x₂"}},
            "zaxis": {**axis, "title": {"text": "x₃"}},
            "aspectmode": "cube",
            "camera": {"eye": {"x": 1.5, "y": -1.5, "z": 0.9}},
        },
    )
    return figure


def _plane(axes: Sequence[int], colour: str) -> Any:
    """Return the square that two axes span; empty for any other number of axes."""
    import plotly.graph_objects as go

    corners = [[0.0] * 3 for _ in range(4)] if len(axes) == 2 else []
    for corner, (u, v) in zip(corners, ((-1, -1), (1, -1), (1, 1), (-1, 1)), strict=False):
        corner[axes[0]], corner[axes[1]] = u, v
    return go.Mesh3d(
        x=[corner[0] for corner in corners],
        y=[corner[1] for corner in corners],
        z=[corner[2] for corner in corners],
        i=[0, 0] if corners else [],
        j=[1, 2] if corners else [],
        k=[2, 3] if corners else [],
        color=colour,
        opacity=0.22,
        hoverinfo="skip",
        showscale=False,
    )


def _line(axes: Sequence[int], colour: str) -> Any:
    """Return the segment that one axis spans; empty for any other number of axes."""
    import plotly.graph_objects as go

    ends = [[float(end * (k == axes[0])) for k in range(3)] for end in (-1, 1)]
    ends = ends if len(axes) == 1 else []
    return go.Scatter3d(
        x=[end[0] for end in ends],
        y=[end[1] for end in ends],
        z=[end[2] for end in ends],
        mode="lines",
        line={"color": colour, "width": 6},
        hoverinfo="skip",
        showlegend=False,
    )
