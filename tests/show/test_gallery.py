"""The gallery's cards: what they say, where they lead, the filter."""

from __future__ import annotations

import base64

import pytest
from bs4 import BeautifulSoup

from lossurface.claims import CLAIMS
from lossurface.claims.gallery import Entry, recipes
from lossurface.show.figures.gallery import cards, filters


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
