"""Piecewise neurons: threshold, ReLU, ReQU, leaky ReLU, ELU, and the linear neuron.

Their one kink is z = 0, where the torch derivatives take the value of automatic differentiation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.setting._enclose import hull, kink, monotone, split, unsupported_order
from lossurface.setting._neuron import Neuron

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["PIECEWISE", "zeros_torch"]

LEAK = Fraction(1, 10)


def _zero(x: arb) -> arb:
    return x * 0


def _one(x: arb) -> arb:
    return x * 0 + 1


def _identity(x: arb) -> arb:
    return x


def _square(x: arb) -> arb:
    return x * x


def _leak(x: arb) -> arb:
    return x * LEAK.numerator / LEAK.denominator


def _expm1(x: arb) -> arb:
    return x.expm1()


def _exp(x: arb) -> arb:
    return x.exp()


def zeros_torch(z: Tensor) -> Tensor:
    """Return zeros that automatic differentiation still sees through."""
    return 0 * z.sign()


def _ones_torch(z: Tensor) -> Tensor:
    return 1 + zeros_torch(z)


def _positive_torch(z: Tensor) -> Tensor:
    return (z > 0).to(z.dtype)


def _threshold_torch(z: Tensor) -> Tensor:
    return ((z.sign() + 0.5).sign() + 1) / 2  # 1 at z = 0; its derivative exists and is 0


def _threshold_rational(z: Fraction) -> Fraction:
    return Fraction(1) if z >= 0 else Fraction(0)


def _threshold_ball(z: arb) -> arb:
    from flint import arb

    if z >= 0:
        return arb(1)
    return arb(0) if z < 0 else hull(arb(0), arb(1))


def _threshold_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _threshold_ball(z)
    if k > 4:
        raise unsupported_order("threshold", k, 4)
    kink("threshold", k, z)
    return split(_zero, _zero, z)


def _relu_torch(z: Tensor) -> Tensor:
    return z.relu()


def _relu_rational(z: Fraction) -> Fraction:
    return max(z, Fraction(0))


def _relu_ball(z: arb) -> arb:
    return split(_zero, _identity, z)


def _relu_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _relu_ball(z)
    if k > 4:
        raise unsupported_order("relu", k, 4)
    kink("relu", k, z)
    return split(_zero, _one if k == 1 else _zero, z)


def _requ_torch(z: Tensor) -> Tensor:
    return z.relu().square()


def _requ_torch_d1(z: Tensor) -> Tensor:
    return 2 * z.relu()


def _requ_torch_d2(z: Tensor) -> Tensor:
    return 2 * _positive_torch(z)


def _requ_rational(z: Fraction) -> Fraction:
    return _relu_rational(z) ** 2


def _requ_ball(z: arb) -> arb:
    return split(_zero, _square, z)


def _requ_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _requ_ball(z)
    if k == 1:
        return 2 * _relu_ball(z)
    if k > 4:
        raise unsupported_order("requ", k, 4)
    kink("requ", k, z)
    return 2 * split(_zero, _one if k == 2 else _zero, z)


def _leaky_torch(z: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.leaky_relu(z, float(LEAK))


def _leaky_torch_d1(z: Tensor) -> Tensor:
    return float(LEAK) + float(1 - LEAK) * _positive_torch(z)


def _leaky_rational(z: Fraction) -> Fraction:
    return z if z >= 0 else LEAK * z


def _leaky_ball(z: arb) -> arb:
    return split(_leak, _identity, z)


def _leaky_slope(x: arb) -> arb:
    return _leak(_one(x))


def _leaky_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _leaky_ball(z)
    if k > 4:
        raise unsupported_order("leaky-relu", k, 4)
    kink("leaky-relu", k, z)
    return split(_leaky_slope, _one, z) if k == 1 else split(_zero, _zero, z)


def _elu_torch(z: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.elu(z)


def _elu_torch_d1(z: Tensor) -> Tensor:
    return z.clamp(max=0).exp()


def _elu_torch_d2(z: Tensor) -> Tensor:
    return (z < 0).to(z.dtype) * _elu_torch_d1(z)


def _elu_ball(z: arb) -> arb:
    return split(_expm1, _identity, z)


def _elu_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _elu_ball(z)
    if k == 1:
        return split(_exp, _one, z)
    if k > 4:
        raise unsupported_order("elu", k, 4)
    kink("elu", k, z)
    return split(_exp, _zero, z)


def _linear_torch(z: Tensor) -> Tensor:
    return z


def _linear_rational(z: Fraction) -> Fraction:
    return z


def _linear_ball(z: arb) -> arb:
    return z


def _linear_ball_derivative(z: arb, k: int) -> arb:
    if k > 4:
        raise unsupported_order("linear", k, 4)
    return z if k == 0 else monotone(_one if k == 1 else _zero, z)


PIECEWISE: tuple[Neuron, ...] = (
    Neuron(
        name="threshold",
        latex=r"\mathbb{1}\{z\ge 0\}",
        torch=_threshold_torch,
        torch_d1=zeros_torch,
        torch_d2=zeros_torch,
        ball=_threshold_ball,
        ball_derivative=_threshold_ball_derivative,
        memberships={"relu": "sigma = 0 for z < 0 (the paper lists it; at 0 alone it is 1)"},
        smoothness=-1,
        rational=_threshold_rational,
        note="sigma(0) = 1, so the class condition sigma = 0 for z <= 0 fails at the point 0; "
        "the constructions use z < 0 only",
    ),
    Neuron(
        name="relu",
        latex=r"\max\{z,0\}",
        torch=_relu_torch,
        torch_d1=_positive_torch,
        torch_d2=zeros_torch,
        ball=_relu_ball,
        ball_derivative=_relu_ball_derivative,
        memberships={
            "relu": "max(z, 0) = 0 for z <= 0",
            "leaky-relu": "max(z, 0) = z for z >= 0",
        },
        smoothness=0,
        rational=_relu_rational,
    ),
    Neuron(
        name="requ",
        latex=r"\max\{z,0\}^2",
        torch=_requ_torch,
        torch_d1=_requ_torch_d1,
        torch_d2=_requ_torch_d2,
        ball=_requ_ball,
        ball_derivative=_requ_ball_derivative,
        memberships={"relu": "max(z, 0)^2 = 0 for z <= 0"},
        smoothness=1,
        rational=_requ_rational,
    ),
    Neuron(
        name="leaky-relu",
        latex=r"\max\{z,\tfrac{1}{10}z\}",
        torch=_leaky_torch,
        torch_d1=_leaky_torch_d1,
        torch_d2=zeros_torch,
        ball=_leaky_ball,
        ball_derivative=_leaky_ball_derivative,
        memberships={"leaky-relu": "sigma = z for z >= 0 by definition"},
        smoothness=0,
        rational=_leaky_rational,
    ),
    Neuron(
        name="elu",
        latex=r"z\ (z\ge 0),\quad e^z-1\ (z<0)",
        torch=_elu_torch,
        torch_d1=_elu_torch_d1,
        torch_d2=_elu_torch_d2,
        ball=_elu_ball,
        ball_derivative=_elu_ball_derivative,
        memberships={"leaky-relu": "sigma = z for z >= 0 by definition"},
        smoothness=1,
        note="alpha = 1; the paper asks for alpha < 0, ELU has alpha > 0. sigma' > 0, but sigma'' "
        "jumps from 1 to 0 at 0: not twice differentiable",
    ),
    Neuron(
        name="linear",
        latex=r"z",
        torch=_linear_torch,
        torch_d1=_ones_torch,
        torch_d2=zeros_torch,
        ball=_linear_ball,
        ball_derivative=_linear_ball_derivative,
        memberships={
            "leaky-relu": "sigma = z everywhere",
            "sigmoid": "odd, so sigma(z) + sigma(-z) = 0",
            "increasing": "sigma' = 1 > 0",
        },
        rational=_linear_rational,
    ),
)
