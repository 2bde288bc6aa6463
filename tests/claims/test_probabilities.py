"""The probabilities of Propositions 3, 4 and 7: formulas against counting and against draws."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.claims.proposition_4 import (
    balanced,
    balanced_by_counting,
    balanced_probability,
    balanced_sample,
    balanced_share,
)
from lossurface.claims.separability import (
    axis_interval,
    disagreements,
    fitted_rate,
    hulls_meet,
    inseparable_sample,
    lower_bound,
    separable,
    separable_share,
    upper_bound,
)
from lossurface.claims.tally import Tally
from lossurface.setting import Dataset
from tests.claims.strategies import half_plane, labelled

POINTS = {1: ((1, 0), (-1, 0)), -1: ((0, 1), (0, -1))}


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_balanced_probability_is_the_share_of_all_draws(n):
    draws = list(product([(y, x) for y in POINTS for x in POINTS[y]], repeat=2 * n))
    datasets = [Dataset.of([x for _, x in draw], [y for y, _ in draw]) for draw in draws]
    share = Fraction(sum(map(balanced, datasets)), len(draws))
    assert share == balanced_probability(n) == balanced_by_counting(n)
    both = sum(balanced(data) and data.n_plus > 0 and data.n_minus > 0 for data in datasets)
    assert Fraction(both, len(draws)) == balanced_probability(n, both=True)


@given(n=st.integers(1, 60))
def test_the_balanced_probability_decays_like_one_over_pi_n(n):
    chance = balanced_probability(n)
    ball = arb(fmpq(chance.numerator, chance.denominator))
    assert 1 / (arb.pi() * (n + arb(0.5))) < ball < 1 / (arb.pi() * (n + arb(0.25)))
    assert balanced_by_counting(min(n, 12)) == balanced_probability(min(n, 12))


def test_draws_are_balanced_as_often_as_they_should():
    tally = balanced_share((2, 4), trials=2000, seed=3)
    for k, n in enumerate((2, 4)):
        assert tally.covers(k, float(balanced_probability(n)))


def test_a_balanced_sample_is_one():
    data = balanced_sample(np.random.default_rng(0), 4)
    assert data.n == 8
    assert balanced(data)
    assert min(data.n_plus, data.n_minus) > 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_linear_program_and_the_intervals_agree(data):
    pair = st.tuples(st.integers(-3, 3), st.integers(0, 3))
    sides = [data.draw(st.lists(pair, min_size=1, max_size=5)) for _ in range(2)]
    plus = [(s, 1 + Fraction(t, 3), 0) for s, t in sides[0]]
    dataset = labelled(plus, [(0, 1 + Fraction(t, 3), s) for s, t in sides[1]])
    assert separable(dataset) is (not hulls_meet(dataset))


def test_an_interval_is_where_the_hull_crosses_the_axis():
    crossed = [(Fraction(-1), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(3), Fraction(2))]
    assert axis_interval(crossed) == (Fraction(1, 2), 1)
    assert axis_interval(crossed[1:]) is None
    assert axis_interval([(Fraction(0), Fraction(5))]) == (5, 5)


@settings(max_examples=10, deadline=None)
@given(data=half_plane())
def test_other_samples_are_refused(data):
    with pytest.raises(InputError, match=r"draw them from proposition_3"):
        hulls_meet(data)


@given(n=st.integers(1, 300))
def test_the_bounds_are_in_order(n):
    assert 0 < lower_bound(n) <= upper_bound(n) <= 1


def test_the_rate_is_log_of_four_thirds():
    """Both bounds decay at it: their n-th roots tend to 3/4."""
    n = 1500
    assert float(lower_bound(n)) ** (1 / n) == pytest.approx(0.75, abs=1e-3)
    assert float(upper_bound(n)) ** (1 / n) == pytest.approx(0.75, abs=0.015)


def test_the_lower_bound_counts_one_sided_classes():
    """Inclusion and exclusion against all assignments of samples to the four half cells."""
    for n in (1, 2, 3, 4, 5):
        one_sided = sum(len(set(draw)) < 4 for draw in product(range(4), repeat=n))
        assert Fraction(one_sided, 4**n) == lower_bound(n)


def test_shares_lie_between_the_bounds():
    tally = separable_share((4, 8, 12), trials=300, seed=2, linear_programs=False)
    for k, n in enumerate((4, 8, 12)):
        low, high = tally.interval(k, 0.9999)
        assert high > lower_bound(n)
        assert low < upper_bound(n)
    assert disagreements((6, 12), trials=5, seed=2) == 0
    programs = separable_share((6,), trials=20, seed=5)
    assert programs == separable_share((6,), trials=20, seed=5, linear_programs=False)


def test_the_fitted_rate_finds_the_rate_of_exact_counts():
    sizes = (8, 12, 16, 20)
    trials = 10**6
    hits = tuple(round(trials * 4 * 0.75**n) for n in sizes)
    fit = fitted_rate(Tally(sizes, hits, (trials,) * 4))
    assert fit.rate == pytest.approx(np.log(4 / 3), abs=4 * fit.error)
    assert fit.intercept == pytest.approx(np.log(4), abs=0.05)
    assert str(fit).startswith("0.28")


def test_a_rate_needs_hits_and_misses():
    with pytest.raises(InputError, match="fewer than two sizes"):
        fitted_rate(Tally((4, 8), (10, 0), (10, 10)))


def test_an_inseparable_sample_is_one():
    assert hulls_meet(inseparable_sample(np.random.default_rng(1), 6))
    with pytest.raises(InputError, match="n is 3"):
        inseparable_sample(np.random.default_rng(1), 3)
