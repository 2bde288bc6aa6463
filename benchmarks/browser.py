"""The laboratory in Chromium: what it loads, and how long a verdict takes."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

from scripts.screenshots import CHROMIUM_FLAGS, SITE, chromium, served

PAGE = "book/atlas/laboratory.html"
CERTIFICATE = "proposition-5_theorem-2_single-layer_quadratic_p2.json"
TURNS = 5


def laboratory(site: Path = SITE, turns: int = TURNS) -> dict[str, Any] | None:
    """Return bytes and median seconds of the first verdict and of a later one, by a local server.

    Each turn has a fresh profile, with nothing cached. None without a browser or a built site.
    """
    if chromium() is None or not (site / PAGE).is_file():
        return None
    from playwright.sync_api import sync_playwright

    first, later = [], []
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for _ in range(turns):
            page = browser.new_context().new_page()
            page.goto(f"{address}/{PAGE}")
            verified = page.locator('#verdict[data-status="VERIFIED"]')
            start = time.perf_counter()
            page.locator("#certificate-name").select_option(CERTIFICATE)
            verified.wait_for(timeout=120_000)
            first.append(time.perf_counter() - start)
            start = time.perf_counter()
            page.locator("#certificate-check").click()
            verified.wait_for()
            later.append(time.perf_counter() - start)
            page.context.close()
        name = f"Chromium {browser.version}"
    static = site / "_static"
    loaded = [*(static / "pyodide").iterdir(), static / "laboratory" / "lossurface.zip"]
    size = sum(file.stat().st_size for file in loaded)
    return {"browser": name, "bytes": size, "first": median(first), "later": median(later)}
