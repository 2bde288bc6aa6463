"""The gallery in a browser: the filter leaves the rows that were asked for, by keyboard too."""

import pytest

from lossurface.claims.gallery import recipes

SHOWN = ".ls-group tr:has(.ls-made):visible"


@pytest.fixture
def gallery(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/book/atlas/gallery.html")
    yield page
    page.close()


def test_the_filter_leaves_what_was_asked_for(gallery):
    everything = recipes()
    assert gallery.locator(SHOWN).count() == 0  # folded
    assert gallery.locator(".ls-made").count() == len(everything)
    gallery.locator("select[name=neuron]").select_option("softsign")
    left = [recipe for recipe in everything if recipe.neuron == "softsign"]
    assert gallery.locator(SHOWN).count() == len(left)
    told = gallery.locator(".ls-filter output").inner_text()
    assert told == f"{len(left)} of {len(everything)} shown"
    assert gallery.get_by_role("heading", name="Odd neurons").is_visible()
    assert not gallery.get_by_role("heading", name="Dead neurons").is_visible()
    gallery.locator("select[name=p]").focus()
    gallery.keyboard.press("ArrowDown")
    assert gallery.locator(SHOWN).count() == sum(r.p == left[0].p for r in left)
    gallery.get_by_role("button", name="Show all").click()
    gallery.wait_for_timeout(100)
    told = gallery.locator(".ls-filter output").inner_text()
    assert told == f"{len(everything)} of {len(everything)} shown"
    gallery.locator(".ls-group summary").first.click()
    first = [recipe for recipe in everything if recipe.claim == everything[0].claim]
    assert gallery.locator(SHOWN).count() == len(first)


def test_every_certificate_can_be_downloaded(gallery, address):
    links = gallery.locator("a[download]").evaluate_all("all => all.map(a => a.href)")
    assert len(set(links)) == len(recipes())
    for link in links:
        assert gallery.request.get(link).ok, link


def test_without_a_script_every_card_is_there(chrome, address):
    context = chrome(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/atlas/gallery.html")
    assert page.locator(".ls-made").count() == len(recipes())
    assert not page.locator(".ls-filter").is_visible()
    context.close()
