"""The two themes: legible, told apart, and the same in Python and in the page's style sheet."""

import re
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import pytest

from lossurface.show.style import COLOURS, DARK, LIGHT, resolve

CSS = Path(__file__).parents[2] / "book" / "_static" / "lossurface.css"


def _linear(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def _luminance(linear):
    return sum(w * max(c, 0) for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    a, b = sorted((_luminance(_linear(one)), _luminance(_linear(other))))
    return (b + 0.05) / (a + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_text_is_legible(palette):
    assert contrast(palette.ink, palette.paper) >= 7
    assert contrast(palette.muted, palette.paper) >= 4.5
    for soft in (palette.positive_soft, palette.negative_soft):
        assert contrast(palette.ink, soft) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_marks_stand_out(palette):
    """WCAG asks 3:1 of graphics. Theta* in amber carries an outline in ink instead."""
    for colour in (palette.positive, palette.negative, palette.good, palette.accent):
        assert contrast(colour, palette.paper) >= 3
    for colour, region in (
        (palette.positive, palette.positive_soft),
        (palette.negative, palette.negative_soft),
    ):
        assert contrast(colour, region) >= 3


# Vienot, Brettel and Mollon (1999): what a dichromat sees, in linear RGB.
_SEEN = {
    "protanopia": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopia": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("kind", sorted(_SEEN))
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
def test_a_colour_blind_reader_tells_lines_apart(palette, kind):
    """The classes, and what is drawn beside them, stay apart for both common dichromacies."""

    def seen(colour):
        linear = _linear(colour)
        return [sum(w * c for w, c in zip(row, linear, strict=True)) for row in _SEEN[kind]]

    for one, other in combinations((palette.positive, palette.negative, palette.ink), 2):
        apart = sum((a - b) ** 2 for a, b in zip(seen(one), seen(other), strict=True)) ** 0.5
        assert apart > 0.15, (one, other)


def test_the_style_sheet_has_the_same_colours():
    text = CSS.read_text(encoding="utf-8")
    light, dark = (
        dict(re.findall(r"--ls-([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r"^html[^{]*\{([^}]*--ls-ink[^}]*)\}", text, re.M)
    )
    for palette, variables in ((LIGHT, light), (DARK, dark)):
        expected = {
            f.name.replace("_", "-"): getattr(palette, f.name)
            for f in fields(palette)
            if f.name != "name"
        }
        assert variables == expected


def test_resolve_leaves_no_variable_behind():
    value = {"a": [{"color": name} for name in COLOURS], "b": ("var(--ls-ink)", 3, None, "plain")}
    resolved = resolve(value, DARK)
    assert "var(" not in repr(resolved)
    assert resolved["b"] == [DARK.ink, 3, None, "plain"]
