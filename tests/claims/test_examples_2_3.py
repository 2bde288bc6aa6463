"""Examples 2 and 3: exact fits against definitions, the rules, and the probabilities."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims import example_2 as two
from lossurface.claims import example_3 as three
from lossurface.claims.least_squares import compositions, multinomial
from lossurface.setting import Dataset, Problem, get_neuron, quadratic, single_layer

EIGHTH = Fraction(1, 8)
COUNT = st.integers(0, 12)
ALPHA = st.fractions(Fraction(1, 50), Fraction(9, 10), max_denominator=50)


def drawn(counts, points, labels):
    """Each point so many times."""
    rows = [(x, y) for c, x, y in zip(counts, points, labels, strict=True) for _ in range(c)]
    return Dataset.of(*zip(*rows, strict=True))


def features_2(alpha):
    return np.array([[1, alpha**2, 0], [1, 1, 0], [1, 0, alpha**2], [1, 0, 1]], dtype=float)


def features_3(delta):
    return np.array([[1, delta], [1, 10], [1, -delta]], dtype=float)


def check_against_numpy(fit, features):
    """Compare the values with weighted least squares in floats, family or not."""
    counts, y = np.array(fit.counts, dtype=float), np.array(fit.labels, dtype=float)
    root = np.sqrt(counts)
    beta = np.linalg.lstsq(features * root[:, None], y * root, rcond=None)[0]
    for value, found, count in zip(fit.values, features @ beta, counts, strict=True):
        assert (value is None) == (count == 0)
        assert value is None or float(value) == pytest.approx(found, abs=1e-7)


@given(counts=st.tuples(COUNT, COUNT, COUNT, COUNT).filter(any), alpha=ALPHA)
def test_example_2_is_the_least_squares_fit(counts, alpha):
    fit = two.example_2(counts, alpha)
    check_against_numpy(fit, features_2(float(alpha)))
    if min(counts) == 0:
        assert fit.error == 0  # three points, three parameters
        return
    n_1, n_2, n_3, n_4 = map(Fraction, counts)
    square = alpha**2
    kappa = 2 * (1 - square) / (1 / n_1 + 1 / n_3 + square**2 * (1 / n_2 + 1 / n_4))
    residuals = (kappa / n_1, -kappa * square / n_2, -kappa / n_3, kappa * square / n_4)
    assert fit.values == tuple(y - r for y, r in zip(fit.labels, residuals, strict=True))
    assert fit.unique


@given(
    counts=st.tuples(COUNT, COUNT, COUNT).filter(any),
    delta=st.fractions(Fraction(1, 50), Fraction(9), max_denominator=50),
)
def test_example_3_is_the_least_squares_line(counts, delta):
    fit = three.example_3(counts, delta)
    check_against_numpy(fit, features_3(float(delta)))
    if min(counts) == 0:
        assert fit.error == 0
        return
    n_1, n_2, n_3 = map(Fraction, counts)
    far, near = 10 + delta, 10 - delta
    kappa = 2 * near / (far**2 / n_1 + 4 * delta**2 / n_2 + near**2 / n_3)
    residuals = (kappa * far / n_1, -2 * kappa * delta / n_2, -kappa * near / n_3)
    assert fit.values == tuple(y - r for y, r in zip(fit.labels, residuals, strict=True))


@settings(max_examples=60)
@given(n=st.integers(1, 60), data=st.data())
def test_the_rule_holds_for_small_alpha(n, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, 4 * n), min_size=3, max_size=3)))
    counts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, 4 * n], strict=True))
    assert 16 * n * two.small_alpha(n) ** 2 <= 1
    fit = two.example_2(counts, two.small_alpha(n))
    assert (fit.error > EIGHTH) == two.wrong_by_majority(counts)


@settings(max_examples=60)
@given(samples=st.integers(3, 200), data=st.data())
def test_the_rule_holds_for_small_delta(samples, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, samples), min_size=2, max_size=2)))
    counts = tuple(b - a for a, b in zip([0, *cuts], [*cuts, samples], strict=True))
    fit = three.example_3(counts, three.small_delta(samples))
    assert (fit.error > EIGHTH) == three.wrong_by_majority(counts)


def test_the_probabilities_found():
    assert two.probability(1) == 0
    assert round(float(two.probability(2)), 3) == 0.128
    assert round(float(two.probability(3)), 3) == 0.494
    for n in (1, 2, 3):
        assert two.probability_by_counting(n, Fraction(1, 10)) == two.probability(n)
    for samples in (3, 5, 10):
        assert three.probability_by_counting(samples) == three.probability(samples)


@pytest.mark.parametrize("n", [2, 5, 12, 40])
def test_the_shortfall_is_bounded_and_vanishes(n):
    shortfall = 1 - two.probability(n)
    assert shortfall <= two.shortfall_bound(n)
    simple = 0.5 / np.sqrt(np.pi * n) + 2 * np.exp(-n / 8) + 2 * 0.75 ** (4 * n)
    assert float(two.shortfall_bound(n)) <= simple
    assert two.probability(n) > Fraction(1, n**3)  # the paper's rate


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 5), alpha=st.fractions(Fraction(1, 9), Fraction(8, 9), max_denominator=9))
def test_a_given_alpha_has_the_probability_of_its_fits(n, alpha):
    assert two.probability(n, alpha) == two.probability_by_counting(n, alpha)


def test_a_tie_is_an_error_of_the_negatives_alone():
    """With sgn 0 = +1, kappa = min(n_1, n_3) is an error if n_3 is the smaller."""
    alpha = Fraction(1, 2)
    tied = [c for c in compositions(12, 4) if Fraction(0) in two.example_2(c, alpha).values]
    assert tied
    assert {two.example_2(c, alpha).wrong for c in tied} == {
        (False,) * 4,
        (False, False, True, False),
    }
    assert two.probability(3, alpha) == two.probability_by_counting(3, alpha)


def test_for_one_alpha_it_tends_to_zero():
    alpha = Fraction(1, 2)
    for n in (5, 20, 40):
        assert two.probability(n, alpha) <= 2 * np.exp(-(float(alpha) ** 4) * n / 2)
    assert 0 < two.probability(80, alpha) < Fraction(1, 80**3)  # the paper's rate


def test_example_3_tends_to_one_exponentially():
    for samples in (40, 80):
        bound = ((1 + 2 * 2**0.5) / 4) ** samples + np.exp(-samples / 32) + 0.75**samples
        assert 1 - float(three.probability(samples)) <= bound
    assert three.probability(96) > Fraction(99, 100)


def test_compositions_and_their_weights_cover_everything():
    assert sum(multinomial(c) for c in compositions(6, 4)) == 4**6
    assert len(set(compositions(6, 4))) == len(list(compositions(6, 4))) == 84


def test_two_quadratic_neurons_reach_the_fit_and_training_ends_there():
    """The claim is about networks: M = 2 has the fit's loss, and no run gets below it."""
    alpha = Fraction(1, 4)
    points, counts = ((alpha, 0), (1, 0), (0, alpha), (0, 1)), (7, 4, 8, 5)
    dataset = drawn(counts, points, (1, 1, -1, -1))
    fit = two.example_2(counts, alpha)
    pairs = zip(counts, fit.values, fit.labels, strict=True)
    least = sum(c * (y - v) ** 2 for c, v, y in pairs) / dataset.n
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
    # a_0 and A from the fit's values at (1, 0), (alpha, 0), (0, 1): reached by w_j = e_j
    slope = [(fit.values[1] - fit.values[0]) / (1 - alpha**2),
             (fit.values[3] - fit.values[2]) / (1 - alpha**2)]  # fmt: skip
    exact = [fit.values[1] - slope[0], *slope, *map(Fraction, (1, 0, 0, 1))]
    assert problem.loss_rational(exact) == least
    assert problem.error_rational(exact) == fit.error


def test_a_linear_neuron_reaches_the_line():
    counts = (6, 4, 10)
    dataset = drawn(counts, (Fraction(1, 10), 10, Fraction(-1, 10)), (1, 1, -1))
    fit = three.example_3(counts)
    slope = (fit.values[1] - fit.values[0]) / (10 - Fraction(1, 10))
    theta = [fit.values[1] - 10 * slope, slope, Fraction(1)]
    network = single_layer(get_neuron("linear"), 0, [1], [[1]])
    assert Problem(network, dataset, quadratic()).error_rational(theta) == fit.error
