"""Check a local minimum at which the network is affine and the best affine map is irrational.

Rational interval arithmetic, the standard library alone. Near theta* every neuron of f_S is on its
linear side (or f = a^T (x + H(x)) + b with H dead), so f is affine in x. The parameters u that the
certificate gives as balls, a_0 and one column of W (or b and a), are those of an affine family
f_i(u) = k_i + g_i^T u with rational k_i, g_i. Its loss F is convex. With m the balls' midpoint and
rho the smallest radius, |grad F(m)| < mu rho and a Hessian above mu I throughout the balls put the
family's one minimiser u* inside them: on the sphere |u - m| = rho the slope points outwards. At u*,
sum lambda y = 0 and sum lambda y x = 0, so Phi (see `rational`) is constant near theta* and
theta* = (u*, the rest) is a local minimum. The Farkas vector mu >= 0, mu != 0, sum mu y = 0,
sum mu y x = 0 shows that no affine map classifies every sample, so the training error is not zero.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction as Q
from typing import Any, Literal

from lossurface.exact.rational import (
    CLAIMS,
    DEEP,
    SINGLE,
    Unreadable,
    check_data,
    check_deep,
    definite,
    dot,
    read,
    require,
    size,
)
from lossurface.exact.rational import FORMAT as RATIONAL_FORMAT
from lossurface.exact.rational import IDENTITY as LINEAR

__all__ = ["FORMAT", "check"]

Ball = tuple[Q, Q]  # low, high

_SINGLE: Any = {**SINGLE, "neuron": LINEAR, "W": [["ball"]]}
_NETWORK: Any = {
    "single-layer": _SINGLE,
    "shortcut": {**_SINGLE, "deep": DEEP},
    "identity-shortcut": {"a": ["ball"], "b": "ball", "deep": DEEP},
}
FORMAT: Any = {
    **RATIONAL_FORMAT,
    "network": ("architecture", _NETWORK),
    "claim": {"proposition-3", "proposition-7"},
    "reason": {"linear-enclosed"},
    "radius": "q",
    "farkas": ["q"],
}


def _exact(balls: list[Ball], where: str) -> list[Q]:
    require(all(low == high for low, high in balls), f"{where}: a ball has no place here")
    return [low for low, _ in balls]


def _family(network: Any, x: list[list[Q]], constants: list[Q]) -> tuple[Any, Any, list[Ball]]:
    """Return k (n,), g (n, d + 1) and the balls of u (d + 1,)."""
    if "b" in network:
        balls = [network["b"], *network["a"]]
        slopes = [[Q(1), *(u + v for u, v in zip(row, constants, strict=True))] for row in x]
        return [Q(0)] * len(x), slopes, balls
    a, columns = network["a"], list(zip(*network["W"], strict=True))
    solved = [j for j, column in enumerate(columns) if any(low < high for low, high in column)]
    require(len(solved) == 1, "network.W: not just one column is given as balls")
    (s,) = solved
    require(a[s], f"network.a[{s}] is zero, so W[{s}] has no part in f")
    rest = [(a[j], _exact(list(w), f"network.W[{j}]")) for j, w in enumerate(columns) if j != s]
    fixed = [sum((aj * dot(w, row) for aj, w in rest), sum(constants, Q(0))) for row in x]
    return fixed, [[Q(1), *(a[s] * v for v in row)] for row in x], [network["a0"], *columns[s]]


def _check_minimiser(
    p: int, y: list[int], k: Any, g: Any, balls: list[Ball]
) -> tuple[list[Ball], list[Ball]]:
    """Check that the family's minimiser lies in the balls; return f and lambda as balls there."""
    middle = [(low + high) / 2 for low, high in balls]
    radii = [(high - low) / 2 for low, high in balls]
    require(min(radii) > 0, "network: every solved parameter must be a ball")
    values = [constant + dot(row, middle) for constant, row in zip(k, g, strict=True)]
    spread = [dot(map(abs, row), radii) for row in g]
    slack = [1 - t * f for t, f in zip(y, values, strict=True)]
    weights = [t * max(u, Q(0)) ** p for t, u in zip(y, slack, strict=True)]
    steepest = sum(abs(dot(weights, column)) for column in zip(*g, strict=True)) / min(radii)
    least = [p * max(u - e, Q(0)) ** (p - 1) for u, e in zip(slack, spread, strict=True)]
    axes = [[Q(i == j) for j in range(len(balls))] for i in range(len(balls))]
    inside = definite([*least, *(-steepest for _ in axes)], [*g, *axes])
    require(inside, "network: the balls are not proved to hold the best affine map")
    outputs = [(f - e, f + e) for f, e in zip(values, spread, strict=True)]
    ends = [(max(u - e, Q(0)), max(u + e, Q(0))) for u, e in zip(slack, spread, strict=True)]
    return outputs, [((p + 1) * low**p, (p + 1) * high**p) for low, high in ends]


def _check_signs(network: Any, x: list[list[Q]], radius: Q) -> None:
    """Check that every neuron of f_S stays on its linear side within the radius."""
    columns = list(zip(*network.get("W", []), strict=True))
    for column in dict.fromkeys(columns):  # equal ones once: there may be more neurons than samples
        j = columns.index(column)
        for i, row in enumerate(x):
            z = sum((min(low * v, high * v) for (low, high), v in zip(column, row, strict=True)))
            require(z > 0, f"network.W: neuron {j} has the wrong sign on samples[{i}]")
            kept = radius**2 * dot(row, row) <= z**2
            require(kept, f"radius: neuron {j} may change its sign on samples[{i}]")


def check(raw: Any) -> tuple[str, Literal["enclosed"]]:
    """Check a parsed certificate with reason `linear-enclosed`.

    Raises:
        Unreadable: a field is missing, unknown or malformed.
        Refuted: it is false; both messages name the field.
    """
    cert = read(raw, {**FORMAT, "digest": dict.fromkeys(FORMAT, str)}, "")
    x, y, network, radius = cert["samples"], cert["labels"], cert["network"], cert["radius"]
    size(x, len(y), len(x[0]), "samples")
    for name in ("dual_weights", "farkas"):
        require(len(cert[name]) == len(y), f"{name} does not have {len(y)} entries", Unreadable)
    require(radius > 0, "radius is not a number above zero")
    check_data(cert["data"], x, y)
    identity = "b" in network
    neuron = network["deep"]["neuron"] if identity else network["neuron"]
    due = (network["architecture"], cert["data"]["assumption"], neuron)
    names = ("network.architecture", "data.assumption", "network.neuron")
    for name, value, allowed in zip(names, due, CLAIMS[cert["claim"]][1:], strict=True):
        require(value in allowed, f"{name}: {cert['claim']} does not allow {value!r}")
    if identity:
        size([network["a"]], 1, len(x[0]), "network.a")
    else:
        size(network["W"], len(x[0]), len(network["a"]), "network.W")
    constants: list[Q] = []
    if "deep" in network:
        biases = check_deep(network["deep"], x, len(x[0]) if identity else 1, radius)
        constants = _exact(biases, "network.deep.layers[-1].b")
    k, g, balls = _family(network, x, constants)
    outputs, weights = _check_minimiser(cert["loss"]["p"], y, k, g, balls)
    for i, (stated, found) in enumerate(zip(cert["dual_weights"], weights, strict=True)):
        within = stated[0] <= found[0] and found[1] <= stated[1]
        require(within, f"dual_weights[{i}] does not hold (p+1) max(1 - y f, 0)^p at theta*")
    _check_signs(network, x, radius)
    signed = [t * v for t, v in zip(y, cert["farkas"], strict=True)]
    balanced = not any(dot(signed, column) for column in [[1] * len(y), *zip(*x, strict=True)])
    shown = min(cert["farkas"]) >= 0 and any(cert["farkas"]) and balanced
    require(shown, "farkas is not a vector >= 0, != 0, with sum mu y = 0 and sum mu y x = 0")
    # sgn 0 = +1. A sign that the balls leave open counts as right; the Farkas vector gives 1/n.
    pairs = list(zip(y, outputs, strict=True))
    wrong = sum(high < 0 if label == 1 else low >= 0 for label, (low, high) in pairs)
    right = sum(low >= 0 if label == 1 else high < 0 for label, (low, high) in pairs)
    error = Q(max(wrong, 1), len(y))
    require(cert["training_error"] == error, f"training_error is not {error}, what the balls show")
    for name, digest in cert["digest"].items():  # proves nothing, but shows what was altered
        text = json.dumps(raw[name], sort_keys=True, separators=(",", ":"))
        same = hashlib.sha256(text.encode()).hexdigest() == digest
        require(same, f"{name} was altered: it does not match digest.{name}")
    bound = "" if wrong + right == len(y) else "at least "
    least = f"no parameters closer than {radius} have a lower loss"
    return f"a local minimum with training error {bound}{error}; {least}", "enclosed"
