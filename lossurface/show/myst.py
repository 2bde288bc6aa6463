"""Turn figures stored in notebooks into numbered figures of the book (a MyST-NB plug-in)."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, ClassVar

from lossurface.show.figure import MIME
from lossurface.show.frames_html import PICTURE

if TYPE_CHECKING:
    from docutils import nodes
    from myst_nb.core.render import MimeData, NbElementRenderer

_MENU = '<details class="ls-menu"><summary>Files and code</summary></details>'
"""lossurface.js fills it."""


class FigureRenderer:
    """Renders `lossurface.show.figure.MIME`; registered as an entry point of MyST-NB."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = (("*", MIME, 0),)

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure as document nodes, or None for any other type of output."""
        if data.mime_type != MIME or inline:
            return None
        from docutils import nodes

        payload: dict[str, Any] = data.content
        name = payload["name"]
        figure = nodes.figure(classes=["ls-figure"])
        figure["names"].append(name)
        figure["ids"].append(name)
        if payload["kind"] == "static":
            for picture in payload["pictures"]:
                figure.extend(_images(renderer, name, picture, payload["width"]))
        else:
            first, *others = _linked(renderer, payload["html"]).split(PICTURE)
            figure.append(nodes.raw("", first, format="html"))
            for picture, text in zip_longest(payload.get("pictures", ()), others):
                figure.extend(_images(renderer, name, picture) if picture else ())
                figure.append(nodes.raw("", text, format="html"))
        caption = nodes.caption()
        with renderer.renderer.current_node_context(caption):
            renderer.renderer.nested_render_text(payload["caption"], data.line or 0, inline=True)
        figure.append(caption)
        if payload["kind"] != "html":
            figure.append(nodes.raw("", _MENU, format="html"))
        renderer.renderer.document.note_explicit_target(figure)
        return [figure]


def _linked(renderer: NbElementRenderer, text: str) -> str:
    """Turn href="doc:PAGE" into an address relative to the page; drop it if there is no such page.

    PAGE is relative to the folder of the page that shows the figure.
    """
    env = renderer.renderer.sphinx_env

    def link(found: re.Match[str]) -> str:
        folder = posixpath.dirname(env.docname)
        if posixpath.normpath(posixpath.join(folder, found[1])) not in env.found_docs:
            return ""
        return f' href="{found[1]}.html"'

    return re.sub(r' href="doc:([^"]+)"', link, text)


def files(name: str, picture: dict[str, str]) -> Iterator[tuple[str, str, bytes]]:
    """Yield a theme, the name of a file and its content for both of a picture's themes.

    The site has the files in its folder `_images`.
    """
    for theme in ("light", "dark"):
        text = picture[theme]
        content = text.encode() if picture["format"] == "svg" else base64.b64decode(text)
        digest = hashlib.sha256(content).hexdigest()[:12]
        yield theme, f"{name}-{theme}-{digest}.{picture['format']}", content


def _images(
    renderer: NbElementRenderer, name: str, picture: dict[str, str], width: int | None = None
) -> Iterator[nodes.image]:
    """Write a picture's two files; yield a node for each, so many pixels wide."""
    from docutils import nodes

    size = {"width": f"{width}px"} if width else {}

    for theme, file, content in files(name, picture):
        uri = renderer.write_file([file], content, exists_ok=True)
        # dark-light: the theme's own leave to stay as drawn in the dark
        classes = [f"ls-{theme}", "dark-light", "no-scaled-link"]
        yield nodes.image(uri=uri, alt=picture["alt"], classes=classes, **size)
