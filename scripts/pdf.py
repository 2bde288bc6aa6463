"""Make the PDF edition of the built book.

    python -m scripts.pdf [--site FOLDER] [--out FILE]

The site's pages, formulas typeset and figures drawn, are put one after the other in the order of
the contents, and Chromium prints them as one book. Links from page to page become links within it.
Chromium prints twice: the first time tells on which sheets the chapters begin.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import yaml
from bs4 import BeautifulSoup, Tag
from pypdf import PdfWriter

from lossurface import __version__
from scripts.screenshots import CHROMIUM_FLAGS, ROOT, SITE, chromium, served

# What is of no use on paper. The last page says so.
LEFT_OUT = {
    "book/atlas/gallery": "a picture of each bad local minimum, and its certificate",
    "book/atlas/laboratory": "have bad local minima built and checked in your own browser",
    "book/atlas/workshop-and-talk": "where the authors' workshop paper and talk are in this book",
    "book/atlas/coverage": "the place of every numbered statement of the paper",
    "book/atlas/figures": "the figures, for slides and notes",
    "book/benchmarks": "the package's speed beside that of others",
    "book/how-built": "for whoever works on the book",
    "book/reproducibility": "the last recorded run of every page, and how to repeat it",
    "book/api/index": "every public name of the package and its command line",
}
MOVING = "<p>An interactive figure is printed at one of its settings. Not printed are</p>"
NOT_PRINTED = "script, .headerlink, .ls-dark, details.hide, section:has(> .ls-doors)"


def parts(root: Path) -> dict[str, list[str]]:
    """Return the pages of each part; the first page is in none."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = {"": [toc["root"]]}
    for part in toc.get("parts", []):
        found[part["caption"]] = [chapter["file"] for chapter in part["chapters"]]
    return found


def title(site: Path, page: str) -> str:
    """Return a page's title, without the book's."""
    text = (site / f"{page}.html").read_text(encoding="utf-8").partition("</title>")[0]
    return unescape(text.partition("<title>")[2].rpartition(" &#8212; ")[0])


def chapter(site: Path, page: str, included: set[str], base: str = "") -> Tag:
    """Return what a page says, to stand in a book: headings one level down, links within it."""
    text = (site / f"{page}.html").read_text(encoding="utf-8")
    article = text[text.index("<article") : text.index("</article>")]
    content = BeautifulSoup(article, "html.parser").select_one("article > section")
    assert content is not None
    for tag in content.select(NOT_PRINTED):
        tag.decompose()
    for level in range(5, 0, -1):
        for heading in content.find_all(f"h{level}"):
            heading.name = f"h{level + 1}"
    for tag in content.find_all(id=True):
        tag["id"] = f"{page}:{tag['id']}"
    for tag in content.find_all(src=True):
        tag["src"] = urljoin(f"/{page}", str(tag["src"]))
        del tag["loading"]
    for link in content.find_all("a", href=True):
        address, _, fragment = urljoin(f"{page}.html", str(link["href"])).partition("#")
        target = address.removesuffix(".html")
        if target in included:
            link["href"] = f"#{target}:{fragment}" if fragment else f"#{target}"
        elif not re.match(r"[a-z]+:", address):
            link["href"] = urljoin(base, f"{address}#{fragment}".rstrip("#"))
            if not base:  # nobody knows where the site is
                link.name = "span"
                del link["href"]
    content["id"] = page
    return content


def title_page(root: Path) -> str:
    """Return the title page: the book, the paper that it accompanies, version and licence."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    paper = cited["preferred-citation"]
    names = [f"{one['given-names']} {one['family-names']}" for one in paper["authors"]]
    command = ["git", "log", "-1", "--format=commit %h of %cs"]
    commit = subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip()
    return f"""<div class="ls-edition">
<p class="ls-book">{escape(config["title"])}</p>
<p>An executable companion to</p>
<p><b>{escape(paper["title"])}</b><br>{", ".join(names[:-1])} and {names[-1]}<br>
{paper["collection-title"]}, {paper["publisher"]["name"]} {paper["volume"]},
pages {paper["start"]}–{paper["end"]}, {paper["year"]}<br>
<a href="{paper["url"]}">{paper["url"]}</a></p>
<p>{escape(config["author"])}</p>
<footer><p>Version {", ".join(filter(None, (__version__, commit)))}.</p>
{config["html"]["extra_footer"]}</footer></div>"""


def contents(listed: dict[str, list[str]], titles: dict[str, str], at: Mapping[str, int]) -> str:
    """Return the table of contents; `at` tells the sheet on which a page begins, where known."""
    lines = []
    for caption, pages in listed.items():
        lines += [f"<li><b>{escape(caption)}</b></li>"] if caption else []
        for page in pages:
            words, sheet = escape(titles[page]), at.get(page, "")
            lines.append(f'<li><a href="#{page}"><span>{words}</span><span>{sheet}</span></a></li>')
    return f'<nav class="ls-contents"><h2>Contents</h2><ol>{"".join(lines)}</ol></nav>'


def book(root: Path, site: Path, base: str = "") -> Callable[[Mapping[str, int]], str]:
    """Return a function: from the sheets on which chapters begin to the book as HTML."""
    titles = {page: title(site, page) for pages in parts(root).values() for page in pages}
    listed = {
        caption: [page for page in pages if page not in LEFT_OUT]
        for caption, pages in parts(root).items()
    }
    listed = {caption: pages for caption, pages in listed.items() if pages}
    included = {page for pages in listed.values() for page in pages}
    body, running = [], []
    for caption, pages in listed.items():
        part = f"<h1>{escape(caption)}</h1>" if caption else ""
        for page in pages:
            name, line = f"chapter-{len(body)}", json.dumps(titles[page], ensure_ascii=False)
            running.append(f"@page {name} {{ @top-center {{ content: {line} }} }}")
            content = chapter(site, page, included, base)
            body.append(f'<div style="page: {name}">{part}{content}</div>')
            part = ""
    left = "".join(
        f"<li><b>{escape(titles[page])}</b><br>{escape(words)}</li>"
        for page, words in LEFT_OUT.items()
        if page in titles
    )
    body += [f"<div><h2>On the site alone</h2>{MOVING}<ul>{left}</ul></div>"] if left else []
    first = (site / f"{next(iter(titles))}.html").read_text(encoding="utf-8")
    sheets = "".join(re.findall(r'<link [^>]*rel="stylesheet"[^>]*>', first))
    style = Path(__file__).with_name("pdf.css").read_text(encoding="utf-8") + "\n".join(running)
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))

    def told(at: Mapping[str, int]) -> str:
        return (
            f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
            f"<title>{escape(config['title'])}</title>{sheets}<style>{style}</style></head>"
            f'<body>{title_page(root)}{contents(listed, titles, at)}<main class="bd-main">'
            f'<div class="bd-content"><article class="bd-article">{"".join(body)}</article>'
            "</div></main></body></html>"
        )

    return told


def printed(told: Callable[[Mapping[str, int]], str], address: str, sheet: Any) -> PdfWriter:
    """Return the book, printed by a browser's page from the site that is served at the address."""
    at: dict[str, int] = {}
    sheet.route(
        "**/book/edition.html",
        lambda route: route.fulfill(body=told(at), content_type="text/html"),
    )
    for last in (False, True):
        sheet.goto(f"{address}/book/edition.html", timeout=0)
        sheet.evaluate("document.fonts.ready")
        made = sheet.pdf(
            prefer_css_page_size=True, print_background=True, outline=last, tagged=last
        )
        book = PdfWriter(clone_from=io.BytesIO(made))
        for name, place in book.named_destinations.items():
            at[name.removeprefix("/")] = (book.get_destination_page_number(place) or 0) + 1
    return book


def main() -> int:
    """Run the command line in the docstring."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "lossurface.pdf")
    chosen = parser.parse_args()
    if not (chosen.site / "index.html").is_file():
        print(f"{chosen.site}: no site there; run make book", file=sys.stderr)
        return 2
    if chromium() is None:
        print("Chromium is not installed; on Debian: apt-get install chromium", file=sys.stderr)
        return 2
    from playwright.sync_api import sync_playwright

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # Chromium miscounts a PDF's objects
    clock = time.perf_counter()
    told = book(ROOT, chosen.site, os.environ.get("LOSSURFACE_BASEURL", ""))
    with served(chosen.site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        made = printed(told, address, browser.new_page())
        browser.close()
    made.add_metadata({"/Author": "The lossurface maintainers"})
    made.write(chosen.out)
    print(f"{chosen.out}: {len(made.pages)} pages, {time.perf_counter() - clock:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
