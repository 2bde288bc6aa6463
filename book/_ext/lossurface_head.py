"""What stands in the head of each page, and the page for an address that is not there.

- a description, from the page's first words, and OpenGraph tags for whoever shares a link;
- scripts that do not hold up the first paint, a first picture that comes with it, and pictures that
  move nothing when they come;
- the reader's colours from the start, as the theme finds them out only when the page is there, and
  the whole page is then styled again; they are light without scripts;
- 404.html, which a static host shows instead of what it does not find.
"""

from __future__ import annotations

import html
import os
import re
import textwrap
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.images import get_image_size

PREVIEW = "_static/preview.png"  # made by scripts/stage.d/preview.py
NOT_FOUND = """<h1>There is no such page</h1>
<p>Pages move as the book grows. The <a href="book/index.html">first page</a> has a map of the
paper's claims; the <a href="search.html">search</a> finds a claim by its number, say
“<a href="search.html?q=theorem+2">theorem 2</a>”.</p>"""

COLOURS = """{
  const { dataset } = document.documentElement;
  if (!localStorage.getItem("mode")) dataset.mode = "auto";
  if (dataset.mode === "auto") {
    dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
}"""


def description(doctree: nodes.document) -> str:
    """Return the page's first sentences in plain words, at most 200 characters."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.list_item | nodes.container):
            continue  # a condition with its mark, or what to read before
        plain = takewhile(lambda child: not any(child.findall(nodes.math)), paragraph.children)
        text = " ".join("".join(child.astext() for child in plain).split())
        text = re.sub(r"</?a\b[^>]*>", "", text)  # a term's link to the notation
        text = re.sub(r"[^.?]*$", "", text)  # what a formula has cut off
        if "ls-claim" not in paragraph["classes"] and len(text.split()) > 5:
            return textwrap.shorten(text, 200, placeholder=" …")
    return ""


def describe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add the tags; the picture's address is relative where the site's own is not known."""
    if doctree is None:
        return
    base = app.config.html_baseurl
    tags = {
        "og:title": app.env.titles[page].astext(),
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:image": base + PREVIEW if base else context["pathto"](PREVIEW, resource=True),
        "og:image:alt": "Descent on two loss surfaces: one ends with training error zero, one not",
    }
    words = description(doctree)
    if words:
        tags["og:description"] = words
        context["metatags"] += f'<meta name="description" content="{html.escape(words)}" />\n'
    if base:
        tags["og:url"] = base + app.builder.get_target_uri(page)
    for name, text in tags.items():
        context["metatags"] += f'<meta property="{name}" content="{html.escape(text)}" />\n'
    context["metatags"] += '<meta name="twitter:card" content="summary_large_image" />\n'


def locate(app: Sphinx, config: Config) -> None:
    """Take the site's address from LOSSURFACE_BASEURL, or `html: baseurl:` in _config.yml."""
    base = os.environ.get("LOSSURFACE_BASEURL") or config.html_baseurl or ""
    config.html_baseurl = f"{base.rstrip('/')}/" if base else ""


def not_found(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page 404.html. It is shown at any address: its links start at the site's root."""
    root = urlsplit(app.config.html_baseurl).path or "/"
    tag = f'<base href="{root}" />'
    yield "404", {"title": "No such page", "body": NOT_FOUND, "metatags": tag}, "page.html"


def defer_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the page be painted before its scripts run, which need it whole anyway.

    All but the options: a line in the page itself adds to them, and the search asks at once.
    """
    if page == "search":
        return
    scripts = []
    for script in context["script_files"]:  # other pages have the same objects
        if script.filename and not str(script.filename).endswith("documentation_options.js"):
            asked = {"defer": "defer", **script.attributes}
            scripts.append(type(script)(script.filename, priority=script.priority, **asked))
        else:
            scripts.append(script)
    context["script_files"] = scripts


def size_pictures(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give each picture its size, so that it has its place before it comes; none comes unseen."""
    sources = {name: source for source, (_, name) in app.env.images.items()}

    def sized(found: re.Match[str]) -> str:
        source = sources.get(Path(found[1]).name)
        size = source and get_image_size(str(Path(app.srcdir, source)))
        return (
            f'{found[0]} width="{size[0]}" height="{size[1]}" loading="lazy"' if size else found[0]
        )

    if "body" in context:
        context["body"] = re.sub(r'<img [^>]*?src="([^"]*_images/[^"]+)"', sized, context["body"])
        for theme in ("light", "dark"):  # the first one comes with the style sheets
            pattern = rf'<img [^>]*?class="ls-{theme} [^>]*?src="([^"]+)"'
            if first := re.search(pattern, context["body"]):
                context["metatags"] += (
                    f'<link rel="preload" as="image" href="{first[1]}" '
                    f'media="(prefers-color-scheme: {theme})" />\n'
                )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_js_file(None, body=COLOURS)
    app.connect("config-inited", locate)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", size_pictures)
    app.connect("html-page-context", defer_scripts, priority=900)  # those of all extensions
    app.connect("html-collect-pages", not_found)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
