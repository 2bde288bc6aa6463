"""Decide exactly what kind of critical point a polynomial has, degenerate ones included.

Floats cannot: `x^2 + z^2 - y^4` has Hessian eigenvalues 0, 2, 2 at its saddle. Here the Hessian's
null space is exact. Where the rest of the Hessian is definite, solve the gradient's other
coordinates for r = r(k) as a power series in the null coordinates k (implicit functions). By the
splitting lemma (Gromoll and Meyer 1969), for a positive definite rest, the point is a strict
minimum exactly if k = 0 is one of phi(k) = f(k, r(k)), and a saddle exactly if phi is negative
at points as near 0 as one likes; phi's first homogeneous form that is not zero often tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from lossurface.enclosed.homogeneous import Sign, form_sign
from lossurface.exact.findings import Finding, undecided
from lossurface.exact.linalg import null_space, solve

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Classification", "ExactKind", "Terms", "classify_polynomial"]

ExactKind = Literal["strict-minimum", "minimum", "strict-maximum", "maximum", "saddle", "undecided"]
Terms = Mapping[tuple[int, ...], Fraction | int]  # exponents to coefficient
_MIRROR: dict[ExactKind, ExactKind] = {
    "strict-minimum": "strict-maximum",
    "minimum": "maximum",
    "saddle": "saddle",
    "undecided": "undecided",
}


@dataclass(frozen=True)
class Classification:
    """The kind of an exact critical point, and the reason.

    `minimum` (without `strict`) is a local minimum on a curve or surface of equal ones.
    """

    kind: ExactKind
    reason: str
    nullity: int  # dimension of the Hessian's null space
    findings: tuple[Finding, ...]


def classify_polynomial(
    terms: Terms, point: Sequence[Fraction | int] | None = None, order: int = 12
) -> Classification:
    """Classify a rational critical point of a polynomial in exact arithmetic.

    Args:
        terms: exponents (one per variable) to coefficient.
        point: rational; the origin by default.
        order: highest degree of the reduced function looked at.

    Returns:
        `undecided` where the leading form is semidefinite, in three or more null directions too
        intricate, or zero up to `order` without being zero altogether.

    Raises:
        ValueError: the point is not critical, or the exponents disagree in length.
    """
    size = len(next(iter(terms))) if terms else len(point or ())
    if not size or any(len(exponents) != size for exponents in terms):
        raise ValueError("terms: give exponent tuples of one length, one entry per variable")
    local = _shift(terms, [Fraction(v) for v in point or [0] * size])
    slope = [e for e in local if sum(e) == 1]
    if slope:
        raise ValueError(f"the gradient is not zero at the point: coefficient {local[slope[0]]}")
    hessian = _hessian(local, size)
    pivots, null = _diagonalise(hessian), null_space(hessian, size)
    nullity = len(null)
    positive, negative = sum(v > 0 for v in pivots), sum(v < 0 for v in pivots)
    inertia = f"Hessian inertia ({negative} negative, {nullity} zero, {positive} positive)"
    if positive and negative:
        return _made("saddle", f"{inertia}: both signs", nullity)
    if not nullity:
        return _made("strict-minimum" if positive else "strict-maximum", inertia, 0)
    flipped = {e: -c for e, c in local.items()}
    if negative:
        opposite, why = _reduce(flipped, [[-v for v in row] for row in hessian], null, order)
        return _made(_MIRROR[opposite], f"{inertia}; after a change of sign, {why}", nullity)
    kind, why = _reduce(local, hessian, null, order)
    if not positive and kind == "saddle":
        # The Hessian is zero altogether: something must be seen to rise as well.
        opposite, seen = _reduce(flipped, hessian, null, order)
        if opposite != "saddle":
            kind, why = _MIRROR[opposite], f"after a change of sign, {seen}"
    return _made(kind, f"{inertia}; {why}", nullity)


def _made(kind: ExactKind, reason: str, nullity: int) -> Classification:
    names = {"saddle": "a saddle", "undecided": "of no decided kind"}
    statement = f"the critical point is {names.get(kind, 'a ' + kind.replace('-', ' local '))}"
    finding = (
        undecided("the kind of the critical point", reason)
        if kind == "undecided"
        else Finding(statement, "holds", "exact", reason)
    )
    return Classification(kind, reason, nullity, (finding,))


def _shift(terms: Terms, point: Sequence[Fraction]) -> dict[tuple[int, ...], Fraction]:
    """Return the terms of f(point + x) - f(point)."""
    size = len(point)
    ring = _ring(size)
    moved = _polynomial(ring, terms).compose(
        *(ring.gen(k) + _flint(v) for k, v in enumerate(point)), ctx=ring
    )
    return {e: c for e, c in _terms(moved).items() if sum(e)}


def _ring(size: int) -> Any:
    from flint import Ordering, fmpq_mpoly_ctx

    return fmpq_mpoly_ctx.get([f"x{k}" for k in range(size)], Ordering.degrevlex)


def _flint(value: Fraction | int) -> Any:
    from flint import fmpq

    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


def _polynomial(ring: Any, terms: Terms) -> Any:
    return ring.from_dict({e: _flint(c) for e, c in terms.items()})


def _terms(polynomial: Any) -> dict[tuple[int, ...], Fraction]:
    return {
        tuple(int(v) for v in e): Fraction(int(c.p), int(c.q))
        for e, c in polynomial.to_dict().items()
    }


def _hessian(terms: Mapping[tuple[int, ...], Fraction], size: int) -> list[list[Fraction]]:
    hessian = [[Fraction(0)] * size for _ in range(size)]
    for exponents, c in terms.items():
        if sum(exponents) == 2:
            i, *rest = [k for k, e in enumerate(exponents) for _ in range(e)]
            hessian[i][rest[0]] += c
            hessian[rest[0]][i] += c
    return hessian


def _diagonalise(matrix: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    """Return the diagonal of a congruent diagonal matrix: its signs are the inertia."""
    rows = [list(row) for row in matrix]
    diagonal: list[Fraction] = []
    while rows:
        size = len(rows)
        at = next((k for k in range(size) if rows[k][k]), None)
        if at is None:
            pair = next(((i, j) for i, j in product(range(size), repeat=2) if rows[i][j]), None)
            if pair is None:
                return diagonal + [Fraction(0)] * size
            i, j = pair  # add row and column j to i: the diagonal entry becomes 2 rows[i][j]
            rows[i] = [a + b for a, b in zip(rows[i], rows[j], strict=True)]
            for row in rows:
                row[i] += row[j]
            at = i
        pivot = rows[at]
        diagonal.append(pivot[at])
        rows = [
            [row[k] - row[at] * pivot[k] / pivot[at] for k in range(size) if k != at]
            for i, row in enumerate(rows)
            if i != at
        ]
    return diagonal


def _truncate(polynomial: Any, ring: Any, degree: int) -> Any:
    kept = {e: c for e, c in polynomial.to_dict().items() if sum(e) <= degree}
    return ring.from_dict(kept)


def _reduce(
    terms: Terms, hessian: list[list[Fraction]], null: list[list[Fraction]], order: int
) -> tuple[ExactKind, str]:
    """Classify where the Hessian is positive semidefinite with the given null space."""
    size, nullity = len(hessian), len(null)
    # Coordinates: null directions first, then unit vectors that complete a basis.
    rest = _complete(null, size)
    columns = [*null, *rest]
    ring = _ring(size)
    substituted = [
        sum((_flint(column[i]) * ring.gen(k) for k, column in enumerate(columns)), ring.constant(0))
        for i in range(size)
    ]
    g = _polynomial(ring, terms).compose(*substituted, ctx=ring)
    inverse = _inverse(
        [[_form(hessian, a, b) for b in rest] for a in rest]
    )  # of the definite part, in the new coordinates
    keys = [ring.gen(k) for k in range(nullity)]
    slopes = [g.derivative(nullity + j) for j in range(len(rest))]
    solved = [ring.constant(0)] * len(rest)
    for degree in range(2, order):
        missing = [_truncate(s.compose(*keys, *solved, ctx=ring), ring, degree) for s in slopes]
        solved = [
            _truncate(
                r
                - sum((_flint(c) * m for c, m in zip(row, missing, strict=True)), ring.constant(0)),
                ring,
                degree,
            )
            for r, row in zip(solved, inverse, strict=True)
        ]
    reduced = g.compose(*keys, *solved, ctx=ring)
    low = {e[:nullity]: c for e, c in _terms(reduced).items() if sum(e) <= order}
    if low:
        return _lowest(low)
    if not _terms(reduced) and all(not _terms(s.compose(*keys, *solved, ctx=ring)) for s in slopes):
        return "minimum", "the function is constant along its null directions, exactly"
    return "undecided", f"the reduced function vanishes up to degree {order}; raise `order`"


def _lowest(low: Mapping[tuple[int, ...], Fraction]) -> tuple[ExactKind, str]:
    degree = min(sum(e) for e in low)
    form = {e: c for e, c in low.items() if sum(e) == degree}
    sign = form_sign(form)
    where = f"leading form of degree {degree} in the {len(next(iter(form)))} null directions"
    if sign is Sign.POSITIVE:
        return "strict-minimum", f"positive definite {where}"
    if sign is Sign.NEGATIVE:
        return "saddle", f"negative definite {where}"
    if sign is Sign.TAKES_NEGATIVE:
        return "saddle", f"{where} takes a negative value"
    return "undecided", f"{where} could not be shown definite or negative somewhere"


def _form(matrix: Sequence[Sequence[Fraction]], a: list[Fraction], b: list[Fraction]) -> Fraction:
    return sum(
        (
            u * v * w
            for u, row in zip(a, matrix, strict=True)
            if u
            for v, w in zip(row, b, strict=True)
        ),
        Fraction(0),
    )


def _complete(null: list[list[Fraction]], size: int) -> list[list[Fraction]]:
    """Return unit vectors that complete the null basis: those off its free columns."""
    free = set()
    for vector in null:
        # `null_space` gives each vector a 1 in a column where all the others have 0.
        free.add(
            next(
                k
                for k in range(size)
                if vector[k] == 1 and all(other is vector or not other[k] for other in null)
            )
        )
    return [[Fraction(int(i == k)) for i in range(size)] for k in range(size) if k not in free]


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    size = len(matrix)
    units: Iterable[list[Fraction]] = (
        [Fraction(int(i == k)) for i in range(size)] for k in range(size)
    )
    return [solve(matrix, unit) for unit in units]  # symmetric: rows are columns
