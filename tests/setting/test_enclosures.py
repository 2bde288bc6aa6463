"""Balls enclose: the value at every point of a ball lies in the value over the ball."""

from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import example, given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import NEURONS, polynomial_hinge, quadratic

from ._tools import dyadics, ends, holds, seeded

radii = st.sampled_from([Fraction(1, 1024), Fraction(1, 8), Fraction(1), Fraction(7), Fraction(40)])
positions = st.lists(st.fractions(-1, 1, max_denominator=16), min_size=1, max_size=6)


def exact(value):
    return arb(value.numerator) / value.denominator


@pytest.mark.parametrize("name", list(NEURONS))
@seeded
@given(centre=dyadics, radius=radii, where=positions)
@example(Fraction(0), Fraction(1), [Fraction(0), Fraction(1), Fraction(-1)])
@example(Fraction(1), Fraction(1), [Fraction(-1)])  # touches the break
@example(Fraction(-1), Fraction(1), [Fraction(1)])
def test_wide_balls_hold_the_value_at_each_of_their_points(name, centre, radius, where):
    neuron = NEURONS[name]
    wide = arb(exact(centre), exact(radius))
    for k in range(3):
        try:
            over_ball = neuron.ball_derivative(wide, k)
        except InputError:
            assert k > neuron.smoothness
            continue
        with ctx.workprec(400):  # so thin that overlapping is containment
            for position in where:
                z = centre + radius * position
                if z or k <= neuron.smoothness:
                    assert over_ball.overlaps(neuron.ball_derivative(exact(z), k))
    assert neuron.ball(wide).overlaps(neuron.ball_derivative(wide, 0))


@pytest.mark.parametrize("name", list(NEURONS))
def test_values_over_wide_balls_are_tight(name):
    """Over [-3, 5] the enclosure exceeds the range, sampled finely, by 1% at most."""
    neuron = NEURONS[name]
    values = [neuron.ball(exact(Fraction(k, 32))) for k in range(-96, 161)]
    low = min(float(v.lower()) for v in values)
    high = max(float(v.upper()) for v in values)
    ball_low, ball_high = (float(end) for end in ends(neuron.ball(arb(1, 4))))
    slack = 0.01 * (high - low) + 1e-9
    assert ball_low == pytest.approx(low, abs=slack)
    assert ball_high == pytest.approx(high, abs=slack)


@pytest.mark.parametrize("name", list(NEURONS))
def test_unbounded_balls_are_answered_without_a_wrong_bound(name):
    value = NEURONS[name].ball(arb(0, arb.pos_inf()))
    assert value.overlaps(NEURONS[name].ball(arb(3)))
    assert value.overlaps(NEURONS[name].ball(arb(-3)))


@pytest.mark.parametrize("loss", [*map(polynomial_hinge, (1, 2, 3, 6, 7)), quadratic()], ids=str)
@seeded
@given(centre=dyadics, radius=st.just(Fraction(0)) | radii, where=positions)
@example(Fraction(-1), Fraction(3), [Fraction(0)])  # python-flint's ** gives NaN around 0
def test_losses_enclose_over_balls(loss, centre, radius, where):
    wide = arb(exact(centre), exact(radius))
    for k in range(min(loss.p or 4, 4) + 1):
        over_ball = loss.ball_derivative(wide, k)
        assert over_ball.is_finite()
        for position in where:
            assert holds(over_ball, loss.rational_derivative(centre + radius * position, k))
    assert holds(loss.ball(wide), loss.rational(centre))
