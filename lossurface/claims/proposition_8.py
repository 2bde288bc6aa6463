"""Proposition 8: from training error 0 to loss 0 in two strokes, whatever the architecture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface.claims.last_layer import last_layer, without_error
from lossurface.errors import InputError
from lossurface.exact import (
    Finding,
    enclosed_less,
    equal,
    every,
    less,
    less_equal,
    sampled,
)
from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.linalg import solve
from lossurface.setting import (
    ARCHITECTURES,
    NEURONS,
    Architecture,
    Dataset,
    Network,
    Problem,
    exact_number,
    polynomial_hinge,
)

if TYPE_CHECKING:
    import numpy as np

    from lossurface.claims.training import Trained

HEADLINE = (
    "Networks of all four architectures go from R = 0 to L = 0 exactly, and R <= L "
    "throughout; the quadratic loss is least where a sample is misclassified."
)

_RATIONAL = tuple(
    name
    for name, neuron in NEURONS.items()
    if neuron.rational is not None and name != "constant"  # which has one class only
)
_SMOOTH = ("softplus", "sigmoid", "tanh", "arctan")
_POWERS = (1, 2, 3, 6)
_FURTHER = Fraction(3, 2)  # than a margin of 1, where margins are known in balls only


def lift(problem: Problem) -> Network:
    """Bring a network with R = 0 to L = 0, or all margins above 1 where it is known in balls only.

    Raises:
        InputError: a sample is misclassified, or balls do not show that it is not.
    """
    network = problem.network
    margins = _margins(network, problem.dataset)
    negative = [m for m, label in zip(margins, problem.dataset.y, strict=True) if label == -1]
    if min(margins) < 0 or 0 in negative:  # a positive sample may have f = 0: sgn 0 = +1
        raise InputError("a sample is not surely classified correctly; start at training error 0")
    phi = last_layer(network.architecture)
    theta = [exact_number(value) for value in network.theta]
    theta[phi[0]] += min(negative, default=2) / Fraction(2)
    least = min(_margins(replace(network, theta=tuple(theta)), problem.dataset))
    for k in phi:
        theta[k] *= (1 if network.exact else _FURTHER) / least
    return replace(network, theta=tuple(theta))


def _margins(network: Network, dataset: Dataset) -> list[Fraction]:
    """Return the margins y_i f(x_i), or rationals just below them."""
    pairs = list(zip(dataset.y, dataset.x, strict=True))
    if network.exact:
        return [label * network.rational(x) for label, x in pairs]
    ends = [(label * network.ball(x)).lower().man_exp() for label, x in pairs]
    return [int(mantissa) * Fraction(2) ** int(exponent) for mantissa, exponent in ends]


def right_runs(trained: Trained, most: int) -> list[Problem]:
    """Return the first single-layer runs that ended with R = 0, their floats taken exactly."""
    surface, ends, found = trained.surface, trained.ends, []
    for run in (ends.error == 0).nonzero().flatten().tolist()[:most]:
        one = surface.rows(run)
        shape = Architecture("single-layer", one.d, one.M, one.neuron)
        data = Dataset.of(one.X.tolist(), [int(label) for label in one.y.tolist()])
        found.append(Problem(Network(shape, tuple(ends.theta[run].tolist())), data, one.loss))
    return [problem for problem in found if not problem.error_rational()]  # floats may mistake


def _random(rng: np.random.Generator, names: tuple[str, ...], kind: str, k: int) -> Problem:
    neuron, p = NEURONS[names[k % len(names)]], _POWERS[k % len(_POWERS)]
    return without_error(rng, neuron, kind, polynomial_hinge(p))


def _lifted_exactly(problem: Problem) -> Iterator[Finding]:
    yield equal("R = 0 before", problem.error_rational(), 0)
    yield equal("L = 0 after both strokes", problem.loss_rational(lift(problem).theta), 0)


def _lifted_in_balls(problem: Problem) -> Iterator[Finding]:
    from flint import arb

    outputs = problem.outputs_ball(lift(problem).theta)
    for label, f in zip(problem.dataset.y, outputs, strict=True):
        yield enclosed_less("the margin is above z_0 = 1, where l_p = 0", arb(1), label * f)


def _bounded(rng: np.random.Generator, k: int) -> Finding:
    """R <= L at a network that was not fitted to its labels."""
    drawn = _random(rng, _RATIONAL, ARCHITECTURES[k % len(ARCHITECTURES)], k)
    labels = tuple(rng.choice((-1, 1), size=drawn.dataset.n).tolist())
    other = replace(drawn, dataset=Dataset(drawn.dataset.x, labels))
    return less_equal("R <= L", other.error_rational(), other.loss_rational())


def _quadratic() -> Iterator[Finding]:
    """The best line a x + b for the quadratic loss, one of two positive samples being far out."""
    one, near = Fraction(1), Fraction(1, 10)
    x, y, ones = [near, 10 * one, -near, -near], [one, one, -one, -one], [one] * 4
    gram = [[dot(x, x), dot(x, ones)], [dot(x, ones), dot(ones, ones)]]
    a, b = solve(gram, [dot(x, y), dot(ones, y)])
    residuals = [label - (a * point + b) for point, label in zip(x, y, strict=True)]
    yield equal("quadratic loss, linear model: stationary in b", dot(residuals, ones), 0)
    yield equal("and in a, so that the convex loss is least there", dot(residuals, x), 0)
    yield less("where the positive sample at 1/10 has f < 0", a * near + b, 0)
    yield less("although f = x classifies it correctly", 0, near)


def _trained(seed: int, trials: int) -> Finding:
    """Train ReLU networks from random starts; bring those with R = 0, floats taken exactly, on."""
    from lossurface.claims.training import separable_batch, train

    batch = separable_batch(4 * trials, 8, 2, seed=seed)
    trained = train(batch, "relu", 4, seed=seed, loss=polynomial_hinge(3), steps=60)
    right = right_runs(trained, trials)
    left = sum(problem.loss_rational(lift(problem).theta) != 0 for problem in right)
    statement = "trained ReLU networks with R = 0 are brought to L = 0 exactly"
    return sampled(statement, left, len(right))


def findings(*, seed: int = 0, trials: int = 25) -> Iterator[Finding]:
    """Yield what is checked; `trials`: random networks of each architecture."""
    import numpy as np

    rng = np.random.default_rng(seed)
    for kind in ARCHITECTURES:
        rational = [_random(rng, _RATIONAL, kind, k) for k in range(trials)]
        found = [finding for problem in rational for finding in _lifted_exactly(problem)]
        yield every(f"{kind}: from R = 0 to L = 0, both exact", found)
        smooth = [_random(rng, _SMOOTH, kind, k) for k in range(max(1, trials // 10))]
        found = [finding for problem in smooth for finding in _lifted_in_balls(problem)]
        yield every(f"{kind}: every margin is lifted above z_0, irrational neurons", found)
    yield _trained(seed, trials)
    yield every("R <= L at any network, any labels", (_bounded(rng, k) for k in range(4 * trials)))
    yield from _quadratic()
