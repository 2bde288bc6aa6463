"""The HTML of an interactive figure: native controls, so that keyboard and screen reader work."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lossurface.show.explore import Control, Value
    from lossurface.show.figure import Words

__all__ = ["explorer_markup", "readable"]


def readable(value: Value) -> str:
    """Return a control's value as the reader sees it."""
    if isinstance(value, str):
        return value
    text = f"{value:.4g}"
    return text.replace("-", "−")


def explorer_markup(
    words: Words,
    controls: Sequence[Control],
    height: int,
    titles: Sequence[str],
    frames_json: str,
) -> str:
    """Return the markup that `lossurface.js` brings to life.

    The controls are disabled until it does, so that none is ever dead.
    """
    panels = "".join(
        '<div class="ls-panel">'
        + (f'<div class="ls-title">{html.escape(title)}</div>' if title else "")
        + f'<div class="ls-plot" style="height:{height}px"></div></div>'
        for title in titles
    )
    rows = "".join(_control(words.name, control) for control in controls)
    return (
        f'<div class="ls-explore" id="{words.name}-explore">'
        f'<div class="ls-panels" role="img" aria-label="{html.escape(words.alt)}">'
        f"{panels}<noscript>This figure needs JavaScript.</noscript></div>"
        f'<div class="ls-controls" role="group" aria-label="Controls of the figure">{rows}</div>'
        f'<script type="application/json" class="ls-frames">{frames_json}</script></div>'
    )


def _control(name: str, control: Control) -> str:
    ident = f"{name}-{control.key}"
    label = f'<label for="{ident}">{html.escape(control.label)}</label>'
    texts = [readable(value) for value in control.values]
    if control.numeric:
        options = html.escape("|".join(texts))
        return (
            f'<div class="ls-control">{label}'
            f'<input type="range" id="{ident}" min="0" max="{len(texts) - 1}" step="1" '
            f'value="{control.start}" data-values="{options}" '
            f'aria-valuetext="{html.escape(texts[control.start])}" disabled>'
            f'<output for="{ident}">{html.escape(texts[control.start])}</output>'
            '<button type="button" class="ls-play" '
            f'aria-label="Play: {html.escape(control.label)}" disabled>Play</button></div>'
        )
    choices = "".join(
        f"<option{' selected' if i == control.start else ''}>{html.escape(text)}</option>"
        for i, text in enumerate(texts)
    )
    return f'<div class="ls-control">{label}<select id="{ident}" disabled>{choices}</select></div>'
