"""Decide exactly what kind of critical point a polynomial has, degenerate ones included.

Floats cannot: `x^2 + z^2 - y^4` has Hessian eigenvalues 0, 2, 2 at its saddle. Here the Hessian's
null space is exact. Where the rest of the Hessian is definite, solve the gradient's other
coordinates for r = r(k) as a power series in the null coordinates k (implicit functions). By the
splitting lemma (Gromoll and Meyer 1969), for a positive definite rest, the point is a strict
minimum exactly if k = 0 is one of phi(k) = f(k, r(k)), and a saddle exactly if phi is negative
at points as near 0 as one likes; phi's first homogeneous form that is not zero often tells.

A small network's loss is such a polynomial around an exact point, for a polynomial neuron and the
hinge l_p, where no margin is exactly 1: samples with a margin above 1 add nothing nearby, the
others add (1 - y f)^(p+1) / n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from flint import Ordering, fmpq_mat, fmpq_mpoly, fmpq_mpoly_ctx

from lossurface.enclosed.homogeneous import Sign, form_sign
from lossurface.enclosed.single_layer import SingleLayer, rational
from lossurface.exact import Finding, undecided

ExactKind = Literal["strict-minimum", "minimum", "strict-maximum", "maximum", "saddle", "undecided"]
Terms = Mapping[tuple[int, ...], Fraction | int]  # exponents to coefficient
MOST_TERMS = 20_000  # of a network's polynomial: beyond it the classification takes seconds
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
        `undecided` where the leading form could be shown neither to be definite nor to take a
        negative value, or where the reduced function is zero up to `order`, but not identically.

    Raises:
        ValueError: the point is not critical, or the exponents disagree in length.
    """
    size = len(next(iter(terms))) if terms else len(point or ())
    if not size or any(len(exponents) != size for exponents in terms):
        raise ValueError("terms: give exponent tuples of one length, one entry per variable")
    ring = _ring(size)
    f = ring.from_dict({e: rational(c) for e, c in terms.items()})
    moved = [x + rational(v) for x, v in zip(ring.gens(), point or [0] * size, strict=True)]
    return _classify(f.compose(*moved, ctx=ring), order)


def classify_network(
    layer: SingleLayer, p: int, powers: Mapping[int, int], theta: Sequence[Fraction]
) -> Classification | None:
    """Classify a critical point of a small network exactly; None where that cannot be tried.

    The arguments are those of `local_polynomial`.
    """
    loss = local_polynomial(layer, p, powers, theta)
    if not loss or any(sum(e) == 1 for e in loss.monoms()):
        return None  # too large, on a kink, identically zero, or no critical point
    return _classify(loss, order=8)


def local_polynomial(
    layer: SingleLayer, p: int, powers: Mapping[int, int], theta: Sequence[Fraction]
) -> fmpq_mpoly | None:
    """Return the polynomial delta -> L(theta + delta) near 0.

    Args:
        layer: for the samples, labels, offset and L2 term.
        p: of the polynomial hinge.
        powers: the neuron's coefficients, {2: 1} for z^2.
        theta: (P,), exact.

    Returns:
        A polynomial in P variables; None where a margin is exactly 1, or where there would be too
        many terms.
    """
    ring = _ring(layer.dimension)
    at = [x + rational(v) for x, v in zip(ring.gens(), theta, strict=True)]
    outputs = layer.outputs_over(at, lambda z: sum(c * z**e for e, c in powers.items()), rational)
    total = ring.constant(0)
    for y, f in zip(layer.labels, outputs, strict=True):
        rest = 1 - y * f
        here = rest(*[0] * layer.dimension)
        if here == 0:
            return None
        if here > 0:
            power = ring.constant(1)
            for _ in range(p + 1):
                power *= rest
                if len(power) > MOST_TERMS:
                    return None
            total += power
    return total / layer.n + rational(layer.l2) / 2 * sum(t * t for t in at)


def _ring(size: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get([f"x{k}" for k in range(size)], Ordering.degrevlex)


def _classify(f: fmpq_mpoly, order: int) -> Classification:
    """Classify f's critical point 0."""
    ring = f.context()
    size, zero = ring.nvars(), [0] * ring.nvars()
    slope = [c for e, c in f.terms() if sum(e) == 1]
    if slope:
        raise ValueError(f"the gradient is not zero at the point: coefficient {slope[0]}")
    second = [f.derivative(i).derivative(j)(*zero) for i in range(size) for j in range(size)]
    hessian = fmpq_mat(size, size, second)
    negative, nullity, positive = _inertia(hessian)
    inertia = f"Hessian inertia ({negative} negative, {nullity} zero, {positive} positive)"
    if positive and negative:
        return _made("saddle", f"{inertia}: both signs")
    if not nullity:
        return _made("strict-minimum" if positive else "strict-maximum", inertia)
    f -= f(*zero)
    if negative:
        opposite, why = _reduce(-f, -hessian, order)
        return _made(_MIRROR[opposite], f"{inertia}; after a change of sign, {why}")
    kind, why = _reduce(f, hessian, order)
    if not positive and kind == "saddle":
        # The Hessian is zero altogether: something must be seen to rise as well.
        opposite, seen = _reduce(-f, hessian, order)
        if opposite != "saddle":
            kind, why = _MIRROR[opposite], f"after a change of sign, {seen}"
    return _made(kind, f"{inertia}; {why}")


def _made(kind: ExactKind, reason: str) -> Classification:
    names = {"saddle": "a saddle", "undecided": "of no decided kind"}
    statement = f"the critical point is {names.get(kind, 'a ' + kind.replace('-', ' local '))}"
    finding = (
        undecided("the kind of the critical point", reason)
        if kind == "undecided"
        else Finding(statement, "holds", "exact", reason)
    )
    return Classification(kind, reason, (finding,))


def _inertia(symmetric: fmpq_mat) -> tuple[int, int, int]:
    """Return how many eigenvalues are negative, zero and positive.

    By Descartes' rule of signs, exact for a polynomial whose roots are all real.
    """
    coefficients = symmetric.charpoly().coeffs()
    signs = [c > 0 for c in coefficients if c]
    zero = next(k for k, c in enumerate(coefficients) if c)
    positive = sum(a != b for a, b in pairwise(signs))
    return len(coefficients) - 1 - zero - positive, zero, positive


def _reduce(f: fmpq_mpoly, hessian: fmpq_mat, order: int) -> tuple[ExactKind, str]:
    """Classify where f(0) = 0 and the Hessian is positive semidefinite and singular."""
    ring = f.context()
    size = ring.nvars()
    echelon, rank = hessian.rref()
    pivots = [next(k for k in range(size) if echelon[i, k]) for i in range(rank)]
    free = [k for k in range(size) if k not in pivots]
    # New coordinates: the free ones run along the null space, the others r across it.
    old = list(ring.gens())
    for i, k in enumerate(pivots):
        old[k] -= sum(echelon[i, j] * ring.gen(j) for j in free)
    g = f.compose(*old, ctx=ring)
    slopes = [g.derivative(k) for k in pivots]
    definite = fmpq_mat(rank, rank, [hessian[i, j] for i in pivots for j in pivots])
    inverse = definite.inv()
    curve = [ring.gen(k) if k in free else ring.constant(0) for k in range(size)]
    for degree in range(2, order):
        missing = [_truncate(slope.compose(*curve, ctx=ring), degree) for slope in slopes]
        for i, k in enumerate(pivots):
            curve[k] -= sum(inverse[i, j] * m for j, m in enumerate(missing))
    reduced = g.compose(*curve, ctx=ring)
    low = _truncate(reduced, order)
    if low:
        degree = min(sum(e) for e in low.monoms())
        lowest = {tuple(e[k] for k in free): c for e, c in low.terms() if sum(e) == degree}
        return _lowest(_ring(len(free)).from_dict(lowest))
    if not reduced and not any(slope.compose(*curve, ctx=ring) for slope in slopes):
        return "minimum", "the function is constant along its null directions, exactly"
    return "undecided", f"the reduced function vanishes up to degree {order}; raise `order`"


def _truncate(f: fmpq_mpoly, degree: int) -> fmpq_mpoly:
    return f.context().from_dict({e: c for e, c in f.terms() if sum(e) <= degree})


def _lowest(form: fmpq_mpoly) -> tuple[ExactKind, str]:
    sign = form_sign(form)
    nullity = form.context().nvars()
    where = f"leading form of degree {form.total_degree()} in the {nullity} null directions"
    if sign is Sign.POSITIVE:
        return "strict-minimum", f"positive definite {where}"
    if sign is Sign.NEGATIVE:
        return "saddle", f"negative definite {where}"
    if sign is Sign.TAKES_NEGATIVE:
        return "saddle", f"{where} takes a negative value"
    return "undecided", f"{where} could not be shown definite or negative somewhere"
