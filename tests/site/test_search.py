"""The search page finds what a reader of the paper would type, and where that leads is legible."""

from playwright.sync_api import TimeoutError

from lossurface.claims import CLAIMS
from tests.site.visit import PLAIN, axe

_LISTED = """page => Array.from(document.querySelectorAll("ul.search li a"))
    .some(link => link.href.includes(page + ".html"))"""


def test_every_claim_is_found_by_its_name_and_by_its_number_first(browser, address):
    page = browser.new_page()
    missing, late = [], []
    for claim in CLAIMS.values():
        page.goto(f"{address}/search.html?q={claim.name.replace(' ', '+')}")
        try:  # results come one by one
            page.wait_for_function(_LISTED, arg=claim.page, timeout=8000)
        except TimeoutError:
            links = page.eval_on_selector_all("ul.search li a", "all => all.map(a => a.href)")
            missing.append((claim.name, links[:3]))
        first = page.locator("ul.search li a").first.get_attribute("href")
        if not claim.ours and f"{claim.page}.html" not in first:
            late.append((claim.name, first))
    page.evaluate("() => localStorage.clear()")  # no later page marks what was searched for here
    page.close()
    assert missing == []
    assert late == []


def test_what_was_searched_for_is_legible(browser, address):
    """The page that a result leads to marks the words, in its contents as well."""
    page = browser.new_page()
    page.goto(f"{address}/search.html?q=example")
    page.wait_for_selector("ul.search li a")
    page.goto(f"{address}/book/api/claims.html")
    page.add_style_tag(content=PLAIN)
    assert page.locator("nav .highlighted").count() > 0
    assert page.locator("article .highlighted").count() > 0
    found = {}
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
        found[theme] = axe(page, "dark", within=".highlighted")  # of the rules, that on contrast
    page.close()
    assert found == {"light": [], "dark": []}
