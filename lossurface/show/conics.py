"""Two classes in the plane, and the conics that tell them apart or the weights that forbid it.

For the pages of Propositions 11 and 12 and that on their geometry. Where the condition holds the
two conics of its certificate are drawn; where it fails, the dual weights, as areas of the marks.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims.traps import Trap
from lossurface.show.plot import legend
from lossurface.show.scene import CLASSES
from lossurface.show.static import Drawing
from lossurface.show.style import INK, MUTED, PAPER

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.show.style import Palette

    Array = NDArray[np.float64]


def conic(seen: Trap, name: str, window: float, points: int = 161) -> list[Array]:
    """Return the curve between the classes of one of the two quadratics, within the window.

    Args:
        seen: in the plane, or with a constant third coordinate.
        name: `positive` or `negative`, the class inside.
        window: half the side of the square that is drawn.
        points: of the grid, each way.

    Returns:
        Its pieces (k, 2); none where the condition does not hold.
    """
    import numpy as np
    from contourpy import contour_generator

    certificate = seen.condition.certificate
    if seen.condition.verdict != "holds" or certificate is None:
        return []
    side = certificate.data[name]
    weights, rows, linear = (
        np.vectorize(lambda text: float(Fraction(text)))(side[key])
        for key in ("weights", "rows", "linear")
    )
    grid = np.linspace(-window, window, points)
    x = np.stack(np.meshgrid(grid, grid), axis=-1)
    if seen.X.shape[1] == 3:  # a constant coordinate was appended
        x = np.concatenate([x, np.ones((points, points, 1))], axis=-1)
    q, heights = ((at @ rows.T) ** 2 @ weights + at @ linear for at in (seen.X, x))
    inside = seen.y == (1 if name == "positive" else -1)
    level = (q[inside].max() + q[~inside].min()) / 2
    return [np.asarray(line) for line in contour_generator(grid, grid, heights).lines(level)]


def _areas(seen: Trap) -> Array:
    """Return what the dual weights add to the marks, in [0, 1]; zero where they prove nothing."""
    weights: Array = seen.weights if seen.condition.verdict == "fails" else 0 * seen.weights
    return weights


def samples(seen: Trap, window: float) -> go.Figure:
    """Draw the samples with what certifies the verdict, as a frame of an interactive figure."""
    import numpy as np
    import plotly.graph_objects as go

    areas, traces = _areas(seen), []
    for name, dash, (_, text, colour, _) in zip(
        ("positive", "negative"), ("solid", "dash"), CLASSES, strict=True
    ):
        pieces = [[*line.tolist(), (None, None)] for line in conic(seen, name, window)]
        curve = [point for piece in pieces for point in piece]
        traces.append(
            go.Scatter(
                x=[x for x, _ in curve], y=[y for _, y in curve], mode="lines",
                line={"color": colour, "width": 3, "dash": dash},
                name=f"curve round {text}", hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    for sign, text, colour, symbol in CLASSES:
        mine = seen.y == sign
        traces.append(
            go.Scatter(
                x=seen.X[mine, 0], y=seen.X[mine, 1], mode="markers", name=f"label {text}",
                customdata=areas[mine],
                hovertemplate="dual weight %{customdata:.3g}<extra></extra>",
                marker={
                    "color": colour, "symbol": symbol, "line": {"color": PAPER, "width": 1.2},
                    "size": 8 + 18 * np.sqrt(areas[mine]), "opacity": 1,
                },
            )
        )  # fmt: skip
    axis = {
        "range": [-window, window], "showgrid": False, "constrain": "domain",
        "zeroline": True, "zerolinecolor": MUTED,  # they cross in the origin
    }  # fmt: skip
    verdict = seen.condition.verdict
    told = verdict if verdict == "undecided" else f"condition {verdict}"
    note = {
        "text": f"<b>{told}</b>", "x": 0.5, "y": 0.03, "xref": "x domain", "yref": "y domain",
        "showarrow": False, "font": {"color": INK, "size": 14}, "bgcolor": PAPER,
    }  # fmt: skip
    layout = {
        "xaxis": {**axis, "title": {"text": "x₁"}},
        "yaxis": {
            **axis,
            "title": {"text": "x₂"},
            "scaleanchor": "x",
            "constraintoward": "top",
        },
        "annotations": [note],
        "template": {"layout": {}},
    }
    return go.Figure(traces, layout)


def plane(seen: Trap, window: float, title: str = "") -> Drawing:
    """Draw the same for print."""
    import numpy as np

    areas = _areas(seen)
    curves = [conic(seen, name, window, 401) for name in ("positive", "negative")]

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        looks = ((1, "+1", palette.positive, "o", "-"), (-1, "-1", palette.negative, "s", "--"))
        for sign, text, colour, mark, _ in looks:
            mine = seen.y == sign
            ax.scatter(
                seen.X[mine, 0], seen.X[mine, 1], s=(7 + 13 * np.sqrt(areas[mine])) ** 2,
                marker=mark, color=colour, edgecolors=palette.paper, zorder=4,
            )  # fmt: skip
            ax.plot([], [], mark, color=colour, label=f"label ${text}$")  # of one size, whatever
        for guide in (ax.axhline, ax.axvline):  # they cross in the origin
            guide(0, color=palette.muted, linewidth=0.8, zorder=0)
        if areas.any():
            ax.plot([], [], " ", label="size: dual weight")
        for pieces, (*_, colour, _, dash) in zip(curves, looks, strict=True):
            for k, line in enumerate(pieces):
                name = "" if k else "its curve"
                ax.plot(*line.T, dash, color=colour, linewidth=2, label=name)
        ax.set(xlim=(-window, window), ylim=(-window, window), aspect="equal")
        ax.set(xlabel="$x_1$", ylabel="$x_2$")
        ax.grid(False)
        if title:
            figure.suptitle(title, fontsize=11)
        legend(ax)

    return draw
