"""Propositions 8 and 10 on networks of every architecture: the definitions, exactly."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.claims.proposition_8 import lift
from lossurface.landscape.last_layer import (
    LastLayer,
    gradient_bound,
    prove_bound,
)
from lossurface.setting import (
    Architecture,
    Dataset,
    Network,
    Problem,
    get_neuron,
    logistic,
    polynomial_hinge,
)

RELU, SQUARE = get_neuron("relu"), get_neuron("quadratic")
SHAPES = (
    Architecture("single-layer", 2, 3, SQUARE),
    Architecture("shortcut", 2, 2, SQUARE, (3,), RELU),
    Architecture("shortcut", 2, 1, SQUARE, (), None),
    Architecture("feedforward", 2, deep_widths=(3, 2), deep_neuron=RELU),
    Architecture("identity-shortcut", 2, deep_widths=(3,), deep_neuron=RELU),
)
POINTS = st.lists(
    st.tuples(st.integers(-8, 8), st.integers(-8, 8)), min_size=2, max_size=6, unique=True
)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), shape=st.sampled_from(SHAPES), points=POINTS, p=st.sampled_from([1, 2, 6]))
def test_networks_without_error_reach_exactly_zero_loss(data, shape, points, p):
    numbers = st.integers(-6, 6).map(lambda k: Fraction(k, 4))
    theta = tuple(data.draw(st.lists(numbers, min_size=shape.size, max_size=shape.size)))
    network = Network(shape, theta)
    rows = [tuple(Fraction(v, 4) for v in point) for point in points]
    labels = tuple(1 if network.rational(x) >= 0 else -1 for x in rows)
    dataset = Dataset(tuple(rows), labels)  # the network's own labels: R = 0
    problem = Problem(network, dataset, polynomial_hinge(p))
    made = lift(problem).network
    assert problem.loss_rational(made.theta) == 0
    changed = {k for k, (a, b) in enumerate(zip(theta, made.theta, strict=True)) if a != b}
    assert changed <= set(LastLayer.of(shape).indices)
    assert all(y * made.rational(x) >= 1 for x, y in zip(rows, labels, strict=True))
    if set(labels) == {-1, 1} and all(network.rational(x) for x in rows):
        assert prove_bound(network, dataset, logistic()).status == "holds"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), shape=st.sampled_from(SHAPES))
def test_the_bound_is_respected_and_networks_are_homogeneous_in_the_last_layer(seed, shape):
    g = torch.Generator().manual_seed(seed)
    theta = torch.randn(20, shape.size, generator=g, dtype=torch.float64)
    X = torch.randn(5, 2, generator=g, dtype=torch.float64)
    y = torch.tensor([1.0, -1, 1, -1, 1], dtype=torch.float64)
    bound = gradient_bound(shape, logistic(), theta, X, y)
    assert bool((bound.gradient_norm >= bound.bound * (1 - 1e-12) - 1e-300).all())
    assert bool((bound.bound[bound.error == 0] > 0).all())
    scaled = theta.clone()
    scaled[:, list(LastLayer.of(shape).indices)] *= 3
    torch.testing.assert_close(shape.forward(scaled, X), 3 * shape.forward(theta, X))
    lifted = theta.clone()
    lifted[:, LastLayer.of(shape).bias] += 0.5
    torch.testing.assert_close(shape.forward(lifted, X), shape.forward(theta, X) + 0.5)


def test_misclassified_samples_are_refused():
    network = Network(SHAPES[0], (Fraction(1), *[Fraction(0)] * 9))
    dataset = Dataset.of([[0, 0], [1, 1]], [1, -1])
    with pytest.raises(InputError, match="a negative sample is not surely right"):
        lift(Problem(network, dataset, polynomial_hinge(2)))
    with pytest.raises(InputError):
        prove_bound(network, dataset, logistic())
