"""The sign of a homogeneous form with rational coefficients, exactly where it can be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Sign", "form_sign"]

Form = Mapping[tuple[int, ...], Fraction]
Univariate = list[Fraction]  # coefficients, lowest first
STARTS = 24  # of the search in floats for a negative value
LARGEST = 200_000  # terms times variables squared: a larger form is left to the grid


class Sign(Enum):
    """What is known of a form away from 0."""

    POSITIVE = auto()  # > 0 everywhere
    NEGATIVE = auto()  # < 0 everywhere
    TAKES_NEGATIVE = auto()  # < 0 at some point
    UNKNOWN = auto()


def form_sign(form: Form) -> Sign:
    """Return the sign of a non-zero homogeneous form in k >= 1 variables."""
    size = len(next(iter(form)))
    degree = sum(next(iter(form)))
    if degree % 2:
        return Sign.TAKES_NEGATIVE  # odd and not zero
    if _dominated(form, size, degree):
        return Sign.POSITIVE
    if _dominated({e: -c for e, c in form.items()}, size, degree):
        return Sign.NEGATIVE
    if size == 2:
        return _binary(form, degree)
    return Sign.TAKES_NEGATIVE if _negative_somewhere(form, size, degree) else Sign.UNKNOWN


def _negative_somewhere(form: Form, size: int, degree: int) -> bool:
    """Look for a point below zero: on a grid, then where floats go down to; exact values decide."""
    reach = range(-2, 3) if size <= 5 else range(2)
    for point in product(reach, repeat=min(size, 10)):
        if _value(form, (*point, *[0] * (size - len(point)))) < 0:
            return True
    return any(_value(form, point) < 0 for point in _lowest_directions(form, size, degree))


def _lowest_directions(form: Form, size: int, degree: int) -> Iterator[tuple[int, ...]]:
    """Yield integer points near the directions in which form(u) / |u|^degree is locally least.

    In skewed coordinates a negative value can hide in a narrow cone, between the grid's points.
    """
    import numpy as np
    from scipy.optimize import minimize

    if len(form) * size**2 > LARGEST:
        return
    top = max(map(abs, form.values()))
    coefficients = np.array([float(c / top) for c in form.values()])
    exponents = np.array(list(form))  # (m, k)
    lower = np.maximum(exponents[None] - np.eye(size, dtype=int)[:, None], 0)  # (k, m, k)

    def height(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        length = u @ u
        value = coefficients @ np.prod(u**exponents, axis=1)
        slope = (exponents.T * np.prod(u**lower, axis=2)) @ coefficients
        scale = length ** (degree / 2)
        return value / scale, (slope - degree * value / length * u) / scale

    starts = np.random.default_rng(0).standard_normal((STARTS, size))
    for start in starts / np.linalg.norm(starts, axis=1, keepdims=True):
        with np.errstate(all="ignore"):
            end = minimize(height, start, jac=True, method="BFGS", options={"gtol": 1e-13}).x
            unit = end / np.linalg.norm(end)
        if np.isfinite(unit).all():
            yield tuple(round(v * 2**30) for v in unit.tolist())


def _value(form: Form, point: tuple[int, ...]) -> Fraction:
    return sum(
        (
            c * prod(x**e for x, e in zip(point, exponents, strict=True))
            for exponents, c in form.items()
        ),
        Fraction(0),
    )


def _dominated(form: Form, size: int, degree: int) -> bool:
    """Prove positivity: each mixed monomial is at most a mean of pure powers (AM-GM)."""
    margin = [Fraction(0)] * size
    for exponents, c in form.items():
        if max(exponents) == degree:
            margin[exponents.index(degree)] += c
        elif c < 0 or any(e % 2 for e in exponents):
            for k, e in enumerate(exponents):
                margin[k] -= abs(c) * Fraction(e, degree)
    return all(value > 0 for value in margin)


def _binary(form: Form, degree: int) -> Sign:
    """Decide a form in two variables by Sturm's theorem on form(1, t)."""
    p = [form.get((degree - k, k), Fraction(0)) for k in range(degree + 1)]
    ends = form.get((0, degree), Fraction(0))
    if ends and not _roots(p):
        return Sign.POSITIVE if p[0] > 0 else Sign.NEGATIVE
    # Somewhere zero: look for a negative value between and beyond the roots.
    bound = 1 + int(max(abs(c) for c in p) / min(abs(c) for c in p if c))
    steps = [Fraction(k, 64) for k in range(-64 * 8, 64 * 8 + 1)]
    for t in [*steps, Fraction(-bound), Fraction(bound)]:
        if _evaluate(p, t) < 0:
            return Sign.TAKES_NEGATIVE
    return Sign.TAKES_NEGATIVE if ends < 0 else Sign.UNKNOWN


def _evaluate(p: Univariate, t: Fraction) -> Fraction:
    value = Fraction(0)
    for c in reversed(p):
        value = value * t + c
    return value


def _trim(p: Univariate) -> Univariate:
    while p and not p[-1]:
        p = p[:-1]
    return p


def _roots(p: Univariate) -> int:
    """Return the number of distinct real roots (Sturm)."""
    chain = [_trim(p), _trim([k * c for k, c in enumerate(p)][1:])]
    while chain[-1]:
        a, b = list(chain[-2]), chain[-1]
        while len(a) >= len(b):
            factor = a[-1] / b[-1]
            for k in range(len(b)):
                a[len(a) - len(b) + k] -= factor * b[k]
            a = _trim(a[:-1])
        chain.append([-c for c in a])
    chain.pop()

    def changes(signs: list[int]) -> int:
        kept = [s for s in signs if s]
        return sum(x != y for x, y in pairwise(kept))

    above = [1 if q[-1] > 0 else -1 for q in chain]
    below = [s * (-1 if len(q) % 2 == 0 else 1) for s, q in zip(above, chain, strict=True)]
    return changes(below) - changes(above)
