"""The report of `lossurface check` as a folder: a page on its own, the JSON, every certificate."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal

from lossurface.conditions import closest_form
from lossurface.conditions.certified import NAMES
from lossurface.errors import InputError, checked_folder
from lossurface.show.figure import sentence
from lossurface.show.plot import legend, scatter
from lossurface.show.static import Drawing, Static, static
from lossurface.show.style import COLOURS, DARK, LIGHT, Palette

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.claims.check import Report
    from lossurface.conditions.certified import Condition
    from lossurface.conditions.guarantees import Applied

    Array = NDArray[np.float64]

__all__ = ["checked_place", "distances", "html", "write"]

MOST = 4_000  # samples drawn
# In inches, so small that the words are legible on a phone.
SINGLE, STACKED = (4.8, 3.4), (4.8, 5.4)
ROUNDING = 1e-9  # what is smaller beside the numbers that it is made of is drawn as 0
SIGNS: tuple[Literal[1, -1], ...] = (1, -1)


def html(report: Report) -> str:
    """Return the page: one file, no other host asked for anything."""
    page = files("lossurface.show").joinpath("assets/report.html").read_text(encoding="utf-8")
    lines = (f"{report.data_line}. {sentence(report.network_line)}", *report.rank_lines)
    advice = "".join(f"<li>{escape(line)}</li>" for line in report.needed)
    try:
        figures = "\n".join(figure.to_html() for figure in _figures(report) if figure.light)
    except OverflowError:
        figures = "<p>Some numbers are beyond what floats can hold, so there are no pictures.</p>"
    return Template(page).substitute(
        title=escape(f"What is guaranteed on {Path(report.table.source).name}"),
        light=_variables(LIGHT),
        dark=_variables(DARK),
        data="\n".join(f"<p>{escape(sentence(line))}.</p>" for line in lines),
        summary="\n".join(_summary(report)),
        figures=figures,
        advice=f"<h2>What would change the answer</h2><ul>{advice}</ul>" if advice else "",
        conditions="\n".join(_condition(one) for one in report.told),
        claims="\n".join(_claim(one) for one in report.claims),
    )


def _variables(palette: Palette) -> str:
    pairs = ((name[4:-1], getattr(palette, field)) for name, field in COLOURS.items())
    return ":root {" + "".join(f" {name}: {colour};" for name, colour in pairs) + " }"


def _summary(report: Report) -> Iterator[str]:
    for line in report.verdict:
        bad = "" if line.startswith(("guaranteed", "remark")) else " bad"
        proof = ' (<a href="certificates/counterexample.json">certificate</a>)'
        proof = proof if line.startswith("certified") else ""
        yield f'<p class="box{bad}">{escape(sentence(line))}{proof}.</p>'


def _condition(one: Condition) -> str:
    proof = ""
    if one.certificate is not None:
        proof = f' (<a href="certificates/{one.id}.json">certificate</a>)'
    verdict = f'<span class="{one.verdict}">{one.verdict}</span>'
    return _row(escape(NAMES[one.id]), verdict, escape(one.why) + proof)


def _claim(claim: Applied) -> str:
    return _row(claim.name, claim.applies, escape(claim.why_not or claim.says))


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _figures(report: Report) -> Iterator[Static]:
    """Yield the samples, and what settles Proposition 12's condition on them."""
    found = report.condition("proposition-12")
    if report.space.span.rank == 0:
        return
    n, d = report.table.dataset.n, report.table.dataset.d
    caption = "The samples of the two classes."
    if d == 2 and found.verdict == "holds":
        caption = "The samples, and the two ellipsoids of Proposition 12."
    elif d > 2:
        caption = "The samples, on the first two principal components of the standardised features."
    alt = f"Scatter plot of {min(n, MOST)} samples of two classes"
    yield static(_plane(report), name="fig-samples", alt=alt, caption=caption, size=SINGLE)
    if found.verdict == "holds":
        yield static(
            _histograms(report),
            name="fig-ellipsoids",
            alt="Two histograms of distances measured by an ellipsoid. In the first, one class is "
            "below 1 and the other above; in the second it is the other way round.",
            caption="Proposition 12's condition holds: each class lies inside a centred ellipsoid "
            "that leaves the other class outside. Distances are measured by the ellipsoid itself.",
            size=STACKED,
        )
    elif found.certificate is not None:
        word = "positive" if found.certificate.data["sign"] == 1 else "negative"
        yield static(
            _spectrum(report),
            name="fig-spectrum",
            alt="Bar chart of the eigenvalues of S, none on the wrong side, and the dual weights "
            f"{word}",
            caption="Proposition 12's condition fails: with these dual weights, S = sum lambda y x "
            f"x^T is {word} semidefinite.",
            size=STACKED,
        )


def _plane(report: Report) -> Drawing:
    import numpy as np

    X = np.array([[float(v) for v in row] for row in report.table.dataset.x[:MOST]])
    y, names = report.space.labels[:MOST], report.table.features
    if X.shape[1] == 1:
        points, names = np.column_stack([X[:, 0], y / 10]), (names[0], "")
    elif X.shape[1] == 2:
        points = X
    else:
        centred = X - X.mean(axis=0)
        scale = centred.std(axis=0)
        centred = centred / np.where(scale > 0, scale, 1.0)
        _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
        axes[sizes < ROUNDING * sizes[0]] = 0
        points = centred @ axes[:2].T
        names = ("first principal component", "second principal component")

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        scatter(ax, points[:, 0], points[:, 1], y, palette)
        found = report.condition("proposition-12")
        if X.shape[1] == 2 and found.verdict == "holds":
            reach = 1.15 * np.abs(X).max()
            grid = np.linspace(-reach, reach, 400)
            plane = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
            colours = (palette.positive, palette.negative)
            for sign, colour in zip(SIGNS, colours, strict=True):
                values = _squares(plane, _ellipsoid(report, sign)[1]).reshape(400, 400)
                ax.contour(grid, grid, values, levels=[1.0], colors=[colour])
        ax.set(xlabel=names[0], ylabel=names[1])
        legend(ax)

    return draw


def _ellipsoid(report: Report, sign: Literal[1, -1]) -> tuple[Array, Array]:
    """Return the samples and Z (k, k), x^T Z x <= 1 being the ellipsoid round a class.

    Where Proposition 12's condition fails it is the form that comes closest, in whitened samples.
    """
    import numpy as np

    space, found = report.space, report.condition("proposition-12")
    if found.verdict == "holds" and found.certificate is not None:
        side = found.certificate.data["positive" if sign == 1 else "negative"]
        points = np.array([[float(v) for v in row] for row in space.dataset.x])
        rows = np.array([[float(Fraction(v)) for v in row] for row in side["rows"]])
        Z = rows.T @ ([[float(Fraction(w))] for w in side["weights"]] * rows)
    else:
        form = closest_form(space, sign, moments=False)
        assert form is not None  # some sample is not zero, and any lambda will do
        points, Z = space.frame.points, form.shape
    values, inside = _squares(points, Z), space.labels == sign
    return points, Z * 2 / (values[inside].max() + values[~inside].min())


def _squares(points: Array, Z: Array) -> Array:
    import numpy as np

    values: Array = np.maximum(np.einsum("ij,ij->i", points @ Z, points), 0)
    return values


def distances(report: Report) -> tuple[Array, Array, Array]:
    """Return each sample's distance from the origin, measured by either ellipsoid; 1 is its edge.

    Where Proposition 12's condition holds they are those of the certificate; where it fails, the
    forms that came closest to telling the classes apart.

    Args:
        report: of `lossurface.check`.

    Returns:
        Distances by the positives' ellipsoid (n,), by the negatives' (n,), and labels (n,).
    """
    import numpy as np

    plus, minus = (np.sqrt(_squares(*_ellipsoid(report, sign))) for sign in SIGNS)
    return plus, minus, report.space.labels


def _histograms(report: Report) -> Drawing:
    import numpy as np

    *measured, labels = distances(report)

    def draw(figure: FigureBase, palette: Palette) -> None:
        names = ("positive", "negative")
        for ax, name, found in zip(figure.subplots(2, 1), names, measured, strict=True):
            bins = np.linspace(0, min(found.max(), 6.0), 60)
            for label, colour in ((1, palette.positive), (-1, palette.negative)):
                ax.hist(np.minimum(found, 5.99)[labels == label], bins, color=colour, alpha=0.7)
            ax.axvline(1.0, color=palette.ink, linewidth=1)
            ax.set(xlabel=f"distance, {name} class inside (boundary at 1)", ylabel="samples")

    return draw


def _spectrum(report: Report) -> Drawing:
    import numpy as np

    found, labels = report.condition("proposition-12").certificate, report.space.labels
    assert found is not None
    weights = np.array([float(Fraction(v)) for v in found.data["lambda"]])
    weights = weights / weights.max()
    points = report.space.frame.points  # the signs of eigenvalues do not depend on coordinates
    values = np.linalg.eigvalsh((points * (weights * labels)[:, None]).T @ points)
    values[abs(values) < ROUNDING * (weights @ (points**2).sum(axis=1))] = 0

    def draw(figure: FigureBase, palette: Palette) -> None:
        upper, lower = figure.subplots(2, 1)
        colour = palette.positive if found.data["sign"] == 1 else palette.negative
        numbers = np.arange(1, len(values) + 1)
        upper.bar(numbers, values, color=colour)
        upper.plot(numbers, values, "o", color=colour)  # a bar of height 0 is not seen
        for ax in (upper, lower):
            ax.xaxis.get_major_locator().set_params(integer=True)
        upper.axhline(0.0, color=palette.ink, linewidth=1)
        upper.set(xlabel="eigenvalues of S (whitened samples)")
        for sign, hue in ((1, palette.positive), (-1, palette.negative)):
            ordered = np.sort(weights[labels == sign])[::-1]
            lower.plot(np.arange(1, len(ordered) + 1), ordered, ".-", color=hue, linewidth=1)
        lower.set(xlabel="samples of a class, by dual weight", ylabel="lambda")

    return draw


def checked_place(out: str) -> Path:
    """Return the folder for a report, which need not exist yet.

    Raises:
        InputError: it is not a folder, or in none.
    """
    folder = checked_folder(out)
    if not folder.absolute().parent.is_dir():
        raise InputError(f"{out}: its folder does not exist; make it first")
    return folder


def write(report: Report, out: Path) -> None:
    """Write the folder: all of it, or nothing; what an earlier report left there is replaced.

    Raises:
        InputError: it cannot be written.
    """
    proofs = {one.id: one.certificate for one in report.conditions}
    proofs["counterexample"] = report.counterexample
    temporary = None
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.absolute().parent))
        (temporary / "report.html").write_text(html(report), encoding="utf-8")
        text = json.dumps(report.to_dict(), indent=1)
        (temporary / "report.json").write_text(text + "\n", encoding="utf-8")
        (temporary / "certificates").mkdir()
        for name, certificate in proofs.items():
            if certificate is not None:
                certificate.save(temporary / "certificates" / f"{name}.json")
        temporary.chmod(0o755)
        if not out.exists():
            temporary.rename(out)
            return
        for name in proofs:
            (out / "certificates" / f"{name}.json").unlink(missing_ok=True)
        shutil.copytree(temporary, out, dirs_exist_ok=True, copy_function=shutil.move)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
