"""Neurons to second order: what makes a sum of neurons largest at w = 0."""

import math
from collections.abc import Sequence
from fractions import Fraction as Q
from typing import Any

from .arithmetic import Samples
from .dataset import check_form
from .neurons import CONVEX, EVEN
from .reading import require


def norm_above(square: Q, bits: int = 96) -> Q:
    """Return a rational at least sqrt(square), barely above it."""
    scaled = (square.numerator << (2 * bits)) // square.denominator
    return Q(math.isqrt(scaled) + 1, 1 << bits)


def check_curvature(
    neuron: str, a: Sequence[Q], weighted: Sequence[Q], samples: Samples, radius: Q, form: Any
) -> None:
    """Check that sum_j a_j g(w_j), g(w) = sum_i weighted_i (sigma(w^T x_i) - sigma(0)), is <= 0.

    For all a and w closer than the radius to the a given and to w = 0. The a_j have one sign and
    keep it, and S, the sum of h weighted_i x_i x_i^T less Taylor's remainder, has the other. The
    form is the span of the samples with a weight, and the kernel of S.
    """
    require(all(v < 0 for v in a) or all(v > 0 for v in a), "network.a has no single sign")
    require(min(map(abs, a)) >= radius, "radius: an entry of network.a may change its sign")
    turned = list(weighted) if a[0] < 0 else [-weight for weight in weighted]
    used = [i for i, weight in enumerate(turned) if weight]
    every = samples.squares()
    squares = [every[i] for i in used]
    if neuron in CONVEX:
        h, K, Z = CONVEX[neuron]
        for k, value in enumerate(samples.sum(turned)):
            require(not value, f"dual weights: coordinate {k} of sum lambda y x is not zero")
        bounds = [K * radius * norm_above(square) for square in squares]
    else:
        h, K, Z = EVEN[neuron]
        bounds = [K * radius**2 * square for square in squares]
    within = Z is None or radius**2 * max(squares) <= Z**2
    require(within, "radius: beyond the range of the Taylor bound")
    rest = [h * turned[i] - b * abs(turned[i]) for i, b in zip(used, bounds, strict=True)]
    check_form(form, rest, [samples.rows[i] for i in used], "radius or dual weights")
