"""What the checker uses of neurons, against the neurons of the setting."""

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq

from lossurface.exact.checker.format import AT_ZERO, CONVEX, EVEN, IDENTITY, ODD, ZERO
from lossurface.setting import get_neuron, neurons_of
from tests.setting._tools import textbook_derivative

POINTS = [Fraction(k, 8) for k in range(1, 200)]


def ball(low, high=None):
    ends = [arb(fmpq(v.numerator, v.denominator)) for v in (low, low if high is None else high)]
    return ends[0].union(ends[1])


def names(cls):
    return {neuron.name for neuron in neurons_of(cls)}


def test_each_class_is_one_of_the_settings():
    assert names("relu") >= ZERO
    assert names("leaky-relu") >= IDENTITY
    assert names("sigmoid") >= ODD
    assert set(EVEN) <= names("quadratic")
    assert set(CONVEX) | set(EVEN) <= names("convex-analytic")
    assert set(AT_ZERO) == set(EVEN) | set(CONVEX)


@pytest.mark.parametrize("z", POINTS)
def test_values_are_those_of_the_class(z):
    assert all(get_neuron(name).ball(ball(-z)) == 0 for name in ZERO)
    assert all(get_neuron(name).ball(ball(z)).contains(ball(z)) for name in IDENTITY)
    for name in ODD:
        sigma = get_neuron(name).ball
        assert (sigma(ball(z)) + sigma(ball(-z)) - 2 * sigma(ball(Fraction(0)))).contains(0)


@pytest.mark.parametrize("name", AT_ZERO)
def test_the_value_at_zero_is_enclosed(name):
    low, high = AT_ZERO[name]
    with ctx.workprec(200):
        value = get_neuron(name).ball(arb(0))
        if low == high:
            assert value.contains(ball(low))
        else:
            assert high - low == Fraction(1, 10**21)
            assert ball(low) < value < ball(high)


@pytest.mark.parametrize("name", EVEN)
def test_even_neurons_to_second_order(name):
    """Taylor: sigma' and sigma''' vanish at 0, and |sigma''''| <= 24 K up to Z."""
    h, K, Z = EVEN[name]
    neuron = get_neuron(name)
    if neuron.rational:  # a polynomial, of which nothing is left
        assert Z is None
        for z in POINTS:
            assert neuron.rational(z) == neuron.rational(-z) == h * z**2 + K * z**4
        return
    assert name == "cosh"  # its fourth derivative is cosh, and the third, odd, vanishes at 0
    assert neuron.ball_derivative(arb(0), 1) == 0
    assert neuron.ball_derivative(arb(0), 2) == ball(2 * h)
    assert neuron.ball(ball(-Z, Z)) < ball(24 * K)


@pytest.mark.parametrize("name", CONVEX)
def test_convex_neurons_to_second_order(name):
    """Taylor: |sigma'''| <= 6 K up to Z, both up to the factor that makes sigma''(0) = 2 h."""
    h, K, Z = CONVEX[name]
    neuron = get_neuron(name)
    factor = neuron.ball_derivative(arb(0), 2) / ball(2 * h)
    assert factor > 0
    if Z is not None:
        assert factor.contains(1)
        assert name == "exp"  # its third derivative is exp
        assert neuron.ball(ball(-Z, Z)) < ball(6 * K)
        return
    # sigma''' is that of log(1 + e^z), s (1 - s) (1 - 2 s) with s = 1 / (1 + e^-z): all z at once
    for z in [Fraction(k, 4) for k in range(-80, 80)]:
        s = 1 / (1 + ball(-z).exp())
        third = textbook_derivative(name, z, 3)
        assert (factor * s * (1 - s) * (1 - 2 * s)).overlaps(third)
    for k in range(1000):
        s = ball(Fraction(k, 1000), Fraction(k + 1, 1000))
        assert abs(s * (1 - s) * (1 - 2 * s)) < ball(6 * K)


@pytest.mark.parametrize("name", AT_ZERO)
def test_neurons_to_second_order_at_a_bias(name):
    """`check_curvature`: on a grid of |b| <= 1 and |t| <= 1, up to a factor that b may set."""
    h, K, _ = (CONVEX | EVEN)[name]
    h, K = 3 * h / 4, K if name in CONVEX else 8 * K
    neuron = get_neuron(name)
    with ctx.workprec(200):
        unit = neuron.ball_derivative(arb(0), 2) / ball(2 * (CONVEX | EVEN)[name][0])
        for b in (Fraction(k, 8) for k in range(-8, 9)):
            factor = ball(b).exp() if name == "exp" else unit
            at, slope, second = (neuron.ball_derivative(ball(b), k) for k in range(3))
            assert second / 2 > factor * ball(h)
            for t in (Fraction(k, 8) for k in range(-8, 9) if k):
                rest = neuron.ball(ball(b + t)) - at - slope * ball(t) - second / 2 * ball(t**2)
                assert abs(rest) <= factor * ball(K) * ball(abs(t) ** 3) + arb(2) ** -150
