"""Proposition 10, verified: with the logistic loss no network without error is critical."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims import verdict
from lossurface.claims.random_networks import fit_labels, random_network
from lossurface.exact import Finding, Verdict, every, sampled, uncounted
from lossurface.setting import ARCHITECTURES, NEURONS, Dataset, Network, logistic

if TYPE_CHECKING:
    import numpy as np
    import torch

    from lossurface.landscape.critical import Certified

__all__ = ["Sides", "both_sides", "critical_points", "perfect", "verify"]

NEURON_NAMES = ("softplus", "relu", "sigmoid", "leaky-relu", "tanh", "threshold", "quadratic")
_SAMPLES = 8


def perfect(rng: np.random.Generator, index: int, kind: str) -> tuple[Network, Dataset]:
    """Draw a network and samples of both classes that it classifies with margins above zero."""
    while True:
        network = random_network(rng, NEURONS[NEURON_NAMES[index % len(NEURON_NAMES)]], kind)
        dataset = fit_labels(rng, network, _SAMPLES)
        if dataset is not None and _strict(network, dataset):
            return network, dataset


def _strict(network: Network, dataset: Dataset) -> bool:
    return all(
        bool(label * network.ball(row) > 0) for label, row in zip(dataset.y, dataset.x, strict=True)
    )


@dataclass(frozen=True)
class Sides:
    """Both sides of the inequality at B networks without error, in floats."""

    gradient_norm: torch.Tensor  # (B,), of the last layer
    bound: torch.Tensor  # (B,), (1/n) sum lambda_i |f(x_i)| / |last layer|

    @property
    def broken(self) -> int:
        """How many gradients are shorter than the bound."""
        return int((self.gradient_norm < self.bound * (1 - 1e-9)).sum())


def both_sides(kind: str, *, trials: int, seed: int, spread: float = 1.0) -> Sides:
    """Compute gradient and bound at random networks, labels being what each network says.

    Args:
        kind: one of `ARCHITECTURES`; two hidden layers of four tanh neurons, four in f_S.
        trials: networks.
        seed: of all randomness.
        spread: each network's last layer is scaled by 10 to a uniform power in [-spread, spread].
    """
    import torch

    from lossurface.landscape.last_layer import LastLayer, gradient_bound
    from lossurface.setting import Architecture

    single = kind in ("single-layer", "shortcut")
    neuron = NEURONS["tanh"]
    shape = Architecture(
        kind,
        3,
        4 if single else 0,
        NEURONS["softplus"] if single else None,
        None if kind == "single-layer" else (4, 4),
        None if kind == "single-layer" else neuron,
    )
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(trials, shape.size, generator=generator, dtype=torch.float64)
    X = torch.randn(12, 3, generator=generator, dtype=torch.float64)
    power = (2 * torch.rand(trials, 1, generator=generator, dtype=torch.float64) - 1) * spread
    theta[:, list(LastLayer.of(shape).indices)] *= 10**power
    y = torch.where(shape.forward(theta, X) >= 0, 1.0, -1.0).to(torch.float64)
    both = (y.min(-1).values < 0) & (y.max(-1).values > 0)
    norms, bounds = [], []
    for row, labels in zip(theta[both], y[both], strict=True):
        found = gradient_bound(shape, logistic(), row[None], X, labels)
        norms.append(found.gradient_norm[0])
        bounds.append(found.bound[0])
    return Sides(torch.stack(norms), torch.stack(bounds))


def critical_points(*, trials: int, seed: int) -> list[Certified]:
    """Find critical points of the logistic loss on data that overlap, and enclose each.

    One softplus neuron cannot classify such data, so that there is something to find.

    Returns:
        Those that were proved critical.
    """
    from lossurface.claims.training import separable_batch, train
    from lossurface.landscape.critical import certify

    batch = separable_batch(trials, 10, 2, seed=seed, margin=-0.5)
    trained = train(batch, "softplus", 1, seed=seed, loss=logistic(), steps=200)
    flat = (trained.ends.gradient_norm < 1e-12).nonzero().flatten().tolist()
    found = [certify(trained.surface.rows(k), trained.ends.theta[k]) for k in flat]
    return [one for one in found if one.enclosure is not None and one.kind != "undecided"]


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    from lossurface.landscape.last_layer import prove_bound

    rng = np.random.default_rng(seed)
    for kind in ARCHITECTURES:
        drawn = [perfect(rng, k, kind) for k in range(trials)]
        yield every(
            f"{kind}, R = 0: the gradient in the last layer is not zero",
            (prove_bound(network, dataset, logistic()) for network, dataset in drawn),
        )
        sides = both_sides(kind, trials=4 * trials, seed=seed)
        statement = f"{kind}, R = 0: the gradient is at least as long as the bound"
        yield sampled(statement, sides.broken, len(sides.bound))
    found = critical_points(trials=2 * trials, seed=seed)
    if not found:
        raise InputError(
            f"trials is {trials}: of {2 * trials} trained networks none came to a critical point "
            "that could be enclosed; give more trials"
        )
    proof = every(
        "every enclosed critical point misclassifies a sample",
        (finding for one in found for finding in one.findings),
    )
    yield uncounted(proof)
    wrong = sum(one.errors is None or one.errors[0] < 1 for one in found)
    yield uncounted(sampled("counted again, each has an error that is sure", wrong, len(found)))


def verify(*, seed: int = 0, trials: int = 60) -> Verdict:
    """Verify Proposition 10.

    Args:
        seed: of the networks and samples.
        trials: random networks of each architecture.

    Raises:
        InputError: so few trials that no critical point was met.
    """
    headline = (
        "Networks of all four architectures with R = 0 have a gradient that is certified not to "
        "vanish and respects the bound; every enclosed critical point has an error."
    )
    return verdict("proposition-10", _findings(seed, trials), headline)
