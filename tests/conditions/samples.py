"""Datasets that the tests of conditions share, each with what is known of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lossurface.conditions import Space
from lossurface.setting import Dataset

# name: (samples, labels, assumption-6, proposition-12, proposition-11), worked out by hand
KNOWN: dict[str, tuple[Any, Any, str, str, str]] = {
    # one dimension: any two samples are parallel; a hyperplane class makes (x - c)^2 vanish on it
    "line": ([[2], [-1]], [1, -1], "holds", "fails", "holds"),
    # S = diag(+, -) whatever lambda: the classes lie on two axes
    "cross": ([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, -1, -1], "fails", "holds", "holds"),
    # negatives within the hull of positives on all sides: S is positive definite for equal weights
    "ring": (
        [[3, 0], [-3, 0], [0, 3], [0, -3], [1, 1], [-1, -1]],
        [1, 1, 1, 1, -1, -1],
        "fails",
        "fails",
        "fails",
    ),
    # the same with a constant coordinate: S is never definite, yet semidefinite
    "lifted-ring": (
        [[3, 0, 1], [-3, 0, 1], [0, 3, 1], [0, -3, 1], [1, 1, 1], [-1, -1, 1]],
        [1, 1, 1, 1, -1, -1],
        "fails",
        "fails",
        "holds",
    ),
    # two planes in space, met in a line on which sums of the classes cancel
    "planes": (
        [[1, 1, 0], [-1, 2, 0], [0, 1, 3], [0, 2, -1]],
        [1, 1, -1, -1],
        "fails",
        "holds",
        "holds",
    ),
    # three collinear samples in a face: S is semidefinite of rank one, two columns being equal
    "face": (
        [[0, 1, 1, 2], [0, 1, 1, 1], [0, 1, 1, 3], [2, 0, 1, 1], [1, 0, 2, 5]],
        [-1, 1, 1, 1, -1],
        "fails",
        "fails",
        "holds",
    ),
    "contradiction": ([[1, 1], [1, 1], [2, 0]], [1, -1, 1], "fails", "fails", "holds"),
    "zero": ([[0, 0], [1, 2], [3, 1]], [1, -1, 1], "fails", "fails", "holds"),
}


def space(samples: Any, labels: Any) -> Space:
    """Return the prepared dataset."""
    return Space(Dataset.of(samples, labels))


def drawn(generator: np.random.Generator, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a small dataset: Gaussian or integer, both classes, sometimes one class spread out."""
    n = int(generator.integers(2 * d, 4 * d + 4))
    labels = np.where(np.arange(n) < generator.integers(1, n), 1, -1)
    samples = generator.normal(size=(n, d))
    samples[labels > 0] *= generator.choice([0.3, 1.0, 3.0])
    samples[labels < 0] += generator.choice([0.0, 0.5, 2.0])
    if generator.random() < 0.3:
        samples = np.round(samples * 2)
    return samples, labels
