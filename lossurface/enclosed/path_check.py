"""Check that the loss never rises along a path of straight segments, over whole segments.

The loss of a sample does not decrease in -y f, so it is enough that no margin y f falls. Where only
output weights move, a margin is affine on the segment: its two ends decide. Where only hidden
weights move, each of their neurons has a_j = 0, or sigma increases and a_j w_j^T x moves its way on
every sample. So every segment is one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from flint import ctx

from lossurface.enclosed.single_layer import SingleLayer, balls
from lossurface.exact import Finding
from lossurface.exact.findings import decided, undecided

PRECISION = 256  # bits


def never_rises(
    layer: SingleLayer,
    path: Sequence[Sequence[float]],
    *,
    sigma: Callable[[Fraction], Fraction] | None = None,
    increasing: bool = False,
) -> Finding:
    """Prove that no margin falls along a path, and that all are at least 1 at its end.

    So a loss that does not rise with the margin, and is least from 1 on, as the polynomial hinge,
    never rises there and ends at its least.

    Args:
        layer: the network's loss.
        path: its vertices, (P,) floats each, taken exactly.
        sigma: the neuron on rationals, where it has such values: the finding is then exact.
        increasing: whether the neuron is (strictly or not) increasing.
    """
    pieces = len(path) - 1
    statement = f"no margin falls along {pieces} segments, one piece each, and all end at 1 or more"
    if layer.l2:
        return undecided(statement, "a penalty on the parameters may rise all the same")
    with ctx.workprec(PRECISION):
        margins = [_margins(layer, theta, sigma) for theta in path]
        for k, (before, after) in enumerate(pairwise(path)):
            rises = _may_move(layer, before, after, increasing)
            if rises is None:
                rises = all(u >= v for u, v in zip(margins[k + 1], margins[k], strict=True))
            if not rises:
                return undecided(statement, f"a margin may fall on segment {k + 1}")
        if not all(margin >= 1 for margin in margins[-1]):
            return undecided(statement, "a margin may end below 1")
    return decided(statement, True, "enclosed" if sigma is None else "exact", f"{pieces} pieces")


def _margins(
    layer: SingleLayer,
    theta: Sequence[float],
    sigma: Callable[[Fraction], Fraction] | None,
) -> list[Any]:
    outputs: Sequence[Any]
    if sigma is None:
        outputs = layer.outputs(balls(theta))
    else:
        outputs = layer.outputs_over([Fraction(value) for value in theta], sigma, Fraction)
    return [y * f for y, f in zip(layer.labels, outputs, strict=True)]


def _may_move(
    layer: SingleLayer, before: Sequence[float], after: Sequence[float], increasing: bool
) -> bool | None:
    """Say whether no margin can fall as hidden weights move; None where none of them does."""
    M = layer.M
    start, end = [Fraction(v) for v in before], [Fraction(v) for v in after]
    if start == end:
        return True
    moved = [j for j in range(M) if start[1 + M + j :: M] != end[1 + M + j :: M]]
    if not moved:
        return None
    if start[: 1 + M] != end[: 1 + M]:
        return False
    for j in moved:
        way = [u - v for u, v in zip(end[1 + M + j :: M], start[1 + M + j :: M], strict=True)]
        for x, y in zip(layer.samples, layer.labels, strict=True):
            rise = y * start[1 + j] * sum(Fraction(v) * t for v, t in zip(x, way, strict=True))
            if rise < 0 or (rise > 0 and not increasing):
                return False
    return True
