"""The fewest quadratic neurons (ours): bad minima at one neuron less, ways out at the width.

The page `beyond/quadratic-width` proves what is said here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from random import Random
from typing import TYPE_CHECKING

from lossurface.claims.traps import decide, met
from lossurface.conditions import Space, assumption_2, assumption_3
from lossurface.exact import Finding, Status, equal, every, less
from lossurface.exact.linalg import positive_definite
from lossurface.setting import Dataset, get_neuron

if TYPE_CHECKING:
    import numpy as np
    import torch

    from lossurface.landscape.escape import Escape
    from lossurface.landscape.single_layer import SingleLayerSurface

SHARP = ((1, 1, 1), (2, 1, 1), (3, 1, 1), (1, 2, 2), (2, 2, 2), (2, 3, 1), (1, 3, 3))
HEADLINE = (
    "With s quadratic neurons a bad local minimum for each of seven dimensions; with s + 1 a "
    "certified step leads from every planted bad critical point to a lower loss."
)
POWERS = 5  # of 4, that are tried for the output weights

Rows = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Minimum:
    """A bad minimum of M = s quadratic neurons, a_j = weight and w_j = e_j, beside a staircase.

    The samples are (c, b, 0) for y = 1 and (c, 0, b) for y = -1, with the same c and k in both
    classes. lambda is proportional to k^p, which fixes the margins; f_D supplies what f_S lacks.

    Attributes:
        c: (N, s), the shared coordinates.
        k: (N,), the p-th roots of lambda.
        own: the classes' own coordinates, (N, Delta_+) and (N, Delta_-).
        p: the hinge power.
        weight: of all output weights.
    """

    c: Rows
    k: Sequence[int]
    own: tuple[Rows, Rows]
    p: int = 6
    weight: int = 1

    @property
    def dataset(self) -> Dataset:
        """The samples: N positive, N negative."""
        plus, minus = self.own
        none = [0] * len(plus[0]), [0] * len(minus[0])
        rows = [(*c, *b, *none[1]) for c, b in zip(self.c, plus, strict=True)]
        rows += [(*c, *none[0], *b) for c, b in zip(self.c, minus, strict=True)]
        return Dataset.of(rows, [1] * len(plus) + [-1] * len(minus))

    @property
    def outputs(self) -> list[Fraction]:
        """What the network puts out on the samples: y (1 - C k) with sum lambda y f = 0."""
        powers = [k**self.p for k in self.k]
        C = Fraction(sum(powers), sum(v * k for v, k in zip(powers, self.k, strict=True)))
        return [y * (1 - C * k) for y in (1, -1) for k in self.k]

    @property
    def fixed(self) -> list[Fraction]:
        """The outputs of f_D on the samples: f - weight |c|^2."""
        squares = [self.weight * sum(v * v for v in c) for c in self.c] * 2
        return [f - square for f, square in zip(self.outputs, squares, strict=True)]

    def derivatives(self) -> tuple[list[Fraction], list[list[Fraction]]]:
        """Return gradient and Hessian of n L / (p + 1) in (a_0, B, Y, v).

        f = a_0 + (c + Y b)^T B (c + Y b) + v f_D, at B = weight times the identity and Y = 0.
        Where the gradient vanishes, f has no second derivatives that count but those in Y.
        """
        data, s, kappa = self.dataset, len(self.c[0]), self.weight
        pairs = list(combinations_with_replacement(range(s), 2))
        size = 2 + len(pairs) + s * (data.d - s)
        gradient = [Fraction(0)] * size
        hessian = [[Fraction(0)] * size for _ in range(size)]
        for x, y, f, fixed in zip(data.x, data.y, self.outputs, self.fixed, strict=True):
            c, b, gap = x[:s], x[s:], 1 - y * f
            dual, stiff = gap**self.p, self.p * gap ** (self.p - 1)
            in_B = [c[i] * c[j] * (1 if i == j else 2) for i, j in pairs]
            first = [Fraction(1), *in_B, *(2 * kappa * u * v for u in c for v in b), fixed]
            for i, u in enumerate(first):
                gradient[i] -= dual * y * u
                hessian[i] = [h + stiff * u * v for h, v in zip(hessian[i], first, strict=True)]
            for row in range(1 + len(pairs), size - 1, len(b)):
                for i, u in enumerate(b):
                    for j, v in enumerate(b):
                        hessian[row + i][row + j] -= dual * y * 2 * kappa * u * v
        return gradient, hessian

    def findings(self) -> tuple[Finding, ...]:
        """Decide that it is a local minimum, a bad one, on samples in general position."""
        gradient, hessian = self.derivatives()
        wrong = sum((f >= 0) != (y > 0) for f, y in zip(self.outputs, self.dataset.y, strict=True))
        definite = positive_definite(hessian)
        return (
            equal("every derivative in a_0, B, Y and f_D's output weight is zero",
                  max(map(abs, gradient)), 0),
            Finding("the Hessian in them is positive definite", "holds" if definite else "fails",
                    "exact", f"all pivots of {len(hessian)}"),
            less("the training error is above 0", 0, Fraction(wrong, self.dataset.n)),
            self.position(),
        )  # fmt: skip

    def position(self) -> Finding:
        """Decide whether the samples are in general position, and no two equal."""
        data, space = self.dataset, Space(self.dataset)
        found = assumption_2(space), assumption_3(space)
        general = all(one.verdict == "holds" for one in found) and len(set(data.x)) == data.n
        why = "; ".join(one.why for one in found)
        status: Status = "holds" if general else "fails"
        return Finding("the samples are in general position", status, "exact", why)


def drawn(s: int, plus: int, minus: int, *, p: int = 6, seed: int = 0) -> Minimum:
    """Draw a bad minimum of s neurons for subspaces that share s dimensions.

    Small integers, but for the last s samples of a class: there c is a unit vector and k = 1, so
    that b is what makes sum lambda c b^T = 0.

    Args:
        s: the dimension that the spans of the classes share, at least 1.
        plus: Delta_+, at least 1.
        minus: Delta_-, at least 1.
        p: the hinge power, at least 2.
        seed: of the draws; they are repeated until the exact conditions hold.
    """
    rng = Random(seed)
    unit = [[int(i == j) for j in range(s)] for i in range(s)]
    N = 2 + s * (s + 1) // 2 + s * max(plus, minus)
    while True:
        free = [[rng.randint(-3, 3) for _ in range(s)] for _ in range(N - s)]
        k = [rng.randint(1, 2) for _ in free]
        own = []
        for size in (plus, minus):
            b = [[rng.randint(-30, 30) for _ in range(size)] for _ in free]
            last = [
                [-sum(r**p * c[i] * v[j] for r, c, v in zip(k, free, b, strict=True))
                 for j in range(size)]
                for i in range(s)
            ]  # fmt: skip
            own.append(b + last)
        c, k = free + unit, k + [1] * s
        tried = (Minimum(c, k, (own[0], own[1]), p, 4**power) for power in range(POWERS))
        if Minimum(c, k, (own[0], own[1]), p).position().status == "holds":
            for found in tried:
                if all(finding.status == "holds" for finding in found.findings()):
                    return found


def planted(rng: np.random.Generator) -> tuple[SingleLayerSurface, torch.Tensor]:
    """Return a surface and a bad critical point of s + 1 neurons, W not 0 unless s is.

    Either the classes have the same shared coordinates and dual weights, sum lambda c b^T = 0, and
    all w_j are on the shared axes, with a_j of any signs, in some draws with sum c_j^2 / a_j = 0.
    Or the active samples of both classes have no shared part, those of one class are fewer than its
    own axes, and the w_j are independent on the samples: only the other class's part of them is
    not. A fixed f_D supplies the outputs.
    """
    import numpy as np

    from lossurface.landscape.planted import margins, with_f_D

    p, s, own = 6, int(rng.integers(0, 4)), rng.integers(1, 4, 2)
    few = rng.random() < 1 / 3
    if few:
        own[1] += 1
    N, M, d = s + int(max(own)) + 2, s + 1, s + int(sum(own))
    c, W = rng.normal(size=(N, s)), np.zeros((d, M))
    W[:s] = rng.normal(size=(s, M))
    weights = np.tile(rng.uniform(0.2, 2, N), (2, 1))
    b = [rng.normal(size=(N, size)) for size in own]
    a = rng.uniform(0.2, 2, M)
    if few:
        active = int(rng.integers(1, own[1]))
        weights[0, own[0] + 1 :], weights[1, active:] = 0, 0
        weights[1] *= weights[0].sum() / weights[1].sum()
        hidden = np.linalg.svd(b[1][:active])[2][active:]  # own directions that they do not see
        W[s + own[0] :] = hidden.T @ rng.normal(size=(len(hidden), M))
        shared = [np.where(side[:, None] > 0, 0, c) for side in weights]
    else:
        seen = np.linalg.qr(weights[0][:, None] * c)[0]
        b, shared = [side - seen @ (seen.T @ side) for side in b], [c, c]
        a *= rng.choice([-1, 1], M)
        if s and rng.random() < 0.5:
            squares = np.linalg.svd(W[:s])[2][-1] ** 2  # c_j^2 of sum c_j w_j = 0
            a[0] = -squares[0] / (squares[1:] / abs(a[1:])).sum()
            a[1:] = abs(a[1:])
    sides = [
        np.hstack([shared[0], b[0], np.zeros((N, own[1]))]),
        np.hstack([shared[1], np.zeros((N, own[0])), b[1]]),
    ]
    flipped = int(rng.integers(2))  # which class is called the positive one
    X, y = np.concatenate(sides), np.repeat([1.0, -1.0], N) * (-1) ** flipped
    dual = weights.ravel()
    outputs = y * np.where(dual > 0, margins(dual, p), 1.5)
    a *= (-1) ** flipped
    return with_f_D(get_neuron("quadratic"), p, X, y, outputs, a, W)


def departures(*, trials: int, seed: int) -> list[Escape]:
    """Leave planted critical points along the curves of the proof.

    Args:
        trials: how many.
        seed: of all randomness.
    """
    import numpy as np

    from lossurface.landscape.escape import Proof, escape

    rng = np.random.default_rng(seed)
    return [escape(*planted(rng), proof=Proof.QUADRATIC) for _ in range(trials)]


def findings(*, seed: int = 0, trials: int = 200) -> Iterator[Finding]:
    """Yield what is checked: bad minima of s neurons, and `trials` plants of s + 1, each left."""
    found = [drawn(*dimensions) for dimensions in SHARP]
    for those in zip(*(one.findings() for one in found), strict=True):
        yield every(f"with s neurons, {len(found)} times: {those[0].statement}", those)
    lines = [one for one, (_, *own) in zip(found, SHARP, strict=True) if own == [1, 1]]
    yield every(
        f"{len(lines)} of their datasets, with r = s + 2, meet Proposition 12's condition",
        (met(decide(one.dataset, "proposition-12")) for one in lines),
    )
    left = departures(trials=trials, seed=seed)
    points = "of the points planted with s + 1 neurons"
    yield every(f"none {points} is a local minimum", [step.not_minimum for step in left])
    yield every(
        f"from each {points} a step leads to a lower loss", [step.decrease for step in left]
    )
