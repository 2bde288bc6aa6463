"""The paper's Figure 1, redrawn: an identity shortcut beside a shortcut-like connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

    from lossurface.show.static import Drawing
    from lossurface.show.style import Palette

__all__ = ["networks"]


def networks() -> Drawing:
    """Draw both architectures from left (input) to right (output)."""

    def draw(figure: FigureBase, palette: Palette) -> None:
        left, right = figure.subplots(1, 2)
        _frame(left, "Identity shortcut\n$f(x)=a^\\top(x+H(x))+b$", palette)
        _box(left, (4.2, 4.6), "$H$", palette.positive_soft, palette)
        _node(left, (1, 2.8), "$x$", palette)
        _node(left, (7.3, 2.8), "$+$", palette)
        _node(left, (9.6, 2.8), "$f$", palette)
        _arrow(left, (1.45, 3.15), (3.1, 4.4), palette.ink)
        _arrow(left, (5.3, 4.4), (6.9, 3.15), palette.ink)
        _arrow(left, (1.55, 2.8), (6.75, 2.8), palette.accent, width=2.5)
        _arrow(left, (7.85, 2.8), (9.05, 2.8), palette.ink)
        left.text(4.2, 2.15, "the input itself", color=palette.accent, ha="center", va="top")
        _frame(right, "Shortcut-like connection\n$f(x)=f_S(x)+f_D(x)$", palette)
        _node(right, (1, 2.8), "$x$", palette)
        _box(right, (4.2, 4.6), "$f_D$", palette.positive_soft, palette)
        _box(right, (4.2, 1.0), "$f_S$", palette.negative_soft, palette)
        _node(right, (7.3, 2.8), "$+$", palette)
        _node(right, (9.6, 2.8), "$f$", palette)
        _arrow(right, (1.45, 3.15), (3.1, 4.4), palette.ink)
        _arrow(right, (5.3, 4.4), (6.9, 3.15), palette.ink)
        _arrow(right, (1.45, 2.45), (3.1, 1.2), palette.accent, width=2.5)
        _arrow(right, (5.3, 1.2), (6.9, 2.45), palette.accent, width=2.5)
        _arrow(right, (7.85, 2.8), (9.05, 2.8), palette.ink)
        right.text(4.2, 5.65, "any depth", color=palette.muted, ha="center")
        right.text(4.2, -0.1, "one hidden layer", color=palette.accent, ha="center", va="top")
        left.text(4.2, 5.65, "any depth", color=palette.muted, ha="center")

    return draw


def _frame(ax: Any, title: str, palette: Palette) -> None:
    ax.set(xlim=(0.2, 10.4), ylim=(-0.9, 8.4), aspect="equal")
    name, formula = title.split("\n")
    ax.text(5.3, 7.6, name, color=palette.ink, ha="center", weight="bold")
    ax.text(5.3, 6.7, formula, color=palette.ink, ha="center")
    ax.axis("off")


def _node(ax: Any, at: tuple[float, float], text: str, palette: Palette) -> None:
    from matplotlib.patches import Circle

    ax.add_patch(Circle(at, 0.55, facecolor="none", edgecolor=palette.ink, linewidth=1.4))
    ax.text(*at, text, ha="center", va="center", fontsize=12)


def _box(ax: Any, at: tuple[float, float], text: str, colour: str, palette: Palette) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (at[0] - 0.9, at[1] - 0.6)
    ax.add_patch(
        FancyBboxPatch(
            corner, 1.8, 1.2, boxstyle="round,pad=0.1,rounding_size=0.2",
            facecolor=colour, edgecolor=palette.ink, linewidth=1.2,
        )
    )  # fmt: skip
    ax.text(*at, text, ha="center", va="center", fontsize=13)


def _arrow(
    ax: Any, start: tuple[float, float], end: tuple[float, float], colour: str, width: float = 1.4
) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)
