"""Proposition 6, verified: certificates for any depth, any width and any dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lossurface.claims._verify import certified, verdict
from lossurface.counterexamples import HALF_PLANE, RAYS, XOR, proposition_6
from lossurface.exact import Certificate, Finding, Verdict
from lossurface.exact.checker.format import ZERO
from lossurface.setting import Dataset

if TYPE_CHECKING:
    from numpy.random import Generator

__all__ = ["any_dataset", "certify", "verify"]


def certify(**choices: Any) -> Certificate:
    """Build the certificate; see `lossurface.counterexamples.proposition_6`."""
    return proposition_6(**choices)


def any_dataset(rng: Generator) -> Dataset:
    """Draw a dataset with nothing to recommend it: 2 to 9 samples in up to 4 dimensions.

    Coordinates are small integers, so that samples repeat and labels contradict each other.
    """
    n, d = int(rng.integers(2, 10)), int(rng.integers(1, 5))
    samples = rng.integers(-3, 4, size=(n, d)).tolist()
    labels = rng.choice((-1, 1), size=n)
    labels[:2] = (1, -1)
    return Dataset.of(samples, labels.tolist())


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    for neuron in sorted(ZERO):
        for p, width, depth in ((2, 1, 1), (3, 3, 2), (6, 2, 5)):
            certificate = proposition_6(neuron, p, width, depth, XOR)
            yield certified(certificate, f"{neuron}, p = {p}, depth {depth}, width {width}")
    for data, dataset in (("theorem-1", RAYS), ("theorem-2", HALF_PLANE)):
        certificate = proposition_6("relu", 3, 8, 2, dataset, data)
        yield certified(certificate, f"{data} data, more neurons than samples")
    rng = np.random.default_rng(seed)
    for trial in range(trials):
        widths = [int(width) for width in rng.integers(1, 5, size=rng.integers(1, 4))]
        certificate = proposition_6("relu", 2, dataset=any_dataset(rng), widths=widths)
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
