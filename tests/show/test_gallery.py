"""Table 1's cells: what they say, and where they lead."""

from __future__ import annotations

from bs4 import BeautifulSoup

from lossurface.claims.table_1 import COLUMNS, ROWS
from lossurface.exact import Verdict, equal
from lossurface.show.figures.table_1 import table


def verdict(status: str, claim: str) -> Verdict:
    return Verdict(claim, [equal("one", 1, 1 if status == "holds" else 2)], 0.0)


def test_the_table_has_the_papers_answers_and_links():
    made = BeautifulSoup(table(lambda claim: verdict("holds", claim)).html, "html.parser")
    assert [head.get_text() for head in made.select("thead th")] == list(COLUMNS)
    answers = [
        [cell.span.get_text() for cell in row.select("td")] for row in made.select("tbody tr")
    ]
    assert answers == [["Yes", "No", "No", "No", "Yes"], ["Yes", "No", "No", "No", "No"]]
    assert len(answers) == len(ROWS)
    assert all(cell.find("a") for cell in made.select("tbody td"))


def test_a_claim_that_fails_is_told_in_its_cells():
    failing = "proposition-5"
    made = table(lambda claim: verdict("fails" if claim == failing else "holds", claim))
    cells = BeautifulSoup(made.html, "html.parser").select("tbody td")
    assert [cell.span.get_text() for cell in cells].count("fails: proposition-5") == 1
