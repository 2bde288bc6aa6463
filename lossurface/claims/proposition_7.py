"""Proposition 7: an identity shortcut is an affine map once the residual part is dead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lossurface import setting
from lossurface.claims import verdict
from lossurface.claims.affine import affine_minimum, best_affine_map, refuse_separable
from lossurface.claims.construction import (
    admissible,
    admissible_dataset,
    assumed,
    certified,
    chosen_dataset,
    dead_layers,
    hidden_widths,
    misclassifying,
)
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from lossurface.claims.tally import Tally

__all__ = ["certify", "stuck_identity", "verify"]

CLAIM = "Proposition 7"


def certify(
    neuron: str = "relu",
    p: int = 2,
    width: int = 2,
    depth: int = 1,
    dataset: Dataset | None = None,
    *,
    widths: Sequence[int] | None = None,
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 7 and certify it.

    f(x) = a^T (x + H(x)) + b with the last hidden layer of H dead: H = 0 and stays constant nearby,
    f is affine, and (a, b) is the best affine map. The classes' convex hulls meet, so it
    misclassifies a sample.

    Args:
        neuron: of H; the claim is about `relu`.
        p: power of the hinge, at least 2.
        width: neurons in each hidden layer of H, at least 1.
        depth: hidden layers of H, at least 1.
        dataset: Theorem 1 data; eight symmetric points by default, whose best affine map is 0.
        widths: of the hidden layers, in place of `width` and `depth`.
        seed: draw the samples instead, (s, t, 0) and (0, t, s), with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate; where the best affine map is irrational it is given by balls.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible(neuron, p, {"relu"}, CLAIM, "an H all of whose neurons are ReLUs")
    widths = hidden_widths(width, depth, widths, CLAIM)
    law, symmetric = setting.proposition_3, setting.proposition_3_symmetric()
    dataset = chosen_dataset(dataset, symmetric, law, seed, n, CLAIM)
    admissible_dataset(dataset, CLAIM)
    data = assumed("theorem-1", dataset, CLAIM)
    refuse_separable(dataset, CLAIM)
    best = best_affine_map(dataset, p)
    a: list[Any] = list(best.v) if best.constant else [str(value) for value in best.v]
    network = {
        "architecture": "identity-shortcut",
        "a": a,
        "b": str(best.c),
        "deep": dead_layers(neuron, dataset.d, widths, [Fraction(0)] * dataset.d, CLAIM),
    }
    return affine_minimum(CLAIM, dataset, p, data, network, best)


def stuck_identity(
    dataset: Dataset,
    widths: Sequence[int],
    *,
    trials: int,
    seed: int,
    steps: int = 400,
    device: str = "cpu",
) -> Tally:
    """Train f = a^T (x + H(x)) + b by Adam from Gaussian starts; count those left with R > 0.

    H has one hidden layer of ReLUs. All networks of a width are trained at once.

    Args:
        dataset: the samples.
        widths: of H's hidden layer.
        trials: starts for each width.
        seed: of the starts.
        steps: of Adam, with every sample in each.
        device: "cpu", "cuda" or "auto".
    """
    import torch

    from lossurface.claims.tally import Tally
    from lossurface.claims.training import pick_device

    place = pick_device(device)
    X, y = dataset.tensors(place)
    relu, d = setting.get_neuron("relu"), dataset.d
    loss = setting.polynomial_hinge(2)
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
        optimiser = torch.optim.Adam(parts, lr=0.03)
        for _ in range(steps):
            optimiser.zero_grad()
            f = setting.identity_torch(relu, a, b, [(W1, b1), (W2, b2)], X)
            setting.empirical_loss(loss, f, y).sum().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        with torch.no_grad():
            f = setting.identity_torch(relu, a, b, [(W1, b1), (W2, b2)], X)
            hits.append(int((setting.training_error(f, y) > 0).sum()))
    return Tally(tuple(widths), tuple(hits), (trials,) * len(widths))


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    from lossurface.claims.proposition_3 import inseparable_sample, separability

    for p in (2, 3, 6):
        for width, depth in ((1, 1), (9, 2), (2, 4)):
            certificate = certify("relu", p, width, depth)
            yield certified(certificate, f"p = {p}, H of depth {depth} and width {width}")
    rng = np.random.default_rng(seed)
    for p, widths in ((2, (3,)), (3, (2, 2)), (6, (21,))):
        certificate = certify(p=p, dataset=inseparable_sample(rng), widths=widths)
        yield misclassifying(certificate, f"p = {p}, widths {widths}, 20 samples")
    yield from separability(seed, trials)


def verify(*, seed: int = 0, trials: int = 100) -> Verdict:
    """Verify Proposition 7.

    Args:
        seed: of the samples.
        trials: datasets for each size in the experiment on separability.
    """
    headline = (
        "Bad local minima of a^T (x + H(x)) + b on symmetric and on sampled Theorem 1 data; "
        "samples are separable with a probability of at most 8(7/8)^n."
    )
    return verdict("proposition-7", _findings(seed, trials), headline)
