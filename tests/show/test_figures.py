"""The pages' figures: every value of a control draws, and the same traces each time."""

import numpy as np
import pytest

from lossurface import InputError, show
from lossurface.claims import gallery
from lossurface.claims.proposition_5 import LINE
from lossurface.setting import get_neuron, polynomial_hinge, quadratic
from lossurface.show.figures import (
    _losses,
    example_1,
    example_2,
    example_3,
    proposition_2,
    proposition_3,
    proposition_4,
    proposition_5,
    proposition_6,
    proposition_7,
)
from lossurface.show.figures import gallery as gallery_cards


@pytest.mark.parametrize(
    ("draw", "values"),
    [
        (proposition_5.while_stretching, (1, 3.7, 7)),
        (proposition_2.turning, (0, 201.5, 360)),
        (example_1.moving, (1, 1.25, 1.333, 2)),
    ],
)
def test_a_moving_figure_keeps_its_traces(draw, values):
    drawn = [draw(value) for value in values]
    for title, figure in drawn[0].items():
        kinds = [trace.type for trace in figure.data]
        assert all([t.type for t in other[title].data] == kinds for other in drawn)


def test_losses_are_those_of_the_definition():
    a0, a, W = np.array([0.5]), np.array([[-1.0, 2.0]]), np.array([[[0.3, -0.2]]])
    value, error = _losses.losses(get_neuron("quadratic"), polynomial_hinge(2), LINE, a0, a, W)
    f = [0.5 - (0.3 * x) ** 2 + 2 * (0.2 * x) ** 2 for x in (2, 3, -1, -0.5)]
    margins = [y * v for y, v in zip(LINE.y, f, strict=True)]
    assert value[0] == pytest.approx(np.mean([max(1 - m, 0) ** 3 for m in margins]))
    assert error[0] == pytest.approx(np.mean([m < 0 for m in margins]))


def test_the_stretched_class_makes_s_indefinite_at_spread_four():
    for spread, least in ((2, 6.0), (4, 0.0), (6, -10.0)):
        X, y = (part.numpy() for part in proposition_5.stretched(spread).tensors())
        assert np.linalg.eigvalsh((X.T * y) @ X).min() == pytest.approx(least)


def test_static_drawings_draw():
    from matplotlib.figure import Figure

    from lossurface.show.style import LIGHT

    hinge = {"quadratic": quadratic(), "hinge": polynomial_hinge(2)}
    for drawing in (
        proposition_5.along_w(("quadratic", "softplus"), LINE, 2),
        proposition_2.around_the_clock(("relu", "leaky-relu")),
        example_1.fit(),
        example_1.by_boundary(hinge),
    ):
        figure = Figure()
        drawing(figure, LIGHT)
        assert figure.axes


@pytest.mark.parametrize(
    ("draw", "values"),
    [
        (proposition_3.growing, (2, 3, 7, 40)),
        (proposition_4.unbalanced, (0, 4, 8)),
        (proposition_6.fading, (-3.5, -1.9, 1)),
        (proposition_7.across, (0, 0.37, 1)),
        (example_2.shrinking, (0.02, 0.333, 0.6)),
        (example_3.pulling, (0.1, 1.7, 4)),
    ],
)
def test_another_moving_figure_keeps_its_traces(draw, values):
    drawn = [draw(value) for value in values]
    panels = [d if isinstance(d, dict) else {"": d} for d in drawn]
    for title, figure in panels[0].items():
        kinds = [trace.type for trace in figure.data]
        assert all([t.type for t in other[title].data] == kinds for other in panels)


def test_the_networks_of_the_figures_solve_their_data():
    loss_at, error_at = proposition_6.fading(0.0)["Its loss and its error"].data[:2]
    nearest = int(np.argmin(np.abs(np.array(loss_at.x))))
    assert error_at.y[nearest] == 0
    assert set(error_at.y[np.array(error_at.x) < -2]) == {0.5}
    error = proposition_7.across(1.0)["Loss and error on the way"].data[1]
    assert (error.y[0], error.y[-1]) == (0.5, 0)


def test_cards_have_words_and_links():
    entry = next(gallery.gallery())
    made = gallery_cards.cards([entry])
    assert repr(made) == "1 cards"
    assert f"certificates/{entry.filename}" in made.html
    assert "book/propositions/proposition-2.html" in made.html
    assert 'alt="Contours of the loss: Theorem 1 fails' in made.html


def test_drawing_can_be_left_out_but_words_cannot(monkeypatch):
    monkeypatch.setenv("LOSSURFACE_DRAW", "0")
    words = {"name": "fig-none", "alt": "A line that nobody draws.", "caption": "A line rises."}

    def draw(figure, palette):
        raise AssertionError("drawn")

    left_out = show.static(draw, **words)
    assert left_out._repr_mimebundle_() == {"text/plain": f"Figure (not drawn): {words['alt']}"}
    with pytest.raises(InputError, match="caption"):
        show.static(draw, **{**words, "caption": "A line"})
    monkeypatch.delenv("LOSSURFACE_DRAW")
    with pytest.raises(AssertionError, match="drawn"):
        show.static(draw, **words)
