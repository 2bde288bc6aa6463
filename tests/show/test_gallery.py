"""The gallery's cards and Table 1's cells: what they say, where they lead, the filter."""

from __future__ import annotations

import base64

import pytest
from bs4 import BeautifulSoup

from lossurface.claims import CLAIMS
from lossurface.claims.gallery import Entry, recipes
from lossurface.claims.table_1 import COLUMNS, ROWS
from lossurface.exact import Verdict, equal
from lossurface.show.figures.gallery import cards, filters
from lossurface.show.figures.table_1 import table


@pytest.fixture(scope="module")
def entries():
    """Return one entry of each architecture."""
    first = {recipe.architecture: recipe for recipe in reversed(recipes())}
    return [Entry(recipe, recipe.build()) for recipe in first.values()]


@pytest.fixture(scope="module")
def page(entries):
    return BeautifulSoup(cards(entries).html, "html.parser")


def test_a_card_says_what_fails_by_how_much_and_where(entries, page):
    items = page.select("ul.ls-cards > li")
    assert len(items) == len(entries) == 4
    for entry, item in zip(entries, items, strict=True):
        text = item.get_text(" ")
        assert entry.recipe.shows[1:] in text
        assert f"error {entry.certificate.data['training_error']}" in text
        assert "radius" in text or "everywhere" in text


def test_a_card_links_its_claim_and_its_certificate(entries, page):
    for entry, item in zip(entries, page.select("li"), strict=True):
        claim, certificate = item.find_all("a")
        assert claim["href"] == f"../../book/{CLAIMS[entry.recipe.claim].page}.html"
        assert certificate["href"] == f"../../_static/certificates/{entry.filename}"
        assert certificate.has_attr("download")


def test_a_picture_is_small_and_described(page):
    for image in page.find_all("img"):
        assert "theta star" in image["alt"]
        picture = base64.b64decode(image["src"].partition(",")[2])
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 25_000  # 83 of them must stay below 3 MB as base64


def test_every_choice_of_the_filter_leaves_a_card(entries, page):
    form = BeautifulSoup(filters(entries).html, "html.parser").form
    assert form.has_attr("hidden")  # until its script runs
    items = page.select("li")
    for select in form.find_all("select"):
        assert select.find_parent("label").get_text()
        values = [option["value"] for option in select.find_all("option")]
        assert values[0] == ""
        for value in values[1:]:
            assert [item for item in items if item[f"data-{select['name']}"] == value]


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
