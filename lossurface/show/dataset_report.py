"""The report of `lossurface check` as a folder: a page on its own, the JSON, every certificate."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lossurface import InputError
from lossurface.conditions import closest_form
from lossurface.conditions.certified import NAMES
from lossurface.errors import checked_folder
from lossurface.show.figure import sentence
from lossurface.show.plot import legend, scatter
from lossurface.show.static import Drawing, Static, panels, static
from lossurface.show.style import COLOURS, DARK, LIGHT, Palette

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import FigureBase
    from numpy.typing import NDArray

    from lossurface.claims.check import Report

    Array = NDArray[np.float64]

__all__ = ["checked_place", "distances", "html", "write"]

MOST = 4_000  # samples drawn
SIGNS: tuple[Literal[1, -1], ...] = (1, -1)


def _variables(palette: Palette) -> str:
    pairs = ((name[4:-1], getattr(palette, field)) for name, field in COLOURS.items())
    return ":root {" + "".join(f" {name}: {colour};" for name, colour in pairs) + " }"


STYLE = f"""
{_variables(LIGHT)}
@media (prefers-color-scheme: dark) {{
  {_variables(DARK)}
  .ls-figure .ls-light {{ display: none; }} .ls-figure .ls-dark {{ display: block; }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ls-ink); background: var(--ls-paper); }}
a {{ color: var(--ls-positive); }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .6rem; }}
tr + tr {{ border-top: 1px solid var(--ls-grid); }}
.holds {{ color: var(--ls-good); }} .fails {{ color: var(--ls-negative); }}
.undecided {{ color: var(--ls-muted); }}
.box {{ border-left: 4px solid var(--ls-positive); padding: .2rem 1rem; }}
.box.bad {{ border-color: var(--ls-negative); }}
"""
MEANING = """
<h2>What the verdicts mean, and what they do not</h2>
<p>A guarantee is about the empirical loss on exactly these samples: descent cannot come to rest at
a local minimum that misclassifies one of them. It says nothing of new samples, of the time that
descent takes, or of saddle points passed on the way. A violated condition means that some deep part
f_D makes a bad local minimum possible, not that training will meet it.</p>
<p>Every verdict marked with a certificate can be checked again, in exact arithmetic, by
<code>lossurface recheck certificates</code> in this folder. Binary floating-point data are read as
the exact fractions that they are, decimal text as decimals. “Definite” is read on the span of the
samples.</p>
"""


def html(report: Report) -> str:
    """Return the page: one file, no other host asked for anything."""
    return "\n".join(_parts(report)) + "\n"


def _parts(report: Report) -> Iterator[str]:
    title = escape(f"Which theorem holds on {Path(report.table.source).name}")
    yield "<!doctype html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{STYLE}</style></head><body><main><h1>{title}</h1>"
    for line in (f"{report.data_line}. {sentence(report.network_line)}", *report.rank_lines):
        yield f"<p>{escape(sentence(line))}.</p>"
    yield from _summary(report)
    try:
        yield from [figure.to_html() for figure in _figures(report) if figure.light]
    except OverflowError:
        yield "<p>Some numbers are beyond what floats, and so pictures, can hold.</p>"
    if report.advice:
        lines = "".join(f"<li>{escape(line)}</li>" for line in report.advice)
        yield f"<h2>What would change the answer</h2><ul>{lines}</ul>"
    yield "<h2>Conditions</h2>"
    yield from _table(
        ("Condition", "Verdict", "Why", "Proof"),
        (
            (
                escape(NAMES[one.id]),
                f'<span class="{one.verdict}">{one.verdict}</span>',
                escape(one.why),
                ""
                if one.certificate is None
                else f'<a href="certificates/{one.id}.json">{one.certificate.kind}</a>',
            )
            for one in report.conditions
        ),
    )
    yield "<h2>Statements of the paper, held against this case</h2>"
    yield from _table(
        ("Statement", "Applies", "What it says, or what is missing", "Width needed", "given"),
        (
            (
                _name(claim.id),
                claim.applies,
                escape(claim.says if claim.applies == "yes" else "; ".join(claim.missing)),
                *("" if width is None else str(width)
                  for width in (claim.width_needed, claim.width_given)),
            )
            for claim in report.claims
        ),
    )  # fmt: skip
    yield f"{MEANING}</main></body></html>"


def _summary(report: Report) -> Iterator[str]:
    for claim in report.guarantees:
        yield f'<p class="box"><strong>{_name(claim.id)}</strong>: {escape(claim.says)}.</p>'
    if not report.guarantees:
        yield '<p class="box bad">No guarantee of the paper applies to this network.</p>'
    for claim in report.claims:
        if claim.kind == "warning" and claim.applies == "yes":
            name, says = _name(claim.id), escape(claim.says)
            yield f'<p class="box bad"><strong>{name}</strong>: {says}.</p>'
    if report.counterexample is not None:
        found = report.counterexample.data
        radius = found["radius"] if len(found["radius"]) < 40 else f"{found['radius'][:36]}…"
        yield (
            '<p class="box bad">Certified on these samples: a local minimum with training error '
            f"{found['training_error']}; no parameters closer than {radius} have a lower loss "
            '(<a href="certificates/counterexample.json">certificate</a>).</p>'
        )


def _name(id_: str) -> str:
    name = id_.removesuffix("-necessary").removeprefix("ours-").replace("-", " ").capitalize()
    return f"{name} (ours)" if id_.startswith("ours-") else name


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield "<table><tr>" + "".join(f"<th>{cell}</th>" for cell in head) + "</tr>"
    yield from ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    yield "</table>"


def _figures(report: Report) -> Iterator[Static]:
    """Yield the samples, and what settles Proposition 12's condition on them."""
    found = report.condition("proposition-12")
    if report.space.span.rank == 0:
        return
    n, d = report.table.dataset.n, report.table.dataset.d
    caption = "The samples of either class."
    if d == 2 and found.verdict == "holds":
        caption = "The samples, and the two ellipsoids of Proposition 12."
    elif d > 2:
        caption = "The samples, on the first two principal components of the standardised features."
    alt = f"Scatter plot of {min(n, MOST)} samples of two classes"
    yield static(_plane(report), name="fig-samples", alt=alt, caption=caption)
    if found.verdict == "holds":
        yield static(
            panels(_histogram(report, 1), _histogram(report, -1)),
            name="fig-ellipsoids",
            alt="Two histograms of ellipsoid distances: one class below 1, the other above, then "
            "exchanged",
            caption="Proposition 12's condition holds: each class lies inside a centred ellipsoid "
            "that leaves the other class outside. Distances are measured by the ellipsoid itself.",
            size=(9.6, 3.4),
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
            size=(9.6, 3.4),
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
        points = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
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
        legend(ax, 2)

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


def _histogram(report: Report, sign: Literal[1, -1]) -> Drawing:
    import numpy as np

    found, labels = np.sqrt(_squares(*_ellipsoid(report, sign))), report.space.labels
    shown = np.minimum(found, 5.99)
    bins = np.linspace(0, min(found.max(), 6.0), 60).tolist()

    def draw(figure: FigureBase, palette: Palette) -> None:
        ax = figure.subplots()
        for label, colour in ((1, palette.positive), (-1, palette.negative)):
            ax.hist(shown[labels == label], bins=bins, color=colour, alpha=0.7)
        ax.axvline(1.0, color=palette.ink, linewidth=1)
        name = "positive" if sign == 1 else "negative"
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

    def draw(figure: FigureBase, palette: Palette) -> None:
        left, right = figure.subplots(1, 2)
        colour = palette.positive if found.data["sign"] == 1 else palette.negative
        left.bar(np.arange(1, len(values) + 1), values, color=colour)
        left.axhline(0.0, color=palette.ink, linewidth=1)
        left.set(xlabel="eigenvalues of S (whitened samples)")
        for sign, hue in ((1, palette.positive), (-1, palette.negative)):
            ordered = np.sort(weights[labels == sign])[::-1]
            right.plot(np.arange(1, len(ordered) + 1), ordered, ".-", color=hue, linewidth=1)
        right.set(xlabel="samples of a class, by dual weight", ylabel="lambda")

    return draw


def checked_place(out: str) -> Path:
    """Return the folder for a report, which need not exist yet.

    Raises:
        InputError: it is no folder, or in none.
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
