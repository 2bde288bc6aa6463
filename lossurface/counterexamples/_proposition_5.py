"""Proposition 5: quadratic neurons can have a bad local minimum on separable data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossurface import InputError, setting
from lossurface.counterexamples.construction import (
    admissible_dataset,
    admissible_neuron,
    admissible_power,
    assumed,
    at_least,
    balancing_constant,
    chosen_dataset,
    error_of_constant,
    layered,
    local_minimum,
    reach_with,
    shifted,
)
from lossurface.exact.certificate import Certificate
from lossurface.exact.checker.arithmetic import definite, integers
from lossurface.exact.checker.format import AT_ZERO, EVEN
from lossurface.setting.datasets import Dataset

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
    dataset: Dataset | None = None,
    scale: Fraction = Fraction(1),
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 5 and certify it.

    At w_j = 0 every neuron is at its minimum. One class lies further out than the other, so moving
    any w_j raises sum lambda y sigma(w_j^T x) to second order, and all a_j have the sign that makes
    this a loss.

    Args:
        neuron: `quadratic`, `quartic` or `cosh`: strongly convex with its minimum at 0.
        p: power of the hinge, at least 2.
        width: number M of neurons, at least 1.
        dataset: linearly separable, with S = sum lambda y x x^T definite; `LINE` by default.
        scale: |a_j|, above 0; the radius cannot exceed it.
        deep: hidden widths of an f_D beside f_S, all its last hidden neurons dead; none by default.
        deep_neuron: f_D's neuron, zero on the negative axis.
        seed: draw the samples instead, on [2, 3] and [-1, -1/2], with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible_neuron(neuron, EVEN, CLAIM, "a strongly convex neuron with its minimum at 0")
    admissible_power(p, CLAIM)
    at_least("width", width, 1, CLAIM)
    dataset = chosen_dataset(dataset, LINE, lambda: setting.proposition_5(), seed, n, CLAIM)
    admissible_dataset(dataset, CLAIM)
    if not isinstance(scale, int | Fraction) or scale <= 0:
        raise InputError(
            f"scale is {scale!r}; {CLAIM} needs a_j of one strict sign: give a rational above 0"
        )
    weights = [Fraction(dataset.n_minus if y == 1 else -dataset.n_plus) for y in dataset.y]
    columns = [integers(column)[0] for column in zip(*dataset.x, strict=True)]
    if definite(weights, columns):
        a = [-Fraction(scale)] * width
    elif definite([-weight for weight in weights], columns):
        a = [Fraction(scale)] * width
    else:
        raise InputError(
            f"samples make S = sum lambda y x x^T indefinite; {CLAIM} needs one class further from "
            "the origin than the other in every direction"
        )
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    bias = shifted(value, -AT_ZERO[neuron][0] * sum(a))  # less what the neurons add at 0
    W = [[Fraction(0)] * width for _ in range(dataset.d)]
    network = layered(neuron, bias, a, W, deep, deep_neuron, CLAIM)
    data = assumed("theorem-2", dataset, CLAIM)
    reach = reach_with(deep, Fraction(scale))
    error = error_of_constant(dataset)
    return local_minimum(CLAIM, dataset, p, data, network, error, reach)
