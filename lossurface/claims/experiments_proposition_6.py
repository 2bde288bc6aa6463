"""Proposition 6 beyond its certificate: how often a random deep network is born dead."""

from __future__ import annotations

from collections.abc import Sequence

from lossurface.claims.tally import Tally
from lossurface.setting import Dataset

__all__ = ["dead_networks"]


def dead_networks(
    dataset: Dataset, depths: Sequence[int], *, width: int, trials: int, seed: int
) -> Tally:
    """Count random ReLU networks some hidden layer of which is silent on every sample.

    Such a network is constant on the samples. Weights are normal with variance 2 / (inputs of the
    layer), biases 0.

    Args:
        dataset: the samples.
        depths: the numbers of hidden layers.
        width: neurons in each.
        trials: networks; the deeper ones extend the shallower ones.
        seed: of the weights.
    """
    import torch

    X, _ = dataset.tensors()
    generator = torch.Generator().manual_seed(seed)
    h = X.expand(trials, *X.shape)
    hits = {}
    for depth in range(1, max(depths) + 1):
        shape = (trials, h.shape[-1], width)
        W = torch.randn(shape, generator=generator, dtype=torch.float64)
        h = (h @ W * (2 / h.shape[-1]) ** 0.5).clamp(min=0)
        hits[depth] = int((h == 0).all(-1).all(-1).sum())
    return Tally(tuple(depths), tuple(hits[depth] for depth in depths), (trials,) * len(depths))
