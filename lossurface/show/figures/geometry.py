"""Two classes in the plane, the conics that tell them apart, the dual weights and the loss.

Shared by the pages of Propositions 11 and 12 and the page on their geometry. A picture is taken of
a `Trap`: where the condition holds, the two conics of its certificate are drawn; where it fails,
the dual weights, as the areas of the samples' marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface.claims.traps import ConditionName, Trap, trap
from lossurface.show import plot, scene
from lossurface.show.static import Drawing
from lossurface.show.style import INK, MUTED, PAPER

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.show.style import Palette

    Array = NDArray[np.float64]

__all__ = ["Picture", "conic", "loss_over_w", "plane", "samples"]

SAMPLES, LOSS = "The samples", "The loss over w, near w = 0"
_SIDES = (("positive", "solid"), ("negative", "dash"))


def conic(seen: Trap, name: str, window: float, points: int = 161) -> tuple[Array, Array]:
    """Return the curve between the classes of one of the two quadratics, within the window.

    Args:
        seen: in the plane, or with a constant third coordinate; where its condition does not hold
            there is no curve.
        name: `positive` or `negative`, the class inside.
        window: half the side of the square that is drawn.
        points: of the grid, each way.

    Returns:
        x and y; the pieces of the curve are separated by nan.
    """
    import numpy as np
    from contourpy import contour_generator

    nothing, grid = np.zeros(0), np.linspace(-window, window, points)
    certificate = seen.condition.certificate
    if seen.condition.verdict != "holds" or certificate is None:
        return nothing, nothing
    side = certificate.data[name]
    factors = np.array([float(Fraction(w)) for w in side["weights"]])
    rows = np.array([[float(Fraction(v)) for v in row] for row in side["rows"]])
    slope = np.array([float(Fraction(v)) for v in side["linear"]])

    def value(x: Array) -> Array:
        q: Array = ((x @ rows.T) ** 2) @ factors + x @ slope
        return q

    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    if seen.X.shape[1] == 3:  # a constant coordinate was appended
        plane = np.concatenate([plane, np.ones((*plane.shape[:-1], 1))], axis=-1)
    inside = seen.y == (1 if name == "positive" else -1)
    level = (value(seen.X[inside]).max() + value(seen.X[~inside]).min()) / 2
    lines = contour_generator(grid, grid, value(plane)).lines(level)
    gap = np.full((1, 2), np.nan)
    path = np.concatenate([piece for line in lines for piece in (line, gap)] or [gap])
    return path[:, 0], path[:, 1]


def _areas(seen: Trap) -> Array:
    """Return what the dual weights add to the marks, in [0, 1]; zero where they prove nothing."""
    weights: Array = seen.weights if seen.condition.verdict == "fails" else 0 * seen.weights
    return weights


@dataclass(frozen=True)
class Picture:
    """An interactive drawing: a dataset that a control moves, and the loss that belongs to it.

    Attributes:
        data: the dataset at a value of the control; coordinates in the plane.
        claim: `proposition-11` or `proposition-12`.
        neuron: of f_S.
        p: the hinge power.
        window: half the side of the square in which the samples are drawn.
        reach: half the side of the square over which w runs.
        heights: the lowest and the highest loss drawn, in multiples of that at w = 0.
    """

    data: Any
    claim: ConditionName
    neuron: str = "quadratic"
    p: int = 6
    window: float = 4.0
    reach: float = 0.3
    heights: tuple[float, float] = (0.8, 1.4)

    def __call__(self, **control: float) -> dict[str, go.Figure]:
        """Draw at one value of the control."""
        (value,) = control.values()
        seen = trap(self.data(value), self.claim, self.neuron, self.p)
        w, loss = _slice(seen, self.reach)
        floor, ceiling = self.heights
        return {
            SAMPLES: samples(seen, self.window),
            LOSS: scene.surface(
                w, w, loss / seen.loss([0.0, 0.0]), axes=("w₁", "w₂", "loss"),
                floor=floor, ceiling=ceiling, eye=(1.3, -1.45, 1.05),
            ),
        }  # fmt: skip


def _slice(seen: Trap, reach: float, points: int = 33) -> tuple[Array, Array]:
    import numpy as np

    w = np.linspace(-reach, reach, points)
    return w, seen.loss(np.stack(np.meshgrid(w, w), axis=-1))


def samples(seen: Trap, window: float) -> go.Figure:
    """Draw the samples with what certifies the verdict: two conics, or the dual weights."""
    import numpy as np
    import plotly.graph_objects as go

    areas = _areas(seen)
    traces = []
    for (name, dash), (_, text, colour, _) in zip(_SIDES, scene.CLASSES, strict=True):
        x, y = conic(seen, name, window)
        traces.append(
            go.Scatter(
                x=x, y=y, mode="lines", line={"color": colour, "width": 3, "dash": dash},
                name=f"curve round {text}", hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    for sign, text, colour, symbol in scene.CLASSES:
        mine = seen.y == sign
        traces.append(
            go.Scatter(
                x=seen.X[mine, 0], y=seen.X[mine, 1], mode="markers", name=f"label {text}",
                customdata=areas[mine],
                hovertemplate="dual weight %{customdata:.3g}<extra></extra>",
                marker={
                    "color": colour, "symbol": symbol, "line": {"color": PAPER, "width": 1.2},
                    "size": 8 + 18 * np.sqrt(areas[mine]),
                },
            )
        )  # fmt: skip
    traces.append(
        go.Scatter(
            x=[0], y=[0], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"symbol": "cross-thin", "size": 11, "line": {"color": MUTED, "width": 1.5}},
        )
    )  # fmt: skip
    axis = {"range": [-window, window], "showgrid": False, "constrain": "domain"}
    told = {
        "holds": "condition holds", "fails": "condition fails", "undecided": "undecided",
    }[seen.condition.verdict]  # fmt: skip
    note = {
        "text": f"<b>{told}</b>", "x": 0.5, "y": 0.03, "xref": "x domain", "yref": "y domain",
        "showarrow": False, "font": {"color": INK, "size": 14}, "bgcolor": PAPER,
    }  # fmt: skip
    return go.Figure(
        traces,
        {
            "xaxis": {**axis, "title": {"text": "x₁"}},
            "yaxis": {**axis, "title": {"text": "x₂"}, "scaleanchor": "x"},
            "annotations": [note],
            "template": {"layout": {}},
        },
    )


def plane(seen: Trap, window: float, title: str = "") -> Drawing:
    """Draw the same for print: the samples with the two conics, or with the dual weights."""
    import numpy as np
    from matplotlib.collections import PathCollection

    areas = _areas(seen)
    curves = [conic(seen, name, window, 401) for name, _ in _SIDES]

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        looks = ((1, "+1", palette.positive, "o", "-"), (-1, "-1", palette.negative, "s", "--"))
        for (x, y), (sign, text, colour, mark, dash) in zip(curves, looks, strict=True):
            ax.plot(x, y, dash, color=colour, linewidth=2)
            mine = seen.y == sign
            ax.scatter(
                seen.X[mine, 0], seen.X[mine, 1], s=(7 + 13 * np.sqrt(areas[mine])) ** 2,
                marker=mark, color=colour, edgecolors=palette.paper, zorder=4,
                label=f"label ${text}$",
            )  # fmt: skip
        ax.plot(0, 0, "+", color=palette.muted, markersize=10)
        ax.set(xlim=(-window, window), ylim=(-window, window), aspect="equal")
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        ax.grid(False)
        if title:
            figure.suptitle(title, fontsize=11)
        handles = ax.get_legend_handles_labels()
        marks = ax.legend(
            *handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handletextpad=0.3
        )
        for handle in marks.legend_handles:
            if isinstance(handle, PathCollection):
                handle.set_sizes([60])

    return draw


def loss_over_w(seen: Trap, reach: float, ceiling: float | None = None, title: str = "") -> Drawing:
    """Draw the loss over the hidden weights of one neuron from above, all else held fixed.

    Args:
        seen: in the plane.
        reach: half the side of the square over which w runs.
        ceiling: the highest level drawn.
        title: above the panel.
    """
    w, loss = _slice(seen, reach, 121)
    return plot.contours(w, w, loss, axes=("$w_1$", "$w_2$"), ceiling=ceiling, title=title)
