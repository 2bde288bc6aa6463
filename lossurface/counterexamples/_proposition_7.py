"""Proposition 7: an identity shortcut is an affine map once the residual part is dead."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from lossurface import setting
from lossurface.counterexamples.affine import affine_minimum, best_affine_map, hulls_meet
from lossurface.counterexamples.construction import (
    DEAD_REACH,
    admissible_dataset,
    admissible_neuron,
    admissible_power,
    assumed,
    chosen_dataset,
    dead_layers,
    hidden_widths,
)
from lossurface.exact.certificate import Certificate
from lossurface.setting.datasets import Dataset

__all__ = ["proposition_7"]

CLAIM = "Proposition 7"


def proposition_7(
    neuron: str = "relu",
    p: int = 2,
    width: int = 2,
    depth: int = 1,
    dataset: Dataset | None = None,
    *,
    widths: Sequence[int] | None = None,
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 7 and certify it.

    f(x) = a^T (x + H(x)) + b with the last hidden layer of H dead: H = 0 and stays constant nearby,
    f is affine, and (a, b) is the best affine map. The classes' convex hulls meet, so it
    misclassifies a sample.

    Args:
        neuron: of H; the claim is about `relu`.
        p: power of the hinge, at least 2.
        width: neurons in each hidden layer of H, at least 1.
        depth: hidden layers of H, at least 1.
        dataset: Theorem 1 data; eight symmetric points by default, whose best affine map is 0.
        widths: of the hidden layers, in place of `width` and `depth`.
        seed: draw the samples instead, (s, t, 0) and (0, t, s), with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate; where the best affine map is irrational it is given by balls.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible_neuron(neuron, {"relu"}, CLAIM, "an H all of whose neurons are ReLUs")
    admissible_power(p, CLAIM)
    widths = hidden_widths(width, depth, widths, CLAIM)
    law, symmetric = setting.proposition_3, setting.proposition_3_symmetric()
    dataset = chosen_dataset(dataset, symmetric, law, seed, n, CLAIM)
    admissible_dataset(dataset, CLAIM)
    data = assumed("theorem-1", dataset, CLAIM)
    hulls_meet(dataset, CLAIM)
    best = best_affine_map(dataset, p)
    a: list[Any] = list(best.v) if best.constant else [str(value) for value in best.v]
    network = {
        "architecture": "identity-shortcut",
        "a": a,
        "b": str(best.c),
        "deep": dead_layers(neuron, dataset.d, widths, [Fraction(0)] * dataset.d, CLAIM),
    }
    return affine_minimum(CLAIM, dataset, p, data, network, best, DEAD_REACH)
