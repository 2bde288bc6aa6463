"""Strict minima: intervals against balls; each clause broken by a certificate of its own."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from lossurface.claims import ours_width
from lossurface.exact.checker import Refuted, check, strict
from lossurface.exact.checker.format import ANALYTIC
from lossurface.exact.checker.strict import BITS, STEEPEST, Interval
from lossurface.setting import get_neuron

SMALL = ours_width.certify(1, "small")
FIXED = ours_width.certify(2, "fixed-fd")
PLANES = ours_width.certify(1)  # eight samples, the subspaces share an axis


def as_ball(interval):
    ends = [arb(fmpq(v, 2**BITS)) for v in (interval.low, interval.high)]
    return ends[0].union(ends[1])


@given(st.sampled_from(sorted(ANALYTIC)), st.fractions(-30, 30), st.fractions(0, 1))
def test_a_neuron_and_its_derivatives_are_enclosed_tightly(name, middle, radius):
    """Arb is the oracle; over a point the enclosure is as narrow as the units allow."""
    sigma, neuron = strict.DERIVATIVES[name], get_neuron(name)
    with ctx.workprec(2 * BITS):
        inside = arb(fmpq(middle.numerator, middle.denominator))
        point = sigma(strict.enclosing(middle, middle))
        wide = sigma(strict.enclosing(middle - radius, middle + radius))
        for k, (narrow, broad) in enumerate(zip(point, wide, strict=True)):
            true = neuron.ball_derivative(inside, k)
            assert as_ball(broad).contains(as_ball(narrow).mid())
            assert as_ball(narrow).overlaps(true)
            assert narrow.high - narrow.low <= 2**60  # of 2^384: e^30 is below 2^44


@given(st.lists(st.integers(-(2**400), 2**400), min_size=4, max_size=4))
def test_operations_round_outwards(numbers):
    (a, b), (c, d) = sorted(numbers[:2]), sorted(numbers[2:])
    u, v = Interval(a, b), Interval(c, d)
    unit = 2**BITS
    products = [Fraction(s * t, unit) for s in (a, b) for t in (c, d)]
    assert (u * v).low <= min(products)
    assert max(products) <= (u * v).high
    if c > 0:
        quotients = [Fraction(s * unit, t) for s in (a, b) for t in (c, d)]
        assert (u / v).low <= min(quotients)
        assert max(quotients) <= (u / v).high
    assert (u - v) == u + -v
    third = u.times(-1, 3)
    assert third.low <= Fraction(-b, 3)
    assert Fraction(-a, 3) <= third.high


def test_an_exponential_far_out_is_enclosed_or_refused():
    tiny = strict.exponential(-1000 << BITS)
    assert (tiny.low, tiny.high) == (0, 1)
    with pytest.raises(Refuted, match="an exponential is too large"):
        strict.exponential(STEEPEST << BITS)


@pytest.mark.parametrize(
    ("certificate", "says"),
    [
        (SMALL, "a strict local minimum with training error 1/2, each parameter within 1/"),
        (FIXED, "a strict local minimum for a fixed f_D with training error 1/2, each"),
        (PLANES, "a strict local minimum with training error 1/2, each parameter within 1/"),
    ],
)
def test_a_strict_minimum_is_verified(certificate, says):
    proof = check(dict(certificate.data))
    assert (proof.claim, proof.evidence) == ("ours-width", "enclosed")
    assert proof.says.startswith(says)
