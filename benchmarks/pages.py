"""How soon a page of the built book is there on a phone, beside an empty page of the same theme.

    python -m benchmarks.pages [--site FOLDER] [PAGE ...]   exit status 1 if a line is missed

The files come compressed at 8 Mbit/s with 60 ms of delay, to a processor four times slower than
this one. PAGE picks pages by a part of their address. Times are the least of three visits.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.server
import re
import sys
import threading
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from scripts.screenshots import CHROMIUM_FLAGS, SITE, chromium, pages

EMPTY = "book/empty.html"
VISITS = 3
PAINT, SHIFT, BLOCKED = 1500, 0.02, 300  # ms, Chromium's layout shift score, ms
NETWORK = {"offline": False, "latency": 60, "downloadThroughput": 1e6, "uploadThroughput": 1e6}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 3,
}
WATCH = """window.seen = {paint: 0, shift: 0, blocked: 0};
for (const [type, add] of [
    ["largest-contentful-paint", entry => { seen.paint = entry.startTime; }],
    ["layout-shift", entry => { if (!entry.hadRecentInput) seen.shift += entry.value; }],
    ["longtask", entry => { seen.blocked += entry.duration - 50; }],
]) new PerformanceObserver(list => list.getEntries().forEach(add)).observe({type, buffered: true});
"""
TELL = """() => {
    const before = performance.getEntriesByType("resource")
        .filter(file => file.responseEnd <= seen.paint);
    const kilobytes = before.reduce((sum, file) => sum + file.transferSize, 0) / 1000;
    return {...seen, files: before.length, kilobytes};
}"""


@cache
def compressed(path: Path) -> bytes:
    """Return the file as a static host sends it; the empty page is the first one's frame."""
    if path.name == Path(EMPTY).name:
        text = path.with_name("index.html").read_text(encoding="utf-8")
        blank = "<h1>Empty</h1><p>A page without content.</p>"
        content = re.sub(r"(<article.*?>).*(</article>)", rf"\1{blank}\2", text, flags=re.S)
        return gzip.compress(re.sub('<link rel="preload"[^>]*>', "", content).encode())
    return gzip.compress(path.read_bytes())


class _StaticHost(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept

    def do_GET(self) -> None:
        """Send a file, compressed."""
        path = Path(self.translate_path(self.path))
        if not path.is_file() and path.name != Path(EMPTY).name:
            self.send_error(404)
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def hosted(site: Path) -> Iterator[str]:
    """Serve the site on the loopback interface; yield its address."""
    handler = partial(_StaticHost, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def visit(browser: Any, url: str) -> dict[str, float]:
    """Return what a first visit meets: nothing is cached, nothing is touched."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url, wait_until="load")
    page.wait_for_timeout(3000)
    found: dict[str, float] = page.evaluate(TELL)
    context.close()
    return found


def least(browser: Any, url: str) -> dict[str, float]:
    """Return the least of each figure over the visits: what the page itself costs."""
    found = [visit(browser, url) for _ in range(VISITS)]
    return {key: min(one[key] for one in found) for key in found[0]}


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each page; 1 if a page misses one of its bounds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("page", nargs="*")
    chosen = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    wanted = [p for p in pages(chosen.site) if not chosen.page or any(c in p for c in chosen.page)]
    missed = []
    with hosted(chosen.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        empty = least(browser, f"{address}/{EMPTY}")
        print("largest paint | to an empty page | shift | blocked | before the paint", flush=True)
        for name in [EMPTY, *wanted]:
            found = empty if name == EMPTY else least(browser, f"{address}/{name}")
            met = (
                found["paint"] <= PAINT and found["shift"] <= SHIFT and found["blocked"] <= BLOCKED
            )
            print(
                f"{found['paint']:5.0f} ms  {found['paint'] / empty['paint']:4.2f}  "
                f"{found['shift']:.3f}  {found['blocked']:4.0f} ms  {found['files']:2.0f} files, "
                f"{found['kilobytes']:4.0f} kB  {name}{'' if met else '  MISSED'}",
                flush=True,
            )
            if not met:
                missed.append(name)
        browser.close()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
