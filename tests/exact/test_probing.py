"""The certified radius, attacked: random points inside never have a lower loss."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims import proposition_2, proposition_5
from lossurface.claims.proposition_5 import PLANE
from lossurface.setting import (
    Problem,
    from_certificate,
    get_loss,
    get_neuron,
    single_layer,
)
from tests.exact.certificates import MINIMA, UNEVEN
from tests.setting._tools import loss_at


def moved(problem, radius, direction, share):
    """Return theta* moved by `share` of the radius along a direction (its length only bounded)."""
    length = sum(abs(value) for value in direction) or 1  # at least the Euclidean length
    step = radius * share / length
    theta = []
    for value, change in zip(problem.network.theta, direction, strict=True):
        if isinstance(value, Fraction):
            theta.append(value + step * change)
        else:
            theta.append(value)  # an enclosed a_0 stays: the comparison below is between balls
    return theta


def no_lower(problem, theta):
    """Decide that L(theta) >= L(theta*) is not refuted, exactly or at 200 bits."""
    start = loss_at(problem, problem.network.theta, 200)
    return not loss_at(problem, theta, 200) < start


@pytest.mark.parametrize("name", MINIMA)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_point_inside_the_radius_is_lower(name, data):
    certificate = MINIMA[name]
    problem = from_certificate(certificate.data)
    text = certificate.data["radius"]
    radius = Fraction(1000) if text == "inf" else Fraction(text)
    size = problem.network.architecture.size
    direction = data.draw(st.lists(st.integers(-9, 9), min_size=size, max_size=size))
    share = data.draw(st.fractions(0, 1, max_denominator=64))
    assert no_lower(problem, moved(problem, radius, direction, share))


def test_beyond_the_radius_the_loss_falls():
    """The radius of Proposition 2 ends where a neuron wakes: far out, the loss is lower."""
    certificate = proposition_2.certify()
    problem = from_certificate(certificate.data)
    far = list(problem.network.theta)
    far[1:] = [Fraction(1), Fraction(1), Fraction(-1)]  # a = 1, w = (1, -1): wakes on e_1 alone
    assert problem.loss_rational(far) < problem.loss_rational()


def test_outside_the_class_the_same_parameters_are_no_minimum():
    """A softplus neuron at Proposition 5's parameters can leave downhill; a leaky ReLU too."""
    losses = get_loss("polynomial-hinge", 3)
    for neuron, dataset in (("softplus", PLANE), ("leaky-relu", PLANE), ("linear", UNEVEN)):
        zero = [[Fraction(0)] for _ in range(dataset.d)]
        network = single_layer(get_neuron(neuron), a0=Fraction(0), a=[Fraction(-1)], W=zero)
        problem = Problem(network, dataset, losses)
        start = loss_at(problem, network.theta, 200)
        lower = False
        for sign in (1, -1):
            theta = list(network.theta)
            theta[2] += Fraction(sign, 64)
            lower = lower or loss_at(problem, theta, 200) < start
        assert lower, neuron


def test_a_convex_neuron_of_the_other_sign_escapes():
    """With a_j > 0 the curvature of Proposition 5 works downhill: the sign of a matters."""
    problem = from_certificate(proposition_5.certify().data)
    theta = [Fraction(0), Fraction(1), Fraction(0)]
    lower = [Fraction(0), Fraction(1), Fraction(1, 8)]
    assert problem.loss_rational(lower) < problem.loss_rational(theta)
