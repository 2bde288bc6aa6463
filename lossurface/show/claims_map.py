"""The map of the paper: which theorem asks for what, and which claim shows that it must."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from lossurface.show.figure import Words, mimebundle

__all__ = ["CONDITIONS", "ClaimsMap", "Condition", "claims_map"]


@dataclass(frozen=True)
class Condition:
    """One of the theorems' conditions.

    Attributes:
        name: in words.
        page: where the book explains it.
        asked: what Theorem 1 and Theorem 2 ask, in a few characters each.
        without: the claims that show what happens without it: label, page and "fails" or "holds".
    """

    name: str
    page: str
    asked: tuple[str, str]
    without: tuple[tuple[str, str, str], ...]


def _claim(number: int, what: str, kind: str = "proposition", sign: str = "fails") -> Any:
    short = "Prop." if kind == "proposition" else "Ex."
    return (f"{short} {number}: {what}", f"{kind}s/{kind}-{number}", sign)


CONDITIONS = (
    Condition(
        "Loss: a smooth hinge",
        "setting/loss",
        ("p ≥ 6", "p ≥ 3"),
        (
            _claim(9, "logistic, only saddles"),
            _claim(10, "logistic, error > 0"),
            _claim(1, "quadratic", "example"),
            _claim(2, "quadratic", "example"),
            _claim(3, "quadratic", "example"),
            _claim(8, "L = 0 iff R = 0", sign="holds"),
        ),
    ),
    Condition(
        "Network: a shortcut to the output",
        "setting/network",
        ("f = f_S + f_D", "f = f_S + f_D"),
        (_claim(6, "no shortcut"), _claim(7, "identity shortcut")),
    ),
    Condition(
        "Neurons: convex or increasing",
        "setting/neurons",
        ("σ″ > 0", "σ′ > 0"),
        (
            _claim(2, "ReLU-like"),
            _claim(3, "leaky ReLU-like"),
            _claim(4, "sigmoid-like"),
            _claim(5, "quadratic-like"),
        ),
    ),
    Condition(
        "Data: easy to tell apart",
        "setting/data",
        ("subspaces", "separable"),
        (
            _claim(11, "what any data must meet"),
            _claim(12, "exactly which data", sign="holds"),
        ),
    ),
    Condition(
        "Width: M neurons",
        "setting/network",
        ("M ≥ 2n/Δr, …", "M ≥ 1"),
        (_claim(1, "M > r for z²", sign="holds"),),
    ),
)
_THEOREMS = (("Theorem 1", "theorems/theorem-1"), ("Theorem 2", "theorems/theorem-2"))
_CONCLUSION = "then every local minimum classifies every sample correctly"


@dataclass(frozen=True)
class ClaimsMap:
    """The map as a figure; links lead to the pages that the book has."""

    words: Words

    def to_html(self) -> str:
        """Return the map twice, for a desk and for a phone; the style sheet shows one of them."""
        return "".join(
            f'<svg class="ls-map ls-map-{name}" viewBox="0 0 {width} {height}" role="group" '
            f'aria-label="{html.escape(self.words.alt)}">{body}</svg>'
            for name, (width, height, body) in (("wide", _wide()), ("narrow", _narrow()))
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        rows = "".join(
            f"<li>{html.escape(c.name)}; without it: "
            f"{html.escape('; '.join(label for label, _, _ in c.without))}</li>"
            for c in CONDITIONS
        )
        body, told = f"<ul>{rows}</ul>", f"Map: {self.words.alt}"
        return mimebundle(self.words, "html", body, told, html=self.to_html())


def claims_map(*, name: str, alt: str, caption: str) -> ClaimsMap:
    """Draw the map: conditions by row, theorems by column, and what fails without each condition.

    Args:
        name: the label for `{numref}`, "fig-...".
        alt: the map in words.
        caption: one sentence that says what to see.

    Raises:
        InputError: a word is missing.
    """
    return ClaimsMap(Words(name, alt, caption))


_ROW, _CHIP, _GAP = 34, 26, 8
_SUBSCRIPT = r'<tspan dy="3" font-size="9">\1</tspan><tspan dy="-3"> </tspan>'
_CHAR = 6.2  # a generous average character, in pixels, of the map's 13-pixel text


def _wide() -> tuple[int, int, str]:
    edge, columns, left = 740, (168, 280), 404
    parts = [_header(f, x, 0, 104) for f, x in zip(_THEOREMS, columns, strict=True)]
    parts.append(_text(left, 21, "without it", "ls-map-head"))
    y = _ROW + 18
    for condition in CONDITIONS:
        chips, bottom = _chips(condition, left, y, edge)
        parts.append(f'<line x1="0" x2="{edge}" y1="{y - 8}" y2="{y - 8}" class="ls-map-rule"/>')
        kind, what = condition.name.split(": ")
        name = _text(0, y + 12, kind, "ls-map-name") + _text(0, y + 29, what, "ls-map-head")
        parts.append(_link(condition.page, name))
        parts += [_pill(text, x, y, 104) for text, x in zip(condition.asked, columns, strict=True)]
        parts.append(chips)
        y = max(bottom, y + 32) + 16
    parts.append(f'<line x1="0" x2="{edge}" y1="{y - 8}" y2="{y - 8}" class="ls-map-rule"/>')
    parts.append(_box(1, y, edge - 2, _CHIP + 4, "ls-map-good"))
    parts.append(_text(edge / 2, y + 20, _CONCLUSION, "ls-map-middle ls-map-strong"))
    return edge, y + _CHIP + 8, "".join(parts)


def _narrow() -> tuple[int, int, str]:
    parts = [_header(f, x, 0, 168) for f, x in zip(_THEOREMS, (0, 184), strict=True)]
    y = _ROW + 18
    for condition in CONDITIONS:
        parts.append(f'<line x1="0" x2="352" y1="{y - 8}" y2="{y - 8}" class="ls-map-rule"/>')
        parts.append(_link(condition.page, _text(0, y + 14, condition.name, "ls-map-name")))
        y += 24
        parts += [_pill(t, x, y, 168) for t, x in zip(condition.asked, (0, 184), strict=True)]
        y += _CHIP + 22
        parts.append(_text(0, y - 6, "without it", "ls-map-head"))
        chips, y = _chips(condition, 0, y, 352)
        parts.append(chips)
        y += 18
    parts.append(_box(0, y - 6, 352, 46, "ls-map-good"))
    half = _CONCLUSION.index(" classifies")
    for line, at in ((_CONCLUSION[:half], y + 13), (_CONCLUSION[half + 1 :], y + 31)):
        parts.append(_text(176, at, line, "ls-map-middle ls-map-strong"))
    return 352, y + 42, "".join(parts)


def _chips(condition: Condition, left: float, y: float, right: float) -> tuple[str, int]:
    """Place the claims in lines; return them and the bottom of the last line."""
    parts, x = [], left
    for label, page, sign in condition.without:
        width = len(label) * _CHAR + 20
        if x > left and x + width > right:
            x, y = left, y + _CHIP + _GAP
        shape = _box(x, y, width, _CHIP, f"ls-map-{sign}")
        text = _text(x + width / 2, y + 17.5, label, "ls-map-middle")
        parts.append(_link(page, shape + text))
        x += width + _GAP
    return "".join(parts), round(y + _CHIP)


def _header(theorem: tuple[str, str], x: float, y: float, width: float) -> str:
    label, page = theorem
    shape = _box(x, y, width, _ROW - 2, "ls-map-good")
    return _link(page, shape + _text(x + width / 2, y + 21, label, "ls-map-middle ls-map-strong"))


def _pill(text: str, x: float, y: float, width: float) -> str:
    return _box(x, y, width, _CHIP, "ls-map-asked") + _text(
        x + width / 2, y + 17.5, text, "ls-map-middle"
    )


def _box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind}"/>'
    )


def _text(x: float, y: float, text: str, kind: str) -> str:
    lowered = re.sub(r"_(\w)", _SUBSCRIPT, html.escape(text))
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{lowered}</text>'


def _link(page: str, inside: str) -> str:
    """Link to a page of the book; the renderer takes the link out where there is no such page."""
    return f'<a href="doc:{page}">{inside}</a>'
