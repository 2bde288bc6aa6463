"""Drawings: both themes, the same files every time, the numbers where they belong."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from lossurface import InputError
from lossurface.show import panels, plot, scene, static
from lossurface.show.figure import MIME, Markup, Words
from lossurface.show.myst import files
from lossurface.show.style import DARK, LIGHT

WORDS = {"name": "fig-test", "alt": "A picture for a test", "caption": "There is nothing to see."}
U = np.linspace(-1, 1, 21)
V = np.linspace(-1, 1, 11)
BOWL = 0.5 + U**2 + 2 * V[:, None] ** 2
POINTS = np.array([[0.5, 0.5], [-0.5, 0.2], [0.1, -0.7]])
LABELS = [1, -1, -1]

DRAWINGS = {
    "contours": plot.contours(U, V, BOWL, ceiling=3, radius=0.5),
    "contours of a plain": plot.contours(U, V, 0 * BOWL, ceiling=1),
    "valley": plot.contours(U, V, BOWL, ceiling=2.0),
    "curves": plot.curves(U, {"a": U, "b": U**2}, marks=[(0, 0)], title="Two"),
    "logarithmic": plot.curves(U, {"a": np.exp(U)}, log=True),
    "line": plot.line([0.5, -0.5, -0.2], LABELS, U, np.tanh(U)),
    "plane": plot.plane(POINTS, LABELS, U, V, U + V[:, None]),
    "one region": plot.plane(POINTS, LABELS, U, V, np.ones_like(BOWL)),
    "probability": plot.probability(
        {"seen": ([2, 4, 8], [50, 3, 0], [100, 100, 100])}, exact={"exact": ([2, 8], [0.5, 0.01])}
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_drawn_in_both_themes(name):
    figure = static(DRAWINGS[name], **WORDS)
    for (text,), palette, other in ((figure.light, LIGHT, DARK), (figure.dark, DARK, LIGHT)):
        ElementTree.fromstring(text)
        assert palette.muted in text or palette.ink in text
        assert other.muted not in text
    assert figure == static(DRAWINGS[name], **WORDS)  # to the byte


def test_panels_and_png():
    grid = panels(DRAWINGS["line"], DRAWINGS["curves"], DRAWINGS["valley"], columns=2)
    bundle = static(grid, **WORDS, size=(5, 5), format="png")._repr_mimebundle_()
    (picture,) = bundle[MIME]["pictures"]
    assert picture["format"] == "png"
    assert picture["light"] != picture["dark"]
    assert bundle["text/html"].count(f'alt="{WORDS["alt"]}"') == 2


def test_several_drawings_are_several_pictures():
    """Each with its own words: side by side on a screen, one below the other on a phone."""
    two = [DRAWINGS["line"], DRAWINGS["valley"]]
    words = {**WORDS, "alt": ["A line.", "The valley beside it."]}
    figure = static(two, **words, size=(3.5, 3))
    shown = figure._repr_mimebundle_()[MIME]["pictures"]
    assert [picture["alt"] for picture in shown] == words["alt"]
    assert len({file for one in shown for _, file, _ in files("fig-test", one)}) == 4
    assert figure.words.alt == "A line. The valley beside it."
    assert figure.to_html().count("width:336px") == 4
    assert max(map(len, figure.small)) < 20_000
    with pytest.raises(InputError, match="1 texts for 2 panels"):
        static(two, **WORDS)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"alt": " "}, "alt of"), ({"format": "gif"}, "format"), ({"size": (6, 3)}, "inches")],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(InputError, match=message):
        static(DRAWINGS["line"], **{**WORDS, **change})


def test_shapes_are_checked():
    with pytest.raises(InputError, match="transpose"):
        scene.surface(U, V, BOWL.T, floor=0, ceiling=2)
    with pytest.raises(InputError, match="project"):
        plot.plane(np.zeros((3, 3)), LABELS, U, V, BOWL)


def test_a_surface_is_clipped_and_has_no_gaps():
    """Cut off above the axis, where it is not seen, and untouched below."""
    z = BOWL * np.geomspace(1, 1e300, U.size)
    hill, star = scene.surface(U, V, z, floor=0, ceiling=2).data
    assert np.isfinite(hill.z).all()
    np.testing.assert_array_equal(hill.z[z <= 2], z[z <= 2])
    assert (hill.z[z > 2] > 2).all()
    assert np.isfinite(star.z).all()


def test_regions_follow_the_sign_convention():
    """Sgn 0 = +1: the class of f = 0 is +1."""
    figure = scene.plane(POINTS, LABELS, U, V, np.zeros_like(BOWL))
    assert np.unique(figure.data[0].z).tolist() == [1]


def test_heights_between_grid_points_are_interpolated():
    heights = scene.height_at(U, V, U + 3 * V[:, None], np.array([0.03, 2.0]), np.array([-0.4, 0]))
    assert heights[0] == pytest.approx(0.03 - 1.2)  # linear: exact
    assert np.isnan(heights[1])


def test_markup_links_pages_in_the_book_and_nowhere_else():
    body = '<a href="doc:setting/loss">p ≥ 6</a>'
    bundle = Markup(Words(**WORDS), body)._repr_mimebundle_()
    assert bundle[MIME]["html"] == body
    assert "<a>p ≥ 6</a>" in bundle["text/html"]


def test_drawing_can_be_left_out_but_words_cannot(monkeypatch):
    monkeypatch.setenv("LOSSURFACE_DRAW", "0")

    def draw(figure, palette):
        raise AssertionError("drawn")

    left_out = static(draw, **WORDS)
    assert left_out._repr_mimebundle_() == {"text/plain": f"Figure (not drawn): {WORDS['alt']}"}
    with pytest.raises(InputError, match="caption"):
        static(draw, **{**WORDS, "caption": "A line"})
    monkeypatch.delenv("LOSSURFACE_DRAW")
    with pytest.raises(AssertionError, match="drawn"):
        static(draw, **WORDS)
