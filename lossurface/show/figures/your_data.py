"""Real datasets by their two ellipsoids: one picture, whatever the dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface.show.dataset_report import distances
from lossurface.show.scene import CLASSES
from lossurface.show.style import INK, MUTED, PAPER

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from lossurface.conditions import Report

__all__ = ["Quadrants"]

REACH = 2.6  # distances beyond it are drawn at it


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
        for sign, text, colour, symbol in CLASSES:
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
