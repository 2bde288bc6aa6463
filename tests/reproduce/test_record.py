"""A reproduction read back from its file is the one that was written; what is broken is named."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from lossurface import InputError
from lossurface.exact import Verdict, undecided
from lossurface.reproduce import Record, Summary, read_summary
from lossurface.reproduce.summary import printed_verdict
from lossurface.show.record import mark, outcomes_table, table

RECORD = Record(
    id="proposition-5",
    title="Quadratic neurons",
    page="propositions/proposition-5",
    verdict="holds",
    evidence=("exact",),
    detail="proposition-5: holds. Checked here: 1 exact. R < 1 & more",
    seconds=12.3,
    device="CPU (x86_64)",
    seed=0,
    parameters={"seed": 0, "trials": 10},
    error=None,
)
FAILED = Record(**RECORD.__dict__ | {"id": "example-1", "verdict": "error", "error": "it broke"})
SUMMARY = Summary(
    (RECORD, FAILED), "book", "cpu", "CPU (x86_64)", "2026-01-02T03:04:05+00:00", 61.0, {"x": "1.2"}
)


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "summary.json"
    path.write_text(json.dumps(SUMMARY.to_dict()))
    return path


def test_what_was_written_is_read(written):
    assert read_summary(written) == SUMMARY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "not summary"),
        ('{"format": "lossurface/summary", "version": 2}', "lossurface/summary, version 2"),
        ('{"format": "lossurface/summary", "version": 1, "records": []}', "KeyError: 'profile'"),
        (
            '{"format": "lossurface/summary", "version": 1, "records": [{"id": "x"}]}',
            "KeyError: 'title'",
        ),
    ],
)
def test_a_broken_file_is_named(tmp_path, text, told):
    path = tmp_path / "summary.json"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        read_summary(path)
    assert len(str(caught.value).splitlines()) == 1


def test_no_page_writes_a_verdict_by_hand():
    """What a reproduction reads from a page's text was printed by a verdict, not by the page."""
    pages = sorted((Path(__file__).resolve().parents[2] / "book").rglob("*.ipynb"))
    assert len(pages) > 20
    for page in pages:
        for cell in nbformat.read(page, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            words = [getattr(node, "value", "") for node in ast.walk(ast.parse(cell.source))]
            lines = [word for word in words if re.search(r"\b(holds|fails) *\(", str(word))]
            assert lines == [], page.name


def test_no_file_is_named(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_summary(tmp_path / "summary.json")


def test_a_line_without_its_evidence_is_no_verdict():
    line = "proposition-5: holds. Checked here: 1 exact. Real"
    text = f"{line}\nproposition-5: holds. Two ellipses tell\nproposition-5: holds, they tell\n"
    assert printed_verdict("proposition-5", text) == ("holds", ("exact",), line)
    verdict = Verdict("proposition-5", [undecided("least eigenvalue", "too close")], 0.0)
    assert printed_verdict("proposition-5", str(verdict)) == ("undecided", (), str(verdict))


def test_a_table_has_its_cells_and_a_note_below_each_row():
    rows = [("a <b>", mark("holds")), ("c", mark("undecided"))]
    made = table(("Claim", "Verdict"), rows, "R < 1 & more", notes=["one", "two < 3"])
    assert repr(made) == "2 rows"
    assert '<th scope="row">a &lt;b&gt;</th><td><span class="ls-yes">holds</span></td>' in made.html
    assert '<td colspan="2">two &lt; 3</td>' in made.html
    assert "<caption>R &lt; 1 &amp; more</caption>" in made.html


def test_plateaus_that_no_proof_excludes_are_not_called_proved():
    from lossurface.reproduce import Outcome

    counts = {"failures": 0, "of": 1000, "plateaus": 3, "unexplained": 0}
    told = Outcome("a", "theorem-2", "training and the ray: R = 0", False, 0, counts, 1.0, "CPU")
    assert "3 met a plateau, proved to hold no local minimum" in str(told)
    some = replace(told, counts=counts | {"unexplained": 2})
    assert "3 met a plateau, 1 of them proved to hold no local minimum" in str(some)
    assert "3 met a plateau, 1 of them proved" in outcomes_table([some]).html


def test_outcomes_are_tabled_with_intervals_and_what_was_dropped():
    from lossurface.reproduce import Outcome

    counts = {"failures": 0, "of": 1000}
    met = Outcome("a", "theorem-1", "training ends with R = 0", False, 0, counts, 1.0, "CPU <x>")
    hits = counts | {"hits": 20, "examined": 4, "proved": 3}
    lost = Outcome("b", "theorem-1", "some stop: M = 1", True, 0, hits, 1.0, "CPU <x>")
    html = outcomes_table([lost, met]).html
    assert html.index("R = 0") < html.index("M = 1")
    text = html.replace("\N{NO-BREAK SPACE}", " ")
    assert "<td>0 of 1,000</td>" in text
    assert "<td>20 of 1,000</td>" in text
    assert "3 of 4 examined" in html
    assert "CPU &lt;x&gt;" in html
