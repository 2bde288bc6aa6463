"""Balls enclose: the value at every point of a ball lies in the value over the ball."""

from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import example, given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import NEURONS, polynomial_hinge, quadratic
from lossurface.setting.neurons import even, monotone, power, split

from ._tools import dyadics, ends, seeded

radii = st.sampled_from([Fraction(1, 1024), Fraction(1, 8), Fraction(1), Fraction(7), Fraction(40)])
positions = st.lists(st.fractions(-1, 1, max_denominator=16), min_size=1, max_size=6)


def exact(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


@pytest.mark.parametrize("name", list(NEURONS))
@seeded
@given(centre=dyadics, radius=radii, where=positions)
@example(Fraction(0), Fraction(1), [Fraction(0), Fraction(1), Fraction(-1)])
@example(Fraction(1), Fraction(1), [Fraction(-1)])
def test_wide_balls_hold_the_value_at_each_of_their_points(
    name: str, centre: Fraction, radius: Fraction, where: list[Fraction]
) -> None:
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
def test_values_over_wide_balls_are_tight(name: str) -> None:
    """Over [-3, 5] the enclosure exceeds the range, sampled finely, by 1% at most."""
    neuron = NEURONS[name]
    values = [neuron.ball(exact(Fraction(k, 32))) for k in range(-96, 161)]
    low = min(float(v.lower()) for v in values)
    high = max(float(v.upper()) for v in values)
    ball_low, ball_high = (float(end) for end in ends(neuron.ball(arb(1, 4))))
    slack = 0.01 * (high - low) + 1e-9
    assert ball_low == pytest.approx(low, abs=slack)
    assert ball_high == pytest.approx(high, abs=slack)


def test_the_threshold_jump_is_enclosed_from_both_sides() -> None:
    threshold = NEURONS["threshold"].ball
    assert ends(threshold(arb(0))) == (1, 1)
    assert ends(threshold(arb(-1, 0.5))) == (0, 0)
    low, high = ends(threshold(arb(-1, 1)))  # touches 0
    assert low <= 0
    assert high >= 1


@pytest.mark.parametrize("name", list(NEURONS))
def test_unbounded_balls_are_answered_without_a_wrong_bound(name: str) -> None:
    value = NEURONS[name].ball(arb(0, arb.pos_inf()))
    assert value.overlaps(NEURONS[name].ball(arb(3)))
    assert value.overlaps(NEURONS[name].ball(arb(-3)))


def test_the_square_of_a_ball_around_zero_is_finite() -> None:
    """Arb's own ** answers NaN here (python-flint 0.9); the tools must not use it."""
    square = power(arb(0, 3), 2)
    assert square.is_finite()
    assert ends(square)[0] > -1e-6
    assert ends(power(arb(0, 2), 3)) == pytest.approx((-8, 8), rel=1e-6)
    assert ends(power(arb(2, 1), 0)) == (1, 1)


def test_tools_on_a_decreasing_function_and_on_one_piece() -> None:
    low, high = ends(monotone(lambda x: -x, arb(1, 2)))
    assert (low, high) == pytest.approx((-3, 1), rel=1e-6)
    assert ends(even(lambda x: -x, arb(-1, 2))) == pytest.approx((-3, 0), abs=1e-6)
    assert ends(split(lambda x: -x, lambda x: x, arb(-4, 1))) == pytest.approx((3, 5), rel=1e-6)


@pytest.mark.parametrize("loss", [polynomial_hinge(1), polynomial_hinge(6), quadratic()])
@seeded
@given(centre=dyadics, radius=radii, where=positions)
def test_losses_enclose_over_wide_balls(
    loss: object, centre: Fraction, radius: Fraction, where: list[Fraction]
) -> None:
    wide = arb(exact(centre), exact(radius))
    for k in (0, 1):
        over_ball = loss.ball_derivative(wide, k)  # type: ignore[attr-defined]
        with ctx.workprec(400):
            for position in where:
                value = loss.rational_derivative(centre + radius * position, k)  # type: ignore[attr-defined]
                assert over_ball.overlaps(exact(value))
