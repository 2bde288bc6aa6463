"""Examples 2 and 3: exact fits against definitions, the rule, and the probabilities."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims.example_2 import example_2, probability, small_alpha
from lossurface.claims.example_3 import example_3, small_delta
from lossurface.claims.least_squares import compositions, wrong_by_majority

HALF = Fraction(1, 2)


def orthogonal(points):
    """Return the vector c of the pages, orthogonal to the values of every f."""
    if len(points.labels) == 4:
        square = points.features[0][1]
        return 1, -square, -1, square
    delta = points.features[0][1]
    return 10 + delta, -2 * delta, -(10 - delta)


@given(size=st.fractions(Fraction(1, 50), Fraction(9, 10), max_denominator=50), data=st.data())
def test_the_fit_is_least_squares_and_that_of_the_page(size, data):
    points = data.draw(st.sampled_from((example_2(size), example_3(10 * size))))
    k = len(points.labels)
    counts = data.draw(st.tuples(*[st.integers(0, 12)] * k).filter(any))
    fit = points.fit(counts)
    features, y = np.array(points.features, dtype=float), np.array(points.labels, dtype=float)
    root = np.sqrt(counts)
    beta = np.linalg.lstsq(features * root[:, None], y * root, rcond=None)[0]
    for value, found, count in zip(fit, features @ beta, counts, strict=True):
        assert (value is None) == (count == 0)
        assert value is None or float(value) == pytest.approx(found, abs=1e-7)
    if min(counts) == 0:
        assert points.error(counts) == 0  # as many points as parameters, or fewer
        return
    c = orthogonal(points)
    shares = [v * v / Fraction(n) for v, n in zip(c, counts, strict=True)]
    kappa = sum(v * label for v, label in zip(c, points.labels, strict=True)) / sum(shares)
    rows = zip(points.labels, c, counts, strict=True)
    assert fit == tuple(label - kappa * v / n for label, v, n in rows)


@settings(max_examples=60)
@given(samples=st.integers(3, 200), data=st.data())
def test_the_rule_holds_for_small_alpha_and_small_delta(samples, data):
    n = -(-samples // 4)
    for points, total in (
        (example_2(small_alpha(n)), 4 * n),
        (example_3(small_delta(samples)), samples),
    ):
        groups = len(points.labels) - 1
        cuts = sorted(data.draw(st.lists(st.integers(0, total), min_size=groups, max_size=groups)))
        counts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True))
        assert points.bad(counts) == (8 * points.error(counts) > 1) == wrong_by_majority(counts)
    assert 16 * n * small_alpha(n) ** 2 <= 1


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 5), alpha=st.fractions(Fraction(1, 9), Fraction(8, 9), max_denominator=9))
def test_a_given_alpha_has_the_probability_of_its_fits(n, alpha):
    points = example_2(alpha)
    assert probability(n, alpha) == points.probability(4 * n, points.bad)
    assert points.probability(4 * n, lambda _: True) == 1


def test_a_tie_is_an_error_of_the_negatives_alone():
    """With sgn 0 = +1, kappa = min(n_1, n_3) is an error if n_3 is the smaller."""
    points = example_2(HALF)
    tied = [counts for counts in compositions(12, 4) if Fraction(0) in points.fit(counts)]
    errors = {(c[0] < c[2], points.error(c) == Fraction(c[2], 12)) for c in tied}
    assert errors == {(True, False), (False, True)}
    assert {points.error(c) for c in tied if c[0] < c[2]} == {0}
    assert probability(3, HALF) == points.probability(12, points.bad)
