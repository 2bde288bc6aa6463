"""The sign of a homogeneous form with rational coefficients, exactly where it can be told."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from itertools import product
from typing import TYPE_CHECKING

from flint import fmpq, fmpq_mpoly, fmpq_poly

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STARTS = 24  # of the search in floats for a negative value
LARGEST = 200_000  # terms times variables squared: a larger form is left to the grid


class Sign(Enum):
    """What is known of a form away from 0."""

    POSITIVE = auto()  # > 0 everywhere
    NEGATIVE = auto()  # < 0 everywhere
    TAKES_NEGATIVE = auto()  # < 0 at some point
    UNKNOWN = auto()


def form_sign(form: fmpq_mpoly) -> Sign:
    """Return the sign of a non-zero homogeneous form.

    In two variables it is decided: `UNKNOWN` means that the form is >= 0, and 0 somewhere.
    """
    if form.total_degree() % 2:
        return Sign.TAKES_NEGATIVE  # odd and not zero
    if form.context().nvars() == 2:
        return _binary(form)
    if _dominated(form):
        return Sign.POSITIVE
    if _dominated(-form):
        return Sign.NEGATIVE
    return Sign.TAKES_NEGATIVE if _negative_somewhere(form) else Sign.UNKNOWN


def _binary(form: fmpq_mpoly) -> Sign:
    """Decide a form of even degree in two variables by the real roots of form(1, t)."""
    degree = int(form.total_degree())
    p = fmpq_poly([form[degree - k, k] for k in range(degree + 1)])
    # Isolated exactly: a real root has imaginary part 0. Where p has less than full degree, t = oo
    # is another root.
    real = [times for root, times in p.numer().complex_roots() if root.imag.is_zero()]
    if any(times % 2 for times in real):
        return Sign.TAKES_NEGATIVE  # it changes its sign
    definite = not real and p.degree() == degree
    if p.leading_coefficient() < 0:
        return Sign.NEGATIVE if definite else Sign.TAKES_NEGATIVE
    return Sign.POSITIVE if definite else Sign.UNKNOWN


def _dominated(form: fmpq_mpoly) -> bool:
    """Prove positivity: each mixed monomial is at most a mean of pure powers (AM-GM)."""
    degree = form.total_degree()
    margin = [fmpq(0)] * form.context().nvars()
    for exponents, c in form.terms():
        if max(exponents) == degree:
            margin[exponents.index(degree)] += c
        elif c < 0 or any(e % 2 for e in exponents):
            for k, e in enumerate(exponents):
                margin[k] -= abs(c) * e / degree
    return all(value > 0 for value in margin)


def _negative_somewhere(form: fmpq_mpoly) -> bool:
    """Look for a point below zero: on a grid, then where floats go down to; exact values decide."""
    size = form.context().nvars()
    reach = range(-2, 3) if size <= 5 else range(2)
    for point in product(reach, repeat=min(size, 10)):
        if form(*point, *[0] * (size - len(point))) < 0:
            return True
    return any(form(*point) < 0 for point in _lowest_directions(form))


def _lowest_directions(form: fmpq_mpoly) -> Iterator[tuple[int, ...]]:
    """Yield integer points near the directions in which form(u) / |u|^degree is locally least.

    In skewed coordinates a negative value can hide in a narrow cone, between the grid's points.
    """
    import numpy as np
    from scipy.optimize import minimize

    size, degree = form.context().nvars(), int(form.total_degree())
    if len(form) * size**2 > LARGEST:
        return
    top = max(abs(c) for c in form.coeffs())
    coefficients = np.array([float(c / top) for c in form.coeffs()])
    exponents = np.array([[int(e) for e in exponents] for exponents in form.monoms()])  # (m, k)
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
