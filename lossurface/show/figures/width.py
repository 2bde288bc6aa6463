"""The figures of the page on Theorem 1's width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lossurface.show import scene
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from matplotlib.figure import FigureBase

    from lossurface.claims.width_threshold import Phase
    from lossurface.show.style import Palette

__all__ = ["by_gap", "map_of"]


def map_of(found: Phase, title: str) -> Drawing:
    """Draw the share that ends with an error over samples and widths, and the theorem's width.

    Args:
        found: the grid; widths and sizes are drawn as equal steps.
        title: above the panel.
    """
    import numpy as np

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        sizes, widths = range(len(found.sizes)), range(len(found.widths))
        image = ax.imshow(
            found.shares, origin="lower", aspect="auto", cmap="cividis", vmin=0, vmax=1
        )
        for k in sizes:
            for j in widths:
                share = found.shares[k, j]
                ink = "white" if share < 0.5 else "#1f2328"
                ax.text(j, k, f"{share:.2f}", ha="center", va="center", color=ink, fontsize=8)
        at = np.interp(found.thresholds, found.widths, np.arange(len(found.widths)))
        inside = [need <= found.widths[-1] for need in found.thresholds]
        for k, (x, seen) in enumerate(zip(at, inside, strict=True)):
            if seen:
                ax.plot([x - 0.5, x - 0.5], [k - 0.5, k + 0.5], color=palette.accent, linewidth=3)
        ax.set_xticks(list(widths), [str(M) for M in found.widths])
        ax.set_yticks(list(sizes), [str(n) for n in found.sizes])
        ax.set(xlabel="neurons $M$", ylabel="samples $n$")
        ax.grid(visible=False)
        figure.suptitle(title, fontsize=11)
        image.set_clim(0, 1)

    return draw


def by_gap(phases: Mapping[int, Phase], gap: str) -> go.Figure:
    """Draw the share that ends with an error against the width, one curve for each n."""
    found = phases[int(gap.removeprefix("Δr = "))]
    lines = {f"n = {n}": found.shares[k] for k, n in enumerate(found.sizes)}
    return scene.curves(
        found.widths,
        lines,
        axes=("neurons M", "share that ends with error"),
        ranges=((0.8, found.widths[-1] + 0.2), (-0.03, 1.03)),
    )
