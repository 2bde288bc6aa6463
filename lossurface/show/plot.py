"""Drawings for static figures: each returns a function that draws with a theme's colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lossurface.show._geometry import circle_on_surface, grid_of, levels
from lossurface.show.static import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase
    from numpy.typing import ArrayLike

    from lossurface.show.style import Palette

__all__ = ["contours"]


def contours(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    point: tuple[float, float] | None = (0.0, 0.0),
    radius: float | None = None,
    axes: tuple[str, str] = ("$u$", "$v$"),
    ceiling: float | None = None,
    title: str = "",
) -> Drawing:
    """Draw a loss surface from above, with theta* and its certified ball.

    Args:
        x: (k,) the first coordinate in the plane, increasing.
        y: (m,) the second.
        z: (m, k) the loss.
        point: theta* in the plane; None for none.
        radius: of the certified ball, in the units of x and y; None or inf draws no circle.
        axes: the names of the axes.
        ceiling: the highest level drawn.
        title: above the panel; leave it to the caption unless there are several panels.
    """
    xs, ys, zs = grid_of(x, y, z)

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        steps = levels(zs, ceiling=ceiling)
        ax.contourf(xs, ys, zs, levels=steps, extend="max", norm=_root_norm(steps))
        ax.contour(xs, ys, zs, levels=steps, colors="white", linewidths=0.5, alpha=0.6)
        if point is not None:
            cx, cy, _ = circle_on_surface(xs, ys, zs, point, radius)
            ax.plot(cx, cy, color=palette.accent, linewidth=2.5)
            ax.plot(*point, "*", color=palette.amber, markersize=15, markeredgecolor="#1f2328")
        ax.set(xlabel=axes[0], ylabel=axes[1], title=title)
        ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
        ax.grid(False)

    return draw


def _root_norm(steps: Any) -> Any:
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, vmin=steps[0], vmax=steps[-1])
