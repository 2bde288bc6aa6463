"""What Propositions 8 and 10 share: a network's last layer, and random networks without error."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.setting import Architecture, Dataset, Loss, Network, Neuron, Problem

if TYPE_CHECKING:
    import numpy as np

_TICKS = 8  # parameters and samples are multiples of 1/8 in [-2, 2]
_SAMPLES = 8


def last_layer(architecture: Architecture) -> list[int]:
    """Return where in theta the last layer's parameters are, first a bias that adds to f.

    f is linear in all of them together.
    """
    names = [name for name, shape in architecture.shapes for _ in range(math.prod(shape))]
    depth = len(architecture.deep_widths or ()) + 1
    last = ["a0", f"b{depth}", "a", f"W{depth}"]
    if architecture.kind == "identity-shortcut":
        last = ["b", "a"]
    return [k for block in last for k, name in enumerate(names) if name == block]


def _multiples(rng: np.random.Generator, count: int) -> tuple[Fraction, ...]:
    ticks = rng.integers(-2 * _TICKS, 2 * _TICKS + 1, size=count).tolist()
    return tuple(Fraction(tick, _TICKS) for tick in ticks)


def _random_network(rng: np.random.Generator, neuron: Neuron, kind: str) -> Network:
    """Draw d in 1 to 3, up to 4 neurons in f_S, up to 3 hidden layers of up to 4."""
    d = int(rng.integers(1, 4))
    widths = tuple(int(v) for v in rng.integers(1, 5, size=rng.integers(1, 4)))
    width = int(rng.integers(1, 5)) if kind in ("single-layer", "shortcut") else 0
    deep = (widths, neuron) if kind != "single-layer" else (None, None)
    shape = Architecture(kind, d, width, neuron if width else None, *deep)
    return Network(shape, _multiples(rng, shape.size))


def without_error(rng: np.random.Generator, neuron: Neuron, kind: str, loss: Loss) -> Problem:
    """Draw a network of one of `ARCHITECTURES`, and samples, until its signs, the labels, are sure.

    Both labels occur.
    """
    while True:
        network = _random_network(rng, neuron, kind)
        rows = tuple(_multiples(rng, network.d) for _ in range(_SAMPLES))
        outputs = [network.rational(x) if network.exact else network.ball(x) for x in rows]
        labels = tuple(1 if f >= 0 else -1 for f in outputs)
        if all(f >= 0 or f < 0 for f in outputs) and len({*labels}) == 2:
            return Problem(network, Dataset(rows, labels), loss)
