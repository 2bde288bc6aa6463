"""The sigmoid class, sigma(z) + sigma(-z) constant: sigmoid, tanh, arctan, softsign, constant."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.setting._convex import logistic_ball, logistic_slope_ball
from lossurface.setting._enclose import even, kink, monotone, power, split, unsupported_order
from lossurface.setting._neuron import Neuron

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["SIGMOID"]


def _sigmoid_torch(z: Tensor) -> Tensor:
    return z.sigmoid()


def _sigmoid_torch_d1(z: Tensor) -> Tensor:
    return z.sigmoid() * (-z).sigmoid()


def _sigmoid_torch_d2(z: Tensor) -> Tensor:
    return -_sigmoid_torch_d1(z) * (z / 2).tanh()


def _tanh_point(x: arb) -> arb:
    return x.tanh()


def _sigmoid_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return logistic_ball(z)
    q = logistic_slope_ball(z)
    if k == 1:
        return q
    if k == 3:
        return q * (1 - 6 * q)
    if k in (2, 4):
        slope = -q * monotone(_tanh_point, z / 2)
        return slope if k == 2 else slope * (1 - 12 * q)
    raise unsupported_order("sigmoid", k, 4)


def _tanh_torch(z: Tensor) -> Tensor:
    return z.tanh()


def _tanh_torch_d1(z: Tensor) -> Tensor:
    return z.cosh().reciprocal().square()  # 1 - tanh^2 would cancel


def _tanh_torch_d2(z: Tensor) -> Tensor:
    return -2 * z.tanh() * _tanh_torch_d1(z)


def _sech_squared_point(x: arb) -> arb:
    sech = x.sech()
    return sech * sech


def _tanh_ball(z: arb) -> arb:
    return monotone(_tanh_point, z)


def _tanh_ball_derivative(z: arb, k: int) -> arb:
    tanh = _tanh_ball(z)
    if k == 0:
        return tanh
    slope = even(_sech_squared_point, z)
    if k == 1:
        return slope
    if k == 2:
        return -2 * tanh * slope
    if k == 3:
        return slope * (4 - 6 * slope)
    if k == 4:
        return -2 * tanh * slope * (4 - 12 * slope)
    raise unsupported_order("tanh", k, 4)


def _arctan_torch(z: Tensor) -> Tensor:
    return z.atan()


def _arctan_torch_d1(z: Tensor) -> Tensor:
    return 1 / (1 + z * z)


def _arctan_torch_d2(z: Tensor) -> Tensor:
    return -2 * z * _arctan_torch_d1(z).square()


def _arctan_point(x: arb) -> arb:
    return x.atan()


def _arctan_slope_point(x: arb) -> arb:
    return 1 / (1 + x * x)


def _arctan_ball(z: arb) -> arb:
    return monotone(_arctan_point, z)


def _arctan_ball_derivative(z: arb, k: int) -> arb:
    if k == 0:
        return _arctan_ball(z)
    g = even(_arctan_slope_point, z)
    if k == 1:
        return g
    if k == 2:
        return -2 * z * g * g
    square = power(z, 2)
    if k == 3:
        return (6 * square - 2) * g * g * g
    if k == 4:
        return 24 * z * (1 - square) * g * g * g * g
    raise unsupported_order("arctan", k, 4)


def _softsign_torch(z: Tensor) -> Tensor:
    return z / (1 + z.abs())


def _softsign_torch_d1(z: Tensor) -> Tensor:
    return (1 + z.abs()).reciprocal().square()


def _softsign_torch_d2(z: Tensor) -> Tensor:
    return -2 * z.sign() * (1 + z.abs()).reciprocal().pow(3)


def _softsign_rational(z: Fraction) -> Fraction:
    return z / (1 + abs(z))


def _softsign_point(x: arb) -> arb:
    return x / (1 + abs(x))


def _softsign_ball(z: arb) -> arb:
    return monotone(_softsign_point, z)


def _reciprocal_power_point(x: arb, k: int) -> arb:
    base = 1 / (1 + x)
    result = base
    for _ in range(k):
        result *= base
    return result


def _softsign_ball_derivative(z: arb, k: int) -> arb:
    # For z > 0 the k-th derivative is (-1)^(k+1) k! / (1+z)^(k+1); sigma is odd.
    if k == 0:
        return _softsign_ball(z)
    if k == 1:
        return even(lambda x: _reciprocal_power_point(x, 1), z)
    if k > 4:
        raise unsupported_order("softsign", k, 4)
    kink("softsign", k, z)
    factorial = {2: 2, 3: 6, 4: 24}[k]
    size = factorial * even(lambda x: _reciprocal_power_point(x, k), z)
    if k == 3:
        return size
    return -size if z > 0 else size


def _constant_torch(z: Tensor) -> Tensor:
    return 0 * z.sign()  # zeros that automatic differentiation still sees through


def _constant_rational(z: Fraction) -> Fraction:
    return 0 * z


def _zero_point(x: arb) -> arb:
    return x * 0


def _constant_ball(z: arb) -> arb:
    return split(_zero_point, _zero_point, z)


def _constant_ball_derivative(z: arb, k: int) -> arb:
    if k > 4:
        raise unsupported_order("constant", k, 4)
    return _constant_ball(z)


SIGMOID: tuple[Neuron, ...] = (
    Neuron(
        name="sigmoid",
        latex=r"\frac{1}{1+e^{-z}}",
        torch=_sigmoid_torch,
        torch_d1=_sigmoid_torch_d1,
        torch_d2=_sigmoid_torch_d2,
        ball=logistic_ball,
        ball_derivative=_sigmoid_ball_derivative,
        memberships={
            "sigmoid": "sigma(-z) = e^-z/(1+e^-z) = 1 - sigma(z)",
            "increasing": "sigma' = sigma(1-sigma) > 0; analytic",
        },
    ),
    Neuron(
        name="tanh",
        latex=r"\tanh z",
        torch=_tanh_torch,
        torch_d1=_tanh_torch_d1,
        torch_d2=_tanh_torch_d2,
        ball=_tanh_ball,
        ball_derivative=_tanh_ball_derivative,
        memberships={
            "sigmoid": "odd, so sigma(z) + sigma(-z) = 0",
            "increasing": "sigma' = 1/cosh^2 z > 0; analytic",
        },
        note="the paper's formula (e^z-1)/(e^z+1) is tanh(z/2); the class holds both",
    ),
    Neuron(
        name="arctan",
        latex=r"\arctan z",
        torch=_arctan_torch,
        torch_d1=_arctan_torch_d1,
        torch_d2=_arctan_torch_d2,
        ball=_arctan_ball,
        ball_derivative=_arctan_ball_derivative,
        memberships={
            "sigmoid": "odd, so sigma(z) + sigma(-z) = 0",
            "increasing": "sigma' = 1/(1+z^2) > 0; analytic",
        },
    ),
    Neuron(
        name="softsign",
        latex=r"\frac{z}{1+|z|}",
        torch=_softsign_torch,
        torch_d1=_softsign_torch_d1,
        torch_d2=_softsign_torch_d2,
        ball=_softsign_ball,
        ball_derivative=_softsign_ball_derivative,
        memberships={"sigmoid": "odd, so sigma(z) + sigma(-z) = 0"},
        smoothness=1,
        rational=_softsign_rational,
        note="sigma' > 0, but sigma'' jumps from 2 to -2 at 0: not twice differentiable",
    ),
    Neuron(
        name="constant",
        latex=r"0",
        torch=_constant_torch,
        torch_d1=_constant_torch,
        torch_d2=_constant_torch,
        ball=_constant_ball,
        ball_derivative=_constant_ball_derivative,
        memberships={
            "sigmoid": "sigma(z) + sigma(-z) = 0",
            "relu": "sigma = 0 everywhere",
        },
        rational=_constant_rational,
    ),
)
