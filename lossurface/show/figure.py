"""What every figure of the book carries: a name to refer to, alt text, a one-sentence caption.

In the published book a figure travels under its own MIME type and becomes a numbered, captioned
figure of the page (`lossurface.show.myst`); anywhere else it is plain HTML.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import asdict, dataclass
from typing import Any

from lossurface.errors import InputError

MIME = "application/vnd.lossurface.figure+json"

_NAME = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")

# JupyterLab marks its body, a browser states a preference; the book has its own style sheet.
_NOTEBOOK_CSS = (
    "<style>.ls-figure{margin:1em 0;max-width:46rem}.ls-figure img{width:100%;height:auto}"
    ".ls-dark{display:none}[data-jp-theme-light='false'] .ls-dark{display:block}"
    "[data-jp-theme-light='false'] .ls-light{display:none}</style>"
)


@dataclass(frozen=True)
class Words:
    """The words of a figure.

    Attributes:
        name: the label that `{numref}` refers to, "fig-" and then lower-case words with hyphens;
            unique in the book.
        alt: what a reader who cannot see the figure needs to know of it.
        caption: one sentence of Markdown that says what to see.

    Raises:
        InputError: one of them is missing or malformed.
    """

    name: str
    alt: str
    caption: str

    def __post_init__(self) -> None:
        """Refuse a figure without words."""
        if not _NAME.fullmatch(self.name):
            raise InputError(
                f"name is {self.name!r}, not a figure's label; write lower-case words joined by "
                'hyphens after "fig-", as in "fig-theorem-2-surface"'
            )
        for field, text in (("alt", self.alt), ("caption", self.caption)):
            if len(text.split()) < 3:
                raise InputError(
                    f"{field} of {self.name} is {text!r}; say in a sentence what the figure shows"
                )
        if not self.caption.rstrip().endswith((".", "?", "!", ".)")):
            raise InputError(
                f"caption of {self.name} does not end in a full stop; write one whole sentence"
            )


def live() -> bool:
    """Tell whether figures are drawn for a reader with a running kernel.

    True in a Jupyter kernel, unless the environment sets LOSSURFACE_STATIC=1, as everything that
    records notebooks for others to read (the book, `lossurface reproduce`) does.
    """
    if os.environ.get("LOSSURFACE_STATIC", "") not in ("", "0"):
        return False
    try:
        from IPython import get_ipython
    except ImportError:  # no notebook without IPython
        return False
    shell = get_ipython()
    return shell is not None and shell.__class__.__name__ == "ZMQInteractiveShell"


def drawn() -> bool:
    """Tell whether static figures are drawn; LOSSURFACE_DRAW=0 leaves them out.

    For runs that compare what a notebook prints (`make nbval`): the words of a figure are still
    checked, and `make book` draws every one.
    """
    return os.environ.get("LOSSURFACE_DRAW", "1") != "0"


def page_html(words: Words, body: str) -> str:
    """Return the figure as plain HTML, for readers outside the book."""
    return (
        f'{_NOTEBOOK_CSS}<figure class="ls-figure" id="{words.name}">{body}'
        f"<figcaption>{html.escape(words.caption, quote=False)}</figcaption></figure>"
    )


def mimebundle(words: Words, kind: str, body: str, told: str, **payload: Any) -> dict[str, Any]:
    """Return a figure as a cell's output: for the book, as plain HTML, and as plain text.

    Args:
        words: of the figure.
        kind: tells `lossurface.show.myst` what the payload is.
        body: HTML, for readers outside the book.
        told: plain text.
        payload: what the book shows.
    """
    return {
        MIME: {"kind": kind, **asdict(words), **payload},
        "text/html": page_html(words, body),
        "text/plain": told,
    }


@dataclass(frozen=True)
class Markup:
    """A figure made of HTML.

    Attributes:
        words: its name, alt text and caption.
        body: HTML; in the book, href="doc:PAGE" leads to that page, where there is one.
    """

    words: Words
    body: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        outside = re.sub(r' href="doc:[^"]*"', "", self.body)
        told = f"Figure: {self.words.alt}"
        return mimebundle(self.words, "html", outside, told, html=self.body)


@dataclass(frozen=True)
class Fragment:
    """HTML that is no figure, a table say; shown when it is the last expression of a cell."""

    html: str
    told: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.told


def sentence(text: str) -> str:
    """Return text with its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]
