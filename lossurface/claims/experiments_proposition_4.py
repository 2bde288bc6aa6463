"""Proposition 4 beyond its certificate: how often samples are balanced."""

from __future__ import annotations

from collections.abc import Sequence

from lossurface.claims.tally import Tally
from lossurface.counterexamples.balance import balanced
from lossurface.setting import proposition_4

__all__ = ["balanced_share"]


def balanced_share(sizes: Sequence[int], *, trials: int, seed: int) -> Tally:
    """Count the draws of 2n samples that are balanced.

    Args:
        sizes: the values of n.
        trials: draws for each.
        seed: of the draws.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    law = proposition_4()
    hits = [sum(balanced(law.sample(rng, 2 * n)) for _ in range(trials)) for n in sizes]
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))
