"""Strictly convex analytic neurons: softplus (base 2 and e), exp, z^2, cosh, z^2 + z^4.

These are the neurons of Assumption 5. With q = s(1 - s), s the logistic function and
t = tanh(z/2), the softplus derivatives are s, q, -q t, q(1 - 6q): each factor is monotone or even,
so that wide balls are enclosed tightly.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from lossurface.setting._enclose import even, monotone, power, unsupported_order
from lossurface.setting._neuron import Neuron

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["CONVEX", "logistic_ball", "logistic_slope_ball", "softplus_torch"]

LN2 = math.log(2.0)


def softplus_torch(z: Tensor) -> Tensor:
    """Return log(1 + e^z), accurate to rounding for every z.

    torch's default threshold of 20 drops 2e-9, which Hessians of hinge powers notice; beyond 40 the
    dropped term is below one unit in the last place.
    """
    from torch.nn import functional

    return functional.softplus(z, threshold=40.0)


def _logistic_slope_torch(z: Tensor) -> Tensor:
    return z.sigmoid() * (-z).sigmoid()  # s(1 - s) without cancellation


def _softplus_point(x: arb) -> arb:
    # log(1 + e^x) = x + log(1 + e^-x): the exponential stays at most 1
    return x + (-x).exp().log1p() if x > 0 else x.exp().log1p()


def _logistic_point(x: arb) -> arb:
    if x > 0:
        return 1 / (1 + (-x).exp())
    e = x.exp()
    return e / (1 + e)


def _logistic_slope_point(x: arb) -> arb:
    e = (-x).exp()  # x >= 0; decreasing there
    return e / ((1 + e) * (1 + e))


def _tanh_point(x: arb) -> arb:
    return x.tanh()


def logistic_ball(z: arb) -> arb:
    """Enclose 1/(1 + e^-z)."""
    return monotone(_logistic_point, z)


def logistic_slope_ball(z: arb) -> arb:
    """Enclose the logistic function's derivative, which is even and falls in |z|."""
    return even(_logistic_slope_point, z)


def softplus_ball_derivative(z: arb, k: int) -> arb:
    """Enclose the k-th derivative of log(1 + e^z) over z, k = 0..4."""
    if k == 0:
        return monotone(_softplus_point, z)
    if k == 1:
        return logistic_ball(z)
    q = logistic_slope_ball(z)
    if k == 2:
        return q
    if k == 3:
        return -q * monotone(_tanh_point, z / 2)
    if k == 4:
        return q * (1 - 6 * q)
    raise unsupported_order("softplus", k, 4)


def _softplus_e_ball(z: arb) -> arb:
    return softplus_ball_derivative(z, 0)


def softplus2_torch(z: Tensor) -> Tensor:
    """Return log2(1 + e^z)."""
    return softplus_torch(z).div_(LN2)  # its derivative is taken at z, so it may be overwritten


def softplus2_torch_d1(z: Tensor) -> Tensor:
    """Return the derivative of log2(1 + e^z)."""
    return z.sigmoid() / LN2


def softplus2_torch_d2(z: Tensor) -> Tensor:
    """Return the second derivative of log2(1 + e^z)."""
    return _logistic_slope_torch(z) / LN2


def softplus2_ball_derivative(z: arb, k: int) -> arb:
    """Enclose the k-th derivative of log2(1 + e^z) over z, k = 0..4."""
    from flint import arb

    return softplus_ball_derivative(z, k) / arb.const_log2()


def softplus2_ball(z: arb) -> arb:
    """Enclose log2(1 + e^z) over z."""
    return softplus2_ball_derivative(z, 0)


def _sigmoid_torch(z: Tensor) -> Tensor:
    return z.sigmoid()


def _exp_torch(z: Tensor) -> Tensor:
    return z.exp()


def _exp_point(x: arb) -> arb:
    return x.exp()


def _exp_ball_derivative(z: arb, k: int) -> arb:
    if k > 4:
        raise unsupported_order("exp", k, 4)
    return monotone(_exp_point, z)


def _exp_ball(z: arb) -> arb:
    return monotone(_exp_point, z)


def _cosh_torch(z: Tensor) -> Tensor:
    return z.cosh()


def _sinh_torch(z: Tensor) -> Tensor:
    return z.sinh()


def _cosh_point(x: arb) -> arb:
    return x.cosh()


def _sinh_point(x: arb) -> arb:
    return x.sinh()


def _cosh_ball_derivative(z: arb, k: int) -> arb:
    if k > 4:
        raise unsupported_order("cosh", k, 4)
    return even(_cosh_point, z) if k % 2 == 0 else monotone(_sinh_point, z)


def _cosh_ball(z: arb) -> arb:
    return even(_cosh_point, z)


# c2 z^2 + c4 z^4 with c2 > 0, c4 >= 0: z^2 is (1, 0), z^2 + z^4 is (1, 1).


def _even_quartic_torch(z: Tensor, *, c4: int) -> Tensor:
    square = z * z
    return square + c4 * square * square if c4 else square


def _even_quartic_torch_d1(z: Tensor, *, c4: int) -> Tensor:
    return 2 * z + 4 * c4 * z * z * z


def _even_quartic_torch_d2(z: Tensor, *, c4: int) -> Tensor:
    return 2 + 12 * c4 * z * z


def _even_quartic_rational(z: Fraction, *, c4: int) -> Fraction:
    return z * z + c4 * z**4


def _even_quartic_ball(z: arb, *, c4: int) -> arb:
    return power(z, 2) + c4 * power(z, 4)


def _even_quartic_ball_derivative(z: arb, k: int, *, c4: int) -> arb:
    if k > 4:
        raise unsupported_order("quartic" if c4 else "quadratic", k, 4)
    if k == 0:
        return _even_quartic_ball(z, c4=c4)
    if k == 1:
        return 2 * z + 4 * c4 * power(z, 3)  # both terms rise: the sum of the hulls is tight
    if k == 2:
        return 2 + 12 * c4 * power(z, 2)
    return 24 * c4 * z if k == 3 else 24 * c4 * (z * 0 + 1)


_SOFTPLUS_WHY = {
    "softplus": "sigma' is a positive multiple of s = 1/(1+e^-z) > 0, sigma'' of s(1-s) > 0",
    "increasing": "sigma' is a positive multiple of 1/(1+e^-z) > 0",
    "convex-analytic": "sigma'' is a positive multiple of s(1-s) > 0; log(1+e^z) is analytic",
}


def _quadratic_why(second: str) -> dict[str, str]:
    return {
        "quadratic": f"sigma'' = {second}, so strongly convex, and sigma'(0) = 0",
        "convex-analytic": f"entire, with sigma'' = {second} > 0",
    }


CONVEX: tuple[Neuron, ...] = (
    Neuron(
        name="softplus",
        latex=r"\log_2(1+e^z)",
        torch=softplus2_torch,
        torch_d1=softplus2_torch_d1,
        torch_d2=softplus2_torch_d2,
        ball=softplus2_ball,
        ball_derivative=softplus2_ball_derivative,
        memberships=_SOFTPLUS_WHY,
    ),
    Neuron(
        name="softplus-e",
        latex=r"\ln(1+e^z)",
        torch=softplus_torch,
        torch_d1=_sigmoid_torch,
        torch_d2=_logistic_slope_torch,
        ball=_softplus_e_ball,
        ball_derivative=softplus_ball_derivative,
        memberships=_SOFTPLUS_WHY,
    ),
    Neuron(
        name="exp",
        latex=r"e^z",
        torch=_exp_torch,
        torch_d1=_exp_torch,
        torch_d2=_exp_torch,
        ball=_exp_ball,
        ball_derivative=_exp_ball_derivative,
        memberships={
            "softplus": "sigma' = sigma'' = e^z > 0",
            "increasing": "sigma' = e^z > 0",
            "convex-analytic": "entire, with sigma'' = e^z > 0",
        },
    ),
    Neuron(
        name="quadratic",
        latex=r"z^2",
        torch=partial(_even_quartic_torch, c4=0),
        torch_d1=partial(_even_quartic_torch_d1, c4=0),
        torch_d2=partial(_even_quartic_torch_d2, c4=0),
        ball=partial(_even_quartic_ball, c4=0),
        ball_derivative=partial(_even_quartic_ball_derivative, c4=0),
        memberships=_quadratic_why("2"),
        rational=partial(_even_quartic_rational, c4=0),
    ),
    Neuron(
        name="cosh",
        latex=r"\cosh z",
        torch=_cosh_torch,
        torch_d1=_sinh_torch,
        torch_d2=_cosh_torch,
        ball=_cosh_ball,
        ball_derivative=_cosh_ball_derivative,
        memberships=_quadratic_why("cosh z >= 1"),
    ),
    Neuron(
        name="quartic",
        latex=r"z^2+z^4",
        torch=partial(_even_quartic_torch, c4=1),
        torch_d1=partial(_even_quartic_torch_d1, c4=1),
        torch_d2=partial(_even_quartic_torch_d2, c4=1),
        ball=partial(_even_quartic_ball, c4=1),
        ball_derivative=partial(_even_quartic_ball_derivative, c4=1),
        memberships=_quadratic_why("2 + 12 z^2 >= 2"),
        rational=partial(_even_quartic_rational, c4=1),
    ),
)
