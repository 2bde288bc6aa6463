"""The best affine map of a dataset under the hinge: exact where it is constant, else enclosed.

The loss of f(x) = c + v^T x is convex in u = (c, v), so a zero of its gradient is a global
minimiser. Newton's method in floats proposes one, Newton's method in balls refines it, and
Krawczyk's operator proves that a box holds one and only one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface.counterexamples._build import Number, balancing_constant
from lossurface.counterexamples._gordan import gordan, signed
from lossurface.errors import InputError
from lossurface.exact.linalg import rank
from lossurface.setting import Dataset, Enclosed, polynomial_hinge

if TYPE_CHECKING:
    from flint import arb, arb_mat

__all__ = ["AffineMap", "best_affine_map", "hull_weights"]

_STEPS = 200
_GRID_BITS = (96, 192, 384)  # the midpoints' last bit; a failure is tried again with more
_BALL_BITS = 16  # a box's radius in units of that bit, as a power of two


@dataclass(frozen=True)
class AffineMap:
    """f(x) = c + v^T x."""

    c: Number
    v: tuple[Number, ...]  # (d,)

    @property
    def constant(self) -> bool:
        """Whether v = 0 exactly."""
        return all(isinstance(value, Fraction) and value == 0 for value in self.v)


def hull_weights(dataset: Dataset, claim: str) -> tuple[Fraction, ...]:
    """Return mu >= 0, mu != 0, with sum mu y = 0 and sum mu y x = 0: the classes' hulls meet.

    Raises:
        InputError: an affine map separates the classes, or that was not decided.
    """
    w, mu = gordan(signed(dataset, affine=True))
    if w is not None:
        raise InputError(
            f"samples are separated by an affine map, whose training error is zero; {claim} needs "
            "classes whose convex hulls meet: take more samples, or another seed"
        )
    if mu is None:
        raise InputError(f"samples: too many to show that the hulls meet, which {claim} needs")
    return mu


def best_affine_map(dataset: Dataset, p: int) -> AffineMap:
    """Return the minimiser of sum_i max(1 - y_i f(x_i), 0)^(p+1) over affine f.

    Where the two classes have the same mean it is the best constant, by convexity: then
    sum lambda y x = 0 follows from sum lambda y = 0. Else every coefficient is a ball.

    Raises:
        InputError: no unique minimiser was proved.
    """
    means = [
        [sum(column, Fraction(0)) / len(rows) for column in zip(*rows, strict=True)]
        for rows in (dataset.positives, dataset.negatives)
    ]
    if means[0] == means[1]:
        value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
        return AffineMap(value, (Fraction(0),) * dataset.d)
    if rank([(Fraction(1), *row) for row in dataset.x]) <= dataset.d:
        raise InputError(
            "samples lie on a hyperplane, so the best affine map is not unique; give samples that "
            f"span all {dataset.d} coordinates"
        )
    start = _float_minimiser(dataset, p)
    for bits in _GRID_BITS:
        box = _enclosed(dataset, p, start, bits)
        if box is not None:
            return AffineMap(box[0], tuple(box[1:]))
    raise InputError(
        "samples: the best affine map was not enclosed; too few samples have a margin below 1 for "
        "it to be unique, or they are scaled very unevenly"
    )


def _float_minimiser(dataset: Dataset, p: int) -> list[float]:
    """Return u = (c, v) by damped Newton steps in float64."""
    import numpy as np

    G = np.array([[1.0, *map(float, row)] for row in dataset.x])
    y = np.array(dataset.y, dtype=float)
    u = np.zeros(G.shape[1])

    def loss(at: Any) -> float:
        return float((np.maximum(1 - y * (G @ at), 0) ** (p + 1)).sum())

    with np.errstate(all="ignore"):  # what overflows is not enclosed, and the user is told
        for _ in range(_STEPS):
            slack = np.maximum(1 - y * (G @ u), 0)
            gradient = -(p + 1) * G.T @ (y * slack**p)
            hessian = (p + 1) * p * (G.T * slack ** (p - 1)) @ G
            if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
                break
            step = np.linalg.lstsq(hessian, gradient, rcond=1e-14)[0]
            size = 1.0
            while size > 1e-12 and loss(u - size * step) > loss(u):
                size /= 2
            u = u - size * step
            if np.abs(size * step).max() < 1e-15 * (1 + np.abs(u).max()):
                break
    return [float(value) for value in u]


def _derivatives(dataset: Dataset, p: int, u: list[arb]) -> tuple[arb_mat, arb_mat]:
    """Enclose the gradient (d + 1, 1) and the Hessian (d + 1, d + 1) over a box."""
    from flint import arb, arb_mat, fmpq

    loss = polynomial_hinge(p)
    size = dataset.d + 1
    gradient, hessian = [arb(0)] * size, [[arb(0)] * size for _ in range(size)]
    for row, label in zip(dataset.x, dataset.y, strict=True):
        g = [arb(1), *(arb(fmpq(v.numerator, v.denominator)) for v in row)]
        z = -label * sum((a * b for a, b in zip(g, u, strict=True)), arb(0))
        first, second = loss.ball_derivative(z, 1), loss.ball_derivative(z, 2)
        for i in range(size):
            gradient[i] -= label * first * g[i]
            for j in range(size):
                hessian[i][j] += second * g[i] * g[j]
    return arb_mat([[value] for value in gradient]), arb_mat(hessian)


def _enclosed(dataset: Dataset, p: int, start: list[float], bits: int) -> list[Enclosed] | None:
    """Return a box that holds the minimiser, by Krawczyk's operator; None if that is not proved."""
    from flint import arb, arb_mat, ctx

    with ctx.workprec(3 * bits):
        u = [arb(value) for value in start]
        try:
            for _ in range(bits.bit_length()):  # each step doubles the digits
                gradient, hessian = _derivatives(dataset, p, u)
                step = hessian.mid().solve(gradient.mid())
                u = [(value - step[k, 0]).mid() for k, value in enumerate(u)]
            middle = [_rounded(value, bits) for value in u]
            rad = Fraction(2**_BALL_BITS, 2**bits)
            point = [arb(_fmpq(value)) for value in middle]
            box = [arb(_fmpq(value), _fmpq(rad)) for value in middle]
            gradient, hessian = _derivatives(dataset, p, point)
            inverse = hessian.mid().inv().mid()
            _, wide = _derivatives(dataset, p, box)
        except ZeroDivisionError:  # the Hessian is singular
            return None
        size = len(box)
        identity = arb_mat([[int(i == j) for j in range(size)] for i in range(size)])
        offsets = arb_mat([[value - centre] for value, centre in zip(box, point, strict=True)])
        image = (identity - inverse * wide) * offsets - inverse * gradient
        shifted = [centre + image[k, 0] for k, centre in enumerate(point)]
        if not all(outer.contains_interior(i) for outer, i in zip(box, shifted, strict=True)):
            return None
    return [Enclosed(value, rad) for value in middle]


def _fmpq(value: Fraction) -> Any:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def _rounded(value: arb, bits: int) -> Fraction:
    """Return the multiple of 2^-bits next to a ball's midpoint."""
    man, exp = value.mid().man_exp()
    exact = Fraction(int(man)) * Fraction(2) ** int(exp)
    return Fraction(round(exact * 2**bits), 2**bits)
