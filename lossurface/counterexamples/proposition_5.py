"""Proposition 5: quadratic neurons can have a bad local minimum on separable data."""

from __future__ import annotations

from fractions import Fraction

from lossurface.counterexamples._build import (
    admissible_dataset,
    admissible_neuron,
    at_least,
    balancing_constant,
    dual_weights,
    error_of_constant,
    sealed,
    shifted,
)
from lossurface.counterexamples._witness import separator
from lossurface.errors import InputError
from lossurface.exact import Certificate, rational
from lossurface.exact.linalg import definite
from lossurface.setting import Dataset

__all__ = ["LINE", "PLANE", "proposition_5"]

CLAIM = "Proposition 5"
LINE = Dataset.of([2, 3, -1, "-1/2"], [1, 1, -1, -1])
PLANE = Dataset.of(
    [(2, 2), (2, -2), (3, 0), ("-1/2", "1/2"), ("-1/2", "-1/2"), (-1, 0)], [1, 1, 1, -1, -1, -1]
)


def proposition_5(
    neuron: str = "quadratic",
    p: int = 3,
    width: int = 1,
    dataset: Dataset = LINE,
    scale: Fraction = Fraction(1),
) -> Certificate:
    """Build the bad local minimum of Proposition 5 and certify it.

    At w_j = 0 every neuron is at its minimum. One class lies further out than the other, so moving
    any w_j raises sum lambda y sigma(w_j^T x) to second order, and all a_j have the sign that makes
    this a loss.

    Args:
        neuron: `quadratic`, `quartic` or `cosh`: strongly convex with its minimum at 0.
        p: power of the hinge, at least 2.
        width: number M of neurons, at least 1.
        dataset: linearly separable, with S = sum lambda y x x^T definite.
        scale: |a_j|, above 0; the radius cannot exceed it.

    Returns:
        A certificate with reason `curved`, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    kind = admissible_neuron(
        neuron, rational.EVEN, CLAIM, "a strongly convex neuron with its minimum at 0"
    )
    at_least("p", p, 2, CLAIM)
    at_least("width", width, 1, CLAIM)
    admissible_dataset(dataset, CLAIM)
    if scale <= 0:
        raise InputError(f"scale is {scale}; {CLAIM} needs a_j of one strict sign: give scale > 0")
    weights = [Fraction(dataset.n_minus if y == 1 else -dataset.n_plus) for y in dataset.y]
    rows = [list(row) for row in dataset.x]
    if definite(weights, rows):
        a = [-scale] * width
    elif definite([-weight for weight in weights], rows):
        a = [scale] * width
    else:
        raise InputError(
            f"samples make S = sum lambda y x x^T indefinite; {CLAIM} needs one class further from "
            "the origin than the other in every direction"
        )
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    at_zero = rational.EVEN[kind.name][0]
    return sealed(
        {
            "kind": "local-minimum",
            "claim": "proposition-5",
            "loss": {"name": "polynomial-hinge", "p": p},
            "data": {"assumption": "theorem-2", "separator": separator(dataset, CLAIM)},
            **dataset.to_dict(),
            "network": {
                "architecture": "single-layer",
                "neuron": kind.name,
                "a0": str(shifted(value, -at_zero * sum(a))),
                "a": a,
                "W": [[Fraction(0)] * width for _ in range(dataset.d)],
            },
            "reason": "curved",
            "dual_weights": dual_weights(value, dataset.y, p),
            "training_error": error_of_constant(dataset),
        },
        reach=scale,
    )
