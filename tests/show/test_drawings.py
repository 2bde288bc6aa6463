"""Drawings: both themes, the same files every time, the numbers where they belong."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import CLAIMS
from lossurface.setting import from_certificate
from lossurface.show import claims_map, hero, panels, plot, scene, static
from lossurface.show.claims_map import CONDITIONS
from lossurface.show.figure import MIME
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
def test_drawn_in_both_themes(name: str) -> None:
    figure = static(DRAWINGS[name], **WORDS)
    for text, palette, other in ((figure.light, LIGHT, DARK), (figure.dark, DARK, LIGHT)):
        ElementTree.fromstring(text)
        assert palette.muted in text or palette.ink in text
        assert other.muted not in text
    assert figure == static(DRAWINGS[name], **WORDS)  # to the byte


def test_panels_and_png() -> None:
    grid = panels(DRAWINGS["line"], DRAWINGS["curves"], DRAWINGS["valley"], columns=2)
    bundle = static(grid, **WORDS, size=(6, 5), format="png")._repr_mimebundle_()
    assert bundle[MIME]["format"] == "png"
    assert bundle[MIME]["light"] != bundle[MIME]["dark"]
    assert bundle["text/html"].count(f'alt="{WORDS["alt"]}"') == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [({"alt": " "}, "alt of"), ({"format": "gif"}, "format"), ({"size": (60, 3)}, "inches")],
)
def test_bad_input_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        static(DRAWINGS["line"], **{**WORDS, **change})


def test_shapes_are_checked() -> None:
    with pytest.raises(InputError, match="transpose"):
        scene.surface(U, V, BOWL.T, floor=0, ceiling=2)
    with pytest.raises(InputError, match="project"):
        plot.plane(np.zeros((3, 3)), LABELS, U, V, BOWL)


def test_a_surface_is_clipped_and_has_no_gaps() -> None:
    """Cut off above the axis, where it is not seen, and untouched below."""
    z = BOWL * np.geomspace(1, 1e300, U.size)
    hill, star = scene.surface(U, V, z, floor=0, ceiling=2).data
    assert np.isfinite(hill.z).all()
    np.testing.assert_array_equal(hill.z[z <= 2], z[z <= 2])
    assert (hill.z[z > 2] > 2).all()
    assert np.isfinite(star.z).all()


def test_regions_follow_the_sign_convention() -> None:
    """Sgn 0 = +1: the class of f = 0 is +1."""
    figure = scene.plane(POINTS, LABELS, U, V, np.zeros_like(BOWL))
    assert np.unique(figure.data[0].z).tolist() == [1]


def test_heights_between_grid_points_are_interpolated() -> None:
    heights = scene.height_at(U, V, U + 3 * V[:, None], np.array([0.03, 2.0]), np.array([-0.4, 0]))
    assert heights[0] == pytest.approx(0.03 - 1.2)  # linear: exact
    assert np.isnan(heights[1])


def test_the_first_picture_goes_downhill() -> None:
    problem = from_certificate(CLAIMS["proposition-5"].certify(p=2).data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        descent = hero.descend(problem, start=(0.38, -1.25), span=(-0.6, 0.6, -1.5, 1.5))
    heights = scene.height_at(descent.w, descent.a0, descent.loss, *descent.path.T)
    assert (np.diff(heights) <= 1e-2).all()  # up to the interpolation between grid points
    np.testing.assert_allclose(descent.path[-1], [0, 0], atol=0.05)
    assert descent.error.min() == 0.5


def test_the_map_names_every_claim_once() -> None:
    named = [page for condition in CONDITIONS for _, page, _ in condition.without]
    assert len(named) == len(set(named))
    expected = {claim.page for claim in CLAIMS.values() if not claim.id.startswith("theorem")}
    assert expected <= set(named)
    signs = {page: sign for c in CONDITIONS for _, page, sign in c.without}
    for claim in CLAIMS.values():
        if claim.sign == "negative":
            assert signs[claim.page] == "fails", claim.id
    html = claims_map(**WORDS).to_html()
    assert all(f'href="doc:{page}"' in html for page in named)
