"""The single-layer network's loss and its derivatives in ball arithmetic.

Whatever the balls for the parameters contain, the balls that come out contain the true value. The
neuron and the loss are handed in as enclosures of sigma, l and their derivatives, `(z, k)` to a
ball of the k-th one. Parameters are flat: `a_0`, then `a` (M), then `W` (d x M, row by row).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, fmpq

from lossurface.setting.datasets import as_ball

BITS = 128  # the precision that the room works at unless it says otherwise

Number = int | float | Fraction
Enclosure = Callable[[arb, int], arb]


def balls(values: Sequence[Number | arb]) -> list[arb]:
    """Return one ball per number; exact for ints and floats, at working precision else."""
    return [as_ball(value) for value in values]


def rational(value: Number) -> fmpq:
    """Return a number exactly."""
    return fmpq(*value.as_integer_ratio())


@dataclass(frozen=True)
class SingleLayer:
    """L(theta) = (1/n) sum_i l(-y_i f(x_i)) + (l2/2)|theta|^2 on balls.

    f(x) = a_0 + sum_j a_j sigma(w_j^T x) + offset(x).
    """

    neuron: Enclosure  # (z, k) to a ball around sigma's k-th derivative, k = 0, 1, 2
    loss: Enclosure  # (z, k) to a ball around l's k-th derivative
    samples: Sequence[Sequence[Number]]  # (n, d)
    labels: Sequence[int]  # (n,), -1 or +1
    M: int
    l2: Number = 0
    offset: Sequence[Number | arb] | None = None  # (n,)

    @property
    def n(self) -> int:
        """Samples."""
        return len(self.labels)

    @property
    def d(self) -> int:
        """Coordinates."""
        return len(self.samples[0])

    @property
    def dimension(self) -> int:
        """Parameters, 1 + M + d M."""
        return 1 + self.M + self.d * self.M

    def _samples(self) -> arb_mat:
        return arb_mat([balls(row) for row in self.samples])

    def _activations(self, z: arb_mat, k: int) -> arb_mat:
        """Return sigma's k-th derivative (n, M); exact zeros, which abound, are computed once."""
        flat = z.entries()
        zero = self.neuron(arb(0), k) if any(v.is_zero() for v in flat) else None
        return arb_mat(self.n, self.M, [zero if v.is_zero() else self.neuron(v, k) for v in flat])

    def preactivations(self, theta: Sequence[arb]) -> arb_mat:
        """Return `w_j^T x_i`, (n, M)."""
        return self._samples() * arb_mat(self.d, self.M, list(theta[1 + self.M :]))

    def _forward(self, theta: Sequence[arb], order: int) -> tuple[list[arb_mat], list[arb]]:
        """Return sigma's derivatives up to an order at the preactivations, and the outputs."""
        z, M = self.preactivations(theta), self.M
        s = [self._activations(z, k) for k in range(order + 1)]
        sums = (s[0] * arb_mat(M, 1, list(theta[1 : 1 + M]))).entries()
        offset = self.offset or [0] * self.n
        return s, [v + theta[0] + as_ball(o) for v, o in zip(sums, offset, strict=True)]

    def outputs(self, theta: Sequence[arb]) -> list[arb]:
        """Return f(x_i), n balls."""
        return self._forward(theta, 0)[1]

    def duals(self, outputs: Sequence[arb]) -> list[arb]:
        """Return `lambda_i = l'(-y_i f(x_i))` for given outputs."""
        return [self.loss(-y * f, 1) for y, f in zip(self.labels, outputs, strict=True)]

    def value(self, theta: Sequence[arb]) -> arb:
        """Return L."""
        outputs = self.outputs(theta)
        terms = (self.loss(-y * f, 0) for y, f in zip(self.labels, outputs, strict=True))
        squares = sum((t * t for t in theta), arb(0))
        return sum(terms, arb(0)) / self.n + as_ball(self.l2) / 2 * squares

    def gradient(self, theta: Sequence[arb]) -> list[arb]:
        """Return the gradient, P balls."""
        s, f = self._forward(theta, 1)
        rows = arb_mat(1, self.n, self._weights(f)) * self._jacobian(theta, s)
        l2 = as_ball(self.l2)
        return [v + l2 * t for v, t in zip(rows.entries(), theta, strict=True)]

    def _weights(self, outputs: Sequence[arb]) -> list[arb]:
        """Return `-y_i lambda_i / n`, the derivative of L in each output."""
        duals = self.duals(outputs)
        return [-y * v / self.n for y, v in zip(self.labels, duals, strict=True)]

    def _jacobian(self, theta: Sequence[arb], s: Sequence[arb_mat]) -> arb_mat:
        """Return the outputs' derivatives (n, P)."""
        rows = []
        for x, values, slopes in zip(
            self._samples().tolist(), s[0].tolist(), s[1].tolist(), strict=True
        ):
            moved = [v * a for v, a in zip(slopes, theta[1:], strict=False)]
            rows.append([arb(1), *values, *(v * m for v in x for m in moved)])
        return arb_mat(rows)

    def hessian(self, theta: Sequence[arb]) -> arb_mat:
        """Return the Hessian (P, P) over the box `theta`, symmetric as a set of matrices."""
        M, X = self.M, self._samples()
        s, f = self._forward(theta, 2)
        second = [self.loss(-y * v, 2) / self.n for y, v in zip(self.labels, f, strict=True)]
        jacobian = self._jacobian(theta, s)
        hessian = _scaled(second, jacobian).transpose() * jacobian
        products = arb_mat([[v * w for v in x for w in x] for x in X.tolist()])  # (n, d d)
        g = self._weights(f)
        for j in range(M):
            mixed = arb_mat(1, self.n, [v * s[1][i, j] for i, v in enumerate(g)]) * X
            curved = [v * s[2][i, j] * theta[1 + j] for i, v in enumerate(g)]
            block = arb_mat(1, self.n, curved) * products
            for k in range(self.d):
                at = 1 + M + k * M + j
                hessian[1 + j, at] += mixed[0, k]
                hessian[at, 1 + j] += mixed[0, k]
                for m in range(self.d):
                    hessian[at, 1 + M + m * M + j] += block[0, k * self.d + m]
        for k in range(self.dimension):
            hessian[k, k] += as_ball(self.l2)
        return hessian

    def along(self, theta: Sequence[arb], direction: Sequence[arb]) -> tuple[arb, arb]:
        """Return the first and second derivative of `t -> L(theta + t direction)` at t = 0."""
        M = self.M
        u = (self._samples() * arb_mat(self.d, M, list(direction[1 + M :]))).tolist()
        a, b = theta[1 : 1 + M], direction[1 : 1 + M]
        activations, f = self._forward(theta, 2)
        s, s1, s2 = (values.tolist() for values in activations)
        first, second = arb(0), arb(0)
        for i, y in enumerate(self.labels):
            slope, bend = direction[0], arb(0)
            for j in range(M):
                slope += b[j] * s[i][j] + a[j] * s1[i][j] * u[i][j]
                bend += 2 * b[j] * s1[i][j] * u[i][j] + a[j] * s2[i][j] * u[i][j] * u[i][j]
            dual = self.loss(-y * f[i], 1)
            first += dual * (-y * slope)
            second += self.loss(-y * f[i], 2) * slope * slope - dual * y * bend
        l2 = as_ball(self.l2)
        first = first / self.n + l2 * sum(
            (t * v for t, v in zip(theta, direction, strict=True)), arb(0)
        )
        return first, second / self.n + l2 * sum((v * v for v in direction), arb(0))

    def outputs_over(
        self,
        theta: Sequence[Any],
        sigma: Callable[[Any], Any],
        number: Callable[..., Any],
    ) -> list[Any]:
        """Return f(x_i) over any ring, n of its elements.

        Args:
            theta: (P,), of the ring.
            sigma: the neuron on the ring.
            number: a sample's coordinate as an element of the ring.
        """
        M, zero, out = self.M, number(0), []
        for row, extra in zip(self.samples, self.offset or [0] * self.n, strict=True):
            x, f = [number(v) for v in row], theta[0] + number(extra)
            for j in range(M):
                w = theta[1 + M + j :: M]
                z = sum((v * t for v, t in zip(x, w, strict=True) if v), zero)
                f += theta[1 + j] * sigma(z)
            out.append(f)
        return out


def _scaled(weights: Sequence[arb], rows: arb_mat) -> arb_mat:
    """Return each row of a matrix times its weight."""
    return arb_mat([[w * v for v in row] for w, row in zip(weights, rows.tolist(), strict=True)])
