"""Proposition 8, constructive: from training error 0 to loss 0 in two strokes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from lossurface import InputError
from lossurface.setting import (
    Dataset,
    Network,
    Problem,
    exact_number,
    get_neuron,
    polynomial_hinge,
    single_layer,
)

if TYPE_CHECKING:
    from lossurface.claims.training import Trained
    from lossurface.exact import Finding

__all__ = ["Lift", "finish", "least_squares", "lift", "thin"]

_MORE = Fraction(3, 2)  # how much further than z_0 where margins are known in balls only


@dataclass(frozen=True)
class Lift:
    """The two strokes: a shift of the output bias, then a scaling of the last layer."""

    shift: Fraction  # half the smallest |f| on a negative sample
    margin: Fraction  # the smallest margin after the shift, or a lower bound of it; > 0
    scale: Fraction  # of the last layer
    shifted: Network
    network: Network  # loss 0


def lift(problem: Problem, z_0: Fraction = Fraction(1)) -> Lift:
    """Turn a network with training error 0 into one with loss 0, exactly.

    A negative sample has f < 0, as sgn 0 = +1, but a positive one may have f = 0: shifting the
    output bias by half the smallest |f| of the negatives makes every margin positive. Scaling
    the last layer scales every margin; the smallest is brought to z_0. Where the network's values
    are irrational, balls give a lower bound of the margin, and the scale goes beyond z_0.

    Args:
        problem: a network, exact or in balls, with R = 0 on its dataset.
        z_0: of Assumption 1; 1 for the polynomial hinge.

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
    scale = z_0 / margin * (1 if exact else _MORE)
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
    from lossurface.exact import equal
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
