"""Datasets that ship with scikit-learn, two classes at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.claims.training import pick_device
from lossurface.claims.traps import ConditionName, trap
from lossurface.setting import Dataset, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PAIRS", "pair", "scaled", "started_at_the_trap"]

# name: (scikit-learn's loader, the class called +1, the class called -1, features; None for all)
PAIRS: dict[str, tuple[str, int, int, int | None]] = {
    "iris: setosa, versicolor": ("iris", 0, 1, None),
    "iris: setosa, virginica": ("iris", 0, 2, None),
    "iris: versicolor, virginica": ("iris", 1, 2, None),
    "wine: first, second": ("wine", 0, 1, None),
    "wine: second, third": ("wine", 1, 2, None),
    "cancer: ten features": ("breast_cancer", 1, 0, 10),
    "digits: 0, 1": ("digits", 0, 1, None),
    "digits: 3, 8": ("digits", 3, 8, None),
    "cancer: all features": ("breast_cancer", 1, 0, None),
}


def pair(name: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the samples (n, d) and labels (n,), 0 and 1, of one of `PAIRS`.

    Raises:
        InputError: there is no such pair.
    """
    import numpy as np
    from sklearn import datasets

    if name not in PAIRS:
        raise InputError(f"{name!r} is no pair; use one of {', '.join(map(repr, PAIRS))}")
    source, positive, negative, features = PAIRS[name]
    loaded: Any = getattr(datasets, f"load_{source}")()
    chosen = np.isin(loaded.target, (positive, negative))
    return loaded.data[chosen][:, :features], (loaded.target[chosen] == positive).astype(np.int64)


def scaled(dataset: Dataset) -> Dataset:
    """Return the dataset, each coordinate divided by a power of two that brings it into [-1, 1].

    An invertible linear map: no condition of Propositions 11 and 12 changes, and no loss surface
    but by a change of parameters. Training then starts from weights of a fitting size.
    """
    powers = []
    for column in zip(*dataset.x, strict=True):
        power = 1
        while power < max(abs(v) for v in column):
            power *= 2
        powers.append(power)
    rows = tuple(
        tuple(Fraction(v) / c for v, c in zip(row, powers, strict=True)) for row in dataset.x
    )
    return Dataset(rows, dataset.y)


def started_at_the_trap(
    dataset: Dataset,
    claim: ConditionName,
    neuron: str,
    widths: Sequence[int],
    *,
    trials: int,
    seed: int,
    device: str = "cpu",
) -> Tally:
    """Train f_S beside the f_D that makes a trap, from starts near it; count those that stay.

    f_D gives each sample what the dual weights ask for (`lossurface.claims.traps`) and is held
    fixed; where the condition holds, the weights are those that come closest to a trap. A start
    is w_j = 0, a_j = -1 or 1, all of the trap's sign, with Gaussian noise of size 0.01. p = 6.

    Args:
        dataset: the samples.
        claim: `proposition-11` or `proposition-12`.
        neuron: of f_S.
        widths: the numbers of neurons M.
        trials: starts for each width.
        seed: of the noise.
        device: "cpu", "cuda" or "auto".

    Returns:
        The runs with training error above zero at their end, by width.
    """
    import torch

    from lossurface.landscape.descent import descend
    from lossurface.landscape.single_layer import SingleLayerSurface

    place = pick_device(device)
    seen = trap(dataset, claim, neuron)
    X, y = (torch.from_numpy(part).to(place) for part in (seen.X, seen.y))
    sigma = get_neuron(neuron)
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for width in widths:
        zero = float(sigma.torch(torch.zeros(1, dtype=torch.float64)))
        offset = y * torch.from_numpy(seen.margins).to(place) + seen.sign * width * zero
        surface = SingleLayerSurface(sigma, polynomial_hinge(6), X, y, width, offset=offset)
        noise = torch.randn(trials, surface.P, generator=generator, dtype=torch.float64)
        start = 0.01 * noise
        start[:, 1 : 1 + width] -= seen.sign
        ends = descend(surface, start.to(place), until_separated=True, spectrum=False)
        hits.append(int((ends.error > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
