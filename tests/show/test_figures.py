"""The pages' figures: every value of a control draws, and the same traces each time."""

from types import SimpleNamespace

import numpy as np
import pytest

from lossurface import InputError, show
from lossurface.claims.proposition_5 import LINE
from lossurface.setting import get_neuron, polynomial_hinge, quadratic
from lossurface.show.figures import (
    _losses,
    example_1,
    example_2,
    example_3,
    table_1,
)


@pytest.mark.parametrize(
    ("draw", "values"),
    [
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


def test_static_drawings_draw():
    from matplotlib.figure import Figure

    from lossurface.show.style import LIGHT

    hinge = {"quadratic": quadratic(), "hinge": polynomial_hinge(2)}
    for drawing in (
        example_1.fit(),
        example_1.by_boundary(hinge),
    ):
        figure = Figure()
        drawing(figure, LIGHT)
        assert figure.axes


@pytest.mark.parametrize(
    ("draw", "values"),
    [
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


def test_the_table_says_what_the_claims_say():
    told = SimpleNamespace(status="holds", checked={"exact": 1}, claim="proposition-5")
    shown = table_1.table(lambda _: told).html
    assert shown.count(">No<") == 7
    assert shown.count(">Yes<") == 3
    told.status = "undecided"
    assert ">Yes<" not in table_1.table(lambda _: told).html


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
