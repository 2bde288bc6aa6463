"""Interactive figures: one drawing function, controls with or without a kernel.

On a published page every frame is computed beforehand and a small script (`lossurface.js`) steps
through them; in a live kernel the same controls are widgets that call the drawing function.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lossurface import InputError
from lossurface.show._frames import encode_frames, to_json
from lossurface.show._markup import explorer_markup
from lossurface.show._template import house_layout
from lossurface.show.figure import MIME, Words, live, page_html

__all__ = ["Control", "Explorer", "explore"]

Value = float | int | str

_MAX_FRAMES = 400


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
        return {key: house_layout(item, height=self.height) for key, item in panels.items()}

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
        return explorer_markup(self.words, self.controls, self.height, tuple(spec), frames)

    def widget(self) -> Any:
        """Return the live figure: ipywidgets controls above a plotly FigureWidget."""
        from lossurface.show._live import live_widget

        return live_widget(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if live():
            bundle: dict[str, Any] = self.widget()._repr_mimebundle_()
            return bundle
        payload = {
            "kind": "explore",
            "name": self.words.name,
            "alt": self.words.alt,
            "caption": self.words.caption,
            "html": self.to_html(),
        }
        note = "<p><em>Interactive figure: run this cell to use it, or see the book.</em></p>"
        return {
            MIME: payload,
            "text/html": page_html(self.words, note),
            "text/plain": f"Interactive figure: {self.words.alt}",
        }


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
