"""The pages' figures: every value of a control draws, and the same traces each time."""

from types import SimpleNamespace

import pytest

from lossurface import InputError, show
from lossurface.show.figures import table_1


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
