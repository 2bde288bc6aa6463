"""Proposition 2: neurons that are zero on the negative axis can all die at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from lossurface import InputError, setting
from lossurface.claims import verdict
from lossurface.claims.construction import (
    admissible,
    admissible_dataset,
    assumed,
    at_least,
    balancing_constant,
    certified,
    chosen_dataset,
    half_space,
    layered,
    local_minimum,
    reach_of_signs,
)
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import ZERO
from lossurface.setting import Dataset

__all__ = ["HALF_PLANE", "RAYS", "certify", "verify"]

CLAIM = "Proposition 2"
RAYS = Dataset.of([(1, 0), (2, 0), (0, 1), (0, 2)], [1, 1, -1, -1])
HALF_PLANE = Dataset.of([(1, 2), (2, 3), (1, 3), (2, 1), (3, 1), (3, 2)], [1, 1, 1, -1, -1, -1])


def certify(
    neuron: str = "relu",
    p: int = 2,
    width: int = 1,
    data: str = "theorem-1",
    dataset: Dataset | None = None,
    *,
    deep: Sequence[int] | None = None,
    deep_neuron: str = "relu",
    seed: int | None = None,
    n: int | None = None,
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
        deep: hidden widths of an f_D beside f_S, all its last hidden neurons dead; none by default.
        deep_neuron: f_D's neuron, of the same class.
        seed: draw the samples instead, t e_1 and t e_2 or (y s, t), with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible(neuron, p, ZERO, CLAIM, "a neuron with sigma(z) = 0 for z < 0")
    at_least("width", width, 1, CLAIM)
    if data not in ("theorem-1", "theorem-2"):
        raise InputError(f"data is {data!r}; {CLAIM} is about 'theorem-1' or 'theorem-2' data")
    first = data == "theorem-1"
    law = setting.proposition_2_rays if first else setting.proposition_2_half_space
    dataset = chosen_dataset(dataset, RAYS if first else HALF_PLANE, law, seed, n, CLAIM)
    admissible_dataset(dataset, CLAIM)
    witness = assumed(data, dataset, CLAIM)
    direction = half_space(dataset, CLAIM)
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    a = [Fraction((-1) ** (j + 1)) for j in range(width)]
    W = [[-v] * width for v in direction]
    network = layered(neuron, value, a, W, deep, deep_neuron, CLAIM)
    return local_minimum(CLAIM, dataset, p, witness, network, reach_of_signs(direction))


def _findings() -> Iterator[Finding]:
    for neuron in sorted(ZERO):
        for p in (2, 3, 6):
            for data in ("theorem-1", "theorem-2"):
                for width in (1, 8):
                    certificate = certify(neuron, p, width, data)
                    yield certified(certificate, f"{neuron}, p = {p}, M = {width}, {data}")
    for data in ("theorem-1", "theorem-2"):
        certificate = certify("relu", 2, 3, data, deep=(2, 2))
        yield certified(certificate, f"f_S + f_D, {data}")


def verify() -> Verdict:
    """Verify Proposition 2 by checking certificates; nothing in it is random."""
    headline = "Local minima with training error 1/2 on both theorems' data, M = 1 and M > n."
    return verdict("proposition-2", _findings(), headline)
