"""The last recorded reproduction as a table: claim, verdict, evidence, time, device, seed."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lossurface.show.figure import Fragment

if TYPE_CHECKING:
    from lossurface.reproduce import Outcome, Record, Summary

__all__ = [
    "STYLE",
    "device_note",
    "outcomes_table",
    "record_table",
    "table",
    "versions_table",
]

_MARKS = {"holds": "ls-yes", "fails": "ls-no", "error": "ls-no"}  # undecided: neither
_COLUMNS = ("Claim", "Verdict", "Evidence", "Time", "Device", "Seed")
# In the notebook, not in the style sheet: JupyterLab shows the table too. The theme paints HTML
# outputs light in the dark; not this one.
STYLE = """<style>
div.cell_output .text_html:has(.ls-record){background:none!important;
color:inherit!important;padding:0!important}
.ls-record{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.88rem;line-height:1.4}
.ls-record caption{caption-side:bottom;text-align:left;font-size:.95rem;padding-top:.5rem}
.ls-record th,.ls-record td{border-bottom:1px solid var(--ls-grid,#d8dee4);text-align:left;
vertical-align:top;padding:.4rem .5rem .4rem 0;font-weight:400}
.ls-record thead th{font-weight:600}
.ls-record td:nth-child(4){white-space:nowrap}
.ls-record tr.ls-found td{padding:0 0 .5rem;color:var(--ls-muted,#57606a);font-size:.82rem}
.ls-record tr.ls-run th,.ls-record tr.ls-run td{border-bottom:0;padding-bottom:.1rem}
@media(max-width:600px){.ls-record thead{position:absolute;left:-9999px}
.ls-record tr{display:block}.ls-record tbody th{display:block;font-weight:600}
.ls-record tr.ls-run td{display:inline-block;padding-top:0}
.ls-record tr.ls-found td{display:block;overflow-wrap:anywhere}}
</style>"""


def table(head: Iterable[str], body: Iterable[str], caption: str = "", style: str = "") -> Fragment:
    """Return a table of the book.

    Args:
        head: the names of the columns.
        body: HTML, one string for each row that the fragment is said to have.
        caption: HTML.
        style: CSS of the table alone.
    """
    rows = list(body)
    names = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    caption = caption and f"<caption>{caption}</caption>"
    style = style and f' style="{style}"'
    return Fragment(
        f'{STYLE}<table class="ls-record"{style}>{caption}<thead><tr>{names}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>",
        f"{len(rows)} rows",
    )


def record_table(summary: Summary, pages: Iterable[str]) -> Fragment:
    """Return the records of a reproduction, a claim in two lines: the run, and what it printed.

    Args:
        summary: as `lossurface.reproduce.read_summary` gives it.
        pages: the pages that the book has, such as `theorems/theorem-1`; others are not linked.
    """
    known = set(pages)
    caption = (
        f"Recorded on {html.escape(summary.started[:10])}, profile "
        f"<em>{html.escape(summary.profile)}</em>, {summary.seconds / 60:.0f} minutes in all."
    )
    rows = (_rows(record, record.page in known) for record in summary.records)
    return table(_COLUMNS, rows, caption)


def device_note(summary: Summary) -> Fragment:
    """Say on which devices the recorded run computed, and what that leaves unclaimed."""
    devices = sorted({record.device for record in summary.records})
    listed = html.escape(", ".join(devices) or "no device")
    if any(not device.startswith("CPU") for device in devices):
        text = f"<strong>Computed on {listed}.</strong> Exact and enclosed evidence used no GPU."
    else:
        text = (
            f"<strong>No GPU was used</strong>: these runs were made on {listed}. The experiments "
            "take <code>device='cuda'</code>, but nothing on this page was run so, and no result "
            "on a GPU is claimed. Exact and enclosed evidence never uses one."
        )
    return Fragment(f'{STYLE}<p class="ls-record" style="font-size:1rem">{text}</p>', "1 rows")


def versions_table(summary: Summary) -> Fragment:
    """Return the versions that the recorded run used."""
    rows = (
        f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(version)}</td></tr>'
        for name, version in summary.versions.items()
    )
    return table(("Package", "Version"), rows, style="width:auto")


def outcomes_table(outcomes: Sequence[Outcome]) -> Fragment:
    """Return recorded experiments as a table: what was counted, how often, with its interval.

    Those in which something happens, with an assumption dropped, come after the others.

    Args:
        outcomes: as `lossurface.reproduce.read_outcomes` gives them.
    """
    groups = (
        ("Every assumption met: failures", [one for one in outcomes if not one.some]),
        (
            "One assumption dropped: runs that stop with R > 0",
            [one for one in outcomes if one.some],
        ),
    )
    rows = []
    for title, group in groups:
        heading = (
            f'<tr><th scope="colgroup" colspan="3"><strong>{html.escape(title)}</strong></th></tr>'
        )
        for one in group:
            rows.append(heading + _outcome_row(one))
            heading = ""
    caption = html.escape(f"Recorded on {', '.join(sorted({one.device for one in outcomes}))}.")
    return table(("Experiment", "Happened", "95% interval"), rows, caption)


def _outcome_row(one: Outcome) -> str:
    what = one.statement.partition(": ")[2] or one.statement
    if one.counts.get("proved"):
        what += f" ({one.counts['proved']} of {one.counts['examined']} examined proved minima)"
    if one.counts.get("plateaus"):
        what += f" ({one.counts['plateaus']} met a plateau, {one.excluded})"
    low, high = one.tally.interval()
    cells = (
        f"{one.tally.hits[0]:,} of {one.tally.trials[0]:,}",
        f"{low:.2g} to {high:.2g}",
    )
    row = "".join(f'<td style="white-space:nowrap">{html.escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row">{html.escape(what)}</th>{row}</tr>'


def _rows(record: Record, linked: bool) -> str:
    name = html.escape(record.id.replace("-", " ").capitalize())
    if linked:
        name = f'<a href="./{record.page}.html">{name}</a>'
    cells = [
        f'<td><span class="{_MARKS.get(record.verdict, "")}">{html.escape(record.verdict)}</span>',
        f"<td>{html.escape(', '.join(record.evidence) or 'none')}",
        f"<td>{record.seconds:.1f} s",
        f"<td>{html.escape(record.device)}",
        f"<td>{'none' if record.seed is None else f'seed {record.seed}'}",
    ]
    # The claim's name opens the line that it printed; the reader has just read it.
    told = record.error or record.detail.partition(". ")[2] or record.detail
    return (
        f'<tr class="ls-run"><th scope="row">{name}</th>{"".join(f"{c}</td>" for c in cells)}</tr>'
        f'<tr class="ls-found"><td colspan="{len(_COLUMNS)}">{html.escape(told)}</td></tr>'
    )
