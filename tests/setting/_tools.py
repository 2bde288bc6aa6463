"""Shared by these tests: exact containment in a ball, and the table of textbook formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series
from hypothesis import settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import Enclosed, Problem

seeded = settings(max_examples=20, deadline=None, derandomize=True)

fractions = st.fractions(min_value=-20, max_value=20, max_denominator=64)
dyadics = st.integers(-20 * 64, 20 * 64).map(lambda k: Fraction(k, 64))  # exact as floats and balls


def ends(ball: arb) -> tuple[Fraction, Fraction]:
    """The ball's exact ends; arb.contains(fmpq) rounds the rational first, and may say no."""
    mid, rad = (Fraction(int(q.p), int(q.q)) for q in (ball.mid().fmpq(), ball.rad().fmpq()))
    return mid - rad, mid + rad


def holds(ball: arb, value: Fraction) -> bool:
    low, high = ends(ball)
    return low <= value <= high


def loss_at(problem: Problem, theta: Sequence[Any], bits: int = 128) -> Fraction | arb:
    """L at theta, a ball where it is not rational."""
    if any(isinstance(value, arb | Enclosed) for value in theta):
        return problem.loss_ball(theta, bits)
    try:
        return problem.loss_rational(theta)
    except InputError:
        return problem.loss_ball(theta, bits)


def error_ball(problem: Problem) -> Fraction | None:
    """R, with sgn 0 = +1; None if some f(x_i)'s ball does not show its sign."""
    wrong = 0
    for y, f in zip(problem.dataset.y, problem.outputs_ball(), strict=True):
        if not (f >= 0 or f < 0):
            return None
        wrong += bool(f >= 0) != (y > 0)
    return Fraction(wrong, problem.dataset.n)


def _log2() -> arb:
    return arb.const_log2()


# Each neuron as a power series in z, from its textbook formula: an oracle for derivatives that
# shares no code with the closed forms under test.
_ANALYTIC: dict[str, Callable[[Any], Any]] = {
    "softplus": lambda s: (s.exp() + 1).log() / _log2(),
    "softplus-e": lambda s: (s.exp() + 1).log(),
    "exp": lambda s: s.exp(),
    "linear": lambda s: s,
    "sigmoid": lambda s: ((-s).exp() + 1).inv(),
    "tanh": lambda s: (s.exp() - (-s).exp()) * (s.exp() + (-s).exp()).inv(),
    "arctan": lambda s: s.atan(),
    "cube": lambda s: s * s * s,
    "constant": lambda s: s * 0,
    "quadratic": lambda s: s * s,
    "cosh": lambda s: (s.exp() + (-s).exp()) / 2,
    "quartic": lambda s: s * s + s * s * s * s,
}
_BELOW: dict[str, Callable[[Any], Any]] = {
    "threshold": lambda s: s * 0,
    "relu": lambda s: s * 0,
    "requ": lambda s: s * 0,
    "leaky-relu": lambda s: s / 10,
    "elu": lambda s: s.exp() - 1,
    "softsign": lambda s: s * (1 - s).inv(),
}
_ABOVE: dict[str, Callable[[Any], Any]] = {
    "threshold": lambda s: s * 0 + 1,
    "relu": lambda s: s,
    "requ": lambda s: s * s,
    "leaky-relu": lambda s: s,
    "elu": lambda s: s,
    "softsign": lambda s: s * (1 + s).inv(),
}


def textbook_derivative(name: str, z: Fraction, k: int) -> arb:
    """The k-th derivative at z != 0 (any z for analytic neurons), k <= 4."""
    table = _ANALYTIC if name in _ANALYTIC else _ABOVE if z > 0 else _BELOW
    series = table[name](arb_series([arb(z.numerator) / z.denominator, 1], 5))
    coefficients = [*series.coeffs(), *[arb(0)] * 5]
    factorial = (1, 1, 2, 6, 24)[k]
    return coefficients[k] * factorial
