"""The figures of Proposition 3: both classes' planes, unfolded about the axis that they share."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from lossurface.claims.separability import axis_interval
from lossurface.setting import Dataset, proposition_3
from lossurface.show.static import Drawing
from lossurface.show.style import ACCENT, NEGATIVE, PAPER, POSITIVE

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from lossurface.show.style import Palette

__all__ = ["growing", "unfolded"]

_SEED = 5
_LARGEST = 40


@cache
def _sequence() -> Dataset:
    import numpy as np

    return proposition_3().sample(np.random.default_rng(_SEED), _LARGEST)


def _classes(dataset: Dataset) -> dict[int, tuple[Any, Any, Any]]:
    """Return, by label, the samples as (s, t), the outline of their hull, and its cut of s = 0."""
    import numpy as np
    from scipy.spatial import ConvexHull

    found = {}
    for label, axis in ((1, 0), (-1, 2)):
        rows = [r for r, y in zip(dataset.x, dataset.y, strict=True) if y == label]
        points = [(r[axis], r[1]) for r in rows]
        array = np.array([[float(s), float(t)] for s, t in points]).reshape(-1, 2)
        outline = array
        if len(array) >= 3:
            order = ConvexHull(array, qhull_options="QJ").vertices
            outline = array[[*order, order[0]]]
        cut = axis_interval(points)
        found[label] = array, outline, None if cut is None else tuple(map(float, cut))
    return found


def unfolded(dataset: Dataset) -> Drawing:
    """Draw positives (s, t, 0) and negatives (0, t, s) at (s, t), with hulls and cuts of s = 0."""
    classes = _classes(dataset)

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        looks = {1: (palette.positive, "o", -0.02), -1: (palette.negative, "s", 0.02)}
        for label, (points, outline, cut) in classes.items():
            colour, marker, shift = looks[label]
            ax.fill(*outline.T, color=colour, alpha=0.15, linewidth=0)
            ax.plot(*points.T, marker, color=colour, label=f"label ${label:+d}$", markersize=7)
            if cut is not None:
                ax.plot([shift, shift], cut, color=colour, linewidth=5, solid_capstyle="butt")
        ax.axvline(0, color=palette.muted, linewidth=0.8)
        ax.set(xlabel="$s$", ylabel="$t = x_2$")
        ax.legend()

    return draw


def growing(n: int) -> Any:
    """Draw the first n samples of one sequence: the hulls, and where they cut the common axis."""
    import plotly.graph_objects as go

    whole = _sequence()
    classes = _classes(Dataset(whole.x[:n], whole.y[:n]))
    looks = {1: (POSITIVE, "circle", -0.02, "+1"), -1: (NEGATIVE, "square", 0.02, "−1")}
    traces = []
    for label, (points, outline, cut) in classes.items():
        colour, symbol, shift, text = looks[label]
        traces += [
            go.Scatter(
                x=outline[:, 0], y=outline[:, 1], mode="lines", showlegend=False,
                line={"color": colour, "width": 1.5, "dash": "dot"}, hoverinfo="skip",
            ),
            go.Scatter(
                x=points[:, 0], y=points[:, 1], mode="markers", name=f"label {text}",
                marker={"color": colour, "symbol": symbol, "size": 9,
                        "line": {"color": PAPER, "width": 1}},
            ),
            go.Scatter(
                x=[shift, shift] if cut else [], y=list(cut or ()), mode="lines",
                line={"color": colour, "width": 7}, showlegend=False, hoverinfo="skip",
            ),
        ]  # fmt: skip
    cuts = [cut for _, _, cut in classes.values()]
    overlap: tuple[float, ...] = ()
    if all(cut is not None for cut in cuts):
        low, high = max(cut[0] for cut in cuts), min(cut[1] for cut in cuts)
        overlap = (low, high) if low <= high else ()
    traces.append(
        go.Scatter(
            x=[0.0] * len(overlap), y=list(overlap), mode="lines+markers", name="hulls meet",
            line={"color": ACCENT, "width": 3}, marker={"color": ACCENT, "size": 9},
        )
    )  # fmt: skip
    figure = go.Figure(traces)
    figure.update_xaxes(title_text="s", range=[-1.1, 1.1])
    figure.update_yaxes(title_text="t = x₂", range=[0.95, 2.05])
    return figure
