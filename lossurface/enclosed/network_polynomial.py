"""The loss of a small network around an exact point, as a polynomial: for `enclosed.degenerate`.

With a polynomial neuron and the hinge l_p, L is a polynomial near any theta at which no margin is
exactly 1: samples with a margin above 1 add nothing nearby, the others add (1 - y f)^(p+1) / n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from lossurface.enclosed.degenerate import Classification, classify_polynomial
from lossurface.enclosed.single_layer import SingleLayer

__all__ = ["classify_network", "local_polynomial"]

MOST_TERMS = 20_000  # beyond it the exact classification takes seconds


def local_polynomial(
    layer: SingleLayer, p: int, powers: Mapping[int, int], theta: Sequence[Fraction]
) -> dict[tuple[int, ...], Fraction] | None:
    """Return the terms of delta -> L(theta + delta) near 0, constant included.

    Args:
        layer: for the samples, labels, offset and L2 term.
        p: of the polynomial hinge.
        powers: the neuron's coefficients, {2: 1} for z^2.
        theta: (P,), exact.

    Returns:
        Exponents (P of them) to coefficient; None where a margin is exactly 1, or where there
        would be too many terms.
    """
    size, d, M = layer.dimension, layer.d, layer.M
    ring = fmpq_mpoly_ctx.get([f"t{k}" for k in range(size)], Ordering.degrevlex)
    at = [ring.gen(k) + _q(value) for k, value in enumerate(theta)]
    total = ring.constant(0)
    offset = layer.offset or [0] * layer.n
    for x, y, extra in zip(layer.samples, layer.labels, offset, strict=True):
        f = at[0] + _q(Fraction(extra))
        for j in range(M):
            z = ring.constant(0)
            for k in range(d):
                z += at[1 + M + k * M + j] * _q(Fraction(x[k]))
            f += at[1 + j] * sum((c * z**e for e, c in powers.items()), ring.constant(0))
        rest = 1 - y * f
        here = _terms(rest).get((0,) * size, Fraction(0))
        if here == 0:
            return None
        if here > 0:
            power = ring.constant(1)
            for _ in range(p + 1):
                power *= rest
                if len(power) > MOST_TERMS:
                    return None
            total += power
    total = total * fmpq(1, layer.n)
    if layer.l2:
        half = _q(Fraction(layer.l2) / 2)
        total += half * sum((t * t for t in at), ring.constant(0))
    return _terms(total)


def classify_network(
    layer: SingleLayer, p: int, powers: Mapping[int, int], theta: Sequence[Fraction]
) -> Classification | None:
    """Classify a critical point of a small network exactly; None where that cannot be tried.

    Args:
        layer: as in `local_polynomial`.
        p: of the polynomial hinge.
        powers: the neuron's coefficients.
        theta: (P,), exact.
    """
    terms = local_polynomial(layer, p, powers, theta)
    if not terms or any(sum(e) == 1 for e in terms):
        return None  # too large, on a kink, identically zero, or no critical point
    return classify_polynomial(terms, order=8)


def _q(value: Fraction) -> Any:
    return fmpq(value.numerator, value.denominator)


def _terms(polynomial: Any) -> dict[tuple[int, ...], Fraction]:
    return {
        tuple(int(v) for v in e): Fraction(int(c.p), int(c.q))
        for e, c in polynomial.to_dict().items()
    }
