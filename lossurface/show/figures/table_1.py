"""Table 1 as the page shows it: the claims' live verdicts, each with a link."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

from lossurface.claims import CLAIMS
from lossurface.claims.table_1 import COLUMNS, ROWS, Cell, cell
from lossurface.show.figure import Fragment

if TYPE_CHECKING:
    from lossurface.exact import Verdict

__all__ = ["table"]

_CSS = """<style>
.ls-table{border-collapse:collapse;margin:1rem 0;width:100%}
.ls-table th,.ls-table td{border-bottom:1px solid var(--ls-grid,#d8dee4);padding:.5rem .3rem;
text-align:left;vertical-align:top;font-size:.9rem}
.ls-table th[scope=row]{white-space:nowrap}
.ls-table .ls-yes{color:var(--ls-good,#00805d);font-weight:700}
.ls-table .ls-no{color:var(--ls-negative,#c64f00);font-weight:700}
.ls-table small{display:block;line-height:1.35;font-size:.82rem}
@media(max-width:640px){.ls-table,.ls-table tbody,.ls-table tr,.ls-table th,.ls-table td{
display:block}
.ls-table thead{display:none}.ls-table th[scope=row]{font-size:1.1rem;padding-top:1rem}
.ls-table td::before{content:attr(data-column);display:inline-block;width:7rem}
.ls-table small{padding-left:7rem}}
div.cell_output .text_html:has(.ls-table){background:none!important;color:inherit!important;
padding:0!important}
</style>"""


def table(verify: Callable[[str], Verdict]) -> Fragment:
    """Return the table.

    Args:
        verify: returns the verdict of a claim; one that remembers serves several cells.
    """
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in COLUMNS)
    rows = []
    for row in ROWS:
        name = row.replace("-", " ").capitalize()
        cells = "".join(_cell(cell(row, column), verify) for column in COLUMNS)
        rows.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    body = "".join(rows)
    return Fragment(
        f'{_CSS}<table class="ls-table"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>",
        "Table 1",
    )


def _cell(one: Cell, verify: Callable[[str], Verdict]) -> str:
    text = one.text(verify)
    kind = {"Yes": "ls-yes", "No": "ls-no"}.get(text, "")
    lines = []
    for claim, neuron in one.witnesses:
        counts = (f"{count:,} {how}" for how, count in verify(claim).checked.items())
        link = f'<a href="../../book/{CLAIMS[claim].page}.html">{CLAIMS[claim].name}</a>'
        shown = html.escape(neuron) if one.answer == "No" else "by its proof"
        lines.append(f"<small>{link}: {shown}; checks: {', '.join(counts)}</small>")
    answer = f'<span class="{kind}">{html.escape(text)}</span>'
    return f'<td data-column="{html.escape(one.neurons)}">{answer}{"".join(lines)}</td>'
