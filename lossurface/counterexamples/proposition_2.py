"""Proposition 2: neurons that are zero on the negative axis can all die at once."""

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
)
from lossurface.counterexamples._witness import half_space, reach_of_signs, separator, subspaces
from lossurface.errors import InputError
from lossurface.exact import Certificate, rational
from lossurface.setting import Dataset

__all__ = ["HALF_PLANE", "RAYS", "proposition_2"]

CLAIM = "Proposition 2"
RAYS = Dataset.of([(1, 0), (2, 0), (0, 1), (0, 2)], [1, 1, -1, -1])
HALF_PLANE = Dataset.of([(1, 2), (2, 3), (1, 3), (2, 1), (3, 1), (3, 2)], [1, 1, 1, -1, -1, -1])


def proposition_2(
    neuron: str = "relu",
    p: int = 2,
    width: int = 1,
    data: str = "theorem-1",
    dataset: Dataset | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 2 and certify it.

    All samples lie in an open half-space v^T x > 0. With w_j = -v every neuron is dead on every
    sample and stays so nearby: the network is the constant a_0, at the best constant there is.

    Args:
        neuron: `threshold`, `relu`, `requ` or `constant`: zero on z < 0.
        p: power of the hinge, at least 2.
        width: number M of neurons, at least 1; more than n changes nothing.
        data: `theorem-1` (the classes on different subspaces) or `theorem-2` (separable).
        dataset: samples in an open half-space that meet the assumption; a small one by default.

    Returns:
        A certificate with reason `dead`, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    kind = admissible_neuron(neuron, rational.ZERO, CLAIM, "a neuron with sigma(z) = 0 for z < 0")
    at_least("p", p, 2, CLAIM)
    at_least("width", width, 1, CLAIM)
    if data not in ("theorem-1", "theorem-2"):
        raise InputError(f"data is {data!r}; {CLAIM} is about 'theorem-1' or 'theorem-2' data")
    if dataset is None:
        dataset = RAYS if data == "theorem-1" else HALF_PLANE
    admissible_dataset(dataset, CLAIM)
    if data == "theorem-1":
        witness = {"assumption": data, **subspaces(dataset, CLAIM)}
    else:
        witness = {"assumption": data, "separator": separator(dataset, CLAIM)}
    direction = half_space(dataset, CLAIM)
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    signs = (-1, 1)
    return sealed(
        {
            "kind": "local-minimum",
            "claim": "proposition-2",
            "loss": {"name": "polynomial-hinge", "p": p},
            "data": witness,
            **dataset.to_dict(),
            "network": {
                "architecture": "single-layer",
                "neuron": kind.name,
                "a0": str(value),
                "a": [Fraction(signs[j % 2]) for j in range(width)],
                "W": [[-v] * width for v in direction],
            },
            "reason": "dead",
            "dual_weights": dual_weights(value, dataset.y, p),
            "training_error": error_of_constant(dataset),
        },
        reach=reach_of_signs(direction),
    )
