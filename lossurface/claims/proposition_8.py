"""Proposition 8: from training error 0 to loss 0 in two strokes, whatever the architecture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.claims import verdict
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
    Network,
    Neuron,
    Problem,
    exact_number,
    get_neuron,
    polynomial_hinge,
    single_layer,
)

if TYPE_CHECKING:
    import numpy as np

    from lossurface.claims.training import Trained

__all__ = [
    "RATIONAL",
    "Lift",
    "finish",
    "fitted",
    "least_squares",
    "lift",
    "outlier",
    "thin",
    "verify",
]

RATIONAL = tuple(
    neuron
    for neuron in NEURONS.values()
    if neuron.rational is not None and neuron.name != "constant"  # which has one class only
)
_SMOOTH = ("softplus", "sigmoid", "tanh", "arctan")
_POWERS = (1, 2, 3, 6)
_SAMPLES = 8
_MORE = Fraction(3, 2)  # how much further than 1 where margins are known in balls only


@dataclass(frozen=True)
class Lift:
    """The two strokes: a shift of the output bias, then a scaling of the last layer."""

    shift: Fraction  # half the smallest |f| on a negative sample
    margin: Fraction  # the smallest margin after the shift, or a lower bound of it; > 0
    scale: Fraction  # of the last layer
    shifted: Network
    network: Network  # loss 0


def lift(problem: Problem) -> Lift:
    """Turn a network with training error 0 into one with loss 0, exactly.

    A negative sample has f < 0, as sgn 0 = +1, but a positive one may have f = 0: shifting the
    output bias by half the smallest |f| of the negatives makes every margin positive. Scaling
    the last layer scales every margin; the smallest is brought to 1, where the polynomial hinge
    is 0. Where the network's values are irrational, balls give a lower bound of the margin, and
    the scale goes beyond.

    Args:
        problem: a network, exact or in balls, with R = 0 on its dataset.

    Raises:
        InputError: a sample is misclassified, or balls do not show that it is not.
    """
    from lossurface.landscape.last_layer import LastLayer

    y, network = problem.dataset.y, problem.network
    exact = network.exact
    low = _below(problem, network)
    if any(label == -1 and value <= 0 for label, value in zip(y, low, strict=True)):
        raise InputError("a negative sample is not surely right; start at training error 0")
    if any(label == 1 and value < 0 for label, value in zip(y, low, strict=True)):
        raise InputError("a positive sample is not surely right; start at training error 0")
    negatives = [value for label, value in zip(y, low, strict=True) if label == -1]
    shift = min(negatives) / 2 if negatives else Fraction(1)
    layer = LastLayer.of(network.architecture)
    theta = [exact_number(value) for value in network.theta]
    theta[layer.bias] += shift
    shifted = Network(network.architecture, tuple(theta))
    margin = min(_below(problem, shifted))
    scale = 1 / margin * (1 if exact else _MORE)
    for index in layer.indices:
        theta[index] *= scale
    return Lift(shift, margin, scale, shifted, Network(network.architecture, tuple(theta)))


def _below(problem: Problem, network: Network) -> list[Fraction]:
    """Return the margins y_i f(x_i), or rationals below them."""
    pairs = list(zip(problem.dataset.y, problem.dataset.x, strict=True))
    if network.exact:
        return [label * network.rational(row) for label, row in pairs]
    below = []
    for label, row in pairs:
        low = float((label * network.ball(row)).lower())
        below.append(Fraction(low) - Fraction(abs(low)) / 2**40)  # float() rounds: go below
    return below


def least_squares(dataset: Dataset) -> tuple[Fraction, Fraction]:
    """Return (a, b), the minimiser of sum (1 - y (a x + b))^2 in one dimension, exactly.

    Raises:
        InputError: the samples have more than one coordinate, or are all equal.
    """
    if dataset.d != 1:
        raise InputError(f"samples have {dataset.d} coordinates; give one")
    n = dataset.n
    x = [row[0] for row in dataset.x]
    sx, sy = sum(x, Fraction(0)), sum(dataset.y)
    sxx = sum((v * v for v in x), Fraction(0))
    sxy = sum((v * label for v, label in zip(x, dataset.y, strict=True)), Fraction(0))
    determinant = n * sxx - sx * sx
    if not determinant:
        raise InputError("all samples are equal; give two different ones")
    a = (n * sxy - sx * sy) / determinant
    return a, (sy - a * sx) / n


def thin() -> Problem:
    """Return two ReLUs on seven points of the line: R = 0, with one sample on the boundary.

    f(x) = -1/8 + relu(x)/4 - relu(-x)/16, so that the positive sample at 1/2 has f = 0.
    """
    eighth = Fraction(1, 8)
    network = single_layer(get_neuron("relu"), -eighth, [2 * eighth, -eighth / 2], [[1, -1]])
    x = [-2, -1, Fraction(1, 10), Fraction(1, 2), 1, 2, 3]
    return Problem(network, Dataset.of(x, [-1, -1, -1, 1, 1, 1, 1]), polynomial_hinge(2))


def finish(trained: Trained, count: int) -> list[tuple[float, Finding]]:
    """Bring trained ReLU networks, floats taken exactly, from R = 0 to L = 0.

    Args:
        trained: single-layer runs without f_D.
        count: at most so many of them.

    Returns:
        For each the loss where training had stopped, and the exact finding that it is 0 now.
    """
    from lossurface.landscape.single_layer import unpack

    made = []
    for run in (trained.ends.error == 0).nonzero().flatten().tolist()[:count]:
        one = trained.surface.rows(run)
        a0, a, W = unpack(trained.ends.theta[run], one.d, one.M)
        network = single_layer(one.neuron, float(a0), a.tolist(), W.tolist())
        data = Dataset.of(one.X.tolist(), [int(label) for label in one.y.tolist()])
        problem = Problem(network, data, one.loss)
        if problem.error_rational():
            continue  # right in floats, wrong by a rounding
        after = problem.loss_rational(lift(problem).network.theta)
        made.append((float(trained.ends.loss[run]), equal("L = 0 after both strokes", after, 0)))
    return made


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
