"""The pages' figures: every value of a control draws, and the same traces each time."""

from types import SimpleNamespace

import numpy as np
import pytest

from lossurface import InputError, show
from lossurface.claims.proposition_5 import LINE
from lossurface.setting import get_neuron, polynomial_hinge
from lossurface.show.figures import _losses, table_1


def test_losses_are_those_of_the_definition():
    a0, a, W = np.array([0.5]), np.array([[-1.0, 2.0]]), np.array([[[0.3, -0.2]]])
    value, error = _losses.losses(get_neuron("quadratic"), polynomial_hinge(2), LINE, a0, a, W)
    f = [0.5 - (0.3 * x) ** 2 + 2 * (0.2 * x) ** 2 for x in (2, 3, -1, -0.5)]
    margins = [y * v for y, v in zip(LINE.y, f, strict=True)]
    assert value[0] == pytest.approx(np.mean([max(1 - m, 0) ** 3 for m in margins]))
    assert error[0] == pytest.approx(np.mean([m < 0 for m in margins]))


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
