"""How often samples of Propositions 3 and 7 are separable by an affine map: bounds, and a test.

Positives (s, t, 0) and negatives (0, t, s), s uniform on [-1, 1], t on [1, 2], each label with
probability 1/2. (`proposition_3` draws from a grid, which changes each cell by 2^-20 or less.) The
classes' planes meet in the x_2 axis, so the convex hulls meet just when the intervals that they cut
out of that axis do. Our own bounds on P(n) = P(n samples are separable):

- P(n) <= 8 (7/8)^n. Cut each class's rectangle by s = 0 and t = 3/2 into four closed cells. A
  segment between the two cells with t <= 3/2 meets the axis below 3/2, one between the other two
  above; so with a sample in each of the eight cells both intervals hold 3/2. A cell is missed by
  all samples with probability at most (7/8)^n.
- P(n) >= 4 (3/4)^n - 6 (1/2)^n + 4 (1/4)^n: a class without a sample on one side of s = 0 is
  separable from the other by +-x_1 or +-x_3. (Inclusion and exclusion over the four events.)
- P(n) <= 2 C(n, 3) (3/4)^(n-3) + 2^(1-n), n >= 4, so the rate is log(4/3) exactly. The affine maps
  f with y_i f(x_i) >= 0 for all i form a cone in R^4; with both classes present it is pointed
  almost surely, so it has an extreme ray, which three samples determine up to its sign. The other
  n - 3 are independent of it, and P(Y f(X) >= 0) <= 3/4 for every f = c + v^T x other than 0: given
  t, let tau = c + v_2 t. If tau > 0 then y f >= 0 with probability at most 1 on a positive and 1/2
  on a negative sample, if tau < 0 the other way round; and if tau = 0 for every t then v_1 or v_3
  is not 0, and v_1 s or v_3 s has the right sign with probability 1/2 only.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from lossurface import InputError
from lossurface.counterexamples.construction import at_least, signed
from lossurface.exact.simplex import separate
from lossurface.setting.datasets import Dataset

__all__ = ["RATE_BASE", "axis_interval", "hulls_meet", "lower_bound", "separable", "upper_bound"]

CLAIM = "Proposition 3"
RATE_BASE = Fraction(3, 4)  # P(n) decays as (3/4)^n up to a factor polynomial in n


def separable(dataset: Dataset) -> bool:
    """Say whether an affine map classifies every sample, by an exact linear program."""
    return separate(signed(dataset, affine=True))[0]


def axis_interval(points: Sequence[tuple[Fraction, Fraction]]) -> tuple[Fraction, Fraction] | None:
    """Return the interval of t in which the hull of points (s, t) meets s = 0; None if it does not.

    Its ends are crossings of segments between a point with s <= 0 and one with s >= 0.
    """
    left = [(s, t) for s, t in points if s <= 0]
    right = [(s, t) for s, t in points if s >= 0]
    crossings = [t for s, t in points if s == 0]
    crossings += [(u * t - s * v) / (u - s) for s, t in left for u, v in right if s < u]
    return (min(crossings), max(crossings)) if crossings else None


def hulls_meet(dataset: Dataset) -> bool:
    """Say whether the classes' hulls meet, exactly and without a linear program.

    Raises:
        InputError: a sample is not (s, t, 0) or (0, t, s) according to its label.
    """
    spans = []
    for label, axis in ((1, 0), (-1, 2)):
        rows = [row for row, y in zip(dataset.x, dataset.y, strict=True) if y == label]
        if dataset.d != 3 or any(row[2 - axis] for row in rows):
            raise InputError(
                "samples are not (s, t, 0) and (0, t, s); draw them from proposition_3"
            )
        spans.append(axis_interval([(row[axis], row[1]) for row in rows]))
    plus, minus = spans
    if plus is None or minus is None:
        return False
    return plus[0] <= minus[1] and minus[0] <= plus[1]


def lower_bound(n: int) -> Fraction:
    """Return 4 (3/4)^n - 6 (1/2)^n + 4 (1/4)^n, which P(n) is not below.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    half = Fraction(1, 2)
    return 4 * RATE_BASE**n - 6 * half**n + 4 * (half * half) ** n


def upper_bound(n: int) -> Fraction:
    """Return the least of the two bounds above, and 1, which P(n) does not exceed.

    Raises:
        InputError: n is not an integer >= 1.
    """
    at_least("n", n, 1, CLAIM)
    bounds = [Fraction(1), 8 * Fraction(7, 8) ** n]
    if n >= 4:
        bounds.append(2 * comb(n, 3) * RATE_BASE ** (n - 3) + Fraction(2, 2**n))
    return min(bounds)
