"""Proposition 6: without the shortcut a feedforward network can die, on any dataset at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lossurface import setting
from lossurface.claims.construction import Builder, balancing_constant, certified
from lossurface.errors import InputError
from lossurface.exact import Certificate, Finding
from lossurface.exact.checker.format import ZERO
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

HEADLINE = (
    "Local minima with training error min(n_+, n_-)/n for depths 1 to 5 on every dataset "
    "tried, contradictory ones too."
)

CLAIM = "Proposition 6"
XOR = Dataset.of([(1, 1), (-1, -1), (1, -1), (-1, 1)], [1, 1, -1, -1])


_BUILDER = Builder(
    CLAIM,
    ZERO,
    "a neuron with sigma(z) = 0 for z < 0",
    XOR,
    setting.subspace(3, (0, 1), (1, 2)).sample,
    contradictions=True,
)


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
    """Build the bad local minimum of Proposition 6: the last hidden layer is dead.

    It has W = 0 and b = -1, whatever the layers before it do; f is the best constant.

    Args:
        neuron: `relu`, `requ`, `threshold` or `constant`.
        width: neurons in each of the `depth` hidden layers; or give their `widths`.
        dataset: any samples of both classes, contradictory ones too; XOR by default. Drawn
            samples are from two planes in R^3.
        data: `none`, or `theorem-1` or `theorem-2` to certify that the samples meet the theorem's
            assumptions too.
    """
    _BUILDER.admit(neuron, p, width=width, depth=depth)
    if data not in ("none", "theorem-1", "theorem-2"):
        raise InputError(f"data is {data!r}; give 'none', 'theorem-1' or 'theorem-2'")
    dataset, shown = _BUILDER.samples(data, dataset, seed, n)
    hidden = (width,) * depth if widths is None else widths
    constant = balancing_constant(dataset, p)
    deep = _BUILDER.dead_layers(neuron, dataset.d, hidden, [constant])
    network = {"architecture": "feedforward", "deep": deep}
    return _BUILDER.minimum(dataset, p, shown, network)


def _any_dataset(rng: Generator) -> Dataset:
    """Draw 2 to 9 samples of small integers: samples repeat, and labels contradict each other."""
    n, d = int(rng.integers(2, 10)), int(rng.integers(1, 5))
    samples = rng.integers(-3, 4, size=(n, d)).tolist()
    labels = rng.choice((-1, 1), size=n)
    labels[:2] = (1, -1)
    return Dataset.of(samples, labels.tolist())


def findings(*, seed: int = 0, trials: int = 20) -> Iterator[Finding]:
    """Yield what is checked; `trials`: how many to draw."""
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
        certificate = certify("relu", 2, dataset=_any_dataset(rng), widths=widths)
        yield certified(certificate, f"dataset {trial} drawn, widths {widths}")
