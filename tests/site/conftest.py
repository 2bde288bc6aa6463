"""The built site, a local server and a browser; each page is visited once for all its tests.

With LOSSURFACE_EVERY_PAGE=1, as in `make test-full`, axe judges every page, else representatives.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from scripts.screenshots import CHROMIUM_FLAGS, SITE, chromium, pages, served
from tests.site.kinds import representatives
from tests.site.visit import Visit, visit

FOLDER = Path(os.environ.get("LOSSURFACE_SITE", SITE))
EVERY_PAGE = os.environ.get("LOSSURFACE_EVERY_PAGE", "") not in ("", "0")
SCREEN: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "color_scheme": "light",
    "reduced_motion": "reduce",
}


def judged() -> list[str]:
    """Return the pages that axe judges in this run."""
    return pages(FOLDER) if EVERY_PAGE else representatives(FOLDER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.site)


def page_of(nodeid: str) -> str:
    """Return the page that a test is about, by its identifier; "whole" for those about the site."""
    found = re.search(r"\[(.*?\.html)", nodeid)
    return found[1] if found else "whole"


class _ByPage(LoadScopeScheduling):
    """Keep a page's tests in one worker, so that no page is visited twice.

    xdist's own groups come to nothing with pytest 9.2: it writes them where pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return page_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share out the tests by page."""
    return _ByPage(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `name` on every page of the site, axe's on those it judges."""
    if "name" in metafunc.fixturenames:
        wanted = judged() if "where" in metafunc.fixturenames else pages(FOLDER)
        metafunc.parametrize("name", wanted or ["(no site)"])


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
def chrome() -> Iterator[Callable[..., Any]]:
    """Start Chromium as often as asked, with these options: an error without it in CI, else a skip.

    Each start has a profile of its own on the disk, as a reader's browser has: there Chromium keeps
    the scripts that all pages share not only fetched but compiled.
    """
    executable = chromium()
    if executable is None:
        message = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, contextlib.ExitStack() as stack:

        def start(**options: Any) -> Any:
            profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=executable, args=CHROMIUM_FLAGS, **{**SCREEN, **options}
            )
            stack.callback(context.close)
            return context

        yield start


@pytest.fixture(scope="session")
def browser(chrome: Callable[..., Any]) -> Any:
    """Start the browser that visits the pages, one after the other."""
    return chrome()


_VISITS: dict[str, Visit] = {}


@pytest.fixture
def seen(name: str, browser: Any, address: str, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Return what a visit to the page showed; the first test that asks makes it."""
    if name not in _VISITS:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        folder = tmp_path_factory.getbasetemp()
        mark = (folder.parent if worker else folder) / f"visited-{name.replace('/', '-')}"
        if mark.exists():
            assert mark.read_text() == worker, f"{mark.read_text()} has visited {name} already"
        mark.write_text(worker)
        _VISITS[name] = visit(browser, address, name, judge=name in judged())
    return _VISITS[name]
