"""The search page finds what a reader of the paper would type."""

from __future__ import annotations

from typing import Any

import pytest

from lossurface.claims import CLAIMS

pytestmark = pytest.mark.site


def test_every_claim_is_found_by_its_name(browser: Any, address: str) -> None:
    page = browser.new_page()
    missing = []
    for claim in CLAIMS.values():
        page.goto(f"{address}/search.html?q={claim.name.replace(' ', '+')}")
        page.wait_for_selector("#search-results ul.search li a, ul.search li a", timeout=10_000)
        page.wait_for_function("() => document.querySelector('#search-results h2')")
        page.wait_for_timeout(300)  # results come one by one
        links = page.eval_on_selector_all("ul.search li a", "all => all.map(a => a.href)")
        if not any(claim.page in link for link in links):
            missing.append((claim.name, links[:3]))
    page.close()
    assert missing == []
