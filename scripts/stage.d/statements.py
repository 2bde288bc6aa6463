"""Write the table of the texts' statements: where in the book each of them has its place.

`book/_data/statements.yml` lists them. A page marks the place of one by a target: `(paper-ID)=`
before a passage, or `[words]{#paper-ID}` inside one. A statement that no page marks, or two, is an
error, and so is a mark of none. The table is staged as `book/_data/statements.md`, which the page
`book/atlas/coverage.md` includes.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.book import IGNORED, replace  # noqa: E402

MARK = re.compile(r"\((paper-[a-z0-9-]+)\)=|\{#(paper-[a-z0-9-]+)\}")
LIST = Path("_data", "statements.yml")


def prose(page: Path) -> str:
    """Return the page's text: of a notebook the Markdown cells, for outputs mark nothing."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".md":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def places(book: Path) -> dict[str, list[str]]:
    """Return the pages, by their names, on which each mark stands."""
    found = defaultdict(list)
    for page in sorted([*book.rglob("*.md"), *book.rglob("*.ipynb")]):
        if not IGNORED & set(page.relative_to(book).parts):
            for before, inside in MARK.findall(prose(page)):
                found[before or inside].append(page.stem.replace("-", " ").capitalize())
    return found


def table(book: Path) -> str:
    """Return the table, in Markdown; ValueError names each statement that is not marked once."""
    texts: dict[str, list[dict[str, Any]]] = yaml.safe_load((book / LIST).read_text("utf-8"))
    names = [one["id"] for statements in texts.values() for one in statements]
    found = places(book)
    wrong = []
    for name in sorted({*names, *found}):
        if names.count(name) != 1:
            wrong.append(f"{name}: listed {names.count(name)} times")
        if len(found.get(name, [])) != 1:
            wrong.append(f"{name}: marked on {' and '.join(found.get(name, ['no page']))}")
    if wrong:
        raise ValueError("statements and their places:\n" + "\n".join(wrong))
    lines = []
    for text, statements in texts.items():
        lines += [f"## {text}", "", "| Statement | In our words | Here |", "|---|---|---|"]
        for one in statements:
            place = f"{{ref}}`{found[one['id']][0]} <{one['id']}>`"
            lines.append(f"| {one['name']} | {one['says']} | {place}, {one['here']} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    staged = Path(sys.argv[1], "book")
    try:
        replace((staged / LIST).with_suffix(".md"), table(staged).encode())
    except ValueError as error:
        sys.exit(str(error))
