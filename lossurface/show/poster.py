"""One frame of an interactive figure as a picture: before the script comes, without it, in print.

It draws plotly's JSON by matplotlib: the traces and settings that the book's figures have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossurface.show import plot, scene
from lossurface.show.static import Drawing
from lossurface.show.style import SCALE, resolve

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.show.style import Palette

    Array = NDArray[np.float64]

_PX = 0.75  # points
_MARKS = {"circle": "o", "square": "s", "cross-thin": "+"}
_DASHES = dict(zip(scene.DASHES, plot.DASHES, strict=True))
_BANDS = 16  # of a surface's colours


def poster(panel: Mapping[str, Any]) -> Drawing:
    """Draw a plotly figure, {"data": traces, "layout": ...} with arrays as NumPy's."""
    hills = [hill(trace) for trace in panel["data"] if trace["type"] == "surface"]

    def draw(figure: FigureBase, palette: Palette) -> None:
        data, layout = resolve(panel["data"], palette), resolve(panel["layout"], palette)
        ax = _space(figure, layout["scene"]) if "scene" in layout else figure.subplots()
        for polygons, colours in hills:
            _faces(ax, polygons, facecolors=colours, edgecolors=colours, linewidths=0.3)
        for index, trace in enumerate(data):
            if trace["type"] == "surface":
                x, y = trace["x"], trace["y"]
                ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
            else:
                _DRAWN[trace["type"]](ax, trace, palette.cycle[index % len(palette.cycle)])
        if "scene" not in layout:
            _axes(ax, layout)
        if "title" in layout:
            figure.suptitle(layout["title"]["text"].replace("<br>", "\n"), fontsize=10)
        if layout.get("showlegend", True) and ax.get_legend_handles_labels()[0]:
            plot.legend(ax)

    return draw


def _axes(ax: Any, layout: Mapping[str, Any]) -> None:
    """Name and limit the axes; write what stands in the picture."""
    for key, zero in (("x", ax.axvline), ("y", ax.axhline)):
        axis = layout.get(f"{key}axis", {})
        ax.set(**{f"{key}label": axis.get("title", {}).get("text", "")})
        if axis.get("range") is not None:
            ax.set(**{f"{key}lim": axis["range"]})
        ax.grid(axis.get("showgrid", True), axis=key)
        ax.locator_params(axis=key, nbins=6)
        if axis.get("zeroline"):
            zero(0, color=axis["zerolinecolor"], linewidth=0.8)
        if "scaleanchor" in axis:
            ax.set_aspect("equal")
    for note in layout.get("annotations", ()):
        ax.text(
            note["x"], note["y"], re.sub("<.*?>", "", note["text"]), transform=ax.transAxes,
            ha=note.get("xanchor", "center"), va="top" if note["y"] > 0.5 else "bottom",
            weight="bold", fontsize=10, zorder=6,
            bbox={"color": note["bgcolor"], "pad": 2},
        )  # fmt: skip


def _name(trace: Mapping[str, Any]) -> str:
    return trace.get("name", "") if trace.get("showlegend", True) else ""


def _scatter(ax: Any, trace: Mapping[str, Any], colour: str) -> None:
    """Draw points, the lines between them and what they enclose, in the plane or in space."""
    import numpy as np

    at = [np.asarray(trace[key], dtype=float) for key in "xyz" if key in trace]
    line, mark = trace.get("line", {}), trace.get("marker", {})
    mode, layer = trace.get("mode", "lines"), 2 + trace.get("zorder", 0)
    if "fill" in trace:
        fill = ax.fill if trace["fill"] == "toself" else ax.fill_between
        look = {"color": trace["fillcolor"], "linewidth": 0, "label": _name(trace)}
        fill(*at, **look, zorder=layer - 1)
    if "lines" in mode:
        ax.plot(
            *at, color=line.get("color", colour), linewidth=_PX * line.get("width", 2),
            linestyle=_DASHES[line.get("dash", "solid")], zorder=layer, label=_name(trace),
        )  # fmt: skip
    if "markers" in mode and at[0].size:
        sizes, edge = _PX * np.asarray(mark.get("size", 6)), mark.get("line", {})
        shape, own = _MARKS[mark.get("symbol", "circle")], mark.get("color", colour)
        look = {"marker": shape, "alpha": mark.get("opacity"), "zorder": 10}
        if shape == "+":
            own = edge["color"]
        else:
            look |= {"edgecolors": edge.get("color", "none")}
        if len(at) == 3:
            look |= {"depthshade": False}
        ax.scatter(*at, s=sizes**2, color=own, linewidths=_PX * edge.get("width", 0), **look)
        if _name(trace) and "lines" not in mode:  # in the legend, of one size whatever
            size = min(8.0, sizes.max())
            ax.plot(*([] for _ in at), shape, color=own, markersize=size, label=_name(trace))


def _heatmap(ax: Any, trace: Mapping[str, Any], colour: str) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("scale", [tuple(s) for s in trace["colorscale"]])
    low, high = trace["zmin"], trace["zmax"]
    ax.pcolormesh(
        trace["x"], trace["y"], trace["z"], cmap=colours, vmin=low, vmax=high, rasterized=True
    )


def _contour(ax: Any, trace: Mapping[str, Any], colour: str) -> None:
    level, line = trace["contours"]["start"], trace["line"]
    if trace["z"].min() < level < trace["z"].max():
        look = {"colors": [line["color"]], "linewidths": _PX * line["width"]}
        ax.contour(trace["x"], trace["y"], trace["z"], levels=[level], **look)


def _mesh(ax: Any, trace: Mapping[str, Any], colour: str) -> None:
    import numpy as np

    corners = np.transpose([trace[key] for key in "xyz"])
    faces = np.transpose([trace.get(key, []) for key in "ijk"]).astype(int)
    _faces(ax, corners[faces], facecolors=trace["color"], alpha=trace["opacity"])


_DRAWN = {
    "scatter": _scatter,
    "scatter3d": _scatter,
    "heatmap": _heatmap,
    "contour": _contour,
    "mesh3d": _mesh,
}


def _faces(ax: Any, polygons: Array, **look: Any) -> None:
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    if len(polygons):
        ax.add_collection3d(Poly3DCollection(polygons, **look))


def _space(figure: FigureBase, view: Mapping[str, Any]) -> Any:
    """Return axes in space, seen from where plotly's camera stands."""
    import numpy as np

    ax: Any = figure.subplots(subplot_kw={"projection": "3d", "computed_zorder": False})
    ax.set_autoscale_on(False)
    eye = {"x": 1.25, "y": 1.25, "z": 1.25} | view.get("camera", {}).get("eye", {})
    height = eye["z"] - view.get("camera", {}).get("center", {}).get("z", 0)
    ax.view_init(
        elev=np.degrees(np.arctan2(height, np.hypot(eye["x"], eye["y"]))),
        azim=np.degrees(np.arctan2(eye["y"], eye["x"])),
    )
    ratio = view.get("aspectratio", {"x": 1, "y": 1, "z": 1})
    # Small enough for the numbers and names around it, in a narrow figure too.
    wide, high = ax.figure.get_size_inches()
    zoom = 0.75 * min(0.96, wide / high, wide / 4.25)
    ax.set_box_aspect([ratio[key] for key in "xyz"], zoom=zoom)
    for key in "xyz":
        axis = view[f"{key}axis"]
        ax.set(**{f"{key}label": axis["title"]["text"]})
        if "range" in axis:
            ax.set(**{f"{key}lim": axis["range"]})
        if "tickvals" in axis:
            ax.set(**{f"{key}ticks": axis["tickvals"]})
        else:
            # Not at the ends, where the numbers of two axes meet.
            ax.locator_params(axis=key, nbins=5, prune=None if key == "z" else "both")
        drawn = getattr(ax, f"{key}axis")
        drawn.set_pane_color((0, 0, 0, 0))
        drawn.labelpad = 7
    return ax


def hill(trace: Mapping[str, Any]) -> tuple[Array, Array]:
    """Return a surface up to its ceiling, cut into polygons (k, 8, 3) of one colour (k, 4) each."""
    import numpy as np
    from matplotlib import colormaps

    x, y, z = np.asarray(trace["x"]), np.asarray(trace["y"]), np.asarray(trace["z"])
    levels = np.linspace(trace["cmin"], trace["cmax"], _BANDS + 1)
    polygons, bands = [], []
    for i, j in np.ndindex(len(y) - 1, len(x) - 1):
        corners = ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))
        cell = [np.array([x[b], y[a], z[a, b]]) for a, b in corners]
        heights = [corner[2] for corner in cell]
        lowest, highest = np.searchsorted(levels, [min(heights), max(heights)])
        for band in range(max(lowest - 1, 0), min(highest, _BANDS)):
            piece = _cut(_cut(cell, levels[band], 1), levels[band + 1], -1)
            if len(piece) > 2:
                polygons.append(np.array(piece + piece[-1:] * (8 - len(piece))))
                bands.append((band + 0.5) / _BANDS)
    return np.reshape(polygons, (-1, 8, 3)), colormaps[SCALE.lower()](bands)


def _cut(polygon: Sequence[Array], level: float, side: int) -> list[Array]:
    """Return what of a polygon is above a height (side 1) or below it (side -1)."""
    kept: list[Array] = []
    for start, end in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True):
        from_level, to_level = side * (start[2] - level), side * (end[2] - level)
        if from_level >= 0:
            kept.append(start)
        if from_level * to_level < 0:
            kept.append(start + (end - start) * (from_level / (from_level - to_level)))
    return kept
