"""Drawings for static figures: each returns a function that draws with a theme's colours."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
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
STAR: dict[str, Any] = {
    "marker": "*", "markersize": 15, "markeredgecolor": "#1f2328", "linestyle": "none"
}  # fmt: skip
"""How theta* is marked, in the palette's amber."""


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

    The colours, and the contour lines between them, are spaced as the square root of the height.

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
    digits = max(0, 2 - math.floor(math.log10(ceiling - low)))

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        norm = PowerNorm(0.5, vmin=steps[0], vmax=steps[-1])
        # As pixels, also in an SVG: their outlines would be most of the file.
        filled = ax.contourf(xs, ys, zs, levels=steps, extend="max", norm=norm, rasterized=True)
        ax.contour(
            xs, ys, zs, levels=steps, colors="white", linewidths=0.5, alpha=0.6, rasterized=True
        )
        beside = ax.inset_axes((1.04, 0, 0.05, 1))  # as tall as the axes, whatever their shape
        bar = figure.colorbar(filled, cax=beside, ticks=steps[::3], format=f"%.{digits}f")
        bar.outline.set_visible(False)
        bar.set_label("loss (square-root scale)", fontsize=10)
        if math.isfinite(radius):
            angle = np.linspace(0, 2 * np.pi, 121)
            cx, cy = point[0] + radius * np.cos(angle), point[1] + radius * np.sin(angle)
            ax.plot(cx, cy, color=palette.accent, linewidth=2.5, label="certified ball")
            ax.set_aspect("equal")
        ax.plot(*point, color=palette.amber, label="θ*", **STAR)
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        _title(figure, title)
        if math.isfinite(radius):
            legend(ax)
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
        marks: points theta* to mark.
        log: whether the vertical axis is logarithmic.
        title: above the panel.
    """

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        for i, (name, ys) in enumerate(lines.items()):  # six colours, then with other dashes
            ax.plot(x, ys, label=name, linestyle=DASHES[(i + i // 6) % 6])
        for mark in marks:
            ax.plot(*mark, color=palette.amber, **STAR)
        if log:
            ax.set_yscale("log")
        ax.set(xlabel=axes[0], ylabel=axes[1], xlim=xlim, ylim=ylim)
        _title(figure, title)
        if len(lines) > 1:
            legend(ax)

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
        legend(ax)

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
        ax.contourf(xs, ys, fs, levels=[-extent, -1e-9 * extent, extent], colors=regions)
        if np.any(fs >= 0) and np.any(fs < 0):  # f = 0 counts as +1
            ax.contour(xs, ys, fs, levels=[-1e-9 * extent], colors=[palette.ink], linewidths=1.6)
        scatter(ax, first, second, classes, palette)
        ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
        ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        _title(figure, title)
        ax.grid(False)
        legend(ax)

    return draw


def probability(
    counts: Mapping[str, tuple[Sequence[float], Sequence[int], Sequence[int]]],
    *,
    exact: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    axes: tuple[str, str] = ("$n$", "probability"),
    log: bool = True,
) -> Drawing:
    """Draw estimated probabilities with 95% Clopper-Pearson intervals, and exact ones as lines.

    What is counted has a dot, and its place along the axis, if whole, a tick where there is room;
    a line without dots is computed.

    Args:
        counts: by name, three arrays (k,): the abscissa, the successes, the trials.
        exact: by name, two arrays (k,): the abscissa and the probability.
        axes: the names of the axes.
        log: whether the vertical axis is logarithmic; a count of zero is then its upper bound.
    """
    import numpy as np

    from lossurface.claims.tally import Tally

    tallies = {name: Tally(tuple(x), tuple(h), tuple(t)) for name, (x, h, t) in counts.items()}
    proved = exact or {}

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        looks = cycle(zip(DASHES, palette.cycle, strict=True))
        for (name, tally), (dash, colour) in zip(tallies.items(), looks, strict=False):
            x, share = np.array(tally.x), np.array(tally.hits) / np.array(tally.trials)
            low, high = np.array([tally.interval(k) for k in range(len(x))]).T
            ax.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0)
            seen = np.where(share > 0, share, np.nan) if log else share
            ax.plot(x, seen, marker=".", markersize=9, linestyle=dash, color=colour, label=name)
            if log:
                ax.plot(x[share <= 0], high[share <= 0], "v", color=colour, fillstyle="none")
        for (name, (xs, chance)), dash in zip(proved.items(), cycle(DASHES[1:]), strict=False):
            ax.plot(xs, chance, linestyle=dash, color=palette.ink, linewidth=1.4, label=name)
        if log:
            ax.set_yscale("log")
        ax.set_xticks(_apart({int(x) for tally in tallies.values() for x in tally.x if x % 1 == 0}))
        ax.set(xlabel=axes[0], ylabel=axes[1])
        if len(tallies) + len(proved) > 1:
            legend(ax)

    return draw


def scatter(ax: Any, x: Any, y: Any, labels: Any, palette: Palette) -> None:
    """Draw both classes: told apart by shape as well as by colour."""
    for sign, colour, marker in ((1, palette.positive, "o"), (-1, palette.negative, "s")):
        mine = labels * sign > 0
        ax.plot(
            x[mine], y[mine], marker, color=colour, label=f"label ${sign:+d}$",
            markersize=8, markeredgecolor=palette.paper, zorder=4,
        )  # fmt: skip


def _apart(places: Collection[int]) -> list[int]:
    """Return those of the places that leave room for the ones after them."""
    kept: list[int] = []
    for place in sorted(places, reverse=True):
        if not kept or kept[-1] - place >= 0.09 * (max(places) - min(places)):
            kept.append(place)
    return kept


def _title(figure: FigureBase, title: str) -> None:
    """Name a panel, above its legend."""
    if title:
        figure.suptitle(title, fontsize=11)


def legend(ax: Any) -> None:
    """Put the legend above the axes, where it hides nothing, in as many columns as have room."""
    import numpy as np

    names = ax.get_legend_handles_labels()[1]
    letters = [len(name.replace("$", "").replace("\\", "")) for name in names]
    room = 0.9 * 72 * ax.get_figure(root=False).bbox.width / ax.get_figure().dpi  # in points
    for columns in range(len(names), 0, -1):
        longest = [max(part) for part in np.array_split(letters, columns)]
        if sum(6 * most + 35 for most in longest) <= room:
            break
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns,
        handlelength=1.8, handletextpad=0.5, columnspacing=1.2, borderaxespad=0.2,
    )  # fmt: skip
