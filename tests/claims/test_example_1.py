"""Example 1's fit against independent least squares, and against its definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.claims.example_1 import Segment, example_1, fit_segments

points = st.fractions(-3, 3, max_denominator=20)


def test_the_papers_numbers():
    fit = example_1()
    assert (fit.a, fit.b, fit.boundary, fit.error) == (
        Fraction(72, 35),
        Fraction(-9, 5),
        Fraction(7, 8),
        Fraction(1, 16),
    )
    assert fit.unique
    assert fit.gradient == (0, 0)


def test_numpy_agrees_on_a_fine_grid():
    fit = example_1()
    grid = (np.arange(20_000) + 0.5) / 20_000  # midpoints of [0, 1]
    x = np.concatenate([np.full(20_000, 1.25), grid])
    y = np.concatenate([np.ones(20_000), -np.ones(20_000)])
    a, b = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0]
    assert float(fit.a) == pytest.approx(a, abs=1e-8)
    assert float(fit.b) == pytest.approx(b, abs=1e-8)


@given(points, points, points, points)
def test_the_fit_is_stationary_and_its_error_a_probability(p1, p2, n1, n2):
    positive, negative = Segment(min(p1, p2), max(p1, p2)), Segment(min(n1, n2), max(n1, n2))
    if positive.mean <= negative.mean:
        with pytest.raises(InputError, match="does not exceed"):
            fit_segments(positive, negative)
        return
    fit = fit_segments(positive, negative)
    assert fit.gradient == (0, 0)
    assert fit.unique
    assert fit.a > 0
    assert fit.a * fit.boundary + fit.b == 0
    assert 0 <= fit.error <= 1


def test_an_empty_segment_is_refused():
    with pytest.raises(InputError, match="is empty"):
        Segment(Fraction(1), Fraction(0))
