"""Staircase neurons in all their forms, and the certificates of bad minima that hold one."""

import json
from bisect import bisect_left
from fractions import Fraction

import pytest
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.conditions import bad_minimum, proposition_11, proposition_12
from lossurface.landscape.objective import Objective
from lossurface.setting import from_certificate, get_neuron, staircase
from tests.conditions.samples import KNOWN, space

from ._tools import ends, error_ball, holds, seeded

UNEVEN = ([[3, 0], [-3, 0], [0, 3], [0, -4], [1, 1], [-1, -1], [1, 0]], [1, 1, 1, 1, -1, -1, -1])
STEPS = staircase(["-1", "0", "3/2"], ["5", "-2", "1/3", "0"])
quarters = st.integers(-16, 16).map(lambda k: Fraction(k, 4))


@seeded
@given(quarters, quarters)
def test_all_forms_are_the_step_and_a_ball_holds_every_step_it_meets(low, high) -> None:
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


def test_it_is_flat_and_refuses_a_derivative_at_a_break() -> None:
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


def test_two_staircases_are_the_same_by_their_steps() -> None:
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
def test_what_is_no_staircase_is_refused(breaks, levels, told) -> None:
    with pytest.raises(InputError, match=told):
        staircase(breaks, levels)


def margins(data):
    """Y f(x) at theta*, from the dual weights: 1 - C lambda^(1/p)."""
    p = data["p"]
    weights = [float(Fraction(v)) for v in data["dual_weights"]]
    roots = [w ** (1 / p) for w in weights]
    C = sum(weights) / sum(w * r for w, r in zip(weights, roots, strict=True))
    return [1 - C * r for r in roots]


@pytest.mark.parametrize(
    ("data", "test", "neuron"),
    [
        (UNEVEN, proposition_11, "softplus"),
        (UNEVEN, proposition_11, "quartic"),
        *((KNOWN[name][:2], proposition_12, "quadratic") for name in ("line", "lifted-ring")),
    ],
)
@pytest.mark.parametrize("width", [1, 3])
def test_loss_and_error_of_a_certificate_are_those_it_states(data, test, neuron, width) -> None:
    prepared = space(*data)
    made = bad_minimum(prepared, test(prepared), neuron, 4, width)
    assert made is not None
    problem = from_certificate(json.loads(made.to_json()))
    error = Fraction(made.data["training_error"])
    expected = margins(made.data)
    outputs = problem.network.torch(problem.dataset.tensors()[0])
    got = (outputs * problem.dataset.tensors()[1]).tolist()
    assert got == pytest.approx(expected, abs=1e-8)
    loss = sum(max(1 - m, 0) ** 5 for m in expected) / len(expected)
    theta = problem.network.parameters()
    assert float(problem.loss_torch(theta)) == pytest.approx(loss, rel=1e-7)
    low, high = ends(problem.loss_ball())
    assert float(low) - 1e-12 <= loss <= float(high) + 1e-12
    assert high - low < Fraction(1, 10**6)
    if min(map(abs, expected)) > 1e-6:
        assert error_ball(problem) == error
    assert float(problem.error_torch(theta)) == float(error)
