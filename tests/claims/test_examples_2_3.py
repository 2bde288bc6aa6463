"""Examples 2 and 3: exact fits against definitions, the rule, and the probabilities."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims.example_2 import example_2, probability, shortfall_bound, small_alpha
from lossurface.claims.example_3 import example_3, small_delta
from lossurface.claims.least_squares import compositions, multinomial, wrong_by_majority
from lossurface.setting import Dataset, Problem, get_neuron, quadratic, single_layer

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


def test_the_probabilities_found():
    for n, found in ((1, 0), (2, 0.128), (3, 0.494)):
        assert round(float(probability(n)), 3) == found
        assert example_2().probability(4 * n, example_2().bad) == probability(n)
    for samples in (3, 5, 10):
        near = example_3(small_delta(samples))
        rule = near.probability(samples, wrong_by_majority)
        assert near.probability(samples, near.bad) == rule


@pytest.mark.parametrize("n", [2, 5, 12, 40])
def test_the_shortfall_is_bounded_and_vanishes(n):
    shortfall = 1 - probability(n)
    assert shortfall <= shortfall_bound(n)
    simple = 0.5 / np.sqrt(np.pi * n) + 2 * np.exp(-n / 8) + 2 * 0.75 ** (4 * n)
    assert float(shortfall_bound(n)) <= simple
    assert probability(n) > Fraction(1, n**3)  # the paper's rate


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 5), alpha=st.fractions(Fraction(1, 9), Fraction(8, 9), max_denominator=9))
def test_a_given_alpha_has_the_probability_of_its_fits(n, alpha):
    points = example_2(alpha)
    assert probability(n, alpha) == points.probability(4 * n, points.bad)


def test_a_tie_is_an_error_of_the_negatives_alone():
    """With sgn 0 = +1, kappa = min(n_1, n_3) is an error if n_3 is the smaller."""
    points = example_2(HALF)
    tied = [counts for counts in compositions(12, 4) if Fraction(0) in points.fit(counts)]
    errors = {(c[0] < c[2], points.error(c) == Fraction(c[2], 12)) for c in tied}
    assert errors == {(True, False), (False, True)}
    assert {points.error(c) for c in tied if c[0] < c[2]} == {0}
    assert probability(3, HALF) == points.probability(12, points.bad)


def test_for_one_alpha_it_tends_to_zero():
    for n in (5, 20, 40):
        assert probability(n, HALF) <= 2 * np.exp(-n / 32)
    assert 0 < probability(80, HALF) < Fraction(1, 80**3)  # the paper's rate


def test_example_3_tends_to_one_exponentially():
    for samples, least in ((40, 0), (80, 0), (96, Fraction(99, 100))):
        chance = example_3().probability(samples, wrong_by_majority)
        bound = ((1 + 2 * 2**0.5) / 4) ** samples + np.exp(-samples / 32) + 0.75**samples
        assert 1 - float(chance) <= bound
        assert chance > least


def test_compositions_and_their_weights_cover_everything():
    assert sum(multinomial(c) for c in compositions(6, 4)) == 4**6
    assert len(set(compositions(6, 4))) == len(list(compositions(6, 4))) == 84
    assert example_3().probability(7, lambda _: True) == 1


def test_training_two_quadratic_neurons_ends_at_the_fit():
    """The claim is about networks: no run gets below the fit, and the best reaches it."""
    counts, square = (5, 7, 4, 8), Fraction(1, 16)
    rows = [(Fraction(1, 4), 0), (1, 0), (0, Fraction(1, 4)), (0, 1)]
    samples = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    dataset = Dataset.of(samples, [1] * 12 + [-1] * 12)
    points = example_2(Fraction(1, 4))
    fit = points.fit(counts)
    parts = zip(counts, fit, points.labels, strict=True)
    least = sum(count * (label - value) ** 2 for count, value, label in parts) / 24
    network = single_layer(get_neuron("quadratic"), 0, [1, -1], [[1, 0], [0, 1]])
    problem = Problem(network, dataset, quadratic())
    generator = torch.Generator().manual_seed(0)
    theta = torch.randn(32, 7, generator=generator, dtype=torch.float64).requires_grad_()
    optimizer = torch.optim.Adam([theta], lr=0.05)
    for _ in range(500):
        optimizer.zero_grad()
        losses = problem.loss_torch(theta)
        losses.sum().backward()
        optimizer.step()
    assert float(losses.detach().min()) == pytest.approx(float(least), abs=1e-6)
    # a_0 and A from the fit's values, reached by w_j = e_j
    slope = [(fit[1] - fit[0]) / (1 - square), (fit[3] - fit[2]) / (1 - square)]
    exact = [fit[1] - slope[0], *slope, *map(Fraction, (1, 0, 0, 1))]
    assert problem.loss_rational(exact) == least
    assert problem.error_rational(exact) == points.error(counts)
