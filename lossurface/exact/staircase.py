"""Check a bad local minimum on a dataset that violates Proposition 11's or 12's condition.

    python -m lossurface.exact.staircase FILE [FILE ...]  exit 0 verified, 1 false, 2 unreadable

f = f_S + f_D. In f_D one hidden neuron, a staircase (constant between its breaks), feeds an output
weight 1 and bias 0. In f_S every w_j = 0 and the a_j have one sign. Everything follows from lambda:

- Let v_i = lambda_i^(1/p) and C = sum lambda / sum lambda v. The level of sample i's step is such
  that y_i f(x_i) = 1 - C v_i. Then l_p'(-y_i f(x_i)) = (p+1) (C v_i)^p: these are the dual
  weights, up to the factor (p+1) C^p > 0.
- Phi(theta) = sum lambda y f_theta(x) is constant in the biases as sum lambda y = 0; in the hidden
  weight and bias as long as no sample leaves its step; in the output weight, since sum lambda y f =
  sum lambda (1 - C v) = 0. It remains sum_j a_j g(w_j), g(w) = sum lambda y (sigma(w^T x) -
  sigma(0)), whose sign is that of -a_j: S = sum lambda y x x^T is (semi)definite, and the Taylor
  remainder does not outweigh it within the radius.
- So Phi, hence -L, is largest at theta* on the ball (the hinge is convex): a local minimum. Some
  lambda_i > 0 has 1 - C v_i <= 0: unless all these lambda are equal, one is strictly below.

The levels are irrational: the file gives balls, checked against enclosures of the formula above.
"""

from __future__ import annotations

import itertools
import math
import sys
from bisect import bisect_left
from fractions import Fraction as Q
from typing import Any, Literal

from lossurface.exact import rational
from lossurface.exact.integers import check_definite, check_relations, integral
from lossurface.exact.rational import EVEN, Unreadable, require
from lossurface.exact.reading import (
    Samples,
    check_digest,
    check_version,
    exact,
    fields_of,
    listed,
    matrix,
    positions,
    read_samples,
    vector,
)

__all__ = [
    "CONVEX",
    "EVEN",
    "NEURONS",
    "check",
    "check_curvature",
    "levels",
    "main",
    "norm_above",
    "root",
]

BITS = 96  # of the enclosures of p-th roots
_LN2 = (Q(693147180559945309417, 10**21), Q(693147180559945309418, 10**21))
# name: (sigma(0) in [low, high], h, K, Z): up to one positive factor, for |z| <= Z (None: all z),
# |sigma(z) - sigma(0) - sigma'(0) z - h z^2| <= K |z|^3. Softplus: sup |sigma'''| is 1/(6 sqrt 3)
# for base e, so K = 1/62 > 1/(36 sqrt 3); exp: K = e/6 < 1/2 on [-1, 1].
CONVEX: dict[str, tuple[tuple[Q, Q], Q, Q, Q | None]] = {
    "softplus": ((Q(1), Q(1)), Q(1, 8), Q(1, 62), None),
    "softplus-e": (_LN2, Q(1, 8), Q(1, 62), None),
    "exp": ((Q(1), Q(1)), Q(1, 2), Q(1, 2), Q(1)),
}
NEURONS = (*CONVEX, *EVEN)
ENVELOPE = ("format", "version", "kind", "claim", "loss", "data", "samples", "labels", "network",
            "reason", "dual_weights", "columns", "relations", "kernel", "radius",
            "training_error")  # fmt: skip


def root(value: Q, p: int, bits: int = BITS) -> tuple[Q, Q]:
    """Return an enclosure of value^(1/p), value >= 0, at most 2^-bits wide."""
    scaled = (value.numerator << (p * bits)) // value.denominator
    low, high = 0, 1 << (scaled.bit_length() // p + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**p <= scaled else (low, middle)
    tight = low**p == scaled and low**p * value.denominator == value.numerator << (p * bits)
    return Q(low, 1 << bits), Q(low if tight else low + 1, 1 << bits)


def norm_above(square: Q) -> Q:
    """Return a rational at least sqrt(square), barely above it."""
    scaled = (square.numerator << (2 * BITS)) // square.denominator
    return Q(math.isqrt(scaled) + 1, 1 << BITS)


def levels(weights: list[Q], p: int) -> list[tuple[Q, Q]]:
    """Return enclosures of the margins 1 - C v_i, one for each weight."""
    top = max(weights)
    known = {w: root(w / top, p) for w in set(weights)}  # a common factor cancels
    total = sum(weights, Q(0)) / top
    low = sum((w / top * known[w][0] for w in weights), Q(0))
    high = sum((w / top * known[w][1] for w in weights), Q(0))
    return [(1 - total * known[w][1] / low, 1 - total * known[w][0] / high) for w in weights]


def _ball(value: Any, where: str) -> tuple[Q, Q]:
    mid, sign, rad = value.partition(" +/- ") if isinstance(value, str) else (value, "", "")
    center, radius = exact(mid, where), exact(rad, where) if sign else Q(0)
    require(radius > 0 or not sign, f"{where}: a ball needs a radius above zero", Unreadable)
    return center - radius, center + radius


def _margins(weights: list[Q], p: int) -> list[tuple[Q, Q]]:
    """Return the margins y f(x), exactly zero on the support where all its weights are equal."""
    positive = {w for w in weights if w}
    if len(positive) == 1:
        return [(Q(0), Q(0)) if w else (Q(1), Q(1)) for w in weights]
    return levels(weights, p)


def _check_steps(
    deep: dict[str, Any],
    samples: Samples,
    values: list[tuple[Q, Q]],
    key: list[Any],
    radius: Q,
) -> None:
    """Check that each sample stays on its step, and that the step's level is the one it needs."""
    listed(deep["layers"], "network.deep.layers", 2)
    first, last = (
        fields_of(layer, f"network.deep.layers[{k}]", {"W", "b"})
        for k, layer in enumerate(deep["layers"])
    )
    W = matrix(first["W"], "network.deep.layers[0].W", 1)
    fits = len(W) == len(samples.scales)
    require(fits, "network.deep.layers[0].W has not a row per coordinate", Unreadable)
    (bias,) = vector(first["b"], "network.deep.layers[0].b", 1)
    out = matrix(last["W"], "network.deep.layers[1].W", 1)
    require(len(out) == 1, "network.deep.layers[1].W is not 1 x 1", Unreadable)
    require(out == [[Q(1)]], "network.deep.layers[1].W is not 1")
    require(vector(last["b"], "network.deep.layers[1].b", 1) == [Q(0)], "the last bias is not 0")
    breaks = vector(deep["breaks"], "network.deep.breaks")
    rising = all(a < b for a, b in itertools.pairwise(breaks))
    require(rising, "network.deep.breaks do not increase")
    listed(deep["levels"], "network.deep.levels", len(breaks) + 1)
    balls = [_ball(v, f"network.deep.levels[{k}]") for k, v in enumerate(deep["levels"])]
    seen: dict[int, Any] = {}
    ((numbers, common),) = samples.forms([[w for (w,) in W]])
    for i, (number, square) in enumerate(zip(numbers, samples.squares(), strict=True)):
        height = bias + Q(number, common)
        step = bisect_left(breaks, height)
        around = [breaks[k] for k in (step - 1, step) if 0 <= k < len(breaks)]
        room = min((abs(height - b) for b in around), default=None)
        reach = radius**2 * (square + 1)
        require(room is None or reach <= room**2, f"radius: samples[{i}] may leave its step")
        same = seen.setdefault(step, key[i])
        require(same == key[i], f"network.deep.breaks: step {step} holds different dual weights")
        low, high = values[i]
        inside = balls[step][0] <= low and high <= balls[step][1]
        require(inside, f"network.deep.levels[{step}] does not enclose what samples[{i}] needs")


def check_curvature(
    raw: dict[str, Any], neuron: str, samples: Samples, signed: list[Q], radius: Q
) -> None:
    """Check that g(w) >= 0 for |w| < radius.

    Args:
        raw: holds the fields `columns`, `relations` and `kernel`.
        neuron: sigma.
        samples: of the certificate.
        signed: lambda_i y_i with the sign of -a.
        radius: above zero.

    Raises:
        Refuted: it is not shown.
    """
    used = [i for i, w in enumerate(signed) if w]
    every = samples.squares()
    squares = [every[i] for i in used]
    reach = radius * norm_above(max(squares))
    if neuron in CONVEX:
        _, h, K, Z = CONVEX[neuron]
        whole, _ = integral(signed)
        for k, column in enumerate(zip(*samples.rows, strict=True)):
            moment = sum(w * v for w, v in zip(whole, column, strict=True) if w)
            require(not moment, f"dual_weights: coordinate {k} of sum lambda y x is not zero")
        bounds = [K * radius * norm_above(s) for s in squares]
    else:
        _, h, K, Z = EVEN[neuron]
        bounds = [K * radius**2 * s for s in squares]
    require(Z is None or reach <= Z, "radius: beyond the range of the Taylor bound")
    rest = [h * signed[i] - b * abs(signed[i]) for i, b in zip(used, bounds, strict=True)]
    columns = positions(raw["columns"], "columns", len(samples.scales))
    relations = matrix(raw["relations"], "relations", len(columns))
    kernel = matrix(raw["kernel"], "kernel", len(columns))
    rows = [samples.rows[i] for i in used]
    check_relations(rows, samples.scales, columns, relations, "dual_weights")
    named = [[row[k] for k in columns] for row in rows]
    scales = [samples.scales[k] for k in columns]
    whole_kernel = [
        integral([v / c for v, c in zip(row, scales, strict=True)])[0] for row in kernel
    ]
    check_definite(rest, named, whole_kernel, "dual_weights, radius")


def check(raw: Any) -> tuple[str, Literal["exact"]]:
    """Check a parsed certificate.

    Returns:
        What it proves, and the kind of arithmetic used.

    Raises:
        Unreadable: a field is missing, unknown or malformed.
        Refuted: it is a certificate, and what it says is false.
    """
    fields_of(raw, "certificate", {*ENVELOPE, "digest"})
    check_version(raw)
    known = (raw["kind"], raw["reason"]) == ("local-minimum", "curved")
    require(known, "kind or reason is not that of a staircase", Unreadable)
    claim = raw["claim"]
    claims = ("proposition-11", "proposition-12")
    require(claim in claims, f"claim is not one of {', '.join(claims)}", Unreadable)
    require(raw["data"] == {"assumption": "none"}, "data.assumption is not none", Unreadable)
    loss = fields_of(raw["loss"], "loss", {"name", "p"})
    p = loss["p"]
    fits = loss["name"] == "polynomial-hinge" and type(p) is int and 2 <= p <= 60
    require(fits, "loss is not a polynomial hinge with p from 2 to 60", Unreadable)
    samples, radius = read_samples(raw), exact(raw["radius"], "radius")
    n, d = len(samples.rows), len(samples.scales)
    require(radius > 0, "radius is not above zero")
    network = fields_of(
        raw["network"], "network", {"architecture", "neuron", "a0", "a", "W", "deep"}
    )
    require(
        network["architecture"] == "shortcut", "network.architecture is not shortcut", Unreadable
    )
    neuron = network["neuron"]
    require(neuron in NEURONS, f"network.neuron is not one of {', '.join(NEURONS)}", Unreadable)
    require(
        neuron == "quadratic" or claim == claims[0], "proposition-12 is about quadratic neurons"
    )
    a, a0 = vector(network["a"], "network.a"), exact(network["a0"], "network.a0")
    W = matrix(network["W"], "network.W", len(a))
    require(a and len(W) == d, "network.W has not a row per coordinate", Unreadable)
    require(not any(v for row in W for v in row), "network.W is not zero")
    require(all(v < 0 for v in a) or all(v > 0 for v in a), "network.a has no single sign")
    require(min(map(abs, a)) >= radius, "radius: an entry of network.a may change its sign")
    weights = vector(raw["dual_weights"], "dual_weights", n)
    require(min(weights) >= 0, "dual_weights has an entry below zero")
    labelled = [y * w for y, w in zip(samples.labels, weights, strict=True)]
    require(
        sum(labelled) == 0 and any(weights), "dual_weights: sum lambda y is not zero, or all are"
    )
    margins = _margins(weights, p)
    zero = CONVEX[neuron][0] if neuron in CONVEX else (EVEN[neuron][0],) * 2
    ends = sorted(v * sum(a) for v in zero)
    values = []
    for y, (low, high) in zip(samples.labels, margins, strict=True):
        f = (low, high) if y > 0 else (-high, -low)
        values.append((f[0] - a0 - ends[1], f[1] - a0 - ends[0]))
    deep = fields_of(network["deep"], "network.deep", {"neuron", "layers", "breaks", "levels"})
    require(deep["neuron"] == "staircase", "network.deep.neuron is not staircase", Unreadable)
    # Equal keys mean equal f: zero, or the same label and the same dual weight.
    pairs = zip(samples.labels, weights, margins, strict=True)
    key = [None if low == high == 0 else (y, w) for y, w, (low, high) in pairs]
    _check_steps(deep, samples, values, key, radius)
    signed = labelled if a[0] < 0 else [-w for w in labelled]
    check_curvature(raw, neuron, samples, signed, radius)
    wrong = 0
    for i, (y, (low, high)) in enumerate(zip(samples.labels, margins, strict=True)):
        flat = low == high == 0
        require(flat or low > 0 or high < 0, f"dual_weights[{i}]: the margin's sign stays open")
        wrong += high < 0 or (flat and y < 0)  # sgn 0 = +1
    require(wrong, "training_error: theta* classifies every sample")
    error = Q(wrong, n)
    require(
        exact(raw["training_error"], "training_error") == error, f"training_error is not {error}"
    )
    check_digest(raw, set(ENVELOPE))
    least = f"no parameters closer than {radius} have a lower loss"
    return f"a local minimum with training error {error}; {least}", "exact"


def main(paths: list[str]) -> int:
    """Check files, print one line each, return the worst exit status."""
    return rational.main(paths, check, "{}")


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
