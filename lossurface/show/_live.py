"""The live form of an interactive figure, for a reader with a kernel."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from lossurface.show._frames import decoded
from lossurface.show.style import LIGHT, resolve

if TYPE_CHECKING:
    from lossurface.show.explore import Control, Explorer

__all__ = ["live_widget"]

# Pixels: alone, and where two are to fit beside each other in JupyterLab at 1280.
_WIDTH = 720
_BESIDE = 440


def live_widget(explorer: Explorer) -> Any:
    """Return an ipywidgets box: controls, the panels and the caption.

    The box's `controls` (by key) and `figures` (by title) are attributes, for scripts and tests.
    """
    import ipywidgets
    import plotly.graph_objects as go

    controls = {control.key: _widget(control) for control in explorer.controls}

    def draw() -> dict[str, Any]:
        panels = explorer.panels(**{key: widget.value for key, widget in controls.items()})
        return {title: decoded(resolve(figure)) for title, figure in panels.items()}

    shown = {title: go.FigureWidget(figure) for title, figure in draw().items()}
    for figure in shown.values():
        width = _WIDTH if len(shown) == 1 else _BESIDE
        figure.update_layout(paper_bgcolor=LIGHT.paper, width=width)

    def redraw(_: Any) -> None:
        for title, fresh in draw().items():
            for scene in [key for key in fresh["layout"] if key.startswith("scene")]:
                fresh["layout"][scene].pop("camera", None)  # the reader may have turned it
            fresh["layout"].pop("template", None)
            with shown[title].batch_update():
                for trace, data in zip(shown[title].data, fresh["data"], strict=True):
                    trace.update(data)
                shown[title].update_layout(fresh["layout"])

    for widget in controls.values():
        widget.observe(redraw, names="value")
    named = [ipywidgets.VBox([_name(title), figure]) for title, figure in shown.items()]
    row = ipywidgets.HBox(named, layout={"flex_flow": "row wrap"})
    caption = ipywidgets.HTMLMath(html.escape(explorer.words.caption, quote=False))
    box = ipywidgets.VBox([*controls.values(), row, caption])
    box.controls = controls
    box.figures = shown
    return box


def _name(title: str) -> Any:
    """Return a panel's title: above the figure, as plotly's own would run into the legend."""
    import ipywidgets

    return ipywidgets.HTML(f"<strong>{html.escape(title)}</strong>" if title else "")


def _widget(control: Control) -> Any:
    import ipywidgets

    common: dict[str, Any] = {
        "description": control.label,
        "style": {"description_width": "initial"},
        "layout": {"width": "95%", "max_width": "40em"},
    }
    start = control.values[control.start]
    if not control.numeric:
        return ipywidgets.Dropdown(options=list(control.values), value=start, **common)
    low, high = control.values[0], control.values[-1]
    if all(isinstance(value, int) for value in control.values):
        return ipywidgets.IntSlider(min=low, max=high, value=start, **common)
    span = float(high) - float(low)
    return ipywidgets.FloatSlider(
        min=low, max=high, value=start, step=span / 500, readout_format=".4g", **common
    )
