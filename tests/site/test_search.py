"""The search page finds what a reader of the paper would type."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import TimeoutError

from lossurface.claims import CLAIMS

_LISTED = """page => Array.from(document.querySelectorAll("ul.search li a"))
    .some(link => link.href.includes(page + ".html"))"""

pytestmark = pytest.mark.site


def test_every_claim_is_found_by_its_name(browser: Any, address: str) -> None:
    page = browser.new_page()
    missing = []
    for claim in CLAIMS.values():
        page.goto(f"{address}/search.html?q={claim.name.replace(' ', '+')}")
        try:  # results come one by one
            page.wait_for_function(_LISTED, arg=claim.page, timeout=8000)
        except TimeoutError:
            links = page.eval_on_selector_all("ul.search li a", "all => all.map(a => a.href)")
            missing.append((claim.name, links[:3]))
    page.close()
    assert missing == []
