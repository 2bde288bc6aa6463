"""Proposition 5 beyond its certificate: how often data allow it, and probing inside the radius."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from lossurface.claims.tally import Tally
from lossurface.exact import Certificate
from lossurface.exact.linalg import definite
from lossurface.setting import Distribution, from_certificate

__all__ = ["definite_share", "lowest_nearby"]


def definite_share(
    distribution: Distribution, sizes: Sequence[int], *, trials: int, seed: int
) -> Tally:
    """Count the samples whose S = sum lambda y x x^T is definite, decided exactly.

    The dual weights are those of the best constant: n_- on positive, n_+ on negative samples.

    Args:
        distribution: of the samples.
        sizes: the numbers of samples n.
        trials: datasets for each size.
        seed: of the datasets.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    hits = []
    for n in sizes:
        count = 0
        for _ in range(trials):
            data = distribution.sample(rng, n)
            weights = [Fraction(data.n_minus if y == 1 else -data.n_plus) for y in data.y]
            rows = [list(row) for row in data.x]
            count += definite(weights, rows) or definite([-w for w in weights], rows)
        hits.append(count)
    return Tally(tuple(sizes), tuple(hits), (trials,) * len(sizes))


def lowest_nearby(
    certificate: Certificate, *, trials: int, seed: int, reach: float = 1.0
) -> tuple[float, float]:
    """Probe the loss at random points around theta*.

    Args:
        certificate: of a local minimum with a finite radius.
        trials: how many points.
        seed: of the points, uniform in the ball.
        reach: radius of the ball, in certified radii.

    Returns:
        L(theta*) and the lowest loss met.
    """
    import torch

    problem = from_certificate(certificate.data)
    theta = problem.network.parameters()
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randn(trials, theta.numel(), generator=generator, dtype=torch.float64)
    lengths = torch.rand(trials, 1, generator=generator, dtype=torch.float64)
    numerator, _, denominator = str(certificate.data["radius"]).partition("/")
    radius = reach * int(numerator) / int(denominator or 1)
    steps *= radius * lengths ** (1 / theta.numel()) / steps.norm(dim=-1, keepdim=True)
    lowest = problem.loss_torch(theta + steps).min()
    return float(problem.loss_torch(theta)), float(lowest)
