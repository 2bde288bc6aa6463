"""Check what Proposition 10 says of one network: its gradient is not 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb

from lossurface.exact.findings import Finding, enclosed_positive

__all__ = ["no_critical_point"]


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
