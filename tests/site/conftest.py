"""The built site, a local server and a browser; each page is visited once for all its tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.screenshots import CHROMIUM_FLAGS, SITE, chromium, pages, served
from tests.site.visit import Visit, visit

FOLDER = Path(os.environ.get("LOSSURFACE_SITE", SITE))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and keep a page's tests in one worker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.site)
            calls = getattr(item, "callspec", None)
            name = calls.params.get("name", "whole") if calls else "whole"
            item.add_marker(pytest.mark.xdist_group(name))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `name` on every page of the site."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", pages(FOLDER) or ["(no site)"])


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the built site."""
    if not (FOLDER / "index.html").is_file():
        pytest.fail(f"{FOLDER} holds no site; run make book first, or set LOSSURFACE_SITE")
    return FOLDER


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on the loopback interface."""
    with served(site) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium: an error without it in CI, a skip elsewhere."""
    executable = chromium()
    if executable is None:
        message = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        # One context: its cache spares each page the work on the scripts that all share.
        yield started.new_context(
            viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        started.close()


_VISITS: dict[str, Visit] = {}


@pytest.fixture
def seen(name: str, browser: Any, address: str) -> Visit:
    """Return what a visit to the page showed; the first test that asks makes it."""
    if name not in _VISITS:
        _VISITS[name] = visit(browser, address, name)
    return _VISITS[name]
