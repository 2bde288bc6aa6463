"""Example 1 on samples: how often least squares leaves a training error."""

from __future__ import annotations

from collections.abc import Sequence

from lossurface.claims.tally import Tally

__all__ = ["misfits"]


def misfits(sizes: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the samples of Example 1 that their own least-squares line misclassifies in part.

    Args:
        sizes: the numbers of samples n, each at least 2.
        trials: datasets for each size.
        seed: of the datasets.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for n in sizes:
        y = rng.choice((-1.0, 1.0), size=(trials, n))
        x = np.where(y > 0, 1.25, rng.uniform(0.0, 1.0, size=(trials, n)))
        dx, dy = x - x.mean(-1, keepdims=True), y - y.mean(-1, keepdims=True)
        spread = np.maximum((dx * dx).sum(-1), 1e-300)  # 0 for one class alone: a is 0 then
        a = (dx * dy).sum(-1) / spread
        f = y.mean(-1)[:, None] + a[:, None] * dx
        hits.append(int(((f >= 0) != (y > 0)).any(-1).sum()))
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))
