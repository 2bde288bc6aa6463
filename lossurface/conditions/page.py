"""The report as a folder: a self-contained HTML page, the JSON, and every certificate."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.conditions import pictures
from lossurface.conditions.certified import NAMES

if TYPE_CHECKING:
    from lossurface.conditions.certified import Condition
    from lossurface.conditions.check import Report
    from lossurface.conditions.guarantees import Applied

__all__ = ["html", "write"]

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; }
tr + tr { border-top: 1px solid #8884; }
.holds { color: #007a5a; } .fails { color: #c44900; } .undecided { color: #8a6d00; }
@media (prefers-color-scheme: dark) {
  .holds { color: #4cc9a0; } .fails { color: #ff9a5c; } .undecided { color: #e8c84a; }
}
figure { margin: 1.5rem 0; } figure svg { max-width: 100%; height: auto; background: #fff; }
.box { border-left: 4px solid #0072b2; padding: .2rem 1rem; background: #0072b212; }
.box.bad { border-color: #d55e00; background: #d55e0012; }
"""


def html(report: Report) -> str:
    """Return the page: one file, no other host asked for anything."""
    return "\n".join(_parts(report)) + "\n"


def _parts(report: Report) -> Iterator[str]:
    data, net = report.table.dataset, report.network
    title = f"Which theorem holds on {Path(report.table.source).name}"
    yield "<!doctype html>"
    yield f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{STYLE}</style></head><body><main>"
    yield f"<h1>{escape(title)}</h1>"
    p = "" if net["p"] is None else f", p = {net['p']}"
    width = "" if net["width"] is None else f", M = {net['width']}"
    yield (
        f"<p>{data.n} samples in {data.d} dimensions: {data.n_plus} positive "
        f"({escape(report.table.positive)}), {data.n_minus} negative "
        f"({escape(report.table.negative)}). Network: {escape(net['architecture'])}, neuron "
        f"{escape(net['neuron'])}, loss {escape(net['loss'])}{p}{width}.</p>"
    )
    yield f"<p>{escape(_sentence(report.width_line))}.</p>"
    if report.numerical is not None:
        yield f"<p>{escape(_sentence(report.numerical_line))}.</p>"
    yield from _summary(report)
    try:
        yield from [picture.html() for picture in pictures.draw(report)]
    except OverflowError:
        yield "<p>Some numbers are beyond what floats, and so pictures, can hold.</p>"
    if report.advice:
        yield "<h2>What would change the answer</h2><ul>"
        yield from (f"<li>{escape(line)}</li>" for line in report.advice)
        yield "</ul>"
    yield "<h2>Conditions</h2>"
    yield from _conditions(report.conditions)
    yield "<h2>Statements of the paper, held against this case</h2>"
    yield from _claims(report.claims)
    yield "<h2>What the verdicts mean, and what they do not</h2>"
    yield (
        "<p>A guarantee is about the empirical loss on exactly these samples: descent cannot come "
        "to rest at a local minimum that misclassifies one of them. It says nothing of new samples,"
        " of the time that descent takes, or of saddle points passed on the way. A violated "
        "condition means that some deep part f_D makes a bad local minimum possible, not that "
        "training will meet it.</p>"
        "<p>Every verdict marked with a certificate can be checked again, in exact arithmetic, by "
        "<code>lossurface recheck certificates</code> in this folder. Binary floating-point data "
        "are read as the exact fractions that they are, decimal text as decimals. “Definite” is "
        "read on the span of the samples.</p>"
    )
    yield "</main></body></html>"


def _summary(report: Report) -> Iterator[str]:
    if report.guarantees:
        for claim in report.guarantees:
            yield f'<p class="box"><strong>{_name(claim.id)}</strong>: {escape(claim.says)}.</p>'
    else:
        yield '<p class="box bad">No guarantee of the paper applies to this network.</p>'
    for claim in report.claims:
        if claim.kind == "warning" and claim.applies == "yes":
            name, says = _name(claim.id), escape(claim.says)
            yield f'<p class="box bad"><strong>{name}</strong>: {says}.</p>'
    if report.counterexample is not None:
        found = report.counterexample.data
        yield (
            '<p class="box bad">Certified on these samples: a local minimum with training error '
            f"{found['training_error']}; no parameters closer than {_short(found['radius'])} have "
            'a lower loss (<a href="certificates/counterexample.json">certificate</a>).</p>'
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(text: str) -> str:
    return escape(text) if len(text) < 40 else f"{escape(text[:36])}…"


def _name(id_: str) -> str:
    name = id_.removesuffix("-necessary").removeprefix("ours-").replace("-", " ").capitalize()
    return f"{name} (ours)" if id_.startswith("ours-") else name


def _conditions(conditions: Sequence[Condition]) -> Iterator[str]:
    yield "<table><tr><th>Condition</th><th>Verdict</th><th>Why</th><th>Proof</th></tr>"
    for found in conditions:
        proof = ""
        if found.certificate is not None:
            proof = f'<a href="certificates/{found.id}.json">{escape(found.certificate.kind)}</a>'
        yield (
            f"<tr><td>{escape(NAMES.get(found.id, found.id))}</td>"
            f'<td class="{found.verdict}">{found.verdict}</td>'
            f"<td>{escape(found.why)}</td><td>{proof}</td></tr>"
        )
    yield "</table>"


def _claims(claims: Sequence[Applied]) -> Iterator[str]:
    yield "<table><tr><th>Statement</th><th>Applies</th><th>What it says, or what is missing</th>"
    yield "<th>Width needed</th><th>given</th></tr>"
    for claim in claims:
        text = claim.says if claim.applies == "yes" else "; ".join(claim.missing)
        needed = "" if claim.width_needed is None else str(claim.width_needed)
        given = "" if claim.width_given is None else str(claim.width_given)
        yield (
            f"<tr><td>{_name(claim.id)}</td><td>{claim.applies}</td><td>{escape(text)}</td>"
            f"<td>{needed}</td><td>{given}</td></tr>"
        )
    yield "</table>"


def write(report: Report, out: Path) -> None:
    """Write the folder: all of it, or nothing.

    Raises:
        InputError: it cannot be written.
    """
    temporary = None
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.absolute().parent))
        (temporary / "report.html").write_text(html(report), encoding="utf-8")
        (temporary / "report.json").write_text(
            json.dumps(report.to_dict(), indent=1) + "\n", encoding="utf-8"
        )
        folder = temporary / "certificates"
        folder.mkdir()
        for found in report.conditions:
            if found.certificate is not None:
                found.certificate.save(folder / f"{found.id}.json")
        if report.counterexample is not None:
            report.counterexample.save(folder / "counterexample.json")
        temporary.chmod(0o755)
        if out.exists():
            for name in (*NAMES, "counterexample"):  # of an earlier report, not of this one
                if not (folder / f"{name}.json").exists():
                    (out / folder.name / f"{name}.json").unlink(missing_ok=True)
            for file in sorted(temporary.rglob("*.*")):
                target = out / file.relative_to(temporary)
                target.parent.mkdir(exist_ok=True)
                os.replace(file, target)  # noqa: PTH105
        else:
            temporary.rename(out)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
