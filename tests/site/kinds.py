"""The kinds of elements on the pages, and a few pages that together have one of each.

axe takes longer over a page than all else does, and the pages are much alike. `make test` lets it
judge the pages that `representatives` picks, `make test-full` every page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from scripts.screenshots import pages

# fmt: off
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                   "source", "track", "wbr"})
# fmt: on
_SCRIPT = re.compile(r"(<script[^>]*>)(.*?)(</script>)", re.DOTALL)
_PER_PAGE = 3000  # what a visit costs beside its elements, in elements

Kind = tuple[object, ...]


class _Kinds(HTMLParser):
    """Collect an element's name, classes, attributes, role, type and the name of its parent."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[Kind] = set()
        self.count = 0
        self._open = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = tuple(sorted((given.get("class") or "").split()))
        named = tuple(sorted(given))
        own = (tag, classes, named, given.get("role"), given.get("type"))
        if "mjx-container" not in self._open:  # axe leaves out what is in a formula
            self.kinds.add((*own, self._open[-1]))
            self.count += 1
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass


def _kinds(text: str) -> tuple[frozenset[Kind], int]:
    """Return the kinds of elements of a page, and how many elements it has."""
    parser = _Kinds()
    parser.feed(_SCRIPT.sub(r"\1\3", text))
    # What lossurface.js adds to a figure with 3-D axes is in no file: a slider that turns the view.
    turned = any('"scene"' in body for _, body, _ in _SCRIPT.findall(text))
    return frozenset(parser.kinds | ({("turntable",)} if turned else set())), parser.count


def cover(kinds: Mapping[str, frozenset[Kind]], sizes: Mapping[str, int]) -> list[str]:
    """Return names that together have every kind: by greed, the most new kinds for their size."""
    left = frozenset[Kind]().union(*kinds.values())
    chosen: list[str] = []
    while left:
        best = max(sorted(kinds), key=lambda name: len(kinds[name] & left) / sizes[name])
        chosen.append(best)
        left -= kinds[best]
    for name in sorted(chosen, key=lambda name: (-sizes[name], name)):
        others = (kinds[other] for other in chosen if other != name)
        if kinds[name] <= frozenset[Kind]().union(*others):
            chosen.remove(name)
    return sorted(chosen)


@cache
def representatives(site: Path) -> list[str]:
    """Return the addresses of pages that together have every kind of element of the site."""
    kinds, sizes = {}, {}
    for name in pages(site):
        kinds[name], count = _kinds((site / name).read_text(encoding="utf-8"))
        sizes[name] = count + _PER_PAGE
    return cover(kinds, sizes)
