"""Every page of the site in a real browser, with no kernel and no network."""

import re
import shutil

import pytest

from tests.show.test_style import contrast
from tests.site.visit import largest_paint


def test_loads_without_an_error(name, seen):
    assert seen.errors == []


def test_asks_no_other_host(name, seen):
    assert seen.elsewhere == []


def test_every_control_changes_its_figure(name, seen):
    dead = [f"{c.figure}: {c.label}" for c in seen.controls if not c.changed]
    assert dead == []
    assert seen.figures == 0 or seen.pixels_changed


def test_maths_is_typeset(name, seen):
    assert seen.maths["bare"] == []
    assert seen.maths["errors"] == []


def test_a_figures_script_comes_with_the_figure(browser, address):
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda r: "plotly" in r.url and asked.append(r.url))
    page.goto(f"{address}/book/propositions/proposition-5.html")
    page.wait_for_timeout(500)
    assert asked == []
    page.locator("div.ls-explore").first.scroll_into_view_if_needed()
    page.wait_for_function("() => window.Plotly")
    assert len(asked) == 1
    page.close()


@pytest.mark.skipif(shutil.which("node") is None, reason="Node typesets when the book is built")
def test_maths_needs_no_script(chrome, address):
    context = chrome(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/book/notation.html")
    formulas = page.locator("article .math")
    assert formulas.count() > 0
    assert page.locator("article .math > mjx-container").count() == formulas.count()
    context.close()


def test_without_scripts_nothing_is_dead_and_the_contents_are_there(chrome, address):
    context = chrome(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    for name in ("book/theorems/theorem-2.html", "book/atlas/laboratory.html", "search.html"):
        page.goto(f"{address}/{name}")
        assert page.locator("html").get_attribute("data-theme") == "light"
        assert page.locator(":is(button, input, select):visible").count() == 0, name
        assert page.locator("nav").get_by_role("link", name="Theorem 1").is_visible()
    assert page.locator("main").get_by_role("link", name="index").is_visible()
    context.close()


@pytest.mark.parametrize("where", ["light", "dark", "phone"])
def test_nothing_keeps_a_reader_out(name, seen, where):
    assert seen.violations[where] == []


def test_figures_are_legible_in_both_themes(name, seen):
    """The text of plotly's figures; axe does not look into them."""
    paper = {"light": "#ffffff", "dark": "#121212"}
    for theme, fill in seen.figure_text.items():
        text = "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", fill)[:3])
        assert contrast(text, paper[theme]) >= 4.5, f"{theme}: {fill}"


def test_fits_a_phone(name, seen):
    assert seen.too_wide <= 0, seen.sticking_out


def test_what_goes_on_out_of_sight_shows_it(name, seen):
    assert seen.unshown == []


def test_no_line_begins_with_what_ends_a_formula(name, seen):
    assert seen.stray == []


def test_no_identifier_is_there_twice(name, seen):
    assert seen.doubled == []


def test_shows_itself_soon(name, seen, browser, address):
    """The largest contentful paint, on the loopback server: the least of up to three loads.

    A page that is slow by itself is slow each time; one that waited for its neighbour is not.
    """
    paints = [seen.largest_paint]
    while len(paints) < 3 and (paints[-1] or 0) >= 2000:
        page = browser.new_page()
        paints.append(largest_paint(page, f"{address}/{name}"))
        page.close()
    known = [paint for paint in paints if paint is not None]
    assert not known or min(known) < 2000, known


def test_a_first_visit_shows_itself_soon(chrome, address):
    """The same for a reader who has been nowhere on the site: nothing is cached or compiled."""
    paints: list[float] = []
    while len(paints) < 3 and (not paints or paints[-1] >= 2000):
        page = chrome().new_page()
        paint = largest_paint(page, f"{address}/book/index.html")
        assert paint is not None
        paints.append(paint)
        page.context.close()
    assert min(paints) < 2000, paints
