"""The single-layer network's loss and its derivatives in ball arithmetic.

Whatever the balls for the parameters contain, the balls that come out contain the true value. The
neuron and the loss are handed in as enclosures of sigma, l and their derivatives, `(z, k)` to a
ball of the k-th one. Parameters are flat: `a_0`, then `a` (M), then `W` (d x M, row by row).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx, fmpq

__all__ = ["Number", "SingleLayer", "ball", "balls"]

Number = int | float | Fraction
Enclosure = Callable[[arb, int], arb]


def ball(value: Number | arb) -> arb:
    """Return a ball around a number; exact for ints and floats, at working precision else."""
    if type(value) is Fraction:
        return arb(fmpq(value.numerator, value.denominator))
    return arb(value)


def balls(values: Sequence[Number | arb]) -> list[arb]:
    """Return one ball per number."""
    return [ball(value) for value in values]


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
    _made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

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

    def _data(self) -> tuple[arb_mat, list[arb], arb_mat]:
        """Return X (n, d), the offsets (n,), and the products x_k x_m, (d d, n)."""
        key = f"data-{ctx.prec}"  # rational samples are rounded at the working precision
        if key not in self._made:
            rows = [balls(row) for row in self.samples]
            offset = balls(self.offset) if self.offset is not None else [arb(0)] * self.n
            X = arb_mat(rows)
            products = [
                [row[k] * row[m] for row in rows] for k in range(self.d) for m in range(self.d)
            ]
            self._made[key] = (X, offset, arb_mat(products))
        made: tuple[arb_mat, list[arb], arb_mat] = self._made[key]
        return made

    def activations(self, z: Sequence[arb], k: int) -> list[arb]:
        """Return balls of sigma's k-th derivative; exact zeros, which abound, are computed once."""
        zero = None
        out = []
        for v in z:
            if v.is_zero():
                zero = self.neuron(arb(0), k) if zero is None else zero
                out.append(zero)
            else:
                out.append(self.neuron(v, k))
        return out

    def preactivations(self, theta: Sequence[arb]) -> list[arb]:
        """Return `w_j^T x_i`, row by row, n M balls."""
        W = arb_mat(self.d, self.M, list(theta[1 + self.M :]))
        entries: list[arb] = (self._data()[0] * W).entries()
        return entries

    def _outputs(self, theta: Sequence[arb], activations: Sequence[arb]) -> list[arb]:
        M = self.M
        sums = arb_mat(self.n, M, list(activations)) * arb_mat(M, 1, list(theta[1 : 1 + M]))
        offset = self._data()[1]
        return [s + theta[0] + o for s, o in zip(sums.entries(), offset, strict=True)]

    def outputs(self, theta: Sequence[arb]) -> list[arb]:
        """Return f(x_i), n balls."""
        return self._outputs(theta, self.activations(self.preactivations(theta), 0))

    def duals(self, outputs: Sequence[arb]) -> list[arb]:
        """Return `lambda_i = l'(-y_i f(x_i))` for given outputs."""
        return [self.loss(-y * f, 1) for y, f in zip(self.labels, outputs, strict=True)]

    def value(self, theta: Sequence[arb]) -> arb:
        """Return L."""
        return self.value_of(self.outputs(theta), theta)

    def value_of(self, outputs: Sequence[arb], theta: Sequence[arb]) -> arb:
        """Return L from the outputs already known."""
        terms = (self.loss(-y * f, 0) for y, f in zip(self.labels, outputs, strict=True))
        total = sum(terms, arb(0)) / self.n
        if self.l2:
            total += ball(self.l2) / 2 * sum((t * t for t in theta), arb(0))
        return total

    def gradient(self, theta: Sequence[arb]) -> list[arb]:
        """Return the gradient, P balls."""
        n, d, M = self.n, self.d, self.M
        z = self.preactivations(theta)
        s, s1 = self.activations(z, 0), self.activations(z, 1)
        g = self._weights(self._outputs(theta, s))
        row = arb_mat(1, n, g)
        scaled = arb_mat(n, M, [s1[i * M + j] * g[i] for i in range(n) for j in range(M)])
        mixed = (self._data()[0].transpose() * scaled).entries()  # (d, M)
        out = [sum(g[1:], g[0]), *(row * arb_mat(n, M, s)).entries()]
        out += [mixed[k * M + j] * theta[1 + j] for k in range(d) for j in range(M)]
        if self.l2:
            l2 = ball(self.l2)
            out = [v + l2 * t for v, t in zip(out, theta, strict=True)]
        return out

    def _weights(self, outputs: Sequence[arb]) -> list[arb]:
        """Return `-y_i lambda_i / n`, the derivative of L in each output."""
        duals = self.duals(outputs)
        return [-y * v / self.n for y, v in zip(self.labels, duals, strict=True)]

    def hessian(self, theta: Sequence[arb]) -> arb_mat:
        """Return the Hessian (P, P) over the box `theta`, symmetric as a set of matrices."""
        n, d, M, P = self.n, self.d, self.M, self.dimension
        X, _, products = self._data()
        a = theta[1 : 1 + M]
        z = self.preactivations(theta)
        s, s1, s2 = (self.activations(z, k) for k in range(3))
        f = self._outputs(theta, s)
        g = self._weights(f)
        h = [self.loss(-y * v, 2) / n for y, v in zip(self.labels, f, strict=True)]

        slope = [[s1[i * M + j] * a[j] for j in range(M)] for i in range(n)]
        x = [[X[i, k] for k in range(d)] for i in range(n)]
        one = arb(1)
        jacobian = [
            [one, *s[i * M : (i + 1) * M], *(x[i][k] * v for k in range(d) for v in slope[i])]
            for i in range(n)
        ]
        left = arb_mat([[h[i] * v for v in row] for i, row in enumerate(jacobian)])
        rows = (left.transpose() * arb_mat(jacobian)).tolist()

        scaled = arb_mat(n, M, [s1[i * M + j] * g[i] for i in range(n) for j in range(M)])
        mixed = (X.transpose() * scaled).entries()
        curved = arb_mat(n, M, [s2[i * M + j] * g[i] * a[j] for i in range(n) for j in range(M)])
        blocks = (products * curved).entries()  # (d d, M)
        for j in range(M):
            for k in range(d):
                at = 1 + M + k * M + j
                rows[1 + j][at] += mixed[k * M + j]
                rows[at][1 + j] += mixed[k * M + j]
                for m in range(d):
                    rows[at][1 + M + m * M + j] += blocks[(k * d + m) * M + j]
        if self.l2:
            l2 = ball(self.l2)
            for k in range(P):
                rows[k][k] += l2
        return arb_mat(rows)

    def along(self, theta: Sequence[arb], direction: Sequence[arb]) -> tuple[arb, arb]:
        """Return the first and second derivative of `t -> L(theta + t direction)` at t = 0."""
        n, d, M = self.n, self.d, self.M
        z = self.preactivations(theta)
        zu = (self._data()[0] * arb_mat(d, M, list(direction[1 + M :]))).entries()
        a, b = theta[1 : 1 + M], direction[1 : 1 + M]
        s, s1, s2 = (self.activations(z, k) for k in range(3))
        f = self._outputs(theta, s)
        first, second = arb(0), arb(0)
        for i, y in enumerate(self.labels):
            slope, bend = direction[0], arb(0)
            for j in range(M):
                at = i * M + j
                slope += b[j] * s[at] + a[j] * s1[at] * zu[at]
                bend += 2 * b[j] * s1[at] * zu[at] + a[j] * s2[at] * zu[at] * zu[at]
            u = -y * f[i]
            first += self.loss(u, 1) * (-y * slope)
            second += self.loss(u, 2) * slope * slope - self.loss(u, 1) * y * bend
        first, second = first / n, second / n
        if self.l2:
            l2 = ball(self.l2)
            first += l2 * sum((t * v for t, v in zip(theta, direction, strict=True)), arb(0))
            second += l2 * sum((v * v for v in direction), arb(0))
        return first, second
