"""Figures: drawn, or left out with their words kept."""

import pytest

from lossurface import InputError, show


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
