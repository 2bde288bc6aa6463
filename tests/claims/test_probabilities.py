"""The probabilities of Propositions 3, 4 and 7: formulas against counting and against draws."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims.affine import separable
from lossurface.claims.proposition_3 import hulls_meet, separable_bounds
from lossurface.claims.proposition_4 import balanced, balanced_by_counting, balanced_probability
from lossurface.setting import Dataset
from tests.claims.strategies import labelled

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


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_linear_program_and_the_intervals_agree(data):
    pair = st.tuples(st.integers(-3, 3), st.integers(0, 3))
    sides = [data.draw(st.lists(pair, min_size=1, max_size=5)) for _ in range(2)]
    plus = [(s, 1 + Fraction(t, 3), 0) for s, t in sides[0]]
    dataset = labelled(plus, [(0, 1 + Fraction(t, 3), s) for s, t in sides[1]])
    assert separable(dataset) is (not hulls_meet(dataset))


def test_the_lower_bound_counts_one_sided_classes():
    """Inclusion and exclusion against all assignments of samples to the four half cells."""
    for n in (1, 2, 3, 4, 5):
        one_sided = sum(len(set(draw)) < 4 for draw in product(range(4), repeat=n))
        assert Fraction(one_sided, 4**n) == separable_bounds(n)[0]
