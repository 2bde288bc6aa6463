"""Every statement of the paper, the workshop paper and the talk has its place in the book."""

import runpy
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TABLE = runpy.run_path(str(ROOT / "scripts" / "stage.d" / "statements.py"))["table"]
TEXTS = yaml.safe_load((ROOT / "book" / "_data" / "statements.yml").read_text(encoding="utf-8"))
NUMBERED = {"assumption": 6, "theorem": 2, "proposition": 12, "example": 3, "figure": 2, "table": 1}


def test_each_listed_statement_is_marked_once_and_each_mark_is_listed():
    rows = [line for line in TABLE(ROOT / "book").splitlines() if "<paper-" in line]
    assert len(rows) == sum(map(len, TEXTS.values()))


def test_every_numbered_statement_of_the_paper_is_listed():
    names = {one["name"].split(" (")[0] for one in TEXTS["The paper"]}
    wanted = {f"{kind.capitalize()} {k}" for kind, n in NUMBERED.items() for k in range(1, n + 1)}
    assert wanted <= names


def test_a_statement_has_a_status_and_one_that_is_not_run_has_a_reason():
    for one in (one for text in TEXTS.values() for one in text):
        assert one.keys() == {"id", "name", "says", "here"}
        assert one["here"].startswith(("proved", "run", "discussed", "not run: ")), one
        assert "|" not in one["name"] + one["says"] + one["here"]  # it would break the table


def book(tmp_path, page):
    folder = tmp_path / "_build" / "source" / "book"  # as staged
    (folder / "_data").mkdir(parents=True)
    rows = [{"id": "paper-a", "name": "A", "says": "a", "here": "run"}]
    (folder / "_data" / "statements.yml").write_text(yaml.safe_dump({"The paper": rows}))
    (folder / "a-page.md").write_text(page)
    return folder


def test_the_table_leads_to_the_place(tmp_path):
    told = TABLE(book(tmp_path, "# A page\n\n(paper-a)=\nIt holds.\n"))
    assert "| A | a | {ref}`A page <paper-a>`, run |" in told


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("nothing", "paper-a: marked on no page"),
        ("(paper-a)=\nonce, and [twice]{#paper-a}", "paper-a: marked on A page and A page"),
        ("(paper-a)=\n(paper-b)=\ntwo", "paper-b: listed 0 times"),
    ],
)
def test_what_is_not_marked_once_or_not_listed_is_an_error(tmp_path, page, told):
    with pytest.raises(ValueError, match=told):
        TABLE(book(tmp_path, page))
