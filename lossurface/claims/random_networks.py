"""Random rational networks of every architecture, and datasets that they classify perfectly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.setting import ARCHITECTURES, Architecture, Dataset, Network, Neuron

if TYPE_CHECKING:
    import numpy as np

__all__ = ["fit_labels", "random_architecture", "random_network"]

_TICKS = 8  # parameters and samples are multiples of 1/8


def random_architecture(rng: np.random.Generator, kind: str, neuron: Neuron) -> Architecture:
    """Draw sizes: up to 3 coordinates, 4 neurons in f_S, 3 hidden layers of up to 4 neurons."""
    d = int(rng.integers(1, 4))
    single = kind in ("single-layer", "shortcut")
    depth = int(rng.integers(1, 4))
    widths = tuple(int(v) for v in rng.integers(1, 5, size=depth))
    return Architecture(
        kind,
        d,
        int(rng.integers(1, 5)) if single else 0,
        neuron if single else None,
        None if kind == "single-layer" else widths,
        None if kind == "single-layer" else neuron,
    )


def random_network(
    rng: np.random.Generator, neuron: Neuron, kind: str = ARCHITECTURES[0]
) -> Network:
    """Draw an architecture of a kind and its parameters, multiples of 1/8 in [-2, 2]."""
    shape = random_architecture(rng, kind, neuron)
    ticks = rng.integers(-2 * _TICKS, 2 * _TICKS + 1, size=shape.size).tolist()
    return Network(shape, tuple(Fraction(tick, _TICKS) for tick in ticks))


def fit_labels(rng: np.random.Generator, network: Network, n: int) -> Dataset | None:
    """Draw n samples and give each the label that the network decides: R = 0, by construction.

    Returns:
        The dataset; None if the network gives both classes to no two samples, or its sign is not
        certain on one.
    """
    rows = [
        tuple(Fraction(tick, _TICKS) for tick in row)
        for row in rng.integers(-2 * _TICKS, 2 * _TICKS + 1, size=(n, network.d)).tolist()
    ]
    labels = []
    for row in rows:
        f = network.rational(row) if network.exact else network.ball(row)
        if not (f >= 0 or f < 0):
            return None
        labels.append(1 if f >= 0 else -1)
    return Dataset(tuple(rows), tuple(labels)) if len(set(labels)) == 2 else None
