"""Figures drawn once, in the light and in the dark theme, by matplotlib."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lossurface.errors import InputError
from lossurface.show.figure import Words, drawn, mimebundle, page_html
from lossurface.show.style import DARK, LIGHT, Palette, matplotlib_settings

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

Drawing = Callable[["FigureBase", Palette], None]
"""Draws into an empty figure (or part of one) with the colours of a theme."""

WIDEST = 5.4
"""Inches: on a phone 360 pixels wide the smallest type, 10 points, is then 9 pixels high."""


@dataclass(frozen=True)
class Static:
    """A figure in both themes, ready to be shown: the last expression of a cell.

    Attributes:
        words: its name, alt text and caption.
        alts: the alt text of each panel.
        width: of a panel, in CSS pixels, where there is room for it.
        format: "svg" (text) or "png" (base64).
        light: the renderings of the panels; empty where figures are left out.
        dark: the same in the dark theme.
        small: the first panel in both themes, for lists of figures: base64 of a PNG.
    """

    words: Words
    alts: tuple[str, ...]
    width: int
    format: Literal["svg", "png"]
    light: tuple[str, ...]
    dark: tuple[str, ...]
    small: tuple[str, ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        if not self.light:
            return {"text/plain": f"Figure (not drawn): {self.words.alt}"}
        return mimebundle(
            self.words,
            "static",
            self._images(),
            f"Figure: {self.words.alt}",
            width=self.width,
            small=self.small,
            pictures=[
                {"format": self.format, "alt": alt, "light": light, "dark": dark}
                for alt, light, dark in zip(self.alts, self.light, self.dark, strict=True)
            ],
        )

    def to_html(self) -> str:
        """Return the figure as HTML that needs nothing else."""
        return page_html(self.words, self._images())

    def _images(self) -> str:
        kind = "svg+xml" if self.format == "svg" else "png"
        images = []
        for theme, panels in (("light", self.light), ("dark", self.dark)):
            for alt, data in zip(self.alts, panels, strict=True):
                encoded = base64.b64encode(data.encode()).decode() if self.format == "svg" else data
                images.append(
                    f'<img class="ls-{theme}" alt="{html.escape(alt)}" '
                    f'style="width:{self.width}px" src="data:image/{kind};base64,{encoded}">'
                )
        return "".join(images)


def static(
    draw: Drawing | Sequence[Drawing],
    *,
    name: str,
    alt: str | Sequence[str],
    caption: str,
    size: tuple[float, float] = (5.2, 3.2),
    format: Literal["svg", "png"] = "svg",
) -> Static:
    """Draw a figure in both themes.

    Args:
        draw: one of the drawings of `lossurface.show.plot`, or any function of a figure and a
            palette; or several, for panels that stand side by side where there is room, and one
            below the other on a phone.
        name: the label for `{numref}`, "fig-...", unique in the book.
        alt: the figure in words, for readers who cannot see it; of each panel, where there are
            several.
        caption: one sentence that says what to see; Markdown and maths allowed.
        size: width and height in inches, of each panel; two panels 3.5 inches wide fill the width
            of the text.
        format: "svg", or "png" for drawings of very many pieces (3-D surfaces).

    Returns:
        The figure, shown when it is the last expression of a cell.

    Raises:
        InputError: a word is missing, or the size or format is not usable.
    """
    drawings = (draw,) if callable(draw) else tuple(draw)
    alts = (alt,) if isinstance(alt, str) else tuple(alt)
    words = Words(name, " ".join(alts), caption)
    if len(alts) != len(drawings):
        raise InputError(
            f"alt of {name} has {len(alts)} texts for {len(drawings)} panels; write one for each"
        )
    if format not in ("svg", "png"):
        raise InputError(f'format of {name} is {format!r}; write "svg" or "png"')
    if not 2 <= size[0] <= WIDEST or not 1 <= size[1] <= 12:
        raise InputError(
            f"size of {name} is {size} inches; use 2-{WIDEST} across, so that it can be read on a "
            "phone, and 1-12 down"
        )
    light, dark = (
        tuple(_render(one, palette, size, format) for one in drawings) if drawn() else ()
        for palette in (LIGHT, DARK)
    )
    small = (_render(drawings[0], one, size, "png", dpi=40) for one in (LIGHT, DARK) if drawn())
    return Static(words, alts, round(96 * size[0]), format, light, dark, tuple(small))


def panels(*drawings: Drawing, columns: int | None = None) -> Drawing:
    """Put drawings into one picture, side by side (or in a grid of `columns`) on any screen."""

    def draw(figure: FigureBase, palette: Palette) -> None:
        across = columns or len(drawings)
        down = -(-len(drawings) // across)
        parts = figure.subfigures(down, across, squeeze=False)
        for part, drawing in zip(parts.flat, drawings, strict=False):
            drawing(part, palette)

    return draw


def _render(
    draw: Drawing, palette: Palette, size: tuple[float, float], format: str, dpi: int = 200
) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Mapping[str, Any] = matplotlib_settings(palette)
    # Figure, not pyplot: no window, no global list of figures, no backend to choose.
    with mpl.rc_context(dict(settings)):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure, palette)
        stream = io.BytesIO()
        if format == "svg":
            figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
            return stream.getvalue().decode()
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
        return base64.b64encode(stream.getvalue()).decode()
