"""The losses' forms agree, and dual weights are what Assumption 1 (3) says."""

import pickle
from fractions import Fraction

import pytest
import torch
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import (
    LOSSES,
    Loss,
    dual_weights_exact,
    get_loss,
    logistic,
    polynomial_hinge,
    quadratic,
)

from ._tools import dyadics, ends, holds, seeded

ALL = [*(polynomial_hinge(p) for p in (1, 2, 3, 6, 7)), quadratic(), logistic()]
RATIONAL = ALL[:-1]
IDS = [f"{loss.name}-{loss.p}" for loss in ALL]


@pytest.mark.parametrize("loss", ALL, ids=IDS)
@seeded
@given(z=dyadics)
def test_torch_matches_the_ball_up_to_rounding(loss: Loss, z: Fraction) -> None:
    x = float(z)
    point = torch.tensor([x], dtype=torch.float64)
    for k, form in ((0, loss.torch), (1, loss.torch_d1), (2, loss.torch_d2)):
        if k <= (loss.p or 2):
            low, high = (float(end) for end in ends(loss.ball_derivative(arb(x), k)))
            bound = 1e-14 * (1 + abs(x)) * max(abs(low), abs(high)) + 1e-300
            assert low - bound <= form(point).item() <= high + bound


@pytest.mark.parametrize("loss", RATIONAL, ids=IDS[:-1])
@seeded
@given(z=dyadics)
def test_rational_forms_lie_in_the_balls(loss: Loss, z: Fraction) -> None:
    assert loss.rational is not None
    assert loss.rational_derivative is not None
    assert loss.rational(z) == loss.rational_derivative(z, 0)
    for k in range(min(loss.p or 4, 4) + 1):
        assert holds(loss.ball_derivative(arb(float(z)), k), loss.rational_derivative(z, k))
    assert holds(loss.ball(arb(float(z))), loss.rational(z))


@pytest.mark.parametrize("loss", ALL, ids=IDS)
def test_derivatives_match_automatic_differentiation(loss: Loss) -> None:
    z = torch.tensor([-3.0, -1.5, -1.0, -0.5, 0.0, 0.75, 2.0], dtype=torch.float64)
    first = torch.func.vmap(torch.func.grad(loss.torch))(z)
    torch.testing.assert_close(loss.torch_d1(z), first, rtol=1e-12, atol=1e-14)
    smooth = z[z != -1] if loss.p == 1 else z
    second = torch.func.vmap(torch.func.grad(torch.func.grad(loss.torch)))(smooth)
    torch.testing.assert_close(loss.torch_d2(smooth), second, rtol=1e-12, atol=1e-14)


@seeded
@given(p=st.integers(1, 9), z=dyadics)
def test_the_hinge_is_its_definition(p: int, z: Fraction) -> None:
    loss = polynomial_hinge(p)
    assert loss.rational is not None
    assert loss.rational_derivative is not None
    assert loss.rational(z) == (z + 1) ** (p + 1) * (z > -1)
    assert loss.rational_derivative(z, 1) == (p + 1) * (z + 1) ** p * (z > -1)
    assert (loss.rational_derivative(z, 1) == 0) == (z <= -1)  # z_0 = 1
    assert loss.rational(z) >= (z >= 0)  # above the 0-1 loss


@seeded
@given(f=dyadics, y=st.sampled_from([-1, 1]))
def test_the_quadratic_loss_is_the_squared_distance_to_the_label(f: Fraction, y: int) -> None:
    loss = quadratic()
    assert loss.rational is not None
    assert loss.rational(-y * f) == (1 - y * f) ** 2 == (y - f) ** 2


def test_the_logistic_loss_is_base_two_and_does_not_overflow() -> None:
    loss = logistic()
    assert loss.torch(torch.zeros(1, dtype=torch.float64)).item() == pytest.approx(1.0, rel=1e-15)
    far = loss.torch(torch.tensor([-1e4, 1e4], dtype=torch.float64))
    assert far.isfinite().all()
    assert loss.ball_derivative(arb(-100), 1) > 0


def test_dual_weights_vanish_just_where_margins_reach_one() -> None:
    loss = polynomial_hinge(3)
    margins = torch.tensor([[-1.0, 0.0, 0.5], [0.999, 1.0, 7.0]], dtype=torch.float64)
    weights = loss.torch_d1(-margins)
    assert weights.shape == margins.shape
    assert ((weights > 0) == (margins < 1)).all()
    exact = dual_weights_exact(loss, [Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(1)])
    assert exact == (32, 4, Fraction(1, 2), 0)
    torch.testing.assert_close(weights[0], torch.tensor([32, 4, 0.5], dtype=torch.float64))


def test_bad_requests_are_refused_with_the_way_out() -> None:
    for bad in (0, -1, 2.0, True, "3"):
        with pytest.raises(InputError, match="not an integer >= 1"):
            polynomial_hinge(bad)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="needs p; give an integer"):
        get_loss("polynomial-hinge")
    with pytest.raises(InputError, match="takes no p"):
        get_loss("logistic", 3)
    with pytest.raises(InputError, match="'hinge' is not known; use one of polynomial-hinge,"):
        get_loss("hinge")
    with pytest.raises(InputError, match="no rational form"):
        dual_weights_exact(logistic(), [Fraction(0)])
    with pytest.raises(InputError, match="is not kept; give an order"):
        polynomial_hinge(2).ball_derivative(arb(0), 3)
    with pytest.raises(InputError, match="is not kept; give an order"):
        polynomial_hinge(2).rational_derivative(Fraction(0), 3)  # type: ignore[misc]


def test_a_loss_is_its_name_and_p_and_survives_pickling() -> None:
    for loss in ALL:
        assert get_loss(loss.name, loss.p) == loss
        assert pickle.loads(pickle.dumps(loss)) == loss
    assert polynomial_hinge(2) != polynomial_hinge(3)
    assert {loss.name for loss in ALL} == set(LOSSES)
