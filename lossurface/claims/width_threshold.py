"""How sharp is the width of Theorem 1? Training and proofs below it (ours; not in the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.claims.theorem_1 import threshold
from lossurface.setting import get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossurface.landscape.hunts import Hunt

__all__ = ["Phase", "axes_of", "hunt_below", "phase"]

RANK = 3  # r_+ = r_-
Axes = tuple[tuple[int, ...], tuple[int, ...]]


def axes_of(gap: int) -> Axes:
    """Return U_+ and U_- of three axes each, with Delta r = gap: 3 - gap are shared.

    Raises:
        InputError: gap is not from 1 to 3.
    """
    if not 1 <= gap <= RANK:
        raise InputError(f"Delta r is {gap}; give a number from 1 to {RANK}")
    shared = tuple(range(RANK - gap))
    first = tuple(range(RANK - gap, RANK))
    return (*shared, *first), (*shared, *range(RANK, RANK + gap))


@dataclass(frozen=True)
class Phase:
    """The share of networks that end with an error, over samples and widths.

    Attributes:
        sizes: (k,), n.
        widths: (m,), M.
        counts: one tally over the widths for each size.
        thresholds: (k,), the least M of Theorem 1.
    """

    sizes: tuple[int, ...]
    widths: tuple[int, ...]
    counts: tuple[Tally, ...]
    thresholds: tuple[int, ...]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(k, m)."""
        import numpy as np

        return np.array([[c.share(j) for j in range(len(self.widths))] for c in self.counts])


def phase(
    sizes: Sequence[int],
    widths: Sequence[int],
    *,
    gap: int,
    trials: int,
    seed: int,
    device: str = "cpu",
    steps: int = 100,
) -> Phase:
    """Train networks over a grid of samples and widths, p = 6; count those that end with an error.

    Args:
        sizes: n.
        widths: M.
        gap: Delta r; r_+ = r_- = 3.
        trials: networks at each point, each on its own data.
        seed: of all randomness.
        device: where the training runs.
        steps: most steps of a run.
    """
    from lossurface.claims.training import subspace_batch, tally, train

    axes = axes_of(gap)
    counts = []
    for n in sizes:
        batch = subspace_batch(trials, n, *axes, seed=seed + n)
        runs = [train(batch, "softplus", M, seed=seed, device=device, steps=steps) for M in widths]
        counts.append(tally(widths, runs))
    needs = tuple(threshold(n, *axes) for n in sizes)
    return Phase(tuple(sizes), tuple(widths), tuple(counts), needs)


def hunt_below(n: int, M: int, *, starts: int, seed: int, steps: int = 500) -> Hunt:
    """Descend below the threshold, and certify what kind of point each flat end with an error is.

    Args:
        n: samples.
        M: softplus neurons; p = 6.
        starts: each on its own data, U_+ = {0, 1} and U_- = {1, 2}.
        seed: of all randomness.
        steps: most steps of a run.
    """
    import torch

    from lossurface.claims.training import subspace_batch
    from lossurface.landscape.descent import descend
    from lossurface.landscape.hunts import hunt
    from lossurface.landscape.single_layer import SingleLayerSurface

    batch = subspace_batch(starts, n, (0, 1), (1, 2), seed=seed)
    surface = SingleLayerSurface(
        get_neuron("softplus"),
        polynomial_hinge(6),
        torch.from_numpy(batch.X),
        torch.from_numpy(batch.y),
        M,
    )
    generator = torch.Generator().manual_seed(seed)
    start = torch.randn(starts, surface.P, generator=generator, dtype=torch.float64)
    ends = descend(surface, start, until_separated=True, spectrum=False, steps=steps)
    return hunt(surface, ends, most=100)
