"""Propositions 8 and 10 on networks of every architecture: the definitions, exactly."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.claims.last_layer import last_layer
from lossurface.claims.proposition_8 import lift
from lossurface.claims.proposition_10 import not_critical
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
    rows = tuple(tuple(Fraction(v, 4) for v in point) for point in points)
    labels = tuple(1 if network.rational(x) >= 0 else -1 for x in rows)
    dataset = Dataset(rows, labels)  # the network's own labels: R = 0
    problem = Problem(network, dataset, polynomial_hinge(p))
    made = lift(problem)
    assert problem.loss_rational(made.theta) == 0
    changed = {k for k, (a, b) in enumerate(zip(theta, made.theta, strict=True)) if a != b}
    assert changed <= set(last_layer(shape))
    assert all(y * made.rational(x) >= 1 for x, y in zip(rows, labels, strict=True))
    if set(labels) == {-1, 1}:
        assert not_critical(Problem(network, dataset, logistic())).status == "holds"


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), shape=st.sampled_from(SHAPES))
def test_networks_are_linear_in_the_last_layer_and_its_first_entry_is_a_bias(seed, shape):
    g = torch.Generator().manual_seed(seed)
    theta = torch.randn(20, shape.size, generator=g, dtype=torch.float64)
    X = torch.randn(5, 2, generator=g, dtype=torch.float64)
    scaled, raised = theta.clone(), theta.clone()
    scaled[:, last_layer(shape)] *= 3
    torch.testing.assert_close(shape.forward(scaled, X), 3 * shape.forward(theta, X))
    raised[:, last_layer(shape)[0]] += 0.5
    torch.testing.assert_close(shape.forward(raised, X), shape.forward(theta, X) + 0.5)


def test_a_misclassified_sample_is_refused():
    network = Network(SHAPES[0], (Fraction(1), *[Fraction(0)] * 9))
    for labels in ([1, -1], [-1, -1]):
        dataset = Dataset.of([[0, 0], [1, 1]], labels)
        with pytest.raises(InputError, match="start at training error 0"):
            lift(Problem(network, dataset, polynomial_hinge(2)))
