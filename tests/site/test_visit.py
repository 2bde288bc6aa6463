"""axe finds on a phone what it is there to find."""

import pytest

from tests.site.visit import axe

WORDS = "word " * 80


@pytest.mark.parametrize(
    ("inside", "stop", "found"),
    [
        (WORDS, "", True),
        (f"<code>{WORDS}</code>", "", True),
        (f"<table><tr><td>{WORDS}</td></tr></table>", "", True),
        (WORDS, 'tabindex="0"', False),
        (f'<a href="#x">a link</a> {WORDS}', "", False),  # its keyboard focus lets the box scroll
        ('<p style="width: 2000px">short</p>', "", False),  # nothing is out of sight
    ],
)
def test_what_scrolls_needs_a_tab_stop(browser, inside, stop, found):
    page = browser.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    box = f'<div {stop} style="overflow-x: auto; white-space: nowrap">{inside}</div>'
    page.set_content(f"<!doctype html><main>{box}</main>")
    names = [line.split(":")[0] for line in axe(page, "phone")]
    page.close()
    assert ("scrollable-region-focusable" in names) == found
