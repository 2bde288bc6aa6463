"""List the figures for whoever shows them elsewhere, and make the picture for shared links.

From the executed notebooks: `book/_data/figures.md`, which the page `book/atlas/figures.md`
includes, with its small pictures in `book/_static/figures`, and `book/_static/preview.png`, the
first page's picture on the ground that links show.
"""

from __future__ import annotations

import base64
import html
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lossurface.show.figure import MIME  # noqa: E402
from lossurface.show.myst import files  # noqa: E402
from scripts.book import replace  # noqa: E402

PICTURE = "fig-index-surfaces"


def pages(source: Path) -> list[tuple[str, Path]]:
    """Return title and notebook of each page that is one, in the order of the contents."""
    contents = yaml.safe_load((source / "_toc.yml").read_text(encoding="utf-8"))
    listed = [{"file": contents["root"], "title": "The first page"}]
    for part in contents.get("parts", []):
        listed += part["chapters"]
    found = []
    for one in listed:
        path = source / f"{one['file']}.ipynb"
        if path.is_file():
            found.append((one.get("title") or heading(path), path))
    return found


def heading(path: Path) -> str:
    """Return a notebook's first heading."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = "".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "markdown")
    return next(line for line in lines.splitlines() if line.startswith("# "))[2:]


def figures(cells: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what each figure of a notebook carries; tables made of HTML are left out."""
    for cell in cells:
        for output in cell.get("outputs", []):
            if MIME in output.get("data", {}) and output["data"][MIME]["kind"] != "html":
                yield output["data"][MIME]


def entry(source: Path, page: str, figure: dict[str, Any]) -> str:
    """Return a figure's small picture, its name, its files and its words: an item of a list."""
    name, pictures = figure["name"], figure.get("pictures", ())
    links = [] if figure["kind"] == "static" else ["interactive"]
    link, small = f"../{page}#{name}", {}
    for theme, picture in zip(("light", "dark"), figure.get("small", ()), strict=False):
        small[theme] = f"_static/figures/{name}-{theme}.png"
        replace(source / "book" / small[theme], base64.b64decode(picture))
    shown = "".join(
        f'<img class="ls-{theme} dark-light" alt="{name}, small" loading="lazy" '
        f'src="../../{place}">'
        for theme, place in small.items()
    )
    for k, picture in enumerate(pictures, 1):
        panel = f"panel {k}: " if len(pictures) > 1 else ""
        for theme, file, _ in files(name, picture):
            address, kind = f"../../_images/{file}", picture["format"].upper()
            links.append(f'{panel}<a href="{address}" download>{kind}, {theme}</a>')
            panel = ""
    return (
        f'<li>{shown}<div><p><a href="{link}">{name}</a> '
        f"({'; '.join(links)})</p><p>{html.escape(figure['alt'])}</p></div></li>"
    )


def listed(source: Path) -> str:
    """Return the list, in Markdown."""
    lines = []
    for title, path in pages(source):
        page = path.relative_to(source / "book").with_suffix(".html").as_posix()
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        entries = [entry(source, page, figure) for figure in figures(cells)]
        if entries:
            shown = ['<ul class="ls-shown">', *entries, "</ul>"]
            lines += [f"## {title}", "", "```{raw} html", *shown, "```", ""]
    return "\n".join(lines)


def preview(source: Path) -> bytes | None:
    """Return the first page's picture in the middle of 1200 x 630 pixels; None if not drawn."""
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    cells = json.loads((source / "book" / "index.ipynb").read_text(encoding="utf-8"))["cells"]
    found = next((f for f in figures(cells) if f["name"] == PICTURE), None)
    if found is None:
        return None
    sheet = Figure(figsize=(12, 6.3), dpi=100)
    axes = sheet.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.imshow(imread(io.BytesIO(base64.b64decode(found["pictures"][0]["light"]))))
    axes.set_axis_off()
    stream = io.BytesIO()
    sheet.savefig(stream, metadata={"Software": None})
    return stream.getvalue()


if __name__ == "__main__":
    staged = Path(sys.argv[1])
    replace(staged / "book" / "_data" / "figures.md", listed(staged).encode())
    picture = preview(staged)
    if picture is not None:
        replace(staged / "book" / "_static" / "preview.png", picture)
