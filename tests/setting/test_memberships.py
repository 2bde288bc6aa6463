"""Class memberships, proved where they can be.

sigma' > 0 and sigma'' > 0 are proved on [-20, 20] in ball arithmetic, box by box. Beyond, with
u = e^-|z| in [0, e^-20] (or v = 1/|z| in [0, 1/20]), the derivative times a positive factor is a
rational function of u (or v), shown positive over that one box: see `TAILS`.
"""

from collections.abc import Callable
from fractions import Fraction

import pytest
from flint import arb, ctx
from hypothesis import given

from lossurface.setting import NEURONS, assumption_5, increasing_neuron, neurons_of

from ._tools import ends, fractions, holds, seeded

BOXES = [arb(Fraction(k, 8).numerator) / Fraction(k, 8).denominator for k in range(-160, 160)]
WIDTH = arb(1) / 8


def over_boxes(name, k):
    derivative = NEURONS[name].ball_derivative
    return [derivative(low.union(low + WIDTH), k) for low in BOXES]


def _positive(_):
    return arb(1)


# (neuron, order): for both tails, the derivative times a positive factor as a function of u or v.
TAILS: dict[tuple[str, int], tuple[str, Callable[[arb], arb], Callable[[arb], arb]]] = {
    # log(1+e^z)' is 1/(1+u) for z > 0 and u/(1+u) for z < 0; '' is u/(1+u)^2 on both sides
    ("softplus", 1): ("u", lambda u: 1 / (1 + u), lambda u: 1 / (1 + u)),
    ("softplus", 2): ("u", lambda u: 1 / (1 + u) / (1 + u), lambda u: 1 / (1 + u) / (1 + u)),
    ("softplus-e", 1): ("u", lambda u: 1 / (1 + u), lambda u: 1 / (1 + u)),
    ("softplus-e", 2): ("u", lambda u: 1 / (1 + u) / (1 + u), lambda u: 1 / (1 + u) / (1 + u)),
    ("exp", 1): ("u", _positive, _positive),  # e^z is itself the positive factor
    ("exp", 2): ("u", _positive, _positive),
    ("linear", 1): ("u", _positive, _positive),
    ("sigmoid", 1): ("u", lambda u: 1 / (1 + u) / (1 + u), lambda u: 1 / (1 + u) / (1 + u)),
    # tanh' = 4 u^2/(1+u^2)^2, arctan' = v^2/(1+v^2)
    ("tanh", 1): ("u", lambda u: 4 / (1 + u * u), lambda u: 4 / (1 + u * u)),
    ("arctan", 1): ("v", lambda v: 1 / (1 + v * v), lambda v: 1 / (1 + v * v)),
    ("quadratic", 2): ("v", lambda v: 2 + 0 * v, lambda v: 2 + 0 * v),
    ("cosh", 2): ("u", lambda u: (1 + u * u) / 2, lambda u: (1 + u * u) / 2),  # times e^|z|
    ("quartic", 2): ("v", lambda v: 12 + 2 * v * v, lambda v: 12 + 2 * v * v),  # times z^2
}
NEEDED = [
    *[(neuron.name, 1) for neuron in neurons_of("increasing")],
    *[(neuron.name, 2) for neuron in neurons_of("convex-analytic")],
]


@pytest.mark.parametrize(("name", "order"), NEEDED)
def test_the_derivative_is_positive_everywhere(name, order):
    assert all(value > 0 for value in over_boxes(name, order))
    variable, right, left = TAILS[name, order]
    end = (arb(-20)).exp() if variable == "u" else arb(1) / 20
    box = arb(0).union(end)
    assert right(box) > 0
    assert left(box) > 0


@pytest.mark.parametrize("neuron", neurons_of("relu"), ids=lambda n: n.name)
def test_the_relu_class_is_zero_on_negatives(neuron):
    for wide in (arb(-3, 2), arb(-1000, 999), arb(-1e-300), arb(-1e300)):
        assert wide < 0
        assert ends(neuron.ball(wide)) == (0, 0)
    assert neuron.rational(Fraction(-1, 10**9)) == 0
    if neuron.name != "threshold":  # its value at the very point 0 is 1: an erratum of ours
        assert neuron.rational(Fraction(0)) == 0
    else:
        assert neuron.rational(Fraction(0)) == 1
        assert "at the point 0" in neuron.note


@pytest.mark.parametrize("neuron", neurons_of("leaky-relu"), ids=lambda n: n.name)
@seeded
@given(z=fractions)
def test_the_leaky_relu_class_is_the_identity_on_positives(neuron, z):
    z = abs(z)
    assert holds(neuron.ball(arb(z.numerator) / z.denominator), z)
    dyadic = arb(float(z))
    assert ends(neuron.ball(dyadic)) == ends(dyadic)
    if neuron.rational is not None:
        assert neuron.rational(z) == z
    wide = arb(3, 2)
    assert ends(neuron.ball(wide)) == pytest.approx(ends(wide), rel=1e-6)


@pytest.mark.parametrize("neuron", neurons_of("sigmoid"), ids=lambda n: n.name)
@seeded
@given(z=fractions)
def test_the_sigmoid_class_is_symmetric(neuron, z):
    """Exact where rational; for the others 1/(1+e^-z) + e^-z/(1+e^-z) = 1 and oddness prove it."""
    if neuron.rational is not None:
        assert neuron.rational(z) + neuron.rational(-z) == 2 * neuron.rational(Fraction(0))
    with ctx.workprec(300):
        point = arb(z.numerator) / z.denominator
        gap = neuron.ball(point) + neuron.ball(-point) - 2 * neuron.ball(arb(0))
        assert gap.contains(0)
        assert gap.rad() < 1e-80


@pytest.mark.parametrize("neuron", neurons_of("quadratic"), ids=lambda n: n.name)
def test_the_quadratic_class_is_strongly_convex_with_its_minimum_at_zero(neuron):
    assert ends(neuron.ball_derivative(arb(0), 1)) == (0, 0)
    modulus = arb(1) - arb(1) / 10**6  # cosh'' = cosh >= 1; the others have 2
    assert all(value > modulus for value in over_boxes(neuron.name, 2))
    assert "convex-analytic" in neuron.classes


@pytest.mark.parametrize("neuron", NEURONS.values(), ids=lambda n: n.name)
def test_no_class_is_left_out(neuron):
    """Where a class is not named, a point shows that the neuron is outside it."""
    value, zero = neuron.ball, arb(0)
    if "relu" not in neuron.classes:
        assert value(arb(-1)) != zero
    if "leaky-relu" not in neuron.classes:
        assert value(arb(2)) != arb(2)
    if "sigmoid" not in neuron.classes:
        assert value(arb(1)) + value(arb(-1)) != 2 * value(zero)
    if "convex-analytic" not in neuron.classes:
        assert assumption_5(neuron).status == "no"
    if "increasing" not in neuron.classes:
        assert increasing_neuron(neuron).status == "no"
    if "quadratic" not in neuron.classes and neuron.smoothness >= 1:
        no_minimum = neuron.ball_derivative(zero, 1) != zero
        assert no_minimum or assumption_5(neuron).status == "no"
    if "softplus" not in neuron.classes:
        assert "no" in (assumption_5(neuron).status, increasing_neuron(neuron).status)
