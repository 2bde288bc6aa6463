"""Interactive figures: one drawing function, controls with or without a kernel.

On a published page every frame is computed beforehand and a small script (`lossurface.js`) steps
through them; in a live kernel the same controls are widgets that call the drawing function.
"""

from __future__ import annotations

import base64
import html
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lossurface.errors import InputError
from lossurface.show.figure import Words, live, mimebundle
from lossurface.show.frames_html import encode_frames, frames_html
from lossurface.show.poster import poster
from lossurface.show.static import Static, static
from lossurface.show.style import LIGHT, plotly_template, resolve

Value = float | int | str

_MAX_FRAMES = 400
# Pixels: alone, and where two are to fit beside each other in JupyterLab at 1280.
_WIDTH = 720
_BESIDE = 440
_INCH = 96  # pixels


@dataclass(frozen=True)
class Control:
    """One control of an interactive figure.

    Attributes:
        key: the keyword that the drawing function takes.
        label: what the reader sees beside it.
        values: the values a static page offers, in order.
        start: the index of the first one shown.
    """

    key: str
    label: str
    values: tuple[Value, ...]
    start: int

    @property
    def numeric(self) -> bool:
        """Whether it is a slider (numbers) rather than a list (words)."""
        return not isinstance(self.values[0], str)


@dataclass(frozen=True)
class Explorer:
    """An interactive figure, shown when it is the last expression of a cell.

    Attributes:
        draw: takes one value per control by keyword, returns a `plotly.graph_objects.Figure`, or
            several by title (shown side by side; one above the other on a phone).
        controls: one or two of them.
        words: its name, alt text and caption.
        height: in pixels, whatever the width.
    """

    draw: Callable[..., Any]
    controls: tuple[Control, ...]
    words: Words
    height: int

    def panels(self, **values: Value) -> dict[str, Any]:
        """Draw at `values`: the JSON of plotly figures in the house layout, by title.

        Raises:
            InputError: `draw` returned something else, or a number that is not finite.
        """
        drawn = self.draw(**values)
        panels = dict(drawn) if isinstance(drawn, Mapping) else {"": drawn}
        house = {
            "template": plotly_template(),
            "height": self.height,
            "autosize": True,
            "uirevision": "keep",  # a reader's rotation outlives a change of the controls
        }
        for title, figure in panels.items():
            if not hasattr(figure, "to_plotly_json"):
                raise InputError(
                    f"draw of {self.words.name} returned {type(figure).__name__}; return a plotly "
                    "figure, as lossurface.show.scene does, or several as {title: figure}"
                )
            # Dictionaries, not plotly's own updates, which take a third of a second for each frame.
            shown = figure.to_plotly_json()
            data = _unpacked(shown["data"], self.words.name)
            panels[title] = {"data": data, "layout": {**shown["layout"], **house}}
        return panels

    def spec(self) -> dict[str, Any]:
        """Compute every frame: {title: {"base": ..., "frames": [...]}}, see `frames_html`.

        Raises:
            InputError: two frames do not have the same traces, in the same order.
        """
        keys = [control.key for control in self.controls]
        grid = itertools.product(*(control.values for control in self.controls))
        drawn = [self.panels(**dict(zip(keys, values, strict=True))) for values in grid]
        return {
            title: encode_frames(self.words.name, [panels[title] for panels in drawn])
            for title in drawn[0]
        }

    def to_html(self) -> str:
        """Return the markup for the book's pages: controls, empty plots and the frames."""
        return frames_html(self, self.spec())

    def posters(self) -> dict[str, Static]:
        """Draw the frame shown first: a picture of each panel by title, of its size on a page."""
        values = {control.key: control.values[control.start] for control in self.controls}
        panels = self.panels(**values)
        # A picture alone is narrower than the page, so that its text can be read on a phone.
        width = 4.8 if len(panels) == 1 else max(_WIDTH / _INCH / len(panels), 3)
        return {
            title: static(
                poster(panel),
                **asdict(self.words),
                size=(width, self.height / _INCH),
                format="png" if "scene" in panel["layout"] else "svg",
            )
            for title, panel in panels.items()
        }

    def widget(self) -> Any:
        """Return the live figure, an ipywidgets box: controls, the panels and the caption.

        Its `controls` (by key) and `figures` (by title) are attributes, for scripts and tests.
        """
        import ipywidgets
        import plotly.graph_objects as go

        controls = {control.key: _widget(control) for control in self.controls}

        def draw() -> dict[str, Any]:
            drawn: dict[str, Any] = resolve(
                self.panels(**{key: widget.value for key, widget in controls.items()})
            )
            return drawn

        shown = {title: go.FigureWidget(figure) for title, figure in draw().items()}
        for figure in shown.values():
            width = _WIDTH if len(shown) == 1 else _BESIDE
            figure.update_layout(paper_bgcolor=LIGHT.paper, width=width)
            eye = figure.layout.scene.camera.eye
            if eye.x is not None:  # as far away as on the site, for the axes' titles
                far = max(1.0, 1.45 * self.height / width)
                eye.update({axis: far * eye[axis] for axis in "xyz"})

        def redraw(_: Any) -> None:
            for title, fresh in draw().items():
                layout = fresh["layout"]
                layout.pop("template")
                if "scene" in layout:
                    layout["scene"].pop("camera", None)  # the reader may have turned it
                with shown[title].batch_update():
                    for trace, data in zip(shown[title].data, fresh["data"], strict=True):
                        trace.update(data)
                    shown[title].update_layout(layout)

        for widget in controls.values():
            widget.observe(redraw, names="value")
        # The title is above the figure, as plotly's own would run into the legend.
        named = [
            ipywidgets.VBox([ipywidgets.HTML(f"<strong>{html.escape(title)}</strong>"), figure])
            for title, figure in shown.items()
        ]
        row = ipywidgets.HBox(named, layout={"flex_flow": "row wrap"})
        caption = ipywidgets.HTMLMath(html.escape(self.words.caption, quote=False))
        box = ipywidgets.VBox([*controls.values(), row, caption])
        box.controls = controls
        box.figures = shown
        return box

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if live():
            bundle: dict[str, Any] = self.widget()._repr_mimebundle_()
            return bundle
        note = "<p><em>Interactive figure: run this cell to use it, or see the book.</em></p>"
        told = f"Interactive figure: {self.words.alt}"
        # The first carries the words of the whole figure, which are said once.
        pictures = [
            {
                "format": one.format,
                "light": one.light[0],
                "dark": one.dark[0],
                "alt": title if index else self.words.alt,
            }
            for index, (title, one) in enumerate(self.posters().items())
            if one.light
        ]
        shown = self.to_html()
        return mimebundle(self.words, "explore", note, told, html=shown, pictures=pictures)


def explore(
    draw: Callable[..., Any],
    *,
    name: str,
    alt: str,
    caption: str,
    labels: Mapping[str, str] | None = None,
    start: Mapping[str, Value] | None = None,
    height: int = 420,
    **controls: Sequence[Value],
) -> Explorer:
    """Make a figure that the reader changes with one or two controls.

    Args:
        draw: called with one value of each control by keyword; returns a plotly figure, or several
            as {title: figure}, with the same traces in the same order at every value.
        name: the label for `{numref}`, "fig-...", unique in the book.
        alt: the figure in words, for readers who cannot see it.
        caption: one sentence that says what to see; Markdown and maths allowed.
        labels: the text beside each control; plain text with Unicode for maths. Default: its key.
        start: the value of each control at first. Default: the middle of a slider, the first of
            a list.
        height: of the plot, in pixels, at every width.
        controls: the values of each control: numbers make a slider, words a list to choose from.

    Returns:
        The figure, shown when it is the last expression of a cell. Without a kernel it steps
        through the values given; with one, a slider stops anywhere between their extremes
        (at whole numbers, if the values are).

    Raises:
        InputError: words or controls are missing or unusable.
    """
    words = Words(name, alt, caption)
    if not 1 <= len(controls) <= 2:
        raise InputError(f"{name} has {len(controls)} controls; give one or two, as p=[1, 2, 3]")
    for key in {**(labels or {}), **(start or {})}:
        if key not in controls:
            raise InputError(f"{name} has no control {key!r}; there are {', '.join(controls)}")
    made = []
    for key, sequence in controls.items():
        values = _checked(name, key, sequence)
        index = 0 if isinstance(values[0], str) else (len(values) - 1) // 2
        if start is not None and key in start:
            if start[key] not in values:
                raise InputError(
                    f"start of {key} in {name} is {start[key]!r}, not among its values"
                )
            index = values.index(start[key])
        made.append(Control(key, (labels or {}).get(key, key), values, index))
    frames = math.prod(len(control.values) for control in made)
    if frames > _MAX_FRAMES:
        raise InputError(f"{name} needs {frames} frames; give values for at most {_MAX_FRAMES}")
    return Explorer(draw, tuple(made), words, height)


def _checked(name: str, key: str, sequence: Sequence[Any]) -> tuple[Value, ...]:
    """Return a control's values, NumPy's scalars as the Python numbers they hold."""
    values = tuple(value.item() if hasattr(value, "item") else value for value in sequence)
    if len(values) < 2:
        raise InputError(f"{key} in {name} has {len(values)} value; a control needs two or more")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise InputError(f"a value of {key} in {name} is {value!r}; use numbers or words")
    numbers = [value for value in values if not isinstance(value, str)]
    if 0 < len(numbers) < len(values):
        raise InputError(f"{key} in {name} mixes numbers and words; use one kind")
    if any(a >= b for a, b in itertools.pairwise(numbers)):
        raise InputError(f"{key} in {name} is not increasing; give its values in order")
    return values


def _unpacked(value: Any, name: str) -> Any:
    """Return plotly's JSON with arrays as NumPy arrays, all their numbers finite."""
    import numpy as np

    if isinstance(value, Mapping) and "bdata" in value:
        flat = np.frombuffer(base64.b64decode(value["bdata"]), dtype="<" + value["dtype"])
        shape = str(value.get("shape", flat.size)).split(",")
        value = flat.reshape([int(length) for length in shape])
    elif isinstance(value, Mapping):
        return {key: _unpacked(item, name) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        return [_unpacked(item, name) for item in value]
    elif not isinstance(value, float):
        return value
    if not np.all(np.isfinite(value)):
        raise InputError(f"a drawing of {name} has a number that is not finite; clip it")
    return value


def _widget(control: Control) -> Any:
    """Return a control for a live kernel; at first it shows the same value as on a page."""
    import ipywidgets

    start, low, high = control.values[control.start], control.values[0], control.values[-1]
    common: dict[str, Any] = {
        "value": start,
        "description": control.label,
        "style": {"description_width": "initial"},
        "layout": {"width": "95%", "max_width": "40em"},
    }
    if isinstance(start, str) or isinstance(low, str) or isinstance(high, str):
        return ipywidgets.Dropdown(options=list(control.values), **common)
    if all(isinstance(value, int) for value in control.values):
        return ipywidgets.IntSlider(min=low, max=high, **common)
    step = (high - low) / 500
    if start > low:
        step = (start - low) / math.ceil((start - low) / step)  # a browser rounds to whole steps
    return ipywidgets.FloatSlider(min=low, max=high, step=step, readout_format=".4g", **common)
