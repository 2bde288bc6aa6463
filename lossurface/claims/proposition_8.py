"""Proposition 8, verified: networks of every architecture lifted from R = 0 to L = 0, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims import verdict
from lossurface.claims.experiments_proposition_8 import finish, least_squares, lift
from lossurface.claims.random_networks import fit_labels, random_network
from lossurface.exact import (
    Finding,
    Verdict,
    enclosed_less,
    equal,
    every,
    less,
    less_equal,
    sampled,
)
from lossurface.setting import (
    ARCHITECTURES,
    NEURONS,
    Dataset,
    Neuron,
    Problem,
    polynomial_hinge,
)

if TYPE_CHECKING:
    import numpy as np

__all__ = ["RATIONAL", "fitted", "outlier", "verify"]

RATIONAL = tuple(
    neuron
    for neuron in NEURONS.values()
    if neuron.rational is not None and neuron.name != "constant"  # which has one class only
)
_SMOOTH = ("softplus", "sigmoid", "tanh", "arctan")
_POWERS = (1, 2, 3, 6)
_SAMPLES = 8


def fitted(rng: np.random.Generator, neuron: Neuron, kind: str, p: int) -> Problem:
    """Draw a random network and samples that it classifies without error, both classes present."""
    while True:
        network = random_network(rng, neuron, kind)
        dataset = fit_labels(rng, network, _SAMPLES)
        if dataset is not None:
            return Problem(network, dataset, polynomial_hinge(p))


def outlier(far: Fraction = Fraction(10)) -> Dataset:
    """Return four samples as of Example 3: positives at 1/10 and `far`, negatives at -1/10."""
    near = Fraction(1, 10)
    return Dataset.of([near, far, -near, -near], [1, 1, -1, -1])


def _lifted_exactly(problem: Problem) -> Iterator[Finding]:
    yield equal("R = 0 before", problem.error_rational(), 0)
    yield equal("L = 0 after both strokes", problem.loss_rational(lift(problem).network.theta), 0)


def _lifted_in_balls(problem: Problem) -> Iterator[Finding]:
    from flint import arb

    outputs = problem.outputs_ball(lift(problem).network.theta)
    for label, f in zip(problem.dataset.y, outputs, strict=True):
        yield enclosed_less("the margin is above z_0 = 1, where l_p = 0", arb(1), label * f)


def _bounded(rng: np.random.Generator, index: int) -> Finding:
    """R <= L at a network that was not fitted to its labels."""
    kind = ARCHITECTURES[index % len(ARCHITECTURES)]
    problem = fitted(rng, RATIONAL[index % len(RATIONAL)], kind, _POWERS[index % len(_POWERS)])
    labels = rng.choice((-1, 1), size=problem.dataset.n).tolist()
    other = Problem(problem.network, Dataset(problem.dataset.x, tuple(labels)), problem.loss)
    return less_equal("R <= L", other.error_rational(), other.loss_rational())


def _quadratic() -> Iterator[Finding]:
    data = outlier()
    a, b = least_squares(data)
    residual = [1 - label * (a * row[0] + b) for row, label in zip(data.x, data.y, strict=True)]
    pull = sum((label * r for label, r in zip(data.y, residual, strict=True)), Fraction(0))
    turn = sum(
        (label * r * row[0] for row, label, r in zip(data.x, data.y, residual, strict=True)),
        Fraction(0),
    )
    yield equal("quadratic loss, linear model: stationary in b", pull, 0)
    yield equal("and in a, so that the convex loss is least there", turn, 0)
    yield less("where the positive sample at 1/10 has f < 0", a / 10 + b, 0)
    yield less("although f = x is right on it", 0, Fraction(1, 10))


def _trained(seed: int, trials: int) -> Finding:
    """Train ReLU networks from random starts; bring those with R = 0, floats taken exactly, on."""
    from lossurface.claims.training import separable_batch, train

    batch = separable_batch(4 * trials, _SAMPLES, 2, seed=seed)
    trained = train(batch, "relu", 4, seed=seed, loss=polynomial_hinge(3), steps=60)
    done = finish(trained, trials)
    left = sum(finding.status != "holds" for _, finding in done)
    statement = "trained ReLU networks with R = 0 are brought to L = 0 exactly"
    return sampled(statement, left, len(done))


def _findings(seed: int, trials: int) -> Iterator[Finding]:
    import numpy as np

    rng = np.random.default_rng(seed)
    for kind in ARCHITECTURES:
        drawn = [
            fitted(rng, RATIONAL[k % len(RATIONAL)], kind, _POWERS[k % len(_POWERS)])
            for k in range(trials)
        ]
        found = [finding for problem in drawn for finding in _lifted_exactly(problem)]
        yield every(f"{kind}: from R = 0 to L = 0, both exact", found)
        smooth = [
            fitted(rng, NEURONS[_SMOOTH[k % len(_SMOOTH)]], kind, _POWERS[k % len(_POWERS)])
            for k in range(max(1, trials // 10))
        ]
        found = [finding for problem in smooth for finding in _lifted_in_balls(problem)]
        yield every(f"{kind}: every margin is lifted above z_0, irrational neurons", found)
    yield _trained(seed, trials)
    yield every("R <= L at any network, any labels", (_bounded(rng, k) for k in range(4 * trials)))
    yield from _quadratic()


def verify(*, seed: int = 0, trials: int = 25) -> Verdict:
    """Verify Proposition 8.

    Args:
        seed: of the networks and samples.
        trials: random networks of each architecture.
    """
    headline = (
        "Networks of all four architectures go from R = 0 to L = 0 exactly, and R <= L "
        "throughout; the quadratic loss is least where a sample is wrong."
    )
    return verdict("proposition-8", _findings(seed, trials), headline)
