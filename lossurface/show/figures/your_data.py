"""Real datasets by their two ellipsoids: one picture, whatever the dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from lossurface.show.style import INK, MUTED, NEGATIVE, PAPER, POSITIVE

if TYPE_CHECKING:
    import numpy as np
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from lossurface.conditions import Report

    Array = NDArray[np.float64]

__all__ = ["Quadrants", "distances"]

REACH = 2.6  # distances beyond it are drawn at it


def distances(report: Report) -> tuple[Array, Array, Array]:
    """Return each sample's distance from the origin, measured by either ellipsoid; 1 is its edge.

    Where Proposition 12's condition holds they are those of the certificate; where it fails, the
    forms that came closest to telling the classes apart.

    Args:
        report: of `lossurface.check`.

    Returns:
        Distances by the positives' ellipsoid (n,), by the negatives' (n,), and labels (n,).
    """
    import numpy as np

    from lossurface.conditions import closest_form

    space = report.space
    assert space is not None
    labels = space.labels
    found = report.condition("proposition-12")
    out = []
    sides: tuple[tuple[str, Literal[1, -1]], ...] = (("positive", 1), ("negative", -1))
    for name, sign in sides:
        if found.verdict == "holds" and found.certificate is not None:
            side = found.certificate.data[name]
            X = np.array([[float(v) for v in row] for row in space.dataset.x])
            rows = np.array([[float(Fraction(v)) for v in row] for row in side["rows"]])
            values = ((X @ rows.T) ** 2) @ [float(Fraction(w)) for w in side["weights"]]
        else:
            form = closest_form(space, sign, moments=False)
            assert form is not None  # some sample is not zero, and any lambda will do
            points = space.frame.points
            values = np.einsum("ij,ij->i", points @ form.shape, points)
        edge = (values[labels == sign].max() + values[labels != sign].min()) / 2
        out.append(np.sqrt(np.maximum(values, 0) / edge))
    return out[0], out[1], labels


@dataclass(frozen=True)
class Quadrants:
    """An interactive drawing: the samples of a dataset by their distances in both ellipsoids.

    Attributes:
        reports: of `lossurface.check`, by name.
    """

    reports: Mapping[str, Report]

    def __call__(self, dataset: str) -> go.Figure:
        """Draw one dataset.

        Args:
            dataset: a key of `reports`.
        """
        import numpy as np
        import plotly.graph_objects as go

        report = self.reports[dataset]
        x, y, labels = distances(report)
        verdict = report.condition("proposition-12").verdict
        edge = {"mode": "lines", "line": {"color": MUTED, "width": 1.5, "dash": "dot"}}
        traces = [
            go.Scatter(x=[1, 1], y=[0, REACH], hoverinfo="skip", showlegend=False, **edge),
            go.Scatter(x=[0, REACH], y=[1, 1], hoverinfo="skip", showlegend=False, **edge),
        ]
        for sign, text, colour, symbol in (
            (1, "+1", POSITIVE, "circle"),
            (-1, "−1", NEGATIVE, "square"),
        ):
            mine = labels == sign
            traces.append(
                go.Scatter(
                    x=np.minimum(x[mine], REACH), y=np.minimum(y[mine], REACH), mode="markers",
                    name=f"label {text}", hoverinfo="skip",
                    marker={
                        "color": colour, "symbol": symbol, "size": 7, "opacity": 0.75,
                        "line": {"color": PAPER, "width": 0.8},
                    },
                )
            )  # fmt: skip
        told = {"holds": "condition holds", "fails": "condition fails"}.get(verdict, verdict)
        axis = {"range": [0, REACH * 1.03], "showgrid": False}
        return go.Figure(
            traces,
            {
                "xaxis": {**axis, "title": {"text": "distance by the ellipsoid round +1"}},
                "yaxis": {**axis, "title": {"text": "distance by the ellipsoid round −1"}},
                "annotations": [
                    {
                        "text": f"<b>Proposition 12: {told}</b>", "showarrow": False,
                        "x": 0.98, "y": 0.97, "xref": "paper", "yref": "paper",
                        "xanchor": "right", "font": {"color": INK, "size": 14}, "bgcolor": PAPER,
                    }
                ],
                "template": {"layout": {}},
            },
        )  # fmt: skip
