"""The house look of interactive figures, as a plotly template."""

from __future__ import annotations

from typing import Any

from lossurface.show.style import (
    ACCENT,
    AMBER,
    GOOD,
    GRID,
    INK,
    MUTED,
    NEGATIVE,
    PAPER,
    POSITIVE,
    SCALE,
)

__all__ = ["house_layout"]

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"


def house_layout(figure: Any, *, height: int) -> dict[str, Any]:
    """Return a plotly figure's JSON in the house look; what the figure sets itself stays.

    Args:
        figure: a `plotly.graph_objects.Figure`.
        height: in pixels, at every width.
    """
    # Dictionaries, not plotly's own updates, which take a third of a second for each frame.
    shown: dict[str, Any] = figure.to_plotly_json()
    shown["layout"] = {
        **shown["layout"],
        "template": _template(),
        "height": height,
        "autosize": True,
        "uirevision": "keep",  # a reader's rotation outlives a change of the controls
    }
    return shown


def _template() -> dict[str, Any]:
    line = {"gridcolor": GRID, "linecolor": MUTED, "tickcolor": MUTED, "zerolinecolor": GRID}
    flat = {
        **line,
        "fixedrange": True,  # a finger on a phone scrolls the page, not the axis
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
        "zeroline": False,
    }
    deep = {
        **line,
        "showbackground": False,
        "showspikes": False,
        "nticks": 5,
        "title": {"font": {"size": 14}},
        "tickfont": {"size": 11},
    }
    axes = {"xaxis": deep, "yaxis": deep, "zaxis": deep}
    colourbar = {"outlinewidth": 0, "thickness": 12, "len": 0.85, "tickfont": {"size": 11}}
    coloured = [{"colorscale": SCALE, "colorbar": colourbar}]
    return {
        "layout": {
            "font": {"family": _FONT, "size": 13, "color": INK},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [POSITIVE, NEGATIVE, GOOD, ACCENT, AMBER, INK],
            "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
            "xaxis": flat,
            "yaxis": flat,
            "scene": {**axes, "bgcolor": "rgba(0,0,0,0)", "dragmode": "turntable"},
            "legend": {
                "orientation": "h",
                "x": 0.5,
                "xanchor": "center",
                "y": 1.0,
                "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)",
            },
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": PAPER, "bordercolor": MUTED, "font": {"color": INK}},
        },
        "data": {"surface": coloured, "contour": coloured, "heatmap": coloured},
    }
