"""The figures of escape training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lossurface.claims.tally import Tally
from lossurface.show import scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase

    from lossurface.landscape.escape_training import Training
    from lossurface.show.style import Palette

__all__ = ["race", "shares"]


def shares(found: Mapping[str, Mapping[str, Tally]]) -> Drawing:
    """Draw the share without an error and its interval, by starting point and by method.

    Args:
        found: by starting point, by method.
    """
    longest = max(found.values(), key=len)  # the start where every method ran
    methods = list(longest)[::-1]

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        for i, (begin, tallies) in enumerate(found.items()):
            colour = palette.cycle[i % len(palette.cycle)]
            marker = ("o", "s", "^")[i % 3]
            for name, counts in tallies.items():
                low, high = counts.interval()
                at = methods.index(name) + 0.22 * (1 - i)
                ax.plot([low, high], [at, at], color=colour, linewidth=2)
                ax.plot(
                    counts.share(), at, marker, color=colour, markersize=7,
                    label=f"start: {begin}" if name == next(iter(tallies)) else None,
                )  # fmt: skip
        ax.set_yticks(range(len(methods)), methods)
        ax.set(xlabel="share that ends without an error", xlim=(-0.03, 1.03))
        ax.grid(visible=False, axis="y")
        ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1.0), ncols=3)

    return draw


def race(ends: Mapping[str, Mapping[str, Training]], begin: str) -> go.Figure:
    """Draw the share of networks without an error against the steps taken, by method."""
    import numpy as np

    from lossurface.claims.escape_training import RAY, solved_by

    exponents = np.linspace(0, 3.5, 71)
    found = {name: run for name, run in ends[begin].items() if name != RAY}
    return scene.curves(
        exponents,
        solved_by(found, 10.0**exponents),
        axes=("log₁₀ of the steps", "share without an error"),
        ranges=((0, 3.5), (-0.03, 1.03)),
    )
