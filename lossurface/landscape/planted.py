"""Exact critical points with training error above zero, planted for the escapes to leave.

All coordinates are dyadic rationals, so floats hold them exactly; the one irrational number is
a_0, given as a ball. On each planted point f is one constant b on the samples, and b balances the
classes: n_+ l'(-b) = n_- l'(b). For the hinge b = (q - 1) / (q + 1), q = (n_+ / n_-)^(1/p); for the
logistic loss b = ln(n_+ / n_-). The remaining equations hold by construction:

- *symmetric*: W = 0 and each class is symmetric under x -> -x, so sum lambda y x = 0; any a;
- *quadratic*: W = 0 and sigma'(0) = 0; any data, any a;
- *closed*: a = 0 and the classes agree in the values w_j^T x, as multisets up to n_+ and n_-;
- *cancelling*: z^2, neurons in pairs (w, a), (w, -a) with S w = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lossurface import InputError
from lossurface.enclosed.point_check import constant_critical
from lossurface.enclosed.single_layer import SingleLayer
from lossurface.exact import Finding
from lossurface.landscape.escape import ball_layer
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import (
    Loss,
    Neuron,
    get_neuron,
    logistic,
    polynomial_hinge,
    width_threshold,
)

if TYPE_CHECKING:
    from flint import arb

__all__ = [
    "PLANTERS",
    "Planted",
    "plant",
    "point_at",
    "proposition_1",
    "proposition_12",
    "proposition_9",
    "theorem_1",
    "theorem_2",
]

GRID = 32  # coordinates are multiples of 1/32


@dataclass(frozen=True)
class Planted:
    """One exact critical point with f constant on the samples, and the data it lives on."""

    how: str  # symmetric, quadratic, closed or cancelling
    surface: SingleLayerSurface  # X (n, d), y (n,)
    axes: tuple[tuple[int, ...], tuple[int, ...]]  # U_+, U_-; all coordinates where not subspaces
    a: tuple[float, ...]  # (M,), exact
    W: tuple[tuple[float, ...], ...]  # (d, M), exact
    threshold: int  # the least M that the statement allows

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
        from flint import arb, ctx

        y = self.surface.y
        plus, minus = int((y > 0).sum()), int((y < 0).sum())
        with ctx.workprec(256):
            if plus == minus:
                b = arb(0)
            elif self.surface.loss.p is None:
                b = (arb(plus) / minus).log()
            else:
                root = (arb(plus) / minus).root(self.surface.loss.p)
                b = (root - 1) / (root + 1)
            # W = 0 or a = 0 or pairs that cancel: the neurons add sigma(0) sum a in all.
            total = sum((arb(v) for v in self.a), arb(0))
            a0 = b - self.surface.neuron.ball(arb(0)) * total
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


def _draw(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return non-zero multiples of 1/GRID in [-1, 1]."""
    values = rng.integers(1, GRID + 1, size=shape) * rng.choice([-1, 1], size=shape)
    out: np.ndarray = values / GRID
    return out


def _signs(rng: np.random.Generator, M: int) -> np.ndarray:
    """Return a (M,): random signs, in some draws with zeros, in some all of one sign."""
    a = _draw(rng, M)
    kind = rng.integers(6)
    if kind == 0:
        a[rng.random(M) < 0.3] = 0
    elif kind == 1:
        a = abs(a)
    elif kind == 2:
        a = -abs(a)
    return a


def point_at(
    how: str,
    neuron: Neuron,
    loss: Loss,
    X: np.ndarray,
    y: Sequence[int],
    axes: tuple[Sequence[int], Sequence[int]],
    a: np.ndarray,
    W: np.ndarray,
    threshold: int,
) -> Planted:
    """Return the critical point at (a, W) on given data, a_0 being what makes the weights balance.

    Whether it is critical is for `Planted.critical` to prove.

    Args:
        how: of `Planted`.
        neuron: sigma.
        loss: l.
        X: (n, d), dyadic.
        y: n labels.
        axes: U_+ and U_-.
        a: (M,).
        W: (d, M).
        threshold: the width that the theorem asks for.
    """
    surface = SingleLayerSurface(
        neuron,
        loss,
        torch.tensor(X, dtype=torch.float64),
        torch.tensor(y, dtype=torch.float64),
        len(a),
    )
    return Planted(
        how,
        surface,
        (tuple(axes[0]), tuple(axes[1])),
        tuple(a.tolist()),
        tuple(tuple(row) for row in W.tolist()),
        threshold,
    )


def _axes(rng: np.random.Generator, shared: int | None = None) -> tuple[list[int], list[int]]:
    """Draw U_+ and U_-, each with an axis of its own."""
    own = rng.integers(1, 4, size=2)
    both = int(rng.integers(0, 3)) if shared is None else shared
    common = list(range(both))
    plus = [both + k for k in range(int(own[0]))]
    minus = [both + int(own[0]) + k for k in range(int(own[1]))]
    return common + plus, common + minus


def _threshold(n: int, axes: tuple[Sequence[int], Sequence[int]]) -> int:
    plus, minus = axes
    return width_threshold(n, len(plus), len(minus), len({*plus, *minus}))


def _subspace(rng: np.random.Generator, axes: Sequence[int], d: int, rows: int) -> np.ndarray:
    """Return samples (rows, d) on the span of `axes`, of full rank if there are enough."""
    while True:
        X = np.zeros((rows, d))
        X[:, list(axes)] = _draw(rng, rows, len(axes))
        if np.linalg.matrix_rank(X) == min(rows, len(axes)):
            return X


def theorem_1(
    rng: np.random.Generator,
    neuron: Neuron | None = None,
    loss: Loss | None = None,
    mirrored: bool | None = None,
) -> Planted:
    """Plant a bad critical point on subspace data, M at the threshold of Theorem 1.

    Three draws in four are *symmetric* with random a (zeros in some); else *closed*: a = 0, and
    W lives on the shared axes, where the classes have equal samples.
    """
    neuron, loss = neuron or get_neuron("softplus"), loss or polynomial_hinge(6)
    closed = bool(rng.random() < 0.25) if mirrored is None else mirrored
    if closed:
        axes = _axes(rng, shared=int(rng.integers(1, 3)))
        common = sorted(set(axes[0]) & set(axes[1]))
        d = len(set(axes[0]) | set(axes[1]))
        base = int(rng.integers(max(len(axes[0]), len(axes[1])), 5 + 1))
        repeat = rng.integers(1, 3, size=2)
        shared = _draw(rng, base, len(common))
        plus = _subspace(rng, axes[0], d, base * int(repeat[0]))
        minus = _subspace(rng, axes[1], d, base * int(repeat[1]))
        plus[:, common] = np.tile(shared, (int(repeat[0]), 1))
        minus[:, common] = np.tile(shared, (int(repeat[1]), 1))
    else:
        axes = _axes(rng)
        d = len(set(axes[0]) | set(axes[1]))
        half = [int(rng.integers(len(side), len(side) + 2)) for side in axes]
        plus, minus = (_subspace(rng, side, d, k) for side, k in zip(axes, half, strict=True))
        plus, minus = np.concatenate([plus, -plus]), np.concatenate([minus, -minus])
    n = len(plus) + len(minus)
    M = _threshold(n, axes)
    W = np.zeros((d, M))
    if closed:
        W[common] = _draw(rng, len(common), M)
    a = np.zeros(M) if closed else _signs(rng, M)
    y = [1] * len(plus) + [-1] * len(minus)
    how = "closed" if closed else "symmetric"
    return point_at(how, neuron, loss, np.concatenate([plus, minus]), y, axes, a, W, M)


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
    every = tuple(range(d))
    X = np.column_stack([first, tail])
    return point_at("closed", neuron, loss, X, y, (every, every), np.zeros(M), W, 1)


def proposition_1(
    rng: np.random.Generator, loss: Loss | None = None, cancelling: bool | None = None
) -> Planted:
    """Plant a bad critical point of quadratic neurons on subspace data, M = r + 1.

    One draw in eight has neurons in cancelling pairs off S, where every curve of the plain kind is
    flat (the case that the tilt is for).
    """
    neuron, loss = get_neuron("quadratic"), loss or polynomial_hinge(6)
    if bool(rng.random() < 0.125) if cancelling is None else cancelling:
        return _cancelling(rng, neuron, loss)
    axes = _axes(rng)
    d = len(set(axes[0]) | set(axes[1]))
    plus, minus = (_subspace(rng, side, d, len(side) + int(rng.integers(0, 4))) for side in axes)
    M = d + 1
    y = [1] * len(plus) + [-1] * len(minus)
    X, W = np.concatenate([plus, minus]), np.zeros((d, M))
    return point_at("quadratic", neuron, loss, X, y, axes, _signs(rng, M), W, M)


def _cancelling(rng: np.random.Generator, neuron: Neuron, loss: Loss) -> Planted:
    """Three shared axes on which S vanishes, one own axis each, M = 6 in three pairs."""
    axes = ([0, 1, 2, 3], [0, 1, 2, 4])
    base, repeat = 4, rng.integers(1, 3, size=2)
    shared = _subspace(rng, [0, 1, 2], 3, base)
    sides = []
    for k, own in zip(repeat, (3, 4), strict=True):
        side = np.zeros((2 * base * int(k), 5))
        side[:, :3] = np.tile(shared, (2 * int(k), 1))
        lift = abs(_draw(rng, base * int(k)))
        side[:, own] = np.concatenate([lift, -lift])  # uncorrelated with the shared part
        sides.append(side)
    w = _draw(rng, 3, 3)
    W = np.zeros((5, 6))
    W[:3, :3], W[:3, 3:] = w, w
    a = abs(_draw(rng, 3))
    y = [1] * len(sides[0]) + [-1] * len(sides[1])
    X = np.concatenate(sides)
    return point_at("cancelling", neuron, loss, X, y, axes, np.concatenate([a, -a]), W, 6)


def proposition_12(rng: np.random.Generator, loss: Loss | None = None) -> Planted:
    """Plant a bad critical point of quadratic neurons, M = d + 1, on data with two ellipsoids.

    The positives are long along the first axis and thin across it, the negatives along the
    second: an ellipsoid holds each class and no sample of the other, so S is indefinite for
    every balanced lambda. No subspace is involved.
    """
    neuron, loss = get_neuron("quadratic"), loss or polynomial_hinge(6)
    d = int(rng.integers(2, 6))
    counts = rng.integers(d, d + 6, size=2)
    sides = []
    for label, count in enumerate(counts):
        side = _draw(rng, int(count), d) / (16 * d)
        side[:, label] = np.sign(side[:, label]) * (0.5 + abs(_draw(rng, int(count))) / 2)
        sides.append(side)
    y = [1] * len(sides[0]) + [-1] * len(sides[1])
    M, every = d + 1, tuple(range(d))
    X, W = np.concatenate(sides), np.zeros((d, M))
    return point_at("quadratic", neuron, loss, X, y, (every, every), _signs(rng, M), W, M)


def proposition_9(rng: np.random.Generator, neuron: Neuron | None = None) -> Planted:
    """Plant a critical point of the logistic loss on subspace data, M at Theorem 1's threshold.

    Half the draws have a = 0 and W = 0 on generic data, a_0 = ln(n_+ / n_-); the others are those
    of `theorem_1`.
    """
    neuron = neuron or get_neuron("softplus")
    if rng.random() < 0.5:
        return theorem_1(rng, neuron, logistic())
    axes = _axes(rng)
    d = len(set(axes[0]) | set(axes[1]))
    plus, minus = (_subspace(rng, side, d, len(side) + int(rng.integers(0, 3))) for side in axes)
    M = _threshold(len(plus) + len(minus), axes)
    y = [1] * len(plus) + [-1] * len(minus)
    X, W = np.concatenate([plus, minus]), np.zeros((d, M))
    return point_at("closed", neuron, logistic(), X, y, axes, np.zeros(M), W, M)


PLANTERS: dict[str, Callable[[np.random.Generator], Planted]] = {
    "theorem-1": theorem_1,
    "theorem-2": theorem_2,
    "proposition-1": proposition_1,
    "proposition-9": proposition_9,
    "proposition-12": proposition_12,
}


def plant(claim: str, rng: np.random.Generator) -> Planted:
    """Plant a critical point for a claim of `PLANTERS`.

    Raises:
        InputError: there is no planter for that claim.
    """
    if claim not in PLANTERS:
        raise InputError(f"claim {claim!r} has no planter; use one of {', '.join(PLANTERS)}")
    return PLANTERS[claim](rng)
