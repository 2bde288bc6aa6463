"""Check that a box holds a strict local minimum of a single layer, and no other critical point.

The loss is L(theta) = (1/n) sum_i l(-y_i f(x_i)), l(z) = max(z+1, 0)^(p+1), f(x) = a_0 + sum_j a_j
sigma(w_j^T x), plus a given number for each sample where an f_D is held fixed. With a matrix V let
G(s) = n L(theta + V s) for |s_k| <= rho. If, on all of the box, the diagonal entry of every row of
V^T H V (H is the Hessian of n L) exceeds the sum of the others' sizes by at least mu > 0, then the
Hessian of G is at least mu times the identity there (Gershgorin), and V is invertible. If also
|grad G(0)| < mu rho, then s^T grad G(s) >= |s| (mu |s| - |grad G(0)|) > 0 on the boundary, where
|s| >= rho: the least of G on the box is inside. It is a strict local minimum of L, and the only
critical point in the box.

All of it is computed in intervals, the ends of which are integers in units of 2^-BITS.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction as Q
from itertools import combinations
from typing import Any

from .arithmetic import Samples, independent
from .dataset import check_ranks, residuals
from .format import CONVEX, EVEN, Unreadable, require, size

BITS = 384
LARGEST = 3_000_000  # products of intervals, about
ONE_NEURON = 600  # products, about, that take as long as one evaluation of a neuron
SUBSETS = 10_000_000  # products of integers, about, to decide general position
STEEPEST = 256  # no exponential of more is taken

Triple = tuple["Interval", "Interval", "Interval"]


@dataclass(slots=True)
class Interval:
    """All numbers from low to high, in units of 2^-BITS; what is computed is rounded outwards."""

    low: int
    high: int

    @property
    def size(self) -> int:
        """No number in it is longer."""
        return max(abs(self.low), abs(self.high))

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __sub__(self, other: "Interval") -> "Interval":
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: "Interval") -> "Interval":
        u, v, w, x = self.low, self.high, other.low, other.high
        ends = (u * w, u * x, v * w, v * x)
        return Interval(min(ends) >> BITS, -(-max(ends) >> BITS))

    def __truediv__(self, other: "Interval") -> "Interval":
        """Return self / other; all numbers in other are above zero."""
        pairs = [(u << BITS, v) for u in (self.low, self.high) for v in (other.low, other.high)]
        return Interval(min(u // v for u, v in pairs), max(-(-u // v) for u, v in pairs))

    def times(self, numerator: int, denominator: int = 1) -> "Interval":
        """Return the interval times a fraction, denominator > 0."""
        low, high = sorted((self.low * numerator, self.high * numerator))
        return Interval(low // denominator, -(-high // denominator))


ZERO, ONE = Interval(0, 0), Interval(1 << BITS, 1 << BITS)


def enclosing(low: Q, high: Q) -> Interval:
    """Return the least interval that holds all numbers from low to high."""
    require(max(-low, high) < 2**BITS, "a number is too large", Unreadable)
    return Interval(math.floor(low * 2**BITS), math.ceil(high * 2**BITS))


def inner(u: Sequence[Interval], v: Sequence[Interval]) -> Interval:
    """Return the inner product."""
    products = [s * t for s, t in zip(u, v, strict=True)]
    return Interval(sum(t.low for t in products), sum(t.high for t in products))


def increasing(function: Callable[[int], Interval], z: Interval) -> Interval:
    """Return an enclosure of an increasing function over z."""
    return Interval(function(z.low).low, function(z.high).high)


def exponential(value: int) -> Interval:
    """Return an enclosure of e^z, z = value / 2^BITS: e^|z| or its reciprocal."""
    require(value >> BITS < STEEPEST, "network: an exponential is too large to enclose")
    if value < -BITS << BITS:  # e^-BITS < 2^-BITS
        return Interval(0, 1)
    size = abs(value)
    halvings = max(size.bit_length() - BITS, 0) + 8  # until it is below 2^-8
    spare = 2 * halvings + 4 * (size >> BITS) + 8
    bits, x = BITS + spare, size << (spare - halvings)
    low = high = least = most = 1 << bits
    k = 0
    while most > 1:  # the terms of the series, and their sums
        k += 1
        least, most = (least * x >> bits) // k, -((-most * x >> bits) // k)
        low, high = low + least, high + most
    high += 1  # what is left is below the last term
    for _ in range(halvings):
        low, high = low * low >> bits, -(-high * high >> bits)
    if value < 0:
        low, high = (1 << 2 * bits) // high, -(-(1 << 2 * bits) // low)
    return Interval(low >> spare, -(-high >> spare))


def logarithm(value: int) -> Interval:
    """Return an enclosure of ln(1 + e), 0 <= e <= 1: 2 artanh t, t = e / (2 + e) <= 1/3."""
    e = Interval(value, value)
    power = total = e / (e + ONE.times(2))
    square, k = power * power, 1
    while power.high > 1:
        k += 2
        power = power * square
        total = total + power.times(1, k)
    return Interval(2 * total.low, 2 * total.high + 2)  # what is left is below the last power


def logistic(value: int) -> Interval:
    """Return an enclosure of 1 / (1 + e^-z)."""
    e = exponential(-abs(value))
    return (ONE if value >= 0 else e) / (ONE + e)


def log_1_plus_exp(value: int) -> Interval:
    """Return an enclosure of ln(1 + e^z)."""
    e = exponential(-abs(value))
    rise = increasing(logarithm, Interval(e.low, min(e.high, ONE.high)))
    return rise + Interval(max(value, 0), max(value, 0))


def softplus(z: Interval, base: Interval) -> Triple:
    """Return ln(1 + e^z) / base and its two derivatives."""
    s = increasing(logistic, z)
    return increasing(log_1_plus_exp, z) / base, s / base, s * (ONE - s) / base


def sigmoid(z: Interval) -> Triple:
    """Return s = 1 / (1 + e^-z), s (1 - s) and s (1 - s) (1 - 2 s)."""
    s = increasing(logistic, z)
    slope = s * (ONE - s)
    return s, slope, slope * (ONE - s.times(2))


def tanh(z: Interval) -> Triple:
    """Return tanh z = 2 s(2 z) - 1 and its two derivatives."""
    s, slope, bend = sigmoid(z.times(2))
    return s.times(2) - ONE, slope.times(4), bend.times(8)


def cosh(z: Interval) -> Triple:
    """Return cosh z, sinh z and cosh z."""
    up, down = increasing(exponential, z), increasing(exponential, -z)
    even = (up + down).times(1, 2)
    return even, (up - down).times(1, 2), even


LN_2 = logarithm(1 << BITS)
DERIVATIVES: dict[str, Callable[[Interval], Triple]] = {  # of those that are `ANALYTIC`
    "softplus": lambda z: softplus(z, LN_2),
    "softplus-e": lambda z: softplus(z, ONE),
    "exp": lambda z: (increasing(exponential, z),) * 3,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "cosh": cosh,
}


def check_strict(cert: Any, samples: Samples) -> str:
    """Check the box, and for the claim on the width what it says of the samples."""
    network, V, rho, y = cert["network"], cert["preconditioner"], cert["rho"], cert["labels"]
    M = len(network["a"])
    size(network["W"], len(samples.rows[0]), M, "network.W")
    theta = [network["a0"], *network["a"], *(v for row in network["W"] for v in row)]
    P = len(theta)
    size(V, P, P, "preconditioner")
    size([network["offset"]], 1, len(y), "network.offset")
    cost = (len(y) + P) * P * P + len(y) * M * ONE_NEURON
    require(cost <= LARGEST, "network: too large to be checked", Unreadable)
    require(rho > 0, "rho is not above zero")
    outputs_of = set(zip(map(tuple, samples.rows), network["offset"], strict=True))
    alike = len(outputs_of) == len({x for x, _ in outputs_of})
    require(alike, "network.offset: f_D cannot differ on equal samples")
    if cert["claim"] == "ours-width":
        convex = network["neuron"] in {*CONVEX, *EVEN}
        require(convex, "network.neuron has no sigma'' > 0")
        check_position(cert["data"], samples)
    else:
        require(cert["data"]["assumption"] == "none", "data: the certificate says nothing about it")
    reach = [rho * sum(map(abs, row)) for row in V]
    require(max(reach) <= cert["radius"], "radius: the box reaches beyond it")
    box = [enclosing(t - r, t + r) for t, r in zip(theta, reach, strict=True)]
    outputs, _, hessian = derivatives(cert, box)
    _, gradient, _ = derivatives(cert, [enclosing(t, t) for t in theta])
    columns = [[enclosing(v, v) for v in column] for column in zip(*V, strict=True)]
    mu = dominance(hessian, columns)
    require(mu > 0, "rho: the Hessian is not shown definite on the box")
    slope = sum(inner(gradient, column).size ** 2 for column in columns)
    require(slope < (mu * rho) ** 2, "rho: the gradient is not shown short enough for the box")
    pairs = zip(y, outputs, strict=True)
    wrong = sum(f.high < 0 if label == 1 else f.low >= 0 for label, f in pairs)  # sgn 0 = +1
    bound = "at least " if any(f.low < 0 <= f.high for f in outputs) else ""
    error = Q(wrong, len(y))
    require(cert["training_error"] == error, f"training_error is not {error}, the share counted")
    require(wrong or cert["claim"] != "ours-width", "training_error: no sample is shown wrong")
    beside = " for a fixed f_D" if any(network["offset"]) else ""
    return (
        f"a strict local minimum{beside} with training error {bound}{error}, each parameter within "
        f"{cert['radius']} of the one given"
    )


def derivatives(
    cert: Any, theta: Sequence[Interval]
) -> tuple[list[Interval], list[Interval], list[list[Interval]]]:
    """Return enclosures of f(x_i), the gradient and the Hessian (up to its diagonal) of n L."""
    network, p, M = cert["network"], cert["p"], len(cert["network"]["a"])
    sigma, a = DERIVATIVES[network["neuron"]], theta[1 : 1 + M]
    columns = [theta[1 + M + j :: M] for j in range(M)]
    gradient, outputs = [ZERO] * len(theta), []
    hessian = [[ZERO] * (k + 1) for k in range(len(theta))]
    for row, label, offset in zip(cert["samples"], cert["labels"], network["offset"], strict=True):
        x = [enclosing(v, v) for v in row]
        values, slopes, bends = zip(*(sigma(inner(w, x)) for w in columns), strict=True)
        f = theta[0] + inner(a, values) + enclosing(offset, offset)
        outputs.append(f)
        slack = ONE - f.times(label)
        slack = Interval(max(slack.low, 0), max(slack.high, 0))
        fits = p * (slack.high.bit_length() - BITS) <= 8 * BITS
        require(fits, "network: an output is too large for its power", Unreadable)
        second = ONE.times(p * (p + 1))  # l''(-y f)
        for _ in range(p - 1):
            second = second * slack
        push = (second * slack).times(-label, p)  # -y l'(-y f)
        moved = [u * slope for u, slope in zip(a, slopes, strict=True)]
        first = [ONE, *values, *(v * m for v in x for m in moved)]  # the gradient of f
        for k, u in enumerate(first):
            gradient[k] = gradient[k] + push * u
            scaled = second * u
            hessian[k] = [h + scaled * v for h, v in zip(hessian[k], first, strict=False)]
        for j in range(M):  # the second derivatives of f, by a_j and w_j and by w_j twice
            mixed, bent = push * slopes[j], push * a[j] * bends[j]
            for k, v in enumerate(x):
                line = hessian[1 + M + k * M + j]
                line[1 + j] = line[1 + j] + mixed * v
                for m, w in enumerate(x[: k + 1]):
                    at = 1 + M + m * M + j
                    line[at] = line[at] + bent * v * w
    return outputs, gradient, hessian


def dominance(H: list[list[Interval]], columns: list[list[Interval]]) -> int:
    """Return mu, in units of 2^-BITS: by so much the diagonal of V^T H V exceeds the rest."""
    P = range(len(H))
    full = [[H[max(j, k)][min(j, k)] for k in P] for j in P]
    images = [[inner(row, column) for row in full] for column in columns]
    rows = [[inner(column, image) for image in images] for column in columns]
    return min(row[k].low + row[k].size - sum(v.size for v in row) for k, row in enumerate(rows))


def check_position(data: Any, samples: Samples) -> None:
    """Check Assumption 3, and that the samples of each class are in general position.

    Any r_+ positive samples are independent, and any r - r_- of them are so modulo the negatives'
    span (all of them, if there are fewer). For negative samples likewise.
    """
    require(
        data["assumption"] == "theorem-1", "data.assumption is not theorem-1, as the claim needs"
    )
    says = check_ranks(data, samples, "data.")
    require(says.startswith("holds"), f"data: Assumption 3 {says}")
    for name, other, sign in (("positive", "negative", 1), ("negative", "positive", -1)):
        rows = [samples.rows[i] for i in samples.of(sign)]
        own = len(data["all"]["columns"]) - len(data[other]["columns"])
        beyond = residuals(data[other], rows, f"data.{other}")
        for many, vectors in ((len(data[name]["columns"]), rows), (own, beyond)):
            count = min(many, len(rows))
            work = math.comb(len(rows), count) * count**2 * len(samples.rows[0])
            require(work <= SUBSETS, f"samples: too many {name} ones to be decided", Unreadable)
            general = all(map(independent, combinations(vectors, count)))
            require(general, f"samples: {count} {name} ones are not shown independent")
