"""The surrogate losses l(z), z = -y f(x): polynomial hinge, quadratic, logistic (Figure 2b)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import perm
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.setting.neurons import (
    constant,
    get_neuron,
    power,
    split,
    unsupported_order,
    zeros_torch,
)

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = [
    "LOSSES",
    "Loss",
    "dual_weights_exact",
    "get_loss",
    "logistic",
    "polynomial_hinge",
    "quadratic",
]

LOSSES = ("polynomial-hinge", "quadratic", "logistic")


@dataclass(frozen=True)
class Loss:
    """A loss of z = -y f(x). Two losses of the same name and p are the same."""

    name: str
    p: int | None  # the hinge power's p: l_p(z) = max(z+1, 0)^(p+1); None for the other losses
    latex: str = field(compare=False)  # in z
    torch: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # elementwise, any shape
    torch_d1: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # l'
    torch_d2: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # l''
    ball_derivative: Callable[[arb, int], arb] = field(compare=False, repr=False)
    """(z, k) to an enclosure of the k-th derivative over z; InputError where there is none."""
    rational_derivative: Callable[[Fraction, int], Fraction] | None = field(
        compare=False, default=None, repr=False
    )
    """(z, k) to the exact k-th derivative; None where values are irrational."""

    def ball(self, z: arb) -> arb:
        """Return an enclosure of l over any ball."""
        return self.ball_derivative(z, 0)

    @property
    def rational(self) -> Callable[[Fraction], Fraction] | None:
        """The loss on rationals; None where values are irrational."""
        derivative = self.rational_derivative
        return None if derivative is None else lambda z: derivative(z, 0)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle a loss of `LOSSES` as its name and p, for lambdas do not pickle."""
        known = self.name in LOSSES
        return (get_loss, (self.name, self.p)) if known else super().__reduce__()


# The k-th derivative of u^(p+1) is perm(p+1, k) u^(p+1-k).


def _hinge_torch(p: int, k: int, z: Tensor) -> Tensor:
    base = (z + 1).clamp(min=0)
    if k == p + 1:  # the top derivative jumps at -1; there it takes its left value
        return perm(p + 1, k) * (base > 0).to(z.dtype)
    return perm(p + 1, k) * base.pow(p + 1 - k)


def _hinge_rational(p: int, z: Fraction, k: int) -> Fraction:
    if k > p:
        raise unsupported_order(f"polynomial hinge p={p}", k, p)
    return perm(p + 1, k) * max(z + 1, Fraction(0)) ** (p + 1 - k)


def _hinge_ball(p: int, z: arb, k: int) -> arb:
    if k > p:
        raise unsupported_order(f"polynomial hinge p={p}", k, p)
    return perm(p + 1, k) * split(lambda x: 0 * x, lambda x: power(x, p + 1 - k), z + 1)


def polynomial_hinge(p: int) -> Loss:
    """Return l_p(z) = max(z+1, 0)^(p+1), the paper's example for Assumption 1.

    Args:
        p: the number of continuous derivatives, any integer >= 1.

    Raises:
        InputError: p is not such an integer.
    """
    if not isinstance(p, int) or isinstance(p, bool) or p < 1:
        raise InputError(f"p is {p!r}, not an integer >= 1; the paper uses p = 2, 3 and 6")
    return Loss(
        name="polynomial-hinge",
        p=p,
        latex=rf"\max\{{z+1,0\}}^{{{p + 1}}}",
        torch=partial(_hinge_torch, p, 0),
        torch_d1=partial(_hinge_torch, p, 1),
        torch_d2=partial(_hinge_torch, p, 2),
        ball_derivative=partial(_hinge_ball, p),
        rational_derivative=partial(_hinge_rational, p),
    )


def _quadratic_rational(z: Fraction, k: int) -> Fraction:
    return (1 + z) ** 2 if k == 0 else 2 * (1 + z) if k == 1 else Fraction(2 if k == 2 else 0)


def _quadratic_ball(z: arb, k: int) -> arb:
    if k == 0:
        return power(1 + z, 2)
    return 2 * (1 + z) if k == 1 else constant(2 if k == 2 else 0)(z)


def quadratic() -> Loss:
    """Return l(z) = (1+z)^2, which is (1 - y f)^2 at z = -y f; it violates Assumption 1."""
    return Loss(
        name="quadratic",
        p=None,
        latex=r"(1+z)^2",
        torch=lambda z: (1 + z).square(),
        torch_d1=lambda z: 2 * (1 + z),
        torch_d2=lambda z: 2 + zeros_torch(z),
        ball_derivative=_quadratic_ball,
        rational_derivative=_quadratic_rational,
    )


def logistic() -> Loss:
    """Return l(z) = log2(1 + e^z); l' > 0 everywhere, so it violates Assumption 1."""
    softplus = get_neuron("softplus")
    return Loss(
        name="logistic",
        p=None,
        latex=softplus.latex,
        torch=softplus.torch,
        torch_d1=softplus.torch_d1,
        torch_d2=softplus.torch_d2,
        ball_derivative=softplus.ball_derivative,
    )


def get_loss(name: str, p: int | None = None) -> Loss:
    """Return the loss of that name; `p` goes with "polynomial-hinge" and with it alone.

    Raises:
        InputError: the name is unknown, or p is missing, out of range or superfluous.
    """
    if name == "polynomial-hinge":
        if p is None:
            raise InputError("loss polynomial-hinge needs p; give an integer p >= 1")
        return polynomial_hinge(p)
    if name not in LOSSES:
        raise InputError(f"loss {name!r} is not known; use one of {', '.join(LOSSES)}")
    if p is not None:
        raise InputError(f"loss {name} takes no p, and p = {p!r} was given; leave it out")
    return quadratic() if name == "quadratic" else logistic()


def dual_weights_exact(loss: Loss, margins: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return lambda = l'(-margin) exactly (Assumption 1 (3)).

    Raises:
        InputError: the loss takes irrational values (logistic).
    """
    if loss.rational_derivative is None:
        raise InputError(f"loss {loss.name} has no rational form; use loss.ball_derivative")
    return tuple(loss.rational_derivative(-margin, 1) for margin in margins)
