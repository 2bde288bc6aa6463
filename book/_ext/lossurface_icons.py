"""Serve those icons of the theme's icon font that the site shows: 2 kB, not 180, on each page."""

from __future__ import annotations

import re
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from sphinx.application import Sphinx

_THEME = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
_FONTS = "vendor/fontawesome"
_ICON = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # where the font has its icons


def shown(site: Path) -> tuple[set[str], set[int]]:
    """Return the icons' names in pages and scripts, and the code points in style sheets."""
    names: set[str] = set()
    for file in [*site.rglob("*.html"), *site.glob("_static/scripts/*.js")]:
        names.update(re.findall(r"\bfa-[a-z0-9-]+", file.read_text(encoding="utf-8")))
    sheets = [file for file in site.glob("_static/**/*.css") if _FONTS not in file.as_posix()]
    text = "".join(file.read_text(encoding="utf-8") for file in sheets)
    escaped = re.findall(r'content: ?"\\(f[0-9a-f]{3})"', text)
    return names, {ord(c) for c in _PRIVATE.findall(text)} | {int(code, 16) for code in escaped}


def keep_what_is_shown(app: Sphinx, error: Exception | None) -> None:
    """Write the icons' style sheet and fonts anew, from the theme's own."""
    if error is not None or app.builder.format != "html":
        return
    names, points = shown(Path(app.outdir))

    def rule(found: re.Match[str]) -> str:
        if names.isdisjoint(re.findall(r"fa-[a-z0-9-]+", found[1])):
            return ""
        points.add(int(found[2], 16))
        return found[0]

    for sheet in _THEME.glob(f"{_FONTS}/*/css/all.min.css"):
        text = _ICON.sub(rule, sheet.read_text(encoding="utf-8"))
        (app.outdir / "_static" / sheet.relative_to(_THEME)).write_text(text, encoding="utf-8")
    for font in _THEME.glob(f"{_FONTS}/*/webfonts/fa-[bs]*.woff2"):
        options = subset.Options(flavor="woff2", notdef_outline=True)
        loaded = subset.load_font(str(font), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=points)
        subsetter.subset(loaded)
        subset.save_font(loaded, str(app.outdir / "_static" / font.relative_to(_THEME)), options)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("build-finished", keep_what_is_shown, priority=950)  # of pages as they end up
    return {"parallel_read_safe": True, "parallel_write_safe": True}
