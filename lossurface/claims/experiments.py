"""Experiments that several pages share: training from random starts, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims.tally import Tally
from lossurface.setting import Dataset, Loss, get_neuron, polynomial_hinge

if TYPE_CHECKING:
    import torch

__all__ = ["pick_device", "stuck_by_width"]


def pick_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the first GPU if there is one.

    Raises:
        InputError: the name is unknown, or there is no such device here.
    """
    import torch

    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"device is {name!r}; use cpu, cuda or auto")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise InputError("device is 'cuda' and torch finds no GPU; use cpu or auto")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


def stuck_by_width(
    dataset: Dataset,
    neuron: str,
    widths: Sequence[int],
    *,
    trials: int,
    seed: int,
    p: int = 3,
    loss: Loss | None = None,
    device: str = "cpu",
    steps: int = 300,
) -> Tally:
    """Train single-layer networks from Gaussian starts; count those that end with R > 0.

    Every parameter of a start is standard normal. The optimiser is the package's batched second-
    order descent; a run ends where the gradient vanishes, or where the loss falls below 1/n, which
    makes the training error 0 there and further down.

    Args:
        dataset: the samples.
        neuron: a key of `lossurface.setting.NEURONS`.
        widths: the numbers of neurons M.
        trials: starts for each width.
        seed: of the starts.
        p: power of the polynomial hinge.
        loss: another loss, in place of that hinge.
        device: "cpu", "cuda" or "auto".
        steps: most steps of a run.

    Returns:
        The runs with training error above zero at their end, by width.
    """
    import torch

    from lossurface.landscape.descent import descend
    from lossurface.landscape.single_layer import SingleLayerSurface

    place = pick_device(device)
    X, y = dataset.tensors(place)
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for width in widths:
        problem = SingleLayerSurface(get_neuron(neuron), loss or polynomial_hinge(p), X, y, width)
        start = torch.randn(trials, problem.P, generator=generator, dtype=torch.float64)
        ends = descend(problem, start.to(place), until_separated=True, spectrum=False, steps=steps)
        hits.append(int((ends.error > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
