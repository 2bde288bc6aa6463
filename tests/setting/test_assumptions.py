"""Assumptions answer yes, no or undecided, and what they show can be checked."""

from dataclasses import replace
from fractions import Fraction

import pytest

from lossurface.setting import (
    NEURONS,
    Deep,
    assumption_1,
    assumption_4,
    assumption_5,
    feedforward,
    get_neuron,
    identity_shortcut,
    increasing_neuron,
    logistic,
    polynomial_hinge,
    quadratic,
    shortcut,
    single_layer,
)


@pytest.mark.parametrize("p", [1, 2, 3, 6, 9])
def test_assumption_1_holds_for_the_polynomial_hinge(p: int) -> None:
    answer = assumption_1(polynomial_hinge(p))
    assert answer.status == "yes"
    assert answer.witness == 1  # z_0
    assert answer.holds
    assert f"{p} continuous derivatives" in answer.reason


def test_assumption_1_fails_for_the_quadratic_and_the_logistic_loss() -> None:
    answer = assumption_1(quadratic())
    assert answer.status == "no"
    assert isinstance(answer.witness, Fraction)
    assert 2 * (1 + answer.witness) < 0  # l' at the witness
    assert assumption_1(logistic()).status == "no"
    assert "no z_0" in assumption_1(logistic()).reason


def test_assumption_1_of_an_unknown_loss_is_refuted_or_left_open() -> None:
    small_loss = replace(logistic(), name="small", ball_derivative=lambda z, k: z.exp() / 3)
    assert "l(0) is too small" in assumption_1(small_loss).reason
    exponential = replace(small_loss, name="exponential", ball_derivative=lambda z, k: z.exp())
    assert assumption_1(exponential).status == "undecided"
    assert not assumption_1(exponential).holds


def test_assumption_4_asks_for_the_single_layer_part() -> None:
    affine, relu = Deep(None, (([[1]], [0]),)), get_neuron("relu")
    assert str(assumption_4(single_layer(relu, 0, [1], [[1]]))) == "yes: a single-layer network f_S"
    assert assumption_4(shortcut(relu, 0, [1], [[1]], affine)).status == "yes"
    assert assumption_4(feedforward(affine)).status == "no"
    assert assumption_4(identity_shortcut([1], 0, affine)).status == "no"


def test_assumption_5_and_theorem_2_split_the_neurons_as_table_1_does() -> None:
    convex = {name for name, neuron in NEURONS.items() if assumption_5(neuron).status == "yes"}
    rising = {name for name, neuron in NEURONS.items() if increasing_neuron(neuron).status == "yes"}
    assert convex == {"softplus", "softplus-e", "exp", "quadratic", "cosh", "quartic"}
    assert rising == {"softplus", "softplus-e", "exp", "linear", "sigmoid", "tanh", "arctan"}
    for ask in (assumption_5, increasing_neuron):
        assert all(ask(neuron).status != "undecided" for neuron in NEURONS.values())


def test_an_undocumented_neuron_is_left_undecided() -> None:
    mystery = replace(get_neuron("exp"), name="mystery", memberships={})
    assert assumption_5(mystery).status == "undecided"
    assert increasing_neuron(mystery).status == "undecided"
