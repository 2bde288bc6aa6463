"""One look for every figure: colours that survive colour-blindness, a light and a dark theme.

Colours are the Okabe-Ito set, brightened for the dark theme. Matplotlib drawings receive a
`Palette`; plotly drawings name colours by CSS variable (`INK`, `POSITIVE`, ...), which the page
resolves to the reader's theme and a live kernel resolves with `resolve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

__all__ = [
    "ACCENT",
    "AMBER",
    "COLOURS",
    "DARK",
    "GOOD",
    "GRID",
    "INK",
    "LIGHT",
    "MUTED",
    "NEGATIVE",
    "NEGATIVE_SOFT",
    "PAPER",
    "POSITIVE",
    "POSITIVE_SOFT",
    "SCALE",
    "Palette",
    "matplotlib_settings",
    "plotly_template",
    "resolve",
]


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, each a CSS hexadecimal string."""

    name: str
    ink: str  # text, axes, the outline of what matters
    muted: str  # secondary text and guides
    grid: str  # grid lines
    paper: str  # what lies behind the figure
    positive: str  # class +1
    negative: str  # class -1
    positive_soft: str  # the region decided +1, behind everything
    negative_soft: str  # the region decided -1
    good: str  # error 0, claims that hold
    accent: str  # the certified ball
    amber: str  # theta*, the point in question

    @property
    def cycle(self) -> tuple[str, ...]:
        """Colours for a family of lines, in the order used."""
        return (self.positive, self.negative, self.good, self.accent, self.amber, self.ink)


LIGHT = Palette(
    name="light",
    ink="#1f2328",
    muted="#57606a",
    grid="#d8dee4",
    paper="#ffffff",
    positive="#0072b2",
    negative="#c64f00",
    positive_soft="#cce3f0",
    negative_soft="#f6ddcc",
    good="#00805d",
    accent="#b0417f",
    amber="#e69f00",
)
DARK = Palette(
    name="dark",
    ink="#e6edf3",
    muted="#a9b4bf",
    grid="#3b434c",
    paper="#121212",
    positive="#62b8ee",
    negative="#f39455",
    positive_soft="#1d3a4d",
    negative_soft="#4a3020",
    good="#3fc99b",
    accent="#e79ac6",
    amber="#f5b942",
)

# The colours as a plotly drawing names them; the page's style sheet defines the variables.
INK = "var(--ls-ink)"
MUTED = "var(--ls-muted)"
GRID = "var(--ls-grid)"
PAPER = "var(--ls-paper)"
POSITIVE = "var(--ls-positive)"
NEGATIVE = "var(--ls-negative)"
POSITIVE_SOFT = "var(--ls-positive-soft)"
NEGATIVE_SOFT = "var(--ls-negative-soft)"
GOOD = "var(--ls-good)"
ACCENT = "var(--ls-accent)"
AMBER = "var(--ls-amber)"
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        f"var(--ls-{field.name.replace('_', '-')})": field.name
        for field in fields(Palette)
        if field.name != "name"
    }
)

SCALE = "Cividis"
"""The colour map of every surface: even in lightness, the same to a colour-blind reader."""


def resolve(value: Any, palette: Palette = LIGHT) -> Any:
    """Return plotly's JSON with every colour variable replaced by the palette's colour."""
    if isinstance(value, str):
        return getattr(palette, COLOURS[value]) if value in COLOURS else value
    if isinstance(value, Mapping):
        return {key: resolve(item, palette) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, palette) for item in value]
    return value


def matplotlib_settings(palette: Palette) -> dict[str, Any]:
    """Return the rc parameters of the house style, to be used in a context and nowhere else."""
    from cycler import cycler

    clear = ("figure.facecolor", "savefig.facecolor", "axes.facecolor")
    text = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.labelcolor",
            "ytick.labelcolor")  # fmt: skip
    return {
        **dict.fromkeys(clear, "none"),
        **dict.fromkeys(text, palette.ink),
        **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), palette.muted),
        **dict.fromkeys(("axes.titlesize", "axes.labelsize", "font.size"), 11),
        **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), 10),
        **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=list(palette.cycle)),
        "grid.color": palette.grid,
        "grid.linewidth": 0.7,
        "lines.linewidth": 2.0,
        "lines.solid_capstyle": "round",
        "font.family": "DejaVu Sans",
        "mathtext.fontset": "dejavusans",
        "svg.fonttype": "path",  # the same picture whatever fonts the reader has
        "svg.hashsalt": "lossurface",  # the same file on every build
        "image.cmap": SCALE.lower(),
    }


_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"


def plotly_template() -> dict[str, Any]:
    """Return the template of the house style for interactive figures."""
    line = {"gridcolor": GRID, "linecolor": MUTED, "tickcolor": MUTED, "zerolinecolor": GRID}
    flat = {
        **line,
        "fixedrange": True,  # a finger on a phone scrolls the page, not the axis
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
        "title": {"standoff": 8},
        "zeroline": False,
    }
    deep = {
        **line,
        "showbackground": False,
        "showspikes": False,
        "nticks": 5,
        "title": {"font": {"size": 14}},
        "tickfont": {"size": 12},
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
            "margin": {"l": 8, "r": 16, "t": 28, "b": 8},  # right: half of the last number
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
        "data": {
            "surface": coloured,
            "contour": coloured,
            "heatmap": coloured,
            "scatter": [{"line": {"simplify": False}}],  # it would leave corners in a curve
        },
    }
