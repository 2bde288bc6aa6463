"""The neuron type: one activation function in all the forms in which the book uses it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flint import arb
    from torch import Tensor

__all__ = ["ANALYTIC", "CLASSES", "Neuron"]

ANALYTIC = math.inf  # a neuron's smoothness when it is real analytic

CLASSES: Mapping[str, str] = {
    "softplus": "real analytic, sigma' > 0 and sigma'' > 0 everywhere",
    "relu": "sigma(z) = 0 for z <= 0, piecewise continuous",
    "leaky-relu": "sigma(z) = z for z >= 0, piecewise continuous",
    "sigmoid": "sigma(z) + sigma(-z) is constant",
    "quadratic": "real analytic, strongly convex, least at z = 0",
    "increasing": "twice differentiable with sigma' > 0 everywhere (Theorem 2)",
    "convex-analytic": "real analytic with sigma'' > 0 everywhere (Assumption 5)",
}
"""Class name to definition: the paper's five (section 4.1) and the hypotheses of its theorems."""


@dataclass(frozen=True)
class Neuron:
    """An activation function sigma: R -> R. Two neurons of the same name are the same."""

    name: str
    latex: str = field(compare=False)  # in z, without the "sigma(z) ="
    torch: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # elementwise, any shape
    torch_d1: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # sigma', see below
    torch_d2: Callable[[Tensor], Tensor] = field(compare=False, repr=False)  # sigma'', see below
    ball: Callable[[arb], arb] = field(compare=False, repr=False)  # encloses sigma over any ball
    ball_derivative: Callable[[arb, int], arb] = field(compare=False, repr=False)
    """(z, k) to an enclosure of the k-th derivative over z, k = 0..4; k = 0 is sigma itself.

    InputError if z contains a point without such a derivative, or for k > 4.
    """
    memberships: Mapping[str, str] = field(compare=False, repr=False)  # class to why it belongs
    smoothness: float = field(compare=False, default=ANALYTIC)
    """How many derivatives exist everywhere: inf for real analytic, -1 for a jump.

    Beyond that order the torch derivatives are those off the kink z = 0, and at the kink the
    value that torch's automatic differentiation gives (ReLU: 0).
    """
    rational: Callable[[Fraction], Fraction] | None = field(compare=False, default=None, repr=False)
    """Exact on rationals; None where the function takes irrational values."""
    note: str = field(compare=False, default="", repr=False)  # where the paper says otherwise

    @property
    def classes(self) -> frozenset[str]:
        """The names in `CLASSES` that hold for this neuron."""
        return frozenset(self.memberships)
