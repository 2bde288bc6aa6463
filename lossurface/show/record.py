"""Tables of recorded runs."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossurface.show.figure import Fragment

if TYPE_CHECKING:
    from lossurface.reproduce import Outcome

_GOOD = ("holds", "met", "Yes")
_BAD = ("fails", "error", "missed", "wrong", "missing", "No")  # undecided is neither
# In the notebook, not in the style sheet: JupyterLab shows the table too. The theme paints HTML
# outputs light in the dark; not this one.
_STYLE = """<style>
div.cell_output .text_html:has(.ls-record){background:none!important;
color:inherit!important;padding:0!important}
.ls-record{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.88rem;line-height:1.4}
.ls-record caption{caption-side:bottom;text-align:left;font-size:.95rem;padding-top:.5rem}
.ls-record th,.ls-record td{border-bottom:1px solid var(--ls-grid,#d8dee4);text-align:left;
vertical-align:top;padding:.4rem .5rem .4rem 0;font-weight:400}
.ls-record thead th,.ls-record th[scope=colgroup]{font-weight:600}
.ls-record tr.ls-found td{padding:0 0 .5rem;color:var(--ls-muted,#57606a);font-size:.82rem}
.ls-record tr.ls-run th,.ls-record tr.ls-run td{border-bottom:0;padding-bottom:.1rem}
@media(max-width:600px){.ls-record thead{position:absolute;left:-9999px}
.ls-record tr{display:block;border-bottom:1px solid var(--ls-grid,#d8dee4)}
.ls-record tr.ls-run,.ls-record th,.ls-record td{border-bottom:0}
.ls-record tbody th{display:block;font-weight:600}
.ls-record td{display:inline-block;padding-top:0}
.ls-record td[data-name]:before{content:attr(data-name) ": ";color:var(--ls-muted,#57606a)}
.ls-record tr.ls-found td{display:block;overflow-wrap:anywhere}}
</style>"""


def mark(word: str) -> Fragment:
    """Return a status, such as `holds` or `missed`, in the colour of what it says."""
    kind = "ls-yes" if word in _GOOD else "ls-no" if word in _BAD else ""
    return Fragment(f'<span class="{kind}">{html.escape(word)}</span>', word)


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str | Fragment]],
    caption: str = "",
    *,
    notes: Sequence[str] = (),
) -> Fragment:
    """Return a table of the book.

    Args:
        head: the names of the columns.
        rows: the cells of each; the first names the row, and where it is alone the rows below.
        caption: a sentence.
        notes: none, or what stands below each row.
    """
    names = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    body = []
    for k, row in enumerate(rows):
        first, *rest = (c.html if isinstance(c, Fragment) else html.escape(c) for c in row)
        scope = 'scope="row"' if rest else f'scope="colgroup" colspan="{len(head)}"'
        cells = f"<th {scope}>{first}</th>"
        for name, cell in zip(head[1:], rest, strict=False):
            cells += f'<td data-name="{html.escape(name)}">{cell}</td>'
        body.append(f'<tr class="ls-run">{cells}</tr>' if notes else f"<tr>{cells}</tr>")
        if notes:
            told = html.escape(notes[k])
            body.append(f'<tr class="ls-found"><td colspan="{len(head)}">{told}</td></tr>')
    caption = caption and f"<caption>{html.escape(caption)}</caption>"
    return Fragment(
        f'{_STYLE}<table class="ls-record">{caption}<thead><tr>{names}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table>",
        f"{len(rows)} rows",
    )


def outcomes_table(outcomes: Sequence[Outcome]) -> Fragment:
    """Return recorded experiments as a table: what was counted, how often, with its interval.

    Those in which something happens, with an assumption dropped, come after the others.
    """
    rows = []
    for some, title in (
        (False, "Every assumption met: how often this failed"),
        (True, "One assumption dropped: runs that stop with R > 0"),
    ):
        group = [_cells(one) for one in outcomes if one.some is some]
        rows += [[title], *group] if group else []
    caption = f"Recorded on {', '.join(sorted({one.device for one in outcomes}))}."
    return table(("Experiment", "Count", "95% interval"), rows, caption)


def _cells(one: Outcome) -> list[str]:
    what = one.statement.partition(": ")[2] or one.statement
    what += "".join(f" ({more})" for more in one.more if not more.startswith("0 "))
    low, high = one.tally.interval()
    numbers = (
        f"{one.tally.hits[0]:,} of {one.tally.trials[0]:,}",
        f"{_short(low)} to {_short(high)}",
    )
    return [what, *(text.replace(" ", "\N{NO-BREAK SPACE}") for text in numbers)]


def _short(share: float) -> str:
    """Return a share with two digits, 0.20 as well as 0.16."""
    return f"{share:#.2g}" if share else "0"
