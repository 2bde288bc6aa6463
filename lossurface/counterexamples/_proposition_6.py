"""Proposition 6: without the shortcut a feedforward network can die, on any dataset at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lossurface import InputError, setting
from lossurface.counterexamples.construction import (
    DEAD_REACH,
    admissible_neuron,
    admissible_power,
    assumed,
    balancing_constant,
    both_classes,
    chosen_dataset,
    dead_layers,
    error_of_constant,
    hidden_widths,
    local_minimum,
)
from lossurface.exact.certificate import Certificate
from lossurface.exact.checker.format import ZERO
from lossurface.setting.datasets import Dataset

__all__ = ["XOR", "proposition_6"]

CLAIM = "Proposition 6"
XOR = Dataset.of([(1, 1), (-1, -1), (1, -1), (-1, 1)], [1, 1, -1, -1])


def proposition_6(
    neuron: str = "relu",
    p: int = 2,
    width: int = 3,
    depth: int = 2,
    dataset: Dataset | None = None,
    data: str = "none",
    *,
    widths: Sequence[int] | None = None,
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 6 and certify it.

    The last hidden layer has W = 0 and b = -1: it is dead whatever the layers before it do, and
    stays so nearby, so f is a constant, at the best constant there is.

    Any dataset with both classes will do, one with contradictory labels too: the claim asks
    nothing of the samples. (The paper's neurons are continuous as well; a threshold does no harm,
    as its outputs in the earlier layers are bounded.)

    Args:
        neuron: `relu`, `requ`, `threshold` or `constant`: zero on z < 0.
        p: power of the hinge, at least 2.
        width: neurons in each hidden layer, at least 1.
        depth: hidden layers, at least 1.
        dataset: any samples of both classes; the four points of XOR by default.
        data: `none`, or `theorem-1` or `theorem-2` to certify that the samples meet the theorem's
            assumptions too.
        widths: of the hidden layers, in place of `width` and `depth`.
        seed: draw the samples instead, from two planes in R^3, with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible_neuron(neuron, ZERO, CLAIM, "a neuron with sigma(z) = 0 for z < 0")
    admissible_power(p, CLAIM)
    widths = hidden_widths(width, depth, widths, CLAIM)
    planes = partial(setting.subspace, 3, (0, 1), (1, 2))
    dataset = chosen_dataset(dataset, XOR, planes, seed, n, CLAIM)
    both_classes(dataset, CLAIM)
    if data not in ("none", "theorem-1", "theorem-2"):
        raise InputError(f"data is {data!r}; give 'none', 'theorem-1' or 'theorem-2'")
    witness = assumed(data, dataset, CLAIM)
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    deep = dead_layers(neuron, dataset.d, widths, [value], CLAIM)
    network = {"architecture": "feedforward", "deep": deep}
    error = error_of_constant(dataset)
    return local_minimum(CLAIM, dataset, p, witness, network, error, DEAD_REACH)
