"""Check what Propositions 8 and 10 say of one network: its loss is 0, or its gradient is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb

from lossurface.exact.findings import Finding, enclosed_positive, equal

__all__ = ["no_critical_point", "zero_loss"]


def zero_loss(
    loss: Callable[[Fraction], Fraction], labels: Sequence[int], outputs: Sequence[Fraction]
) -> Finding:
    """Prove L = (1/n) sum l(-y_i f_i) = 0 in rational arithmetic."""
    pairs = zip(labels, outputs, strict=True)
    total = sum((loss(-y * f) for y, f in pairs), Fraction(0)) / len(labels)
    return equal("the loss is zero", total, 0)


def no_critical_point(
    loss: Callable[[arb, int], arb], labels: Sequence[int], outputs: Sequence[arb]
) -> Finding:
    """Prove (1/n) sum lambda_i y_i f_i > 0, which is minus phi^T dL/dphi for the last layer phi.

    Args:
        loss: (z, k) to a ball around l's k-th derivative.
        labels: (n,).
        outputs: (n,), balls around f(x_i).
    """
    total = arb(0)
    for y, f in zip(labels, outputs, strict=True):
        total += loss(-y * f, 1) * y * f
    return enclosed_positive(
        "the last layer's gradient is not zero: sum lambda y f > 0", total / len(labels)
    )
