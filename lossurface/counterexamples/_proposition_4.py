"""Proposition 4: neurons with sigma(z) + sigma(-z) constant cannot use balanced data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossurface import InputError, setting
from lossurface.counterexamples.balance import balanced, balanced_sample
from lossurface.counterexamples.construction import (
    SAMPLES,
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
)
from lossurface.exact.certificate import Certificate
from lossurface.exact.checker.format import ODD
from lossurface.setting.datasets import Dataset

__all__ = ["CROSS", "proposition_4"]

CLAIM = "Proposition 4"
CROSS = Dataset.of([(1, 0), (-1, 0), (0, 1), (0, -1)], [1, 1, -1, -1])


def proposition_4(
    neuron: str = "sigmoid",
    p: int = 2,
    width: int = 1,
    dataset: Dataset | None = None,
    W: Sequence[Sequence[Fraction | int]] | None = None,
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 4 and certify it.

    Each class holds -x as often as x. As sigma(z) + sigma(-z) = c, a neuron's values average to c/2
    on either class, whatever w is: f_S can do no better than a constant. So a = 0, any W and the
    best constant make a minimum, a global one of f_S.

    Args:
        neuron: `sigmoid`, `tanh`, `arctan`, `softsign`, `constant` or `linear`.
        p: power of the hinge, at least 2.
        width: number M of neurons, at least 1; more than n changes nothing.
        dataset: Theorem 1 data, balanced; +-e_1 and +-e_2 by default.
        W: (d, M), any rational numbers; 1 and -1 in turn by default.
        deep: hidden widths of an f_D beside f_S, all its last hidden neurons dead; none by default.
        deep_neuron: f_D's neuron, zero on the negative axis.
        seed: draw the samples instead, among +-e_1 and +-e_2, until they are balanced.
        n: how many to draw, even; 20 unless given.

    Returns:
        A certificate, training error min(n_+, n_-)/n, and without f_D the
        radius "inf".

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    condition = "a neuron with sigma(z) + sigma(-z) constant"
    admissible_neuron(neuron, ODD, CLAIM, condition)
    admissible_power(p, CLAIM)
    at_least("width", width, 1, CLAIM)
    if seed is None:
        dataset = chosen_dataset(dataset, CROSS, setting.proposition_4, None, n, CLAIM)
    else:
        dataset = _drawn(dataset, seed, SAMPLES if n is None else n)
    admissible_dataset(dataset, CLAIM)
    if not balanced(dataset):
        raise InputError(
            f"samples hold some x without as many -x in its class; {CLAIM} needs each class to be "
            "balanced: add the missing ones, or draw by seed"
        )
    if W is None:
        W = [[(-1) ** (i + j) for j in range(width)] for i in range(dataset.d)]
    if len(W) != dataset.d or any(len(row) != width for row in W):
        raise InputError(f"W is not {dataset.d} x {width}; give a row for each coordinate")
    if any(not isinstance(v, int | Fraction) for row in W for v in row):
        raise InputError("W holds something else than ints and Fractions; give exact numbers")
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    rows = [[Fraction(v) for v in row] for row in W]
    network = layered(neuron, value, [Fraction(0)] * width, rows, deep, deep_neuron, CLAIM)
    data = assumed("theorem-1", dataset, CLAIM)
    reach = reach_with(deep, None)
    error = error_of_constant(dataset)
    return local_minimum(CLAIM, dataset, p, data, network, error, reach)


def _drawn(dataset: Dataset | None, seed: int, n: int) -> Dataset:
    if dataset is not None:
        raise InputError("both a dataset and a seed are given; leave one out")
    if at_least("n", n, 4, CLAIM) % 2:
        raise InputError(f"n is {n}; balanced samples come in pairs: give an even n")
    import numpy as np

    return balanced_sample(np.random.default_rng(at_least("seed", seed, 0, CLAIM)), n // 2)
