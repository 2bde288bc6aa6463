"""The page that `lossurface check --out` writes fits a phone."""

from lossurface import check
from lossurface.show.dataset_report import html


def test_a_report_fits_a_phone(browser):
    page = browser.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_content(html(check([[2, 1], [1, 2], [-1, 0]], [1, 1, -1])))
    assert page.locator("img:visible").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
