"""Proposition 7 beyond its certificate: identity shortcuts trained from random starts."""

from __future__ import annotations

from collections.abc import Sequence

from lossurface.claims.experiments import pick_device
from lossurface.claims.tally import Tally
from lossurface.setting import (
    Dataset,
    empirical_loss,
    get_neuron,
    identity_torch,
    polynomial_hinge,
    training_error,
)

__all__ = ["stuck_identity"]


def stuck_identity(
    dataset: Dataset,
    widths: Sequence[int],
    *,
    trials: int,
    seed: int,
    p: int = 2,
    steps: int = 400,
    rate: float = 0.03,
    device: str = "cpu",
) -> Tally:
    """Train f = a^T (x + H(x)) + b by Adam from Gaussian starts; count those left with R > 0.

    H has one hidden layer of ReLUs. All networks of a width are trained at once.

    Args:
        dataset: the samples.
        widths: of H's hidden layer.
        trials: starts for each width.
        seed: of the starts.
        p: power of the polynomial hinge.
        steps: of Adam, with every sample in each.
        rate: Adam's step size.
        device: "cpu", "cuda" or "auto".
    """
    import torch

    place = pick_device(device)
    X, y = dataset.tensors(place)
    relu, loss, d = get_neuron("relu"), polynomial_hinge(p), dataset.d
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for width in widths:
        shapes = ((d,), (), (d, width), (width,), (width, d), (d,))
        start = [
            torch.randn((trials, *shape), generator=generator, dtype=torch.float64)
            for shape in shapes
        ]
        parts = [part.to(place).requires_grad_() for part in start]
        a, b, W1, b1, W2, b2 = parts
        optimiser = torch.optim.Adam(parts, lr=rate)
        for _ in range(steps):
            optimiser.zero_grad()
            f = identity_torch(relu, a, b, [(W1, b1), (W2, b2)], X)
            empirical_loss(loss, f, y).sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            f = identity_torch(relu, a, b, [(W1, b1), (W2, b2)], X)
            hits.append(int((training_error(f, y) > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))
