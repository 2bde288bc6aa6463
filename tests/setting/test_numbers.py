"""The numbers of a description: exact, floating at exact value, or enclosed."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import Enclosed
from lossurface.setting.datasets import as_ball, as_fraction, exact_number, parse_number

from ._tools import ends, holds, seeded


@seeded
@given(st.fractions(max_denominator=10**6))
def test_a_fraction_survives_its_certificate_string(value):
    assert parse_number(str(value)) == value
    assert holds(as_ball(value), value)


def test_floats_mean_their_exact_value():
    assert exact_number(0.1) == Fraction(3602879701896397, 36028797018963968)
    assert exact_number(np.float64(0.1)) == exact_number(torch.tensor(0.1, dtype=torch.float64))
    assert ends(as_ball(0.1)) == (exact_number(0.1),) * 2
    assert exact_number("0.1") == Fraction(1, 10)


@pytest.mark.parametrize("bad", [None, True, "one", "1/0", [1], 1j, object()])
def test_what_is_not_rational_is_refused(bad):
    with pytest.raises(InputError, match=r"^W\[3\] is .* not a rational number; give"):
        exact_number(bad, "W[3]")


@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), float("nan")])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(InputError, match=r"a0 is .*; give a finite number"):
        exact_number(bad, "a0")


def test_an_enclosed_number_is_parsed_and_enclosed_at_any_precision():
    value = parse_number("1/3 +/- 1/1000")
    assert value == Enclosed(Fraction(1, 3), Fraction(1, 1000))
    assert parse_number(str(value)) == value
    assert parse_number("[0.25 +/- 1e-30]") == Enclosed(Fraction(1, 4), Fraction(1, 10**30))
    for bits in (20, 53, 300):
        with ctx.workprec(bits):
            low, high = ends(as_ball(value))
        assert low <= Fraction(1, 3) - Fraction(1, 1000)
        assert high >= Fraction(1, 3) + Fraction(1, 1000)
    with pytest.raises(InputError, match="known only in a ball"):
        as_fraction(value)
    with pytest.raises(InputError, match="below zero"):
        Enclosed(Fraction(0), Fraction(-1))
    assert as_ball(arb(2)) == arb(2)
