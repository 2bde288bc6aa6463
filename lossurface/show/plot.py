"""Drawings for static figures: each returns a function that draws with a theme's colours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from lossurface.show.scene import grid_of, points_of
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase
    from numpy.typing import ArrayLike

    from lossurface.show.style import Palette

__all__ = ["contours", "curves", "legend", "line", "plane", "probability", "scatter"]

Range = tuple[float, float] | None

DASHES = ("-", "--", ":", "-.", (0, (6, 1)), (0, (4, 1, 1, 1, 1, 1)))
MARKERS = "os^DvP"


def contours(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    ceiling: float,
    point: tuple[float, float] = (0.0, 0.0),
    radius: float = math.inf,
    axes: tuple[str, str] = ("$u$", "$v$"),
    title: str = "",
) -> Drawing:
    """Draw a loss surface from above, with theta* and its certified ball.

    Args:
        x: (k,) the first coordinate in the plane, increasing.
        y: (m,) the second.
        z: (m, k) the loss.
        ceiling: the highest level drawn.
        point: theta* in the plane.
        radius: of the certified ball, in the units of x and y, which are then drawn to one scale;
            inf draws no circle.
        axes: the names of the axes.
        title: above the panel; leave it to the caption unless there are several panels.

    Raises:
        InputError: the shapes do not fit.
    """
    import numpy as np
    from matplotlib.colors import PowerNorm

    xs, ys, zs = grid_of(x, y, z)
    low = zs.min()
    # Spaced as squares, so that a quadratic bowl gets evenly spaced rings.
    steps = low + (ceiling - low) * np.linspace(0, 1, 14) ** 2

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        norm = PowerNorm(0.5, vmin=steps[0], vmax=steps[-1])
        filled = ax.contourf(xs, ys, zs, levels=steps, extend="max", norm=norm)
        ax.contour(xs, ys, zs, levels=steps, colors="white", linewidths=0.5, alpha=0.6)
        beside = ax.inset_axes((1.04, 0, 0.05, 1))  # as tall as the axes, whatever their shape
        bar = figure.colorbar(filled, cax=beside, ticks=steps[::3], format="%.3g")
        bar.outline.set_visible(False)
        beside.set_title("loss", fontsize=10, color=palette.ink, pad=10)
        if math.isfinite(radius):
            angle = np.linspace(0, 2 * np.pi, 121)
            cx, cy = point[0] + radius * np.cos(angle), point[1] + radius * np.sin(angle)
            ax.plot(cx, cy, color=palette.accent, linewidth=2.5)
            ax.set_aspect("equal")
        ax.plot(*point, "*", color=palette.amber, markersize=15, markeredgecolor="#1f2328")
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        _title(figure, title)
        ax.grid(False)

    return draw


def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    axes: tuple[str, str] = ("$z$", ""),
    xlim: Range = None,
    ylim: Range = None,
    marks: Sequence[tuple[float, float]] = (),
    log: bool = False,
    title: str = "",
) -> Drawing:
    """Draw functions of one variable, told apart by colour and by dashes.

    Args:
        x: (k,).
        lines: (k,) values by the name in the legend; a single line needs no legend.
        axes: the names of the axes.
        xlim: the range of the horizontal axis; None fits the data.
        ylim: the range of the vertical axis.
        marks: points to mark.
        log: whether the vertical axis is logarithmic.
        title: above the panel.
    """

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        for i, (name, ys) in enumerate(lines.items()):
            ax.plot(x, ys, label=name, linestyle=DASHES[i % len(DASHES)])
        for mark in marks:
            ax.plot(*mark, "o", color=palette.amber, markersize=8, markeredgecolor=palette.ink)
        if log:
            ax.set_yscale("log")
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=xlim, ylim=ylim)
        _title(figure, title)
        if len(lines) > 1:
            legend(ax, 3)

    return draw


def line(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    f: ArrayLike,
    *,
    ylim: Range = None,
    title: str = "",
) -> Drawing:
    """Draw what `lossurface.show.scene.line` draws; `title` goes above the panel."""
    import numpy as np

    (points,), classes = points_of(samples, labels, 1)
    xs, fs = np.asarray(x, dtype=float), np.asarray(f, dtype=float)

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        ax.fill_between(xs, 0, fs, where=fs >= 0, color=palette.positive_soft, linewidth=0)
        ax.fill_between(xs, 0, fs, where=fs <= 0, color=palette.negative_soft, linewidth=0)
        ax.axhline(0, color=palette.muted, linewidth=0.8)
        ax.plot(xs, fs, color=palette.ink)
        scatter(ax, points, 0 * points, classes, palette)
        ax.set(xlabel="$x$", ylabel="$f(x)$", xlim=(xs[0], xs[-1]), ylim=ylim)
        _title(figure, title)
        legend(ax, 2)

    return draw


def plane(
    samples: ArrayLike,
    labels: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    f: ArrayLike,
    *,
    title: str = "",
) -> Drawing:
    """Draw what `lossurface.show.scene.plane` draws; `title` goes above the panel."""
    import numpy as np

    xs, ys, fs = grid_of(x, y, f)
    (first, second), classes = points_of(samples, labels, 2)

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        regions = [palette.negative_soft, palette.positive_soft]
        extent = max(np.abs(fs).max(), 1.0) * 2
        ax.contourf(xs, ys, fs, levels=[-extent, 0, extent], colors=regions)
        if np.any(fs >= 0) and np.any(fs < 0):
            ax.contour(xs, ys, fs, levels=[0], colors=[palette.ink], linewidths=1.6)
        scatter(ax, first, second, classes, palette)
        ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        _title(figure, title)
        ax.grid(False)
        legend(ax, 2)

    return draw


def probability(
    counts: Mapping[str, tuple[Sequence[float], Sequence[int], Sequence[int]]],
    *,
    exact: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    axes: tuple[str, str] = ("$n$", "probability"),
    log: bool = True,
) -> Drawing:
    """Draw estimated probabilities with 95% Clopper-Pearson intervals, and exact ones as lines.

    Args:
        counts: by name, three arrays (k,): the abscissa, the successes, the trials.
        exact: by name, two arrays (k,): the abscissa and the probability.
        axes: the names of the axes.
        log: whether the vertical axis is logarithmic; a count of zero is then its upper bound.
    """
    import numpy as np
    from matplotlib.ticker import MaxNLocator

    from lossurface.claims.tally import Tally

    tallies = {name: Tally(tuple(x), tuple(h), tuple(t)) for name, (x, h, t) in counts.items()}
    proved = exact or {}

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        looks = cycle(zip(MARKERS, palette.cycle, strict=True))
        for (name, tally), (marker, colour) in zip(tallies.items(), looks, strict=False):
            x, share = np.array(tally.x), np.array(tally.hits) / np.array(tally.trials)
            low, high = np.array([tally.interval(k) for k in range(len(x))]).T
            ax.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0)
            seen = np.where(share > 0, share, np.nan) if log else share
            ax.plot(x, seen, marker=marker, color=colour, label=name)
            if log:
                ax.plot(x[share <= 0], high[share <= 0], "v", color=colour, fillstyle="none")
        for (name, (xs, chance)), dash in zip(proved.items(), cycle(DASHES[1:]), strict=False):
            ax.plot(xs, chance, linestyle=dash, color=palette.ink, label=name)
        if log:
            ax.set_yscale("log")
        # What is counted along the axis, neurons or samples, is whole.
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(xlabel=axes[0], ylabel=axes[1])
        if len(tallies) + len(proved) > 1:
            legend(ax, 3)

    return draw


def scatter(ax: Any, x: Any, y: Any, labels: Any, palette: Palette) -> None:
    """Draw both classes: told apart by shape as well as by colour."""
    for sign, colour, marker in ((1, palette.positive, "o"), (-1, palette.negative, "s")):
        mine = labels * sign > 0
        ax.plot(
            x[mine], y[mine], marker, color=colour, label=f"label ${sign:+d}$",
            markersize=8, markeredgecolor=palette.paper, zorder=4,
        )  # fmt: skip


def _title(figure: FigureBase, title: str) -> None:
    """Name a panel, above its legend."""
    if title:
        figure.suptitle(title, fontsize=11)


def legend(ax: Any, columns: int) -> None:
    """Put the legend above the axes, where it hides nothing."""
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns,
        handlelength=1.8, handletextpad=0.5, columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip
