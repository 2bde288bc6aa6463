"""The checks behind an escape: each hypothesis that is broken is noticed."""

from fractions import Fraction

from flint import arb

from lossurface.enclosed import escape_check as check
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.enclosed.layers import layer


def test_a_slope_and_a_curvature_are_proved_only_where_they_are():
    bowl = layer(loss=logistic(), l2=1)
    assert check.slope(bowl, [3, 0, 0, 0], [-1, 0, 0, 0]).status == "holds"
    assert check.slope(bowl, [3, 0, 0, 0], [1, 0, 0, 0]).status == "fails"
    assert check.negative_curvature(bowl, [0, 0, 0, 0], [1, 0, 0, 0]).status == "fails"
    assert check.no_maximum(bowl, [0, 0, 0, 0]).status == "holds"
    assert check.decrease(bowl, [3, 0, 0, 0], [2, 0, 0, 0]).status == "holds"
    assert check.decrease(bowl, [arb(3, 2), 0, 0, 0], [2, 0, 0, 0]).status == "undecided"


def test_an_opened_neuron_needs_curvature_in_its_sum():
    start = [0, 0, 0, 0]
    assert check.opened_neuron(layer(), start, 0, [1, 0]).status == "holds"
    assert check.opened_neuron(layer(), start, 0, [0, 1]).status == "holds"
    # Along the diagonal both classes move alike and the sum's second derivative is 0.
    assert check.opened_neuron(layer(), start, 0, [1, 1]).status == "undecided"


def test_exact_decrease_is_decided_by_rationals():
    square, hinge = get_neuron("quadratic"), polynomial_hinge(2)
    four = layer("quadratic", hinge)
    before = [Fraction(0), Fraction(1), Fraction(0), Fraction(0)]
    after = [Fraction(0), Fraction(1), Fraction(1, 2), Fraction(0)]
    down = check.exact_decrease(square.rational, hinge.rational, four, before, after)
    up = check.exact_decrease(square.rational, hinge.rational, four, after, before)
    assert (down.status, up.status, down.evidence) == ("holds", "fails", "exact")
