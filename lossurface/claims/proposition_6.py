"""Proposition 6: without the shortcut a feedforward network can die, on any dataset at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from lossurface import InputError, setting
from lossurface.claims import verdict
from lossurface.claims.construction import (
    admissible,
    assumed,
    balancing_constant,
    both_classes,
    certified,
    chosen_dataset,
    dead_layers,
    hidden_widths,
    local_minimum,
)
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import ZERO
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.claims.tally import Tally

__all__ = ["XOR", "any_dataset", "certify", "dead_networks", "verify"]

CLAIM = "Proposition 6"
XOR = Dataset.of([(1, 1), (-1, -1), (1, -1), (-1, 1)], [1, 1, -1, -1])


def certify(
    neuron: str = "relu",
    p: int = 2,
    width: int = 3,
    depth: int = 2,
    dataset: Dataset | None = None,
    data: str = "none",
    *,
    widths: Sequence[int] | None = None,
    seed: int | None = None,
    n: int | None = None,
) -> Certificate:
    """Build the bad local minimum of Proposition 6 and certify it.

    The last hidden layer has W = 0 and b = -1: it is dead whatever the layers before it do, and
    stays so nearby, so f is a constant, at the best constant there is.

    Any dataset with both classes will do, one with contradictory labels too: the claim asks
    nothing of the samples. (The paper's neurons are continuous as well; a threshold does no harm,
    as its outputs in the earlier layers are bounded.)

    Args:
        neuron: `relu`, `requ`, `threshold` or `constant`: zero on z < 0.
        p: power of the hinge, at least 2.
        width: neurons in each hidden layer, at least 1.
        depth: hidden layers, at least 1.
        dataset: any samples of both classes; the four points of XOR by default.
        data: `none`, or `theorem-1` or `theorem-2` to certify that the samples meet the theorem's
            assumptions too.
        widths: of the hidden layers, in place of `width` and `depth`.
        seed: draw the samples instead, from two planes in R^3, with this seed.
        n: how many to draw, 20 unless given.

    Returns:
        A certificate, training error min(n_+, n_-)/n.

    Raises:
        InputError: a condition of the claim is broken; the message says which.
    """
    admissible(neuron, p, ZERO, CLAIM, "a neuron with sigma(z) = 0 for z < 0")
    widths = hidden_widths(width, depth, widths, CLAIM)
    planes = partial(setting.subspace, 3, (0, 1), (1, 2))
    dataset = chosen_dataset(dataset, XOR, planes, seed, n, CLAIM)
    both_classes(dataset, CLAIM)
    if data not in ("none", "theorem-1", "theorem-2"):
        raise InputError(f"data is {data!r}; give 'none', 'theorem-1' or 'theorem-2'")
    witness = assumed(data, dataset, CLAIM)
    value = balancing_constant(dataset.n_plus, dataset.n_minus, p)
    deep = dead_layers(neuron, dataset.d, widths, [value], CLAIM)
    network = {"architecture": "feedforward", "deep": deep}
    return local_minimum(CLAIM, dataset, p, witness, network)


def any_dataset(rng: Generator) -> Dataset:
    """Draw a dataset with nothing to recommend it: 2 to 9 samples in up to 4 dimensions.

    Coordinates are small integers, so that samples repeat and labels contradict each other.
    """
    n, d = int(rng.integers(2, 10)), int(rng.integers(1, 5))
    samples = rng.integers(-3, 4, size=(n, d)).tolist()
    labels = rng.choice((-1, 1), size=n)
    labels[:2] = (1, -1)
    return Dataset.of(samples, labels.tolist())


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

    from lossurface.claims.tally import Tally

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


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    from lossurface.claims.proposition_2 import HALF_PLANE, RAYS

    for neuron in sorted(ZERO):
        for p, width, depth in ((2, 1, 1), (3, 3, 2), (6, 2, 5)):
            certificate = certify(neuron, p, width, depth, XOR)
            yield certified(certificate, f"{neuron}, p = {p}, depth {depth}, width {width}")
    for data, dataset in (("theorem-1", RAYS), ("theorem-2", HALF_PLANE)):
        certificate = certify("relu", 3, 8, 2, dataset, data)
        yield certified(certificate, f"{data} data, more neurons than samples")
    rng = np.random.default_rng(seed)
    for trial in range(trials):
        widths = [int(width) for width in rng.integers(1, 5, size=rng.integers(1, 4))]
        certificate = certify("relu", 2, dataset=any_dataset(rng), widths=widths)
        yield certified(certificate, f"dataset {trial} drawn, widths {widths}")


def verify(*, seed: int = 0, trials: int = 20) -> Verdict:
    """Verify Proposition 6 by checking certificates.

    Args:
        seed: of the datasets and widths that are drawn.
        trials: how many to draw.
    """
    headline = (
        "Local minima with training error min(n_+, n_-)/n for depths 1 to 5 on every dataset "
        "tried, contradictory ones too."
    )
    return verdict("proposition-6", _findings(seed, trials), headline)
