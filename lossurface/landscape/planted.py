"""Exact critical points with training error above zero, planted for the escapes to leave.

All coordinates are dyadic rationals, so floats hold them exactly; the one irrational number is
a_0, given as a ball. On each planted point f is one constant b on the samples, and b balances the
classes: n_+ l'(-b) = n_- l'(b). For the hinge b = (q - 1) / (q + 1), q = (n_+ / n_-)^(1/p); for the
logistic loss b = ln(n_+ / n_-). The remaining equations hold by construction:

- *symmetric*: W = 0 and each class is symmetric under x -> -x, so sum lambda y x = 0; any a;
- *quadratic*: W = 0 and sigma'(0) = 0; any data, any a;
- *closed*: a = 0 and the classes agree in the values w_j^T x, as multisets up to n_+ and n_-;
- *cancelling*: z^2, neurons in pairs (w, a), (w, -a) with S w = 0.

Each is then left along the curve of its claim's proof (`depart`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from flint import arb, ctx
from torch import Tensor

from lossurface.enclosed.point_check import constant_critical
from lossurface.enclosed.single_layer import SingleLayer
from lossurface.exact import Finding, every
from lossurface.landscape.escape import Escape, Proof, ball_layer, escape
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import Loss, Neuron, get_neuron, polynomial_hinge, width_threshold

GRID = 32  # coordinates are multiples of 1/32


@dataclass(frozen=True)
class Planted:
    """One exact critical point with f constant on the samples, and its data."""

    proof: Proof | str  # whose curve leaves it
    surface: SingleLayerSurface  # X (n, d), y (n,)
    axes: tuple[Sequence[int], Sequence[int]]  # U_+, U_-; all coordinates where not subspaces
    a: tuple[float, ...]  # (M,), exact
    W: tuple[tuple[float, ...], ...]  # (d, M), exact

    @classmethod
    def at(
        cls,
        proof: Proof | str,
        neuron: Neuron,
        loss: Loss,
        X: np.ndarray,
        y: Sequence[int],
        axes: tuple[Sequence[int], Sequence[int]],
        a: np.ndarray,
        W: np.ndarray,
    ) -> Planted:
        """Return the point at a (M,) and W (d, M) on dyadic data X (n, d).

        Whether it is critical is for `critical` to prove.
        """
        samples, labels = (torch.tensor(part, dtype=torch.float64) for part in (X, y))
        surface = SingleLayerSurface(neuron, loss, samples, labels, len(a))
        return cls(proof, surface, axes, tuple(a.tolist()), tuple(map(tuple, W.tolist())))

    @cached_property
    def layer(self) -> SingleLayer:
        """The same loss in ball arithmetic."""
        return ball_layer(self.surface)

    @cached_property
    def exact(self) -> tuple[float | arb, ...]:
        """The parameters (P,): floats that are exact, but for the ball a_0."""
        flat = [v for row in self.W for v in row]
        return (self._a0(), *self.a, *flat)

    @cached_property
    def theta(self) -> Tensor:
        """The parameters (P,), a_0 rounded."""
        return torch.tensor([float(v) for v in self.exact], dtype=torch.float64)

    def _a0(self) -> float | arb:
        plus, minus = (int((self.surface.y == label).sum()) for label in (1, -1))
        with ctx.workprec(256):
            if plus == minus:
                b = arb(0)
            elif self.surface.loss.p is None:
                b = (arb(plus) / minus).log()
            else:
                root = (arb(plus) / minus).root(self.surface.loss.p)
                b = (root - 1) / (root + 1)
            # W = 0 or a = 0 or pairs that cancel: the neurons add sigma(0) sum a in all.
            a0 = b - self.surface.neuron.ball(arb(0)) * sum(map(arb, self.a), arb(0))
        return float(a0.mid()) if a0.is_exact() and arb(float(a0.mid())) == a0 else a0

    def critical(self) -> Finding:
        """Prove in rational arithmetic that the point is critical and misclassifies a class."""
        return constant_critical(
            self.layer,
            self.a,
            self.W,
            even="quadratic" in self.surface.neuron.classes,
            square=self.surface.neuron.name == "quadratic",
        )


@dataclass(frozen=True)
class Departure:
    """A planted critical point and the step that leaves it."""

    planted: Planted
    critical: Finding  # it is a critical point with a training error above zero
    escape: Escape


def depart(planted: Planted) -> Departure:
    """Leave a planted point along the curve of its proof."""
    step = escape(
        planted.surface,
        planted.theta,
        proof=planted.proof,
        axes=planted.axes,
        exact=planted.exact,
        layer=planted.layer,
    )
    return Departure(planted, planted.critical(), step)


def findings(departures: Sequence[Departure], where: str) -> Iterator[Finding]:
    """Yield what holds for all of them: bad and critical, no minimum, a lower loss in reach.

    Args:
        departures: at least one.
        where: which points, for the statements.
    """
    yield every(
        f"every planted point {where} is critical and misclassifies a class",
        (departure.critical for departure in departures),
    )
    yield every(
        f"no planted point {where} is a local minimum",
        (departure.escape.not_minimum for departure in departures),
    )
    yield every(
        f"the proof's step from every planted point {where} lowers the loss",
        (departure.escape.decrease for departure in departures),
    )


def margins(weights: np.ndarray, p: int) -> np.ndarray:
    """Return 1 - C lambda^(1/p), (n,), C = sum lambda / sum lambda^(1+1/p), of weights (n,) >= 0.

    At these margins the dual weights are proportional to lambda, and sum lambda y f = 0.
    """
    roots = weights ** (1 / p)
    return np.asarray(1 - roots * (weights.sum() / (weights * roots).sum()))


def with_f_D(
    neuron: Neuron,
    p: int,
    X: np.ndarray,
    y: np.ndarray,
    outputs: np.ndarray,
    a: np.ndarray,
    W: np.ndarray,
) -> tuple[SingleLayerSurface, Tensor]:
    """Return a surface and theta = (0, a, W) on it: a fixed f_D gives the outputs (n,) there.

    X is (n, d), y (n,), a (M,) and W (d, M); p is the hinge power.
    """
    offset = outputs - neuron.torch(torch.from_numpy(X @ W)).numpy() @ a
    samples, labels, fixed = map(torch.from_numpy, (X, y, offset))
    hinge = polynomial_hinge(p)
    surface = SingleLayerSurface(neuron, hinge, samples, labels, len(a), offset=fixed)
    return surface, torch.from_numpy(np.concatenate([[0.0], a, W.ravel()]))


def _draw(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return non-zero multiples of 1/GRID in [-1, 1]."""
    values = rng.integers(1, GRID + 1, size=shape) * rng.choice([-1, 1], size=shape)
    return np.asarray(values / GRID)


def _signs(rng: np.random.Generator, M: int) -> np.ndarray:
    """Return a (M,): random signs, in some draws with zeros, in some all of one sign."""
    a = _draw(rng, M)
    kind = rng.integers(6)
    if kind == 0:
        a[rng.random(M) < 0.3] = 0
    return {1: abs(a), 2: -abs(a)}.get(int(kind), a)


def _axes(rng: np.random.Generator, both: int | None = None) -> tuple[list[int], list[int]]:
    """Draw U_+ and U_-: `both` shared axes, and one to three of its own for each."""
    plus, minus = (int(k) for k in rng.integers(1, 4, size=2))
    both = int(rng.integers(0, 3)) if both is None else both
    own = range(both, both + plus), range(both + plus, both + plus + minus)
    return [*range(both), *own[0]], [*range(both), *own[1]]


def _subspace(rng: np.random.Generator, axes: Sequence[int], d: int, rows: int) -> np.ndarray:
    """Return samples (rows, d) on the span of `axes`, of full rank if there are enough."""
    while True:
        X = np.zeros((rows, d))
        X[:, list(axes)] = _draw(rng, rows, len(axes))
        if np.linalg.matrix_rank(X) == min(rows, len(axes)):
            return X


def theorem_1(
    rng: np.random.Generator, neuron: Neuron | None = None, loss: Loss | None = None
) -> Planted:
    """Plant a bad critical point on subspace data, M at the threshold of Theorem 1.

    Three draws in four are *symmetric* with random a (zeros in some); else *closed*: a = 0, and
    W lives on the shared axes, where the classes have equal samples.
    """
    neuron, loss = neuron or get_neuron("softplus"), loss or polynomial_hinge(6)
    closed = bool(rng.random() < 0.25)
    axes = _axes(rng, int(rng.integers(1, 3))) if closed else _axes(rng)
    common, d = sorted({*axes[0]} & {*axes[1]}), len({*axes[0], *axes[1]})
    if closed:
        base = int(rng.integers(max(map(len, axes)), 5 + 1))
        repeat = [int(k) for k in rng.integers(1, 3, size=2)]
        shared = _draw(rng, base, len(common))
        plus, minus = (_subspace(rng, U, d, base * k) for U, k in zip(axes, repeat, strict=True))
        plus[:, common], minus[:, common] = (np.tile(shared, (k, 1)) for k in repeat)
    else:
        half = [int(rng.integers(len(U), len(U) + 2)) for U in axes]
        plus, minus = (_subspace(rng, U, d, k) for U, k in zip(axes, half, strict=True))
        plus, minus = np.concatenate([plus, -plus]), np.concatenate([minus, -minus])
    X, y = np.concatenate([plus, minus]), [1] * len(plus) + [-1] * len(minus)
    M = width_threshold(len(X), len(axes[0]), len(axes[1]), d)
    W = np.zeros((d, M))
    if closed:
        W[common] = _draw(rng, len(common), M)
    a = np.zeros(M) if closed else _signs(rng, M)
    return Planted.at(Proof.THEOREM_1, neuron, loss, X, y, axes, a, W)


def theorem_2(
    rng: np.random.Generator, neuron: Neuron | None = None, loss: Loss | None = None
) -> Planted:
    """Plant a bad critical point on separable data: a = 0, one to three neurons.

    Half the draws have W = 0 and any separable data; the others W off the separating axis, where
    the classes agree up to repetition.
    """
    neuron, loss = neuron or get_neuron("softplus"), loss or polynomial_hinge(3)
    d, M = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    W = np.zeros((d, M))
    if d > 1 and rng.random() < 0.5:
        base, repeat = int(rng.integers(1, 5)), rng.integers(1, 4, size=2)
        shared = _draw(rng, base, d - 1)
        tail = np.concatenate([np.tile(shared, (int(k), 1)) for k in repeat])
        plus, minus = (base * int(k) for k in repeat)
        W[1:] = _draw(rng, d - 1, M)
    else:
        plus, minus = (int(k) for k in rng.integers(1, 9, size=2))
        tail = _draw(rng, plus + minus, d - 1)
    y = [1] * plus + [-1] * minus
    first = abs(_draw(rng, plus + minus)) * y
    X, both = np.column_stack([first, tail]), (range(d), range(d))
    return Planted.at(Proof.THEOREM_2, neuron, loss, X, y, both, np.zeros(M), W)


def proposition_1(rng: np.random.Generator, loss: Loss | None = None) -> Planted:
    """Plant a bad critical point of quadratic neurons on subspace data, M = r + 1.

    One draw in eight has neurons in cancelling pairs off S, where every curve of the plain kind is
    flat (the case that the tilt is for).
    """
    loss = loss or polynomial_hinge(6)
    if rng.random() < 0.125:
        return _cancelling(rng, loss)
    axes = _axes(rng)
    d = len({*axes[0], *axes[1]})
    sides = [_subspace(rng, U, d, len(U) + int(rng.integers(0, 4))) for U in axes]
    return _still(rng, loss, sides, axes)


def _still(
    rng: np.random.Generator,
    loss: Loss,
    sides: Sequence[np.ndarray],
    axes: tuple[Sequence[int], Sequence[int]],
) -> Planted:
    """Quadratic neurons with W = 0, M = d + 1: critical on any data."""
    X, y = np.concatenate(sides), [1] * len(sides[0]) + [-1] * len(sides[1])
    d = X.shape[1]
    a, W = _signs(rng, d + 1), np.zeros((d, d + 1))
    return Planted.at(Proof.QUADRATIC, get_neuron("quadratic"), loss, X, y, axes, a, W)


def _cancelling(rng: np.random.Generator, loss: Loss) -> Planted:
    """Three shared axes on which S vanishes, one own axis each, M = 6 in three pairs."""
    base, repeat = 4, rng.integers(1, 3, size=2)
    shared = _subspace(rng, [0, 1, 2], 3, base)
    sides = []
    for k, own in zip(repeat, (3, 4), strict=True):
        side = np.zeros((2 * base * int(k), 5))
        side[:, :3] = np.tile(shared, (2 * int(k), 1))
        lift = abs(_draw(rng, base * int(k)))
        side[:, own] = np.concatenate([lift, -lift])  # uncorrelated with the shared part
        sides.append(side)
    w, W = _draw(rng, 3, 3), np.zeros((5, 6))
    W[:3] = np.hstack([w, w])
    a = abs(_draw(rng, 3))
    X, y = np.concatenate(sides), [1] * len(sides[0]) + [-1] * len(sides[1])
    axes, a = ([0, 1, 2, 3], [0, 1, 2, 4]), np.concatenate([a, -a])
    return Planted.at(Proof.QUADRATIC, get_neuron("quadratic"), loss, X, y, axes, a, W)


def proposition_12(rng: np.random.Generator) -> Planted:
    """Plant a bad critical point of quadratic neurons, M = d + 1, on data with two ellipsoids.

    The positives are long along the first axis and thin across it, the negatives along the
    second: an ellipsoid holds each class and no sample of the other, so S is indefinite for
    every balanced lambda. No subspace is involved.
    """
    d = int(rng.integers(2, 6))
    counts = rng.integers(d, d + 6, size=2)
    sides = []
    for label, count in enumerate(counts):
        side = _draw(rng, int(count), d) / (16 * d)
        side[:, label] = np.sign(side[:, label]) * (0.5 + abs(_draw(rng, int(count))) / 2)
        sides.append(side)
    return _still(rng, polynomial_hinge(6), sides, (range(d), range(d)))


PLANTERS: dict[str, Callable[[np.random.Generator], Planted]] = {
    "theorem-1": theorem_1,
    "theorem-2": theorem_2,
    "proposition-1": proposition_1,
    "proposition-12": proposition_12,
}
