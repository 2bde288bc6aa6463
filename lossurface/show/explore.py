"""Interactive figures: one drawing function, controls with or without a kernel.

On a published page every frame is computed beforehand and a small script (`lossurface.js`) steps
through them; in a live kernel the same controls are widgets that call the drawing function.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossurface import InputError
from lossurface.show._frames import decoded, encode_frames, to_json
from lossurface.show.figure import Words, live, mimebundle
from lossurface.show.style import LIGHT, plotly_template, resolve

__all__ = ["Control", "Explorer", "explore"]

Value = float | int | str

_MAX_FRAMES = 400
# Pixels: alone, and where two are to fit beside each other in JupyterLab at 1280.
_WIDTH = 720
_BESIDE = 440


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
        return not any(isinstance(value, str) for value in self.values)


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
    height: int = 420

    def panels(self, **values: Value) -> dict[str, Any]:
        """Draw at `values`: the JSON of plotly figures in the house layout, by title.

        Raises:
            InputError: `draw` returned something else.
        """
        drawn = self.draw(**values)
        panels = dict(drawn) if isinstance(drawn, Mapping) else {"": drawn}
        for figure in panels.values():
            if not hasattr(figure, "to_plotly_json"):
                raise InputError(
                    f"draw of {self.words.name} returned {type(figure).__name__}; return a plotly "
                    "figure, as lossurface.show.scene does, or several as {title: figure}"
                )
        return {key: _house_layout(item, height=self.height) for key, item in panels.items()}

    def spec(self) -> dict[str, Any]:
        """Compute every frame: what a page without a kernel is given, as JSON values.

        Returns:
            {title: {"base": ..., "frames": [...]}}, see `lossurface.show._frames`.

        Raises:
            InputError: two frames do not have the same traces, in the same order.
        """
        grid = itertools.product(*(control.values for control in self.controls))
        keys = [control.key for control in self.controls]
        drawn = [self.panels(**dict(zip(keys, values, strict=True))) for values in grid]
        return {
            title: encode_frames(self.words.name, [panels[title] for panels in drawn])
            for title in drawn[0]
        }

    def to_html(self) -> str:
        """Return the markup for the book's pages: controls, empty plots and the frames."""
        spec = self.spec()
        frames = to_json(list(spec.values()))
        return _markup(self.words, self.controls, self.height, tuple(spec), frames)

    def widget(self) -> Any:
        """Return the live figure, an ipywidgets box: controls, the panels and the caption.

        Its `controls` (by key) and `figures` (by title) are attributes, for scripts and tests.
        """
        import ipywidgets
        import plotly.graph_objects as go

        controls = {control.key: _widget(control) for control in self.controls}

        def draw() -> dict[str, Any]:
            panels = self.panels(**{key: widget.value for key, widget in controls.items()})
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
        return mimebundle(self.words, "explore", note, told, html=self.to_html())


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
    frames = 1
    made = []
    for key, sequence in controls.items():
        values = tuple(_plain(value) for value in sequence)
        frames *= len(values)
        _check_values(name, key, values)
        if start is not None and key in start:
            if _plain(start[key]) not in values:
                raise InputError(
                    f"start of {key} in {name} is {start[key]!r}, not among its values"
                )
            index = values.index(_plain(start[key]))
        else:
            index = 0 if isinstance(values[0], str) else (len(values) - 1) // 2
        made.append(Control(key, (labels or {}).get(key, key), values, index))
    if frames > _MAX_FRAMES:
        raise InputError(f"{name} needs {frames} frames; give values for at most {_MAX_FRAMES}")
    return Explorer(draw, tuple(made), words, height)


def _plain(value: Any) -> Value:
    """Return a NumPy scalar as the Python number it holds."""
    item = value.item() if hasattr(value, "item") else value
    if isinstance(item, bool) or not isinstance(item, int | float | str):
        raise InputError(f"a control's value is {value!r}; use numbers or words")
    return item


def _check_values(name: str, key: str, values: tuple[Value, ...]) -> None:
    if len(values) < 2:
        raise InputError(f"{key} in {name} has {len(values)} value; a control needs two or more")
    numbers = [value for value in values if not isinstance(value, str)]
    if 0 < len(numbers) < len(values):
        raise InputError(f"{key} in {name} mixes numbers and words; use one kind")
    if any(a >= b for a, b in itertools.pairwise(numbers)):
        raise InputError(f"{key} in {name} is not increasing; give its values in order")


def _house_layout(figure: Any, *, height: int) -> dict[str, Any]:
    """Return a plotly figure's JSON in the house look; what the figure sets itself stays.

    Args:
        figure: a `plotly.graph_objects.Figure`.
        height: in pixels, at every width.
    """
    # Dictionaries, not plotly's own updates, which take a third of a second for each frame.
    shown: dict[str, Any] = figure.to_plotly_json()
    shown["layout"] = {
        **shown["layout"],
        "template": plotly_template(),
        "height": height,
        "autosize": True,
        "uirevision": "keep",  # a reader's rotation outlives a change of the controls
    }
    return shown


def _readable(value: Value) -> str:
    """Return a control's value as the reader sees it."""
    if isinstance(value, str):
        return value
    text = f"{value:.4g}"
    return text.replace("-", "−")


def _markup(
    words: Words,
    controls: Sequence[Control],
    height: int,
    titles: Sequence[str],
    frames_json: str,
) -> str:
    """Return the markup that `lossurface.js` brings to life.

    The controls are disabled until it does, so that none is ever dead.
    """
    panels = "".join(
        '<div class="ls-panel">'
        + (f'<div class="ls-title">{html.escape(title)}</div>' if title else "")
        + f'<div class="ls-plot" style="height:{height}px"></div></div>'
        for title in titles
    )
    rows = "".join(_control(words.name, control) for control in controls)
    return (
        f'<div class="ls-explore" id="{words.name}-explore">'
        f'<div class="ls-panels" role="img" aria-label="{html.escape(words.alt)}">'
        f"{panels}<noscript>This figure needs JavaScript.</noscript></div>"
        f'<div class="ls-controls" role="group" aria-label="Controls of the figure">{rows}</div>'
        f'<script type="application/json" class="ls-frames">{frames_json}</script></div>'
    )


def _control(name: str, control: Control) -> str:
    ident = f"{name}-{control.key}"
    label = f'<label for="{ident}">{html.escape(control.label)}</label>'
    texts = [_readable(value) for value in control.values]
    if control.numeric:
        options = html.escape("|".join(texts))
        return (
            f'<div class="ls-control">{label}'
            f'<input type="range" id="{ident}" min="0" max="{len(texts) - 1}" step="1" '
            f'value="{control.start}" data-values="{options}" '
            f'aria-valuetext="{html.escape(texts[control.start])}" disabled>'
            f'<output for="{ident}">{html.escape(texts[control.start])}</output>'
            '<button type="button" class="ls-play" '
            f'aria-label="Play: {html.escape(control.label)}" disabled>Play</button></div>'
        )
    choices = "".join(
        f"<option{' selected' if i == control.start else ''}>{html.escape(text)}</option>"
        for i, text in enumerate(texts)
    )
    return f'<div class="ls-control">{label}<select id="{ident}" disabled>{choices}</select></div>'


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
