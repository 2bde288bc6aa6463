"""The report's pictures, as inline SVG with a text for those who do not see them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from lossurface.conditions.check import Report

    Array = NDArray[np.float64]

__all__ = ["Picture", "draw"]

POSITIVE, NEGATIVE, INK = "#0072b2", "#d55e00", "#333333"  # Okabe-Ito
MOST = 4_000  # samples drawn


@dataclass(frozen=True)
class Picture:
    """A figure and what it says."""

    svg: str
    caption: str
    alt: str

    def html(self) -> str:
        """Return a figure element."""
        return (
            f'<figure role="img" aria-label="{escape(self.alt, quote=True)}">{self.svg}'
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )


def draw(report: Report) -> Iterator[Picture]:
    """Yield the samples, and what settles Proposition 12's condition on them."""
    if report.space is None or report.space.span.rank == 0:
        return
    yield _samples(report)
    found = report.condition("proposition-12")
    if found.certificate is not None:
        data = dict(found.certificate.data)
        yield _levels(report, data) if found.verdict == "holds" else _spectrum(report, data)


def _matrix(rows: list[list[str]]) -> Array:
    import numpy as np

    return np.array([[float(Fraction(v)) for v in row] for row in rows])


def _floats(report: Report) -> tuple[Array, Array]:
    import numpy as np

    rows = report.table.dataset.x[:MOST]
    X = np.array([[float(v) for v in row] for row in rows])
    return X, np.array(report.table.dataset.y[:MOST])


def _figure(width: float, height: float, columns: int = 1) -> tuple[Any, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)[0]
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, list(axes)


def _svg(figure: Any) -> str:
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "lossurface", "svg.fonttype": "path"}):
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _scatter(axis: Axes, points: Array, y: Array, sizes: Array | None = None) -> None:
    for sign, colour, mark in ((1, POSITIVE, "o"), (-1, NEGATIVE, "s")):
        chosen = y == sign
        size = 18.0 if sizes is None else sizes[chosen]
        axis.scatter(
            points[chosen, 0], points[chosen, 1], s=size, c=colour, marker=mark, alpha=0.65,
            linewidths=0, label="positive" if sign == 1 else "negative",
        )  # fmt: skip


def _samples(report: Report) -> Picture:
    import numpy as np

    X, y = _floats(report)
    names = report.table.features
    figure, (axis,) = _figure(6.0, 4.2)
    ellipses = ""
    if X.shape[1] == 1:
        points = np.column_stack([X[:, 0], np.where(y > 0, 0.1, -0.1)])
        labels = [names[0], ""]
    elif X.shape[1] == 2:
        points, labels = X, list(names)
    else:
        centred = X - X.mean(axis=0)
        scale = centred.std(axis=0)
        centred = centred / np.where(scale > 0, scale, 1.0)
        points = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        labels = ["first principal component", "second principal component"]
    _scatter(axis, points, y)
    found = report.condition("proposition-12")
    if X.shape[1] == 2 and found.verdict == "holds" and found.certificate is not None:
        _draw_ellipses(axis, X, y, dict(found.certificate.data))
        ellipses = ", and the two ellipsoids of Proposition 12"
    axis.set_xlabel(labels[0])
    axis.set_ylabel(labels[1])
    axis.legend(frameon=False)
    text = f"The samples{ellipses}."
    if X.shape[1] > 2:
        text = "The samples, on the first two principal components of the standardised features."
    return Picture(_svg(figure), text, f"Scatter plot of {len(X)} samples of two classes")


def _draw_ellipses(axis: Axes, X: Array, y: Array, data: dict[str, Any]) -> None:
    import numpy as np

    reach = 1.15 * np.abs(X).max()
    grid = np.linspace(-reach, reach, 400)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    for name, sign, colour in (("positive", 1, POSITIVE), ("negative", -1, NEGATIVE)):
        inner, outer = _side(data, name, X, y, sign)
        factor = _factor(data[name])
        level = (inner.max() + outer.min()) / 2
        values = ((plane @ factor.T) ** 2).sum(axis=-1)
        axis.contour(grid, grid, values, levels=[level], colors=[colour], linewidths=1.5)


def _factor(side: dict[str, Any]) -> Array:
    import numpy as np

    weights = np.array([float(Fraction(w)) for w in side["weights"]])
    factor: Array = _matrix(side["rows"]) * np.sqrt(weights)[:, None]
    return factor


def _side(data: dict[str, Any], name: str, X: Array, y: Array, sign: int) -> tuple[Array, Array]:
    """Return x^T Z x on the class inside and on the one outside."""
    values = ((X @ _factor(data[name]).T) ** 2).sum(axis=1)
    return values[y == sign], values[y == -sign]


def _levels(report: Report, data: dict[str, Any]) -> Picture:
    import numpy as np

    X, y = _floats(report)
    figure, axes = _figure(8.0, 3.2, 2)
    sides = (("positive", 1, POSITIVE, NEGATIVE), ("negative", -1, NEGATIVE, POSITIVE))
    for axis, (name, sign, inside, outside) in zip(axes, sides, strict=True):
        inner, outer = _side(data, name, X, y, sign)
        level = (inner.max() + outer.min()) / 2 if len(inner) and len(outer) else 1.0
        bins = np.linspace(0, min(np.sqrt(outer.max() / level), 6.0), 60).tolist()
        axis.hist(np.sqrt(inner / level), bins=bins, color=inside, alpha=0.7)
        axis.hist(np.sqrt(np.minimum(outer / level, 35.9)), bins=bins, color=outside, alpha=0.7)
        axis.axvline(1.0, color=INK, linewidth=1)
        axis.set_xlabel(f"distance, {name} class inside (boundary at 1)")
        axis.set_ylabel("samples")
    return Picture(
        _svg(figure),
        "Proposition 12's condition holds: each class lies inside a centred ellipsoid that leaves "
        "the other class outside. Distances are measured by the ellipsoid itself.",
        "Two histograms of ellipsoid distances: one class below 1, the other above, then exchanged",
    )


def _spectrum(report: Report, data: dict[str, Any]) -> Picture:
    import numpy as np

    y = np.array(report.table.dataset.y[:MOST])
    weights = np.array([float(Fraction(v)) for v in data["lambda"]])[:MOST]
    weights = weights / weights.max()
    assert report.space is not None
    unit = report.space.frame.points[:MOST]  # the signs of eigenvalues do not depend on coordinates
    values = np.linalg.eigvalsh((unit * (weights * y)[:, None]).T @ unit)
    figure, axes = _figure(8.0, 3.2, 2)
    colour = POSITIVE if data["sign"] == 1 else NEGATIVE
    axes[0].bar(np.arange(1, len(values) + 1), values, color=colour)
    axes[0].axhline(0.0, color=INK, linewidth=1)
    axes[0].set_xlabel("eigenvalues of S (whitened samples)")
    for sign, hue in ((1, POSITIVE), (-1, NEGATIVE)):
        ordered = np.sort(weights[y == sign])[::-1]
        axes[1].plot(np.arange(1, len(ordered) + 1), ordered, ".-", color=hue, linewidth=1)
    axes[1].set_xlabel("samples of a class, by dual weight")
    axes[1].set_ylabel("lambda")
    word = "positive" if data["sign"] == 1 else "negative"
    return Picture(
        _svg(figure),
        f"Proposition 12's condition fails: with these dual weights, S = sum lambda y x x^T is "
        f"{word} semidefinite.",
        f"Bar chart of the eigenvalues of S, none on the wrong side, and the dual weights {word}",
    )
