"""The checker's arithmetic against flint's exact matrices, and against definitions."""

from fractions import Fraction
from itertools import combinations
from math import gcd

import pytest
from flint import fmpq, fmpq_mat, fmpz_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.exact.checker.arithmetic import (
    BITS,
    MEMORY_BITS,
    SCALE_BITS,
    Samples,
    _reduced,
    common,
    definite,
    independent,
    integers,
    root,
    total,
)
from lossurface.exact.checker.format import Unreadable
from lossurface.exact.checker.minimum import norm_above

SMALL = st.integers(-3, 3)
LARGE, SCALE = st.integers(-(10**9), 10**9), st.integers(1, 10**6)
RATIONALS = st.builds(Fraction, LARGE, SCALE)
POSITIVE = st.builds(Fraction, st.integers(0, 10**9), SCALE)


def minors(weights, columns, which):
    """Return the principal minors of S, on the sets of indices given."""
    S = [
        [sum(w * u * v for w, u, v in zip(weights, a, b, strict=True)) for b in columns]
        for a in columns
    ]
    return [
        fmpq_mat([[fmpq(S[a][b].numerator, S[a][b].denominator) for b in k] for a in k]).det()
        for k in which
    ]


@st.composite
def sums(draw, largest=2**300):
    """Draw weights (n,) and columns d x n, some of them so that S is singular, or nearly."""
    n, d = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    columns = draw(st.lists(st.lists(SMALL, min_size=n, max_size=n), min_size=d, max_size=d))
    scales = draw(st.lists(st.sampled_from([1, 1, 10**6, largest]), min_size=d, max_size=d))
    if draw(st.booleans()):  # all but one more column
        columns.append([sum(row) for row in zip(*columns, strict=True)])
        columns[-1][0] += draw(st.sampled_from([0, 1]))
        scales.append(draw(st.sampled_from([1, largest // 2])))
    weights = st.builds(
        lambda k, e: Fraction(k) * Fraction(2) ** e,
        st.integers(-1, 3),
        st.sampled_from([0, 0, -90, largest.bit_length()]),
    )
    return (
        [Fraction(w) for w in draw(st.lists(weights, min_size=n, max_size=n))],
        [[v * s for v in column] for column, s in zip(columns, scales, strict=True)],
    )


@settings(max_examples=200, deadline=None)
@given(sums())
def test_definite_is_sylvesters_criterion(drawn):
    weights, columns = drawn
    leading = [range(k) for k in range(1, len(columns) + 1)]
    assert definite(weights, columns) == all(v > 0 for v in minors(weights, columns, leading))


@settings(max_examples=200, deadline=None)
@given(sums(largest=2**60), st.integers(-9, 9).filter(bool))
def test_with_its_whole_kernel_it_is_semidefinite_and_with_less_not_shown(drawn, factor):
    weights, columns = drawn
    d = len(columns)
    every = [k for size in range(1, d + 1) for k in combinations(range(d), size)]
    positive = all(v >= 0 for v in minors(weights, columns, every))
    whole, _ = integers(weights)
    S = fmpz_mat(
        [
            [sum(w * u * v for w, u, v in zip(whole, a, b, strict=True)) for b in columns]
            for a in columns
        ]
    )
    basis, nullity = S.nullspace()
    kernel = [[int(basis[i, j]) for i in range(d)] for j in range(nullity)]
    kernel = [[v // gcd(*k) * factor for v in k] for k in kernel]
    assert definite(weights, columns, kernel) == positive
    if kernel:
        assert not definite(weights, columns, kernel[1:])
        assert not definite(weights, columns, [*kernel[1:], [0] * d])


@pytest.mark.parametrize("bits", [100, 200, 900])
@pytest.mark.parametrize("d", [2, 20])
def test_a_sign_that_floats_miss(bits, d):
    """S = I but for one direction, where it is 2^-bits, zero, or -2^-bits."""
    identity = [[int(i == k) for k in range(d)] for i in range(d)]
    tiny, ones = Fraction(1, 2**bits), [Fraction(1)] * (d - 1)
    assert definite([*ones, tiny], identity)
    assert not definite([*ones, -tiny], identity)
    assert not definite([*ones, Fraction(0)], identity)
    assert definite([*ones, Fraction(0)], identity, [[0] * (d - 1) + [1]])
    # two columns that nearly agree: the determinant is 1, and 2^(2 bits) the diagonal
    near = [[2**bits, 0], [2**bits, 1]]
    assert definite([Fraction(1)] * 2, near)
    assert not definite([Fraction(1)] * 2, [near[0], near[0]])


@given(*[st.tuples(st.integers(-99, 99), st.integers(0, 9))] * 3, st.integers(1, 50), st.data())
def test_a_pivot_taken_out_in_intervals_holds_what_it_may_be(v, u, w, low, data):
    high = low + data.draw(st.integers(0, 9))
    ends = [(k, k + more) for k, more in (v, u, w)]
    below, above = _reduced(*ends, low, high)
    for pivot in (low, high):
        for a in ends[0]:
            for b in ends[1]:
                for c in ends[2]:
                    assert below <= a - Fraction(b * c, pivot) <= above


@given(POSITIVE, st.integers(2, 60), st.sampled_from([8, 96]))
def test_a_root_is_enclosed(value, p, bits):
    low, high = root(value, p, bits)
    assert 0 <= low**p <= value <= high**p
    assert high - low <= Fraction(1, 2**bits)


@given(st.integers(0, 10**6), st.integers(0, 96), st.integers(2, 60))
def test_a_dyadic_root_is_exact(k, places, p):
    value = Fraction(k, 2**places)
    assert root(value**p, p) == (value, value)


@given(POSITIVE)
def test_a_norm_is_bounded_from_above_and_closely(square):
    bound = norm_above(square)
    assert (bound - Fraction(1, 2**95)) ** 2 <= square < bound**2 or bound <= Fraction(1, 2**95)


@given(
    st.lists(
        st.tuples(RATIONALS, POSITIVE, RATIONALS, st.sampled_from([0, Fraction(1, 3), 1])),
        max_size=5,
    )
)
def test_a_sum_of_balls_holds_every_sum_of_points(terms):
    low, high = total([(m - r, m + r) for m, r, _, _ in terms], [f for _, _, f, _ in terms])
    assert low <= sum((m + (2 * t - 1) * r) * f for m, r, f, t in terms) <= high
    assert high - low == sum(2 * r * abs(f) for _, r, f, _ in terms)


@pytest.mark.parametrize("bits", [BITS[-1], SCALE_BITS - 1])
def test_a_common_denominator_is_short_enough_for_all_its_numbers(bits):
    value = Fraction(1, 2**bits)
    most = MEMORY_BITS // (bits + 1)
    assert common([value, Fraction(3, 2)], most) == 2**bits
    for values, count in (([value], most + 1), ([value, Fraction(1, 3**SCALE_BITS)], 2)):
        with pytest.raises(Unreadable, match="no common denominator of use"):
            common(values, count)


@given(st.lists(RATIONALS, min_size=1), st.lists(st.tuples(SMALL, SMALL), min_size=1))
def test_integers_are_the_rationals_up_to_one_positive_factor(weights, rows):
    whole, scale = integers(weights)
    assert scale > 0
    assert [Fraction(v, scale) for v in whole] == weights
    rows = (rows * len(weights))[: len(weights)]
    samples = Samples([list(row) for row in rows], 7, [1] * len(rows))
    assert [Fraction(v, scale) for v in samples.sum(weights)] == [
        sum(w * row[k] for w, row in zip(weights, rows, strict=True)) for k in (0, 1)
    ]
    assert samples.squares() == [Fraction(u * u + v * v, 49) for u, v in rows]


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 4), min_size=1, max_size=5), st.integers(0, 2000))
def test_independence_is_that_over_the_rationals(rows, bits):
    """However far the columns' scales are apart; a multiple of the prime alone could be missed."""
    scaled = [[a << bits, b, c, d] for a, b, c, d in rows]
    assert independent(scaled) == (fmpz_mat(rows).rank() == len(rows))
