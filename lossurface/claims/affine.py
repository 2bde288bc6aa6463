"""The best affine map of a dataset under the hinge, and minima that are it (Propositions 3 and 7).

The loss of f(x) = c + v^T x is convex in u = (v, c), so a zero of its gradient is a global
minimiser. Where v = 0 it is the balancing constant. Elsewhere Newton's method in rationals comes as
near to it as is wanted, and the checker's own criterion proves that it lies in a small ball.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from lossurface.claims.construction import Number, balancing_constant, signed
from lossurface.errors import InputError
from lossurface.exact.checker import Refuted
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.checker.minimum import balanced, check_best
from lossurface.exact.linalg import rank, solve
from lossurface.exact.simplex import separate
from lossurface.setting.datasets import Dataset, Enclosed, Point

_STEPS = 200
_GRID_BITS = (96, 192, 384)  # the midpoints' last bit; a failure is tried again with more
_BALL_BITS = 16  # a ball's radius in units of that bit, as a power of two


@dataclass(frozen=True)
class AffineMap:
    """f(x) = c + v^T x."""

    c: Number
    v: tuple[Number, ...]  # (d,)
    error: Fraction  # the training error

    @property
    def constant(self) -> bool:
        """Whether v is exactly zero; a ball is not."""
        return all(value == 0 for value in self.v)


def separable(dataset: Dataset) -> bool:
    """Say whether an affine map classifies every sample, by an exact linear program."""
    return separate(signed(dataset, affine=True))[0]


def refuse_separable(dataset: Dataset, claim: str) -> None:
    """Refuse samples that an affine map separates."""
    if separable(dataset):
        raise InputError(
            f"samples are separated by an affine map, whose training error is zero; {claim} needs "
            "classes whose convex hulls meet: take more samples, or another seed"
        )


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
        wrong = min(dataset.n_plus, dataset.n_minus)
        zero = (Fraction(0),) * dataset.d
        return AffineMap(balancing_constant(dataset, p), zero, Fraction(wrong, dataset.n))
    if rank([(Fraction(1), *row) for row in dataset.x]) <= dataset.d:
        raise InputError(
            "samples lie on a hyperplane, so the best affine map is not unique; give samples that "
            f"span all {dataset.d} coordinates"
        )
    rows = signed(dataset, affine=True)  # y (x, 1), so that y f(x) is its product with u = (v, c)
    u = [Fraction(0)] * (dataset.d + 1)
    for bits in _GRID_BITS:
        u = _newton(rows, p, u, 2 * bits)
        rad = Fraction(2**_BALL_BITS, 2**bits)
        *v, c = [Enclosed(_rounded(value, bits), rad) for value in u]
        *slope, offset = ends = [(ball.mid - rad, ball.mid + rad) for ball in (*v, c)]
        try:
            check_best(ends, [list(row) for row in rows], p, [1] * len(rows))
        except Refuted:
            continue
        _, wrong, _ = balanced(offset, slope, [list(row) for row in dataset.x], p, list(dataset.y))
        return AffineMap(c, tuple(v), Fraction(wrong, dataset.n))
    raise InputError(
        "samples: the best affine map was not enclosed; too few samples have a margin below 1 for "
        "it to be unique, or they are scaled very unevenly"
    )


def _rounded(value: Fraction, bits: int) -> Fraction:
    return Fraction(round(value * 2**bits), 2**bits)


def _slack(rows: Sequence[Point], u: Sequence[Fraction]) -> list[Fraction]:
    return [max(1 - dot(row, u), Fraction(0)) for row in rows]


def _newton(rows: Sequence[Point], p: int, u: list[Fraction], bits: int) -> list[Fraction]:
    """Minimise F(u) = sum max(1 - row^T u, 0)^(p+1) by damped Newton steps, rounded to 2^-bits."""
    columns = list(zip(*rows, strict=True))
    for _ in range(_STEPS):
        slack = _slack(rows, u)
        most = max(slack)
        if not most:
            break
        # F' and F'', over (p + 1) most^(p - 1). The weights are rounded: no step need be exact.
        weights = [_rounded(_rounded(s / most, bits) ** (p - 1), bits) for s in slack]
        gradient = [dot(map(mul, weights, slack), column) for column in columns]
        weighted = [[p * w * v for w, v in zip(weights, column, strict=True)] for column in columns]
        step = solve([[dot(left, right) for right in columns] for left in weighted], gradient)
        loss, share = sum(s ** (p + 1) for s in slack), Fraction(1)
        while True:
            moved = [_rounded(a + share * b, bits) for a, b in zip(u, step, strict=True)]
            if moved == u or sum(s ** (p + 1) for s in _slack(rows, moved)) < loss:
                break
            share /= 2
        if moved == u:
            break
        u = moved
    return u
