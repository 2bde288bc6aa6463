"""A neuron's torch, rational and ball forms agree, and so do their derivatives."""

import pickle
from fractions import Fraction

import pytest
import torch
from flint import arb, ctx
from hypothesis import given

from lossurface import InputError
from lossurface.setting import CLASSES, NEURONS, get_neuron, neurons_of

from ._tools import dyadics, ends, fractions, holds, seeded, textbook_derivative

NAMES = list(NEURONS)
EPS = torch.finfo(torch.float64).eps


def close(value: float, ball: arb, z: float) -> bool:
    # A dozen roundings, amplified by at most the condition number 1 + |z| of an exponential.
    low, high = ends(ball)
    bound = 16 * EPS * (1 + abs(z)) * max(abs(float(low)), abs(float(high))) + 1e-300
    return float(low) - bound <= value <= float(high) + bound


def test_the_seventeen_neurons_of_the_paper_and_our_own_are_there() -> None:
    assert [
        *("softplus", "softplus-e", "exp", "threshold", "relu", "requ", "leaky-relu", "elu"),
        *("linear", "sigmoid", "tanh", "arctan", "softsign", "cube", "constant"),
        *("quadratic", "cosh", "quartic"),
    ] == NAMES
    assert all(neuron.classes <= CLASSES.keys() for neuron in NEURONS.values())
    assert all(neuron.latex and get_neuron(name) is neuron for name, neuron in NEURONS.items())


@pytest.mark.parametrize("name", NAMES)
@seeded
@given(z=dyadics)
def test_torch_value_and_derivatives_match_the_balls(name: str, z: Fraction) -> None:
    neuron, x = NEURONS[name], float(z)
    point = torch.tensor([x], dtype=torch.float64)
    assert close(neuron.torch(point).item(), neuron.ball(arb(x)), x)
    for k, form in ((1, neuron.torch_d1), (2, neuron.torch_d2)):
        if z or neuron.smoothness >= k:
            assert close(form(point).item(), neuron.ball_derivative(arb(x), k), x)


@pytest.mark.parametrize("name", [n for n in NAMES if NEURONS[n].rational is not None])
@seeded
@given(z=fractions)
def test_rational_value_lies_in_the_ball(name: str, z: Fraction) -> None:
    neuron = NEURONS[name]
    assert neuron.rational is not None
    value = neuron.rational(z)
    assert type(value) is Fraction
    assert holds(neuron.ball(arb(z.numerator) / z.denominator), value)


@pytest.mark.parametrize("name", NAMES)
def test_torch_derivatives_match_automatic_differentiation_at_the_kink_too(name: str) -> None:
    neuron = NEURONS[name]
    z = torch.linspace(-5, 5, 41, dtype=torch.float64)
    assert 0.0 in z
    first = torch.func.vmap(torch.func.grad(neuron.torch))
    second = torch.func.vmap(torch.func.grad(torch.func.grad(neuron.torch)))
    torch.testing.assert_close(neuron.torch_d1(z), first(z), rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(neuron.torch_d2(z), second(z), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_torch_forms_are_elementwise_and_keep_the_dtype(name: str) -> None:
    neuron = NEURONS[name]
    z = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    for form in (neuron.torch, neuron.torch_d1, neuron.torch_d2):
        value = form(z)
        assert value.shape == z.shape
        assert value.dtype == torch.float32
        torch.testing.assert_close(value[1, 2], form(z[1, 2]))


@pytest.mark.parametrize("name", NAMES)
@seeded
@given(z=dyadics)
def test_derivative_balls_match_the_textbook_formula(name: str, z: Fraction) -> None:
    neuron = NEURONS[name]
    if z == 0 and neuron.smoothness < 2:
        z = Fraction(1, 64)
    with ctx.workprec(200):
        for k in range(3):
            ball = neuron.ball_derivative(arb(z.numerator) / z.denominator, k)
            expected = textbook_derivative(name, z, k)
            assert ball.overlaps(expected)
            assert ball.rad() < 1e-30 * (1 + abs(ball))


def test_softplus_keeps_what_torch_drops_beyond_20() -> None:
    z = torch.tensor([25.0], dtype=torch.float64)
    exact = get_neuron("softplus-e").ball(arb(25))
    assert close(get_neuron("softplus-e").torch(z).item(), exact, 25.0)
    assert not close(torch.nn.functional.softplus(z).item(), exact, 0.0)
    assert get_neuron("softplus").torch(torch.tensor([800.0, -800.0])).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_a_derivative_that_does_not_exist_is_refused(name: str) -> None:
    neuron = NEURONS[name]
    for k in (1, 2):
        if k > neuron.smoothness:
            with pytest.raises(InputError, match="does not exist at 0"):
                neuron.ball_derivative(arb(0, 1), k)
        else:
            assert neuron.ball_derivative(arb(0, 1), k).is_finite()
    with pytest.raises(InputError, match="is not kept; give an order"):
        neuron.ball_derivative(arb(1), 3)


def test_a_neuron_survives_pickling_and_is_known_by_its_name() -> None:
    for neuron in NEURONS.values():
        copy = pickle.loads(pickle.dumps(neuron))  # what dask does
        assert copy is neuron
        assert pickle.loads(pickle.dumps(neuron.ball_derivative)) == neuron.ball_derivative


def test_unknown_names_are_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"'swish' is not known; use one of softplus, "):
        get_neuron("swish")
    with pytest.raises(InputError, match="neuron class 'odd' is not known"):
        neurons_of("odd")
    with pytest.raises(TypeError):
        NEURONS["relu"] = NEURONS["elu"]  # type: ignore[index]
