"""The pages' figures: every value of a control draws, and the same traces each time."""

import numpy as np
import pytest

from lossurface.counterexamples.proposition_5 import LINE
from lossurface.setting import get_neuron, polynomial_hinge, quadratic
from lossurface.show.figures import _losses, example_1, proposition_2, proposition_5


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
