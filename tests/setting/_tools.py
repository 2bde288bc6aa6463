"""Shared by these tests: exact containment in a ball, and the table of textbook formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_series
from hypothesis import settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.exact import Certificate
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


def radius_of(certificate: Certificate, everywhere: int) -> Fraction:
    """The certified radius; `everywhere` where the minimum is global."""
    text = certificate.data["radius"]
    return Fraction(everywhere) if text == "inf" else Fraction(text)


def moved(problem: Problem, reach: Fraction, direction: Sequence[int]) -> list[Any]:
    """Return theta* moved by at most `reach` along a direction; what is enclosed stays so."""
    length = sum(map(abs, direction)) or 1  # at least the Euclidean length
    theta: list[Any] = []
    for value, change in zip(problem.network.theta, direction, strict=True):
        step = reach * change / length
        enclosed = isinstance(value, Enclosed)
        theta.append(Enclosed(value.mid + step, value.rad) if enclosed else value + step)
    return theta


def error_ball(problem: Problem) -> Fraction | None:
    """R, with sgn 0 = +1; None if some f(x_i)'s ball does not show its sign."""
    wrong = 0
    for y, f in zip(problem.dataset.y, problem.outputs_ball(), strict=True):
        if not (f >= 0 or f < 0):
            return None
        wrong += bool(f >= 0) != (y > 0)
    return Fraction(wrong, problem.dataset.n)


# Each neuron as a power series in z, from its textbook formula: an oracle for derivatives that
# shares no code with the closed forms under test.
_ANALYTIC: dict[str, Callable[[Any], Any]] = {
    "softplus": lambda s: (s.exp() + 1).log() / arb.const_log2(),
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
_BELOW: dict[str, Callable[[Any], Any]] = {  # else 0
    "leaky-relu": lambda s: s / 10,
    "elu": lambda s: s.exp() - 1,
    "softsign": lambda s: s * (1 - s).inv(),
}
_ABOVE: dict[str, Callable[[Any], Any]] = {  # else z
    "threshold": lambda s: s * 0 + 1,
    "requ": lambda s: s * s,
    "softsign": lambda s: s * (1 + s).inv(),
}


def textbook_derivative(name: str, z: Fraction, k: int) -> arb:
    """The k-th derivative at z != 0 (any z for analytic neurons), k <= 4."""
    above, below = _ABOVE.get(name, lambda s: s), _BELOW.get(name, lambda s: s * 0)
    formula = _ANALYTIC.get(name, above if z > 0 else below)
    series = formula(arb_series([arb(z.numerator) / z.denominator, 1], 5))
    coefficients = [*series.coeffs(), *[arb(0)] * 5]
    factorial = (1, 1, 2, 6, 24)[k]
    return coefficients[k] * factorial
