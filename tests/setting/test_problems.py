"""Loss and training error in floats, rationals and balls; problems read from certificates."""

import copy
from fractions import Fraction
from typing import Any

import pytest
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import (
    Dataset,
    Enclosed,
    Problem,
    empirical_loss,
    from_certificate,
    get_neuron,
    logistic,
    polynomial_hinge,
    quadratic,
    single_layer,
    training_error,
)

from ._tools import ends, error_ball, holds, loss_at, seeded

# Proposition 5 on two samples: w = 0, a = -1, and a_0 = 0 balances one sample of each class.
CERTIFICATE: dict[str, Any] = {
    "p": 3,
    "samples": [["2"], ["-1/2"]],
    "labels": [1, -1],
    "network": {
        "architecture": "single-layer",
        "neuron": "quadratic",
        "a0": "0",
        "a": ["-1"],
        "W": [["0"]],
    },
}
numbers = st.integers(-16, 16).map(lambda k: Fraction(k, 8))


@seeded
@given(theta=st.lists(numbers, min_size=3, max_size=3))
def test_the_three_losses_agree(theta: list[Fraction]) -> None:
    problem = from_certificate(CERTIFICATE)
    a0, a, w = theta
    outputs = [a0 + a * (w * x) ** 2 for x in (Fraction(2), Fraction(-1, 2))]
    margins = [outputs[0], -outputs[1]]
    expected = sum(max(1 - m, Fraction(0)) ** 4 for m in margins) / 2
    wrong = Fraction((outputs[0] < 0) + (outputs[1] >= 0), 2)  # sgn 0 = +1
    assert problem.loss_rational(theta) == loss_at(problem, theta) == expected
    assert problem.error_rational(theta) == wrong
    assert holds(problem.loss_ball(theta), expected)
    point = torch.tensor([float(v) for v in theta], dtype=torch.float64)
    assert problem.loss_torch(point).item() == pytest.approx(float(expected), rel=1e-14)
    assert problem.error_torch(point).item() == float(wrong)


def test_the_certified_point_of_proposition_5_is_where_we_say() -> None:
    problem = from_certificate(CERTIFICATE)
    assert problem.loss_rational() == 1
    assert problem.error_rational() == error_ball(problem) == Fraction(1, 2)
    assert loss_at(problem, [Fraction(1, 10), Fraction(-1), Fraction(1, 10)]) > 1
    nearby = loss_at(problem, [Fraction(0), Fraction(-1), arb(1) / 1000])
    assert nearby > 1


def test_batches_keep_their_shape() -> None:
    problem = from_certificate(CERTIFICATE)
    theta = torch.zeros(4, 3, 3, dtype=torch.float64)
    assert problem.loss_torch(theta).shape == problem.error_torch(theta).shape == (4, 3)


def test_an_enclosed_bias_gives_a_ball_and_a_decided_error() -> None:
    data = copy.deepcopy(CERTIFICATE)
    data["network"]["a0"] = "1/3 +/- 1/1000000"
    problem = from_certificate(data)
    assert problem.network.theta[0] == Enclosed(Fraction(1, 3), Fraction(1, 10**6))
    low, high = ends(problem.loss_ball())
    at_third = from_certificate({**data, "network": {**data["network"], "a0": "1/3"}})
    assert low < at_third.loss_rational() < high
    assert error_ball(problem) == Fraction(1, 2)
    data["network"]["a0"] = "0 +/- 1/1000000"
    assert error_ball(from_certificate(data)) is None


def test_irrational_losses_go_by_balls() -> None:
    data = Dataset.of([2, -1], [1, -1])
    problem = Problem(single_layer(get_neuron("quadratic"), 0, [1], [[1]]), data, logistic())
    with pytest.raises(InputError, match="logistic has no rational form; use loss_ball"):
        problem.loss_rational()
    value = loss_at(problem, problem.network.theta)
    assert isinstance(value, arb)
    assert problem.loss_torch(problem.network.parameters()).item() == pytest.approx(
        float(value), rel=1e-14
    )


def test_zero_output_counts_as_positive() -> None:
    outputs = torch.tensor([0.0, -0.0, 0.0, -1e-300], dtype=torch.float64)
    y = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)
    assert training_error(outputs, y).item() == 0.5
    assert empirical_loss(quadratic(), outputs, y).item() == pytest.approx(1.0)


def test_the_training_error_is_at_most_the_loss() -> None:
    """R <= L under Assumption 1 (1)."""
    generator = torch.Generator().manual_seed(3)
    outputs = torch.randn(500, 9, generator=generator, dtype=torch.float64)
    y = torch.where(torch.rand(9, generator=generator) < 0.5, -1.0, 1.0).double()
    for p in (1, 3, 6):
        gap = empirical_loss(polynomial_hinge(p), outputs, y) - training_error(outputs, y)
        assert (gap >= 0).all()


@pytest.mark.parametrize("field", ["p", "samples", "labels", "network"])
def test_a_missing_field_is_named(field: str) -> None:
    data = {key: value for key, value in CERTIFICATE.items() if key != field}
    with pytest.raises(InputError, match=f"no field '{field}'"):
        from_certificate(data)


def test_what_is_not_a_certificate_is_refused() -> None:
    for bad in ([], None):
        with pytest.raises(InputError, match="not a JSON object"):
            from_certificate(bad)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="network is not an object"):
        from_certificate({**CERTIFICATE, "network": 3})
    with pytest.raises(InputError, match="takes 1 coordinates and samples have 2"):
        from_certificate({**CERTIFICATE, "samples": [["1", "2"], ["3", "4"]]})
