"""The local polynomial of a network's loss agrees with the loss, exactly, wherever it is valid."""

from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lossurface.enclosed.degenerate import classify_network, local_polynomial
from lossurface.enclosed.single_layer import SingleLayer, rational
from lossurface.setting import get_neuron, polynomial_hinge

NUMBERS = st.integers(-6, 6).map(lambda k: Fraction(k, 3))
NEURONS = {"linear": {1: 1}, "quadratic": {2: 1}, "quartic": {2: 1, 4: 1}}


def layer(samples, labels, l2=0, offset=None):
    balls = get_neuron("quadratic").ball_derivative, polynomial_hinge(2).ball_derivative
    return SingleLayer(*balls, samples, labels, 1, l2, offset)


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(sorted(NEURONS)),
    points=st.lists(NUMBERS, min_size=1, max_size=3),
    theta=st.lists(NUMBERS, min_size=3, max_size=3),
    step=st.lists(NUMBERS, min_size=3, max_size=3),
    p=st.sampled_from([1, 2, 3]),
    l2=st.sampled_from([0, Fraction(1, 2)]),
)
def test_the_polynomial_is_the_loss_near_the_point(name, points, theta, step, p, l2):
    neuron, loss = get_neuron(name), polynomial_hinge(p)
    labels = [1 if k % 2 else -1 for k in range(len(points))]
    samples = [[x] for x in points]

    def margins(t):
        return [
            y * (t[0] + t[1] * neuron.rational(t[2] * x))
            for x, y in zip(points, labels, strict=True)
        ]

    local = local_polynomial(layer(samples, labels, l2), p, NEURONS[name], theta)
    if local is None:
        assert 1 in margins(theta)
        return
    near = [t + Fraction(s) / 10**6 for t, s in zip(theta, step, strict=True)]
    sides = [m < 1 for m in margins(theta)]
    assume(sides == [m < 1 for m in margins(near)])
    want = sum(loss.rational(-m) for m in margins(near)) / len(points)
    want += Fraction(l2) / 2 * sum(t * t for t in near)
    delta = [rational(b - a) for a, b in zip(theta, near, strict=True)]
    assert local(*delta) == rational(want)


def test_points_that_cannot_be_tried_say_so():
    one = layer([[1]], [1])
    for a0 in (1, 0, 2):  # a kink, a slope, zero loss
        assert classify_network(one, 2, {2: 1}, [Fraction(a0), Fraction(0), Fraction(0)]) is None
    wide = SingleLayer(one.neuron, one.loss, [[Fraction(1, 3)] * 6] * 2, [1, -1], 3)
    assert local_polynomial(wide, 6, {2: 1}, [Fraction(0)] * wide.dimension) is None  # too large


def test_an_offset_moves_the_margins():
    shifted = layer([[1], [1]], [1, -1], offset=[Fraction(1, 2), Fraction(1, 2)])
    local = local_polynomial(shifted, 1, {2: 1}, [Fraction(0)] * 3)
    assert local(0, 0, 0) == rational((Fraction(1, 4) + Fraction(9, 4)) / 2)
