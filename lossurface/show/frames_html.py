"""An interactive figure for a page without a kernel: native controls, and every frame as JSON.

`book/_static/lossurface.js` brings it to life. What the frames share is stored once, arrays as
float32 in base64.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError

if TYPE_CHECKING:
    from lossurface.show.explore import Control, Explorer, Value

_SMALL = 32  # below this an array is shorter as text
PICTURE = "<!--picture-->"
"""Where `lossurface.show.myst` puts a panel's picture, until the script has drawn the plot."""


def frames_html(explorer: Explorer, frames: Mapping[str, Any]) -> str:
    """Return the controls, an empty plot for each panel and its frames.

    The controls are disabled until the script wakes them, so that none is ever dead.
    """
    words = explorer.words
    deep = {title: "scene" in panel["base"]["layout"] for title, panel in frames.items()}
    panels = "".join(
        '<div class="ls-panel">'
        + (f'<div class="ls-title">{html.escape(title)}</div>' if title else "")
        + f'<div class="ls-stage{" ls-deep" if deep[title] else ""}" '
        + f'style="height:{explorer.height}px">{PICTURE}<div class="ls-plot"></div></div></div>'
        for title in frames
    )
    rows = "".join(_control(words.name, control) for control in explorer.controls)
    if any(deep.values()):
        rows += _turntable(words.name)
    return (
        f'<div class="ls-explore" id="{words.name}-explore">'
        f'<div class="ls-panels" role="img" aria-label="{html.escape(words.alt)}">{panels}</div>'
        f'<div class="ls-controls" role="group" aria-label="Controls of the figure">{rows}</div>'
        f'<script type="application/json" class="ls-frames">{to_json(list(frames.values()))}'
        "</script></div>"
    )


def _control(name: str, control: Control) -> str:
    """Return one control; `autocomplete`, or a reloaded page starts where the reader left it."""
    ident, label = f"{name}-{control.key}", html.escape(control.label)
    texts = [html.escape(_readable(value)) for value in control.values]
    first = texts[control.start]
    if control.numeric:
        inner = (
            f'<input type="range" id="{ident}" min="0" max="{len(texts) - 1}" step="1" '
            f'value="{control.start}" data-values="{"|".join(texts)}" '
            f'aria-valuetext="{first}" autocomplete="off" disabled>'
            f'<output for="{ident}">{first}</output>'
            f'<button type="button" class="ls-play" aria-label="Play: {label}" disabled>'
            "Play</button>"
        )
    else:
        choices = "".join(
            f"<option{' selected' if i == control.start else ''}>{text}</option>"
            for i, text in enumerate(texts)
        )
        inner = f'<select id="{ident}" autocomplete="off" disabled>{choices}</select>'
    return f'<div class="ls-control"><label for="{ident}">{label}</label>{inner}</div>'


def _turntable(name: str) -> str:
    """Return what turns a surface with the keyboard, and turns it back."""
    return (
        f'<div class="ls-control"><label for="{name}-turn">Turn the view</label>'
        f'<input type="range" class="ls-turn" id="{name}-turn" min="-180" max="180" step="5" '
        'value="0" aria-valuetext="0°" autocomplete="off" disabled>'
        f'<output for="{name}-turn">0°</output>'
        '<button type="button" class="ls-reset" disabled>Reset view</button></div>'
    )


def _readable(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.4g}".replace("-", "−")


def encode_frames(name: str, figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return {"base": figure, "frames": [what differs from base, ...]} as JSON values.

    Args:
        name: the figure's label, for error messages.
        figures: plotly figures as JSON, with the same traces in the same order.

    Raises:
        InputError: they have different traces.
    """
    kinds = [[trace.get("type", "scatter") for trace in figure["data"]] for figure in figures]
    for index, kind in enumerate(kinds):
        if kind != kinds[0]:
            raise InputError(
                f"frame {index} of {name} has traces {kind}, the first has {kinds[0]}; "
                "draw the same traces at every value (empty ones may be drawn with no points)"
            )
    packed = [_packed(figure) for figure in figures]
    shared = [_common(traces) for traces in zip(*(f["data"] for f in packed), strict=True)]
    layout = _common([figure["layout"] for figure in packed])
    frames = [
        {
            "data": [_without(*pair) for pair in zip(figure["data"], shared, strict=True)],
            "layout": _without(figure["layout"], layout),
        }
        for figure in packed
    ]
    return {"base": {"data": shared, "layout": layout}, "frames": frames}


def to_json(value: Any) -> str:
    """Return compact JSON that is safe inside a script element."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def _common(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the entries that every item has, with the same value."""
    first, *others = items
    return {
        key: value
        for key, value in first.items()
        if all(key in item and item[key] == value for item in others)
    }


def _without(item: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in common}


def _packed(value: Any) -> Any:
    """Return JSON values: an array as its numbers in base64, as plotly.js reads them."""
    import numpy as np

    if isinstance(value, Mapping):
        return {key: _packed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind not in "fiu" or value.size < _SMALL:
        return value.tolist()
    kind = value.dtype.str[1:] if value.dtype.itemsize <= 4 else "f4"
    data = base64.b64encode(value.astype(f"<{kind}").tobytes()).decode()
    shape = {"shape": ", ".join(map(str, value.shape))} if value.ndim > 1 else {}
    return {"dtype": kind, "bdata": data, **shape}
