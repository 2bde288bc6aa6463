"""Proposition 2 beyond its certificate: how often a random start is dead."""

from __future__ import annotations

from collections.abc import Sequence

from lossurface.claims.tally import Tally
from lossurface.setting import Dataset

__all__ = ["dead_starts"]


def dead_starts(dataset: Dataset, widths: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the Gaussian starts whose neurons are all silent: w_j^T x_i <= 0 for all i and j.

    Args:
        dataset: the samples.
        widths: the numbers of neurons M.
        trials: starts for each width.
        seed: of the starts.
    """
    import torch

    X, _ = dataset.tensors()
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for width in widths:
        shape = (trials, dataset.d, width)
        W = torch.randn(shape, generator=generator, dtype=torch.float64)
        hits.append(int(((X @ W) <= 0).all(-1).all(-1).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
