"""Take a picture of every page of the built site: two widths, two themes.

    python -m scripts.screenshots [--site FOLDER] [--out FOLDER] [PAGE ...]

PAGE picks pages by a part of their address, as in "theorem-2". Needs Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "book" / "_build" / "html"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-gl=swiftshader",
    "--enable-unsafe-swiftshader",
    # Only WebGL is drawn by the software GPU: pages are painted faster without it.
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
    "--disable-background-networking",
    "--hide-scrollbars",
]
_TALLEST = 16000  # Chromium's limit for one picture, in pixels


def chromium() -> str | None:
    """Return the browser to drive: $CHROMIUM, or the first one installed."""
    asked = os.environ.get("CHROMIUM")
    if asked:
        return asked
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def pages(site: Path) -> list[str]:
    """Return the address of every page, relative to the site; not of those that moved."""
    skipped = {"genindex.html", "search.html", "index.html"}
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if not path.relative_to(site).parts[0].startswith("_")
        and path.relative_to(site).as_posix() not in skipped
        and not path.name.startswith("prf-")
        and 'http-equiv="refresh"' not in path.read_text(encoding="utf-8")[:1000]
    )


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site on the loopback interface; yield its address."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def shoot(site: Path, out: Path, chosen: list[str]) -> int:
    """Write one picture for each page, width and theme; return how many."""
    from playwright.sync_api import sync_playwright

    wanted = [p for p in pages(site) if not chosen or any(part in p for part in chosen)]
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for size, (width, height) in WIDTHS.items():
            for theme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme
                )
                page = context.new_page()
                for name in wanted:
                    page.goto(f"{address}/{name}", wait_until="load")
                    page.evaluate("() => window.lossurface.startAll()")
                    page.evaluate("() => document.fonts.ready")
                    page.wait_for_timeout(400)  # plotly's last repaint
                    tall = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": min(tall, _TALLEST)})
                    page.wait_for_timeout(200)
                    stem = name.removesuffix(".html").replace("/", "-")
                    page.screenshot(path=out / f"{stem}-{size}-{theme}.png")
                    page.set_viewport_size({"width": width, "height": height})
                    count += 1
                context.close()
        browser.close()
    return count


def main() -> int:
    """Run the command line in the docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    parser.add_argument("page", nargs="*")
    chosen = parser.parse_args()
    if not (chosen.site / "index.html").is_file():
        print(f"{chosen.site}: no site there; run make book", file=sys.stderr)
        return 2
    if chromium() is None:
        print("Chromium is not installed; on Debian: apt-get install chromium", file=sys.stderr)
        return 2
    count = shoot(chosen.site, chosen.out, chosen.page)
    print(f"{count} pictures in {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
