"""Small surfaces that several of these tests take."""

from __future__ import annotations

from typing import Any

import torch

from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import Loss, get_neuron, polynomial_hinge

AXES = ([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, -1, -1])  # each class symmetric
APART = ([[2], [3], [-1], [-0.5]], [1, 1, -1, -1])  # Proposition 5's
OVERLAPPING = ([[1], [1.5], [0.2], [0.4], [1.2], [0.1]], [1, 1, -1, -1, -1, 1])


def vector(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def gaussian(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def single(
    neuron: str, data: Any, M: int = 1, loss: Loss | None = None, **options: Any
) -> SingleLayerSurface:
    """Return the surface of M neurons on samples and labels; the loss is a hinge, p = 3."""
    X, y = (torch.tensor(part, dtype=torch.float64) for part in data)
    return SingleLayerSurface(get_neuron(neuron), loss or polynomial_hinge(3), X, y, M, **options)
