"""Staircase neurons in all their forms, and the certificates of bad minima that hold one."""

from bisect import bisect_left
from fractions import Fraction

import pytest
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.landscape.objective import Objective
from lossurface.setting import from_certificate, get_neuron, staircase
from tests.exact.certificates import MINIMA

from ._tools import ends, error_ball, holds, seeded

STEPS = staircase(["-1", "0", "3/2"], ["5", "-2", "1/3", "0"])
quarters = st.integers(-16, 16).map(lambda k: Fraction(k, 4))


@seeded
@given(quarters, quarters)
def test_all_forms_are_the_step_and_a_ball_holds_every_step_it_meets(low, high):
    points = [min(low, high), max(low, high), (low + high) / 2]
    values = [STEPS.levels[bisect_left(STEPS.breaks, z)] for z in points]
    for z, value in zip(points, values, strict=True):
        assert STEPS.rational(z) == value
        exact = arb(z.numerator) / z.denominator
        assert holds(STEPS.ball(exact), value)
        assert ends(STEPS.ball(exact))[1] - value < Fraction(1, 10**6)
    z = torch.tensor([float(v) for v in points], dtype=torch.float64)
    assert STEPS.torch(z).tolist() == [float(v) for v in values]
    wide = (arb(points[0].numerator) / points[0].denominator).union(
        arb(points[1].numerator) / points[1].denominator
    )
    assert all(holds(STEPS.ball(wide), value) for value in values)


def test_it_is_flat_and_refuses_a_derivative_at_a_break():
    objective = Objective(lambda z: STEPS.torch(z).sum(), 2)
    batch = torch.tensor([[-2.0, 1.0], [2.0, 0.5]], dtype=torch.float64)
    found = objective.derivatives(batch)
    assert found.loss.tolist() == STEPS.torch(batch).sum(-1).tolist()
    assert not found.gradient.any()
    assert not found.hessian.any()
    assert STEPS.ball_derivative(arb(1), 1) == 0
    with pytest.raises(InputError, match="does not exist at 3/2"):
        STEPS.ball_derivative(arb(1).union(arb(2)), 1)
    with pytest.raises(InputError, match="from 0 to 2"):
        STEPS.ball_derivative(arb(1), 3)


def test_two_staircases_are_the_same_by_their_steps():
    assert staircase([0], [1, 2]) == staircase(["0"], ["1", "2"])
    assert staircase([0], [1, 2]) != staircase([0], [1, 3])
    assert get_neuron("relu") != STEPS


@pytest.mark.parametrize(
    ("breaks", "levels", "told"),
    [
        ([1, 0], [0, 0, 0], "do not increase"),
        ([0, 0], [0, 0, 0], "do not increase"),
        (["0 +/- 1"], [0, 0], "do not increase"),
        ([0], [0], "1 breaks and 1 levels"),
        ([0], [0, "x"], r"levels\[1\] is 'x'"),
    ],
)
def test_what_is_no_staircase_is_refused(breaks, levels, told):
    with pytest.raises(InputError, match=told):
        staircase(breaks, levels)


@pytest.mark.parametrize("name", [name for name in MINIMA if name.startswith("staircase")])
def test_a_bad_minimum_is_read_as_it_was_made(name):
    """Its dual weights are lambda_i = l'(-y_i f(x_i)), up to a factor: (1 - y_i f(x_i))^p."""
    data = MINIMA[name].data
    problem = from_certificate(data)
    X, y = problem.dataset.tensors()
    room = 1 - y * problem.network.torch(X)
    roots = torch.tensor([float(Fraction(v)) for v in data["dual_weights"]]).pow(1 / data["p"])
    torch.testing.assert_close(room / room.sum(), (roots / roots.sum()).double(), rtol=1e-6, atol=0)
    assert error_ball(problem) in (None, Fraction(data["training_error"]))  # where f = 0, no sign
