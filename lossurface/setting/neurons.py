"""The paper's neurons and one of ours, by name (section 4.1, Figure 2a), each in all its forms.

A neuron is a row of the table `NEURONS`: its formulas in torch, over the rationals and over balls.
Over a ball, a monotone function needs its values at the two ends only, and every form here is
monotone, or even and monotone in |z|, or a product of such. Arb's own functions are made for thin
balls: over [-20, 20] they lose all sign information.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from lossurface.errors import InputError
from lossurface.setting.datasets import Number, as_ball, parse_number

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["ANALYTIC", "CLASSES", "NEURONS", "Neuron", "get_neuron", "neurons_of", "staircase"]

ANALYTIC = math.inf  # a neuron's smoothness when it is real analytic

CLASSES: Mapping[str, str] = {
    "softplus": "real analytic, sigma' > 0 and sigma'' > 0 everywhere",
    "relu": "sigma(z) = 0 for z <= 0, piecewise continuous",
    "leaky-relu": "sigma(z) = z for z >= 0, piecewise continuous",
    "sigmoid": "sigma(z) + sigma(-z) is constant",
    "quadratic": "real analytic, strongly convex, least at z = 0",
    "increasing": "twice differentiable with sigma' > 0 everywhere (Theorem 2)",
    "monotone": "strictly increasing or strictly decreasing (ours-monotone)",
    "convex-analytic": "real analytic with sigma'' > 0 everywhere (Assumption 5)",
}
"""Class name to definition: the paper's five (section 4.1) and the hypotheses of its theorems."""

TensorForm: TypeAlias = "Callable[[Tensor], Tensor]"  # elementwise, any shape
BallForm: TypeAlias = "Callable[[arb], arb]"  # encloses the function's values over a ball


@dataclass(frozen=True)
class Neuron:
    """An activation function sigma: R -> R. Two neurons of the same name are the same."""

    name: str
    latex: str = field(compare=False)  # in z, without the "sigma(z) ="
    torch: TensorForm = field(compare=False, repr=False)
    torch_d1: TensorForm = field(compare=False, repr=False)  # sigma', see smoothness
    torch_d2: TensorForm = field(compare=False, repr=False)  # sigma'', see smoothness
    balls: tuple[BallForm, ...] = field(compare=False, repr=False)
    """`sigma`, `sigma'` and `sigma''`; beyond `smoothness`, off the breaks only."""
    memberships: Mapping[str, str] = field(compare=False, repr=False)  # class to why it belongs
    smoothness: float = field(compare=False, default=ANALYTIC)
    """How many derivatives exist everywhere: inf for real analytic, -1 for a jump.

    Beyond that order the torch derivatives are those off the breaks, and at a break the value that
    torch's automatic differentiation gives (ReLU: 0).
    """
    breaks: tuple[Fraction, ...] = field(compare=False, default=(Fraction(0),), repr=False)
    """Where derivatives beyond `smoothness` do not exist."""
    rational: Callable[[Fraction], Fraction] | None = field(compare=False, default=None, repr=False)
    """Exact on rationals; None where the function takes irrational values."""
    note: str = field(compare=False, default="", repr=False)  # where the paper says otherwise

    @property
    def classes(self) -> frozenset[str]:
        """The names in `CLASSES` that hold for this neuron."""
        return frozenset(self.memberships)

    def ball(self, z: arb) -> arb:
        """Return an enclosure of sigma over any ball."""
        return self.balls[0](z)

    def ball_derivative(self, z: arb, k: int) -> arb:
        """Return an enclosure of the k-th derivative over z, k = 0, 1, 2.

        Raises:
            InputError: z contains a point without such a derivative, or k is another number.
        """
        if not 0 <= k <= 2:
            raise unsupported_order(self.name, k, 2)
        for edge in self.breaks if k > max(self.smoothness, 0) else ():
            if z.overlaps(as_ball(edge)):
                raise InputError(
                    f"{self.name}: derivative {k} does not exist at {edge}, which the ball {z} "
                    "may contain; split the ball there"
                )
        return self.balls[k](z)

    def __call__(self, z: Any) -> Any:
        """Return sigma of a tensor's entries, or of each Fraction or ball in a list.

        Raises:
            InputError: at a Fraction the value is irrational.
        """
        if not isinstance(z, list):
            return self.torch(z)
        return [self._exactly(value) if isinstance(value, Fraction) else self.ball(value)
                for value in z]  # fmt: skip

    def _exactly(self, z: Fraction) -> Fraction:
        if self.rational is None:
            raise InputError(f"neuron {self.name} has no rational form; evaluate in balls")
        return self.rational(z)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle a neuron of `NEURONS` as its name, for lambdas do not pickle."""
        known = NEURONS.get(self.name) is self
        return (get_neuron, (self.name,)) if known else super().__reduce__()


def unsupported_order(name: str, order: int, highest: int) -> InputError:
    """Return the error for a derivative that no closed form is kept for."""
    return InputError(f"{name}: derivative {order} is not kept; give an order from 0 to {highest}")


# Enclosures over balls of any width; an unbounded one gives the whole line. `**` may not be used:
# python-flint 0.9 answers NaN for the square of a ball around 0. A ball's radius has 30 bits, so
# that a hull of values 1e-44 and 1 reaches below 0: to prove a sign, cut the argument into boxes
# over which the value varies by less than 2^29.


def whole_line() -> arb:
    """Return the ball that contains every real number."""
    from flint import arb

    return arb(0, arb.pos_inf())


def monotone(function: BallForm, z: arb) -> arb:
    """Enclose a monotone function by its values, which `function` encloses, at z's end points."""
    if z.is_exact():
        return function(z)
    return function(z.lower()).union(function(z.upper())) if z.is_finite() else whole_line()


def even(function: BallForm, z: arb) -> arb:
    """Enclose g(|z|) over z, where g is monotone on [0, oo) and `function` encloses its values."""
    if not z.is_finite():
        return whole_line()
    low, high = z.abs_lower(), z.abs_upper()
    return function(low) if low == high else function(low).union(function(high))


def split(below: BallForm, above: BallForm, z: arb) -> arb:
    """Enclose a function given by `below` for z <= 0 and `above` for z >= 0, over any ball.

    Both pieces must be monotone on their half-line and continuous up to 0, where each gives its
    own limit; a jump at 0 is therefore enclosed too.
    """
    if not z.is_finite():
        return whole_line()
    low, high, zero = z.lower(), z.upper(), 0 * z.mid()
    if high <= 0:
        return monotone(below, z)
    if low >= 0:
        return monotone(above, z)
    return below(low).union(below(zero)).union(above(zero).union(above(high)))


def power(z: arb, exponent: int) -> arb:
    """Enclose z^exponent, exponent >= 0, tightly for balls around 0 too."""
    ends = even if exponent % 2 == 0 else monotone
    return ends(lambda x: math.prod(exponent * [x], start=0 * x + 1), z)


def constant(value: int) -> BallForm:
    """Return the form of a constant function."""
    return partial(monotone, lambda x: 0 * x + value)


def _logistic_slope_point(x: arb) -> arb:
    e = (-x).exp()  # at most 1, for x >= 0
    return e / ((1 + e) * (1 + e))


def _threshold(z: arb) -> arb:
    if z >= 0:
        return as_ball(1)
    return as_ball(0) if z < 0 else as_ball(0).union(as_ball(1))


# The enclosures of which the neurons' are made. With s the logistic function and q = s', the next
# derivative is -q tanh(z/2).

_zero = constant(0)
_relu = partial(split, lambda x: 0 * x, lambda x: x)
_relu_squared = partial(split, lambda x: 0 * x, lambda x: x * x)
_leaky = partial(split, lambda x: x / 10, lambda x: x)
_leaky_slope = partial(split, lambda x: (0 * x + 1) / 10, lambda x: 0 * x + 1)
_elu = partial(split, lambda x: x.expm1(), lambda x: x)
_elu_slope = partial(split, lambda x: x.exp(), lambda x: 0 * x + 1)
_elu_bend = partial(split, lambda x: x.exp(), lambda x: 0 * x)
_exp = partial(monotone, lambda x: x.exp())
_sinh = partial(monotone, lambda x: x.sinh())
_cosh = partial(even, lambda x: x.cosh())
_tanh = partial(monotone, lambda x: x.tanh())
_tanh_slope = partial(even, lambda x: x.sech() * x.sech())
_arctan = partial(monotone, lambda x: x.atan())
_arctan_slope = partial(even, lambda x: 1 / (1 + x * x))
_softsign = partial(monotone, lambda x: x / (1 + abs(x)))
_softsign_root = partial(even, lambda x: 1 / (1 + x))  # the slope's root
_softplus = partial(monotone, lambda x: x + (-x).exp().log1p() if x > 0 else x.exp().log1p())
_logistic = partial(monotone, lambda x: 1 / (1 + (-x).exp()) if x > 0 else x.exp() / (1 + x.exp()))
_q = partial(even, _logistic_slope_point)
_LOGISTIC = (_logistic, _q, lambda z: -_q(z) * _tanh(z / 2))
_SOFTPLUS: tuple[BallForm, ...] = (_softplus, _logistic, _q)


def _per_log_2(form: BallForm, z: arb) -> arb:
    from flint import arb

    return form(z) / arb.const_log2()


# What several neurons use in torch.


def _functional() -> Any:
    from torch.nn import functional  # not at the top: torch takes seconds to load

    return functional


def _softplus_torch(z: Tensor) -> Tensor:
    # torch's default threshold of 20 drops 2e-9, which Hessians of hinge powers notice; beyond 40
    # the dropped term is below one unit in the last place
    softplus: Tensor = _functional().softplus(z, threshold=40.0)
    return softplus


def _logistic_slope_torch(z: Tensor) -> Tensor:
    return z.sigmoid() * (-z).sigmoid()  # s(1 - s) without cancellation


def zeros_torch(z: Tensor) -> Tensor:
    """Return zeros that automatic differentiation still sees through."""
    return 0 * z.sign()


LN2 = math.log(2.0)
RISING = "sigma' > 0, so strictly increasing"
_ODD = {"sigmoid": "odd, so sigma(z) + sigma(-z) = 0"}
_SOFTPLUS_WHY = {
    "softplus": "sigma' is a positive multiple of s = 1/(1+e^-z) > 0, sigma'' of s(1-s) > 0",
    "increasing": "sigma' is a positive multiple of 1/(1+e^-z) > 0",
    "monotone": RISING,
    "convex-analytic": "sigma'' is a positive multiple of s(1-s) > 0; log(1+e^z) is analytic",
}


def _quadratic_why(second: str) -> dict[str, str]:
    return {
        "quadratic": f"sigma'' = {second}, so strongly convex, and sigma'(0) = 0",
        "convex-analytic": f"entire, with sigma'' = {second} > 0",
    }


_TABLE = (
    Neuron(
        "softplus",
        r"\log_2(1+e^z)",
        torch=lambda z: _softplus_torch(z).div_(LN2),  # in place: a third of the time of "/"
        torch_d1=lambda z: z.sigmoid() / LN2,
        torch_d2=lambda z: _logistic_slope_torch(z) / LN2,
        balls=tuple(partial(_per_log_2, form) for form in _SOFTPLUS),
        memberships=_SOFTPLUS_WHY,
    ),
    Neuron(
        "softplus-e",
        r"\ln(1+e^z)",
        torch=_softplus_torch,
        torch_d1=lambda z: z.sigmoid(),
        torch_d2=_logistic_slope_torch,
        balls=_SOFTPLUS,
        memberships=_SOFTPLUS_WHY,
    ),
    Neuron(
        "exp",
        r"e^z",
        torch=lambda z: z.exp(),
        torch_d1=lambda z: z.exp(),
        torch_d2=lambda z: z.exp(),
        balls=(_exp, _exp, _exp),
        memberships={
            "softplus": "sigma' = sigma'' = e^z > 0",
            "increasing": "sigma' = e^z > 0",
            "monotone": RISING,
            "convex-analytic": "entire, with sigma'' = e^z > 0",
        },
    ),
    Neuron(
        "threshold",
        r"\mathbb{1}\{z\ge 0\}",
        torch=lambda z: ((z.sign() + 0.5).sign() + 1) / 2,  # its derivative exists and is 0
        torch_d1=zeros_torch,
        torch_d2=zeros_torch,
        balls=(_threshold, _zero, _zero),
        memberships={"relu": "sigma = 0 for z < 0 (the paper lists it; at 0 alone it is 1)"},
        smoothness=-1,
        rational=lambda z: Fraction(int(z >= 0)),
        note="sigma(0) = 1, so the class condition sigma = 0 for z <= 0 fails at the point 0; "
        "the constructions use z < 0 only",
    ),
    Neuron(
        "relu",
        r"\max\{z,0\}",
        torch=lambda z: z.relu(),
        torch_d1=lambda z: (z > 0).to(z.dtype),
        torch_d2=zeros_torch,
        balls=(_relu, _threshold, _zero),
        memberships={"relu": "max(z, 0) = 0 for z <= 0", "leaky-relu": "max(z, 0) = z for z >= 0"},
        smoothness=0,
        rational=lambda z: max(z, Fraction(0)),
    ),
    Neuron(
        "requ",
        r"\max\{z,0\}^2",
        torch=lambda z: z.relu().square(),
        torch_d1=lambda z: 2 * z.relu(),
        torch_d2=lambda z: 2 * (z > 0).to(z.dtype),
        balls=(_relu_squared, lambda z: 2 * _relu(z), lambda z: 2 * _threshold(z)),
        memberships={"relu": "max(z, 0)^2 = 0 for z <= 0"},
        smoothness=1,
        rational=lambda z: max(z, Fraction(0)) ** 2,
    ),
    Neuron(
        "leaky-relu",
        r"\max\{z,\tfrac{1}{10}z\}",
        torch=lambda z: _functional().leaky_relu(z, 0.1),
        torch_d1=lambda z: 0.1 + 0.9 * (z > 0).to(z.dtype),
        torch_d2=zeros_torch,
        balls=(_leaky, _leaky_slope, _zero),
        memberships={
            "leaky-relu": "sigma = z for z >= 0 by definition",
            "monotone": "slopes 1/10 and 1, continuous: strictly increasing",
        },
        smoothness=0,
        rational=lambda z: max(z, z / 10),
    ),
    Neuron(
        "elu",
        r"z\ (z\ge 0),\quad e^z-1\ (z<0)",
        torch=lambda z: _functional().elu(z),
        torch_d1=lambda z: z.clamp(max=0).exp(),
        torch_d2=lambda z: (z < 0).to(z.dtype) * z.clamp(max=0).exp(),
        balls=(_elu, _elu_slope, _elu_bend),
        memberships={"leaky-relu": "sigma = z for z >= 0 by definition", "monotone": RISING},
        smoothness=1,
        note="alpha = 1; the paper asks for alpha < 0, ELU has alpha > 0. sigma' > 0, but sigma'' "
        "jumps from 1 to 0 at 0: not twice differentiable",
    ),
    Neuron(
        "linear",
        r"z",
        torch=lambda z: z,
        torch_d1=lambda z: 1 + zeros_torch(z),
        torch_d2=zeros_torch,
        balls=(lambda z: z, constant(1), _zero),
        memberships={
            "leaky-relu": "sigma = z everywhere",
            **_ODD,
            "increasing": "sigma' = 1 > 0",
            "monotone": RISING,
        },
        rational=lambda z: z,
    ),
    Neuron(
        "sigmoid",
        r"\frac{1}{1+e^{-z}}",
        torch=lambda z: z.sigmoid(),
        torch_d1=_logistic_slope_torch,
        torch_d2=lambda z: -_logistic_slope_torch(z) * (z / 2).tanh(),
        balls=_LOGISTIC,
        memberships={
            "sigmoid": "sigma(-z) = e^-z/(1+e^-z) = 1 - sigma(z)",
            "increasing": "sigma' = sigma(1-sigma) > 0; analytic",
            "monotone": RISING,
        },
    ),
    Neuron(
        "tanh",
        r"\tanh z",
        torch=lambda z: z.tanh(),
        torch_d1=lambda z: z.cosh().reciprocal().square(),  # 1 - tanh^2 would cancel
        torch_d2=lambda z: -2 * z.tanh() * z.cosh().reciprocal().square(),
        balls=(_tanh, _tanh_slope, lambda z: -2 * _tanh(z) * _tanh_slope(z)),
        memberships={
            **_ODD,
            "increasing": "sigma' = 1/cosh^2 z > 0; analytic",
            "monotone": RISING,
        },
        note="the paper's formula (e^z-1)/(e^z+1) is tanh(z/2); the class holds both",
    ),
    Neuron(
        "arctan",
        r"\arctan z",
        torch=lambda z: z.atan(),
        torch_d1=lambda z: 1 / (1 + z * z),
        torch_d2=lambda z: -2 * z * (1 / (1 + z * z)).square(),
        balls=(_arctan, _arctan_slope, lambda z: -2 * z * power(_arctan_slope(z), 2)),
        memberships={
            **_ODD,
            "increasing": "sigma' = 1/(1+z^2) > 0; analytic",
            "monotone": RISING,
        },
    ),
    Neuron(
        "softsign",
        r"\frac{z}{1+|z|}",
        torch=lambda z: z / (1 + z.abs()),
        torch_d1=lambda z: (1 + z.abs()).reciprocal().square(),
        torch_d2=lambda z: -2 * z.sign() * (1 + z.abs()).reciprocal().pow(3),
        balls=(
            _softsign,
            lambda z: power(_softsign_root(z), 2),
            lambda z: (-2 if z > 0 else 2) * power(_softsign_root(z), 3),
        ),
        memberships={**_ODD, "monotone": RISING},
        smoothness=1,
        rational=lambda z: z / (1 + abs(z)),
        note="sigma' > 0, but sigma'' jumps from 2 to -2 at 0: not twice differentiable",
    ),
    Neuron(
        "cube",
        r"z^3",
        torch=lambda z: z * z * z,
        torch_d1=lambda z: 3 * z * z,
        torch_d2=lambda z: 6 * z,
        balls=(lambda z: power(z, 3), lambda z: 3 * power(z, 2), lambda z: 6 * z),
        memberships={
            **_ODD,
            "monotone": "sigma(u) - sigma(z) = (u-z)(u^2+uz+z^2), and u^2+uz+z^2 > 0 for u != z",
        },
        rational=lambda z: z**3,
        note="ours: strictly increasing with sigma'(0) = 0",
    ),
    Neuron(
        "constant",
        r"0",
        torch=zeros_torch,
        torch_d1=zeros_torch,
        torch_d2=zeros_torch,
        balls=(_zero, _zero, _zero),
        memberships={"sigmoid": "sigma(z) + sigma(-z) = 0", "relu": "sigma = 0 everywhere"},
        rational=lambda z: 0 * z,
    ),
    Neuron(
        "quadratic",
        r"z^2",
        torch=lambda z: z * z,
        torch_d1=lambda z: 2 * z,
        torch_d2=lambda z: 2 + zeros_torch(z),
        balls=(lambda z: power(z, 2), lambda z: 2 * z, constant(2)),
        memberships=_quadratic_why("2"),
        rational=lambda z: z**2,
    ),
    Neuron(
        "cosh",
        r"\cosh z",
        torch=lambda z: z.cosh(),
        torch_d1=lambda z: z.sinh(),
        torch_d2=lambda z: z.cosh(),
        balls=(_cosh, _sinh, _cosh),
        memberships=_quadratic_why("cosh z >= 1"),
    ),
    Neuron(
        "quartic",
        r"z^2+z^4",
        torch=lambda z: (square := z * z) + square * square,
        torch_d1=lambda z: 2 * z + 4 * z * z * z,
        torch_d2=lambda z: 2 + 12 * z * z,
        balls=(
            lambda z: power(z, 2) + power(z, 4),
            lambda z: 2 * z + 4 * power(z, 3),  # both terms rise: the sum of the hulls is tight
            lambda z: 2 + 12 * power(z, 2),
        ),
        memberships=_quadratic_why("2 + 12 z^2 >= 2"),
        rational=lambda z: z**2 + z**4,
    ),
)

NEURONS: Mapping[str, Neuron] = MappingProxyType({neuron.name: neuron for neuron in _TABLE})
"""Name to neuron, read only."""


def get_neuron(name: str) -> Neuron:
    """Return the neuron of that name.

    Raises:
        InputError: there is none.
    """
    try:
        return NEURONS[name]
    except (KeyError, TypeError):
        raise InputError(f"neuron {name!r} is not known; use one of {', '.join(NEURONS)}") from None


def neurons_of(class_name: str) -> tuple[Neuron, ...]:
    """Return the neurons that belong to a class of `CLASSES`.

    Raises:
        InputError: there is no such class.
    """
    if class_name not in CLASSES:
        raise InputError(
            f"neuron class {class_name!r} is not known; use one of {', '.join(CLASSES)}"
        )
    return tuple(neuron for neuron in NEURONS.values() if class_name in neuron.classes)


@dataclass(frozen=True)
class _Staircase(Neuron):
    """A staircase; two of them are the same if their breaks and levels are."""

    breaks: tuple[Fraction, ...] = ()
    levels: tuple[Number, ...] = ()  # one more than breaks; irrational ones are `Enclosed`


def staircase(breaks: Sequence[Any], levels: Sequence[Any]) -> Neuron:
    """Return the neuron with value levels[k] for breaks[k - 1] < z <= breaks[k].

    The paper has no such neuron. With it f_D is locally constant, as in our bad minima for
    Propositions 11 and 12.

    Args:
        breaks: k numbers or their strings, increasing.
        levels: k + 1 numbers or their strings, "mid +/- rad" where irrational.

    Raises:
        InputError: the breaks do not increase, there is another number of levels, or one of them is
            not a number.
    """
    edges = [parse_number(value, f"breaks[{k}]") for k, value in enumerate(breaks)]
    steps = tuple(parse_number(value, f"levels[{k}]") for k, value in enumerate(levels))
    exact = tuple(edge for edge in edges if isinstance(edge, Fraction))
    if len(exact) < len(edges) or not all(a < b for a, b in pairwise(exact)):
        raise InputError("breaks of a staircase do not increase; give exact numbers in order")
    if len(steps) != len(exact) + 1:
        raise InputError(
            f"a staircase has {len(exact)} breaks and {len(steps)} levels; give one level more "
            "than breaks"
        )
    whole = [level for level in steps if isinstance(level, Fraction)]
    return _Staircase(
        name="staircase",
        latex=r"c_k,\ b_{k-1}<z\le b_k",
        torch=partial(_step_torch, exact, steps),
        torch_d1=zeros_torch,
        torch_d2=zeros_torch,
        balls=(partial(_step_ball, exact, steps), _zero, _zero),
        memberships={},
        smoothness=-1,
        rational=partial(_step_rational, exact, whole) if len(whole) == len(steps) else None,
        breaks=exact,
        levels=steps,
    )


def _step_torch(breaks: Sequence[Fraction], levels: Sequence[Number], z: Tensor) -> Tensor:
    import torch

    edges, steps = (
        torch.tensor([float(value) for value in values], dtype=z.dtype, device=z.device)
        for values in (breaks, levels)
    )
    step = (z.detach().unsqueeze(-1) > edges).sum(-1)
    return steps[step] + zeros_torch(z)


def _step_rational(breaks: Sequence[Fraction], levels: Sequence[Fraction], z: Fraction) -> Fraction:
    return levels[bisect_left(breaks, z)]


def _step_ball(breaks: Sequence[Fraction], levels: Sequence[Number], z: arb) -> arb:
    edges = [as_ball(edge) for edge in breaks]
    first = sum(bool(edge < z) for edge in edges)  # these breaks lie below all of z
    last = sum(not edge >= z for edge in edges)  # and the others may be passed
    value = as_ball(levels[first])
    for level in levels[first + 1 : last + 1]:
        value = value.union(as_ball(level))
    return value
