"""Check that a certificate proves a local minimum with training error above zero.

One file, the standard library alone, every comparison between exact rationals:

    python rational.py FILE [FILE ...]      exit 0 verified, 1 false, 2 unreadable

The hinge l_p(z) = max(z+1, 0)^(p+1) is convex. So with lambda_i = l_p'(-y_i f(x_i)) at theta* and
Phi(theta) = sum_i lambda_i y_i f_theta(x_i), n (L(theta) - L(theta*)) >= Phi(theta*) - Phi(theta).
It remains that Phi has a maximum at theta* on the open ball |theta - theta*| < radius (Euclidean
norm, all parameters), for one of four reasons, each a clause below. A deep part whose last hidden
layer is dead adds a constant to f. An irrational f = v is the root of n_+ (1-v)^p = n_- (1+v)^p in
(-1, 1); there lambda is n_- on positive, n_+ on negative samples, up to a factor.
"""

import hashlib
import json
import re
import sys
from collections import Counter
from fractions import Fraction as Q
from pathlib import Path
from typing import Any

ZERO = {"threshold", "relu", "requ", "constant"}  # sigma(z) = 0 for z < 0
IDENTITY = {"relu", "leaky-relu", "elu", "linear"}  # sigma(z) = z for z > 0
ODD = {"sigmoid", "tanh", "arctan", "softsign", "constant", "linear"}  # sigma(z) + sigma(-z) = c
# name: (sigma(0), h, K, Z) with |sigma(z) - sigma(0) - h z^2| <= K z^4 for |z| <= Z (None: all z)
EVEN = {
    "quadratic": (Q(0), Q(1), Q(0), None),
    "quartic": (Q(0), Q(1), Q(1), None),  # z^2 + z^4
    "cosh": (Q(1), Q(1, 2), Q(1, 12), Q(1)),  # Lagrange: cosh(1) / 24 < 1/12
}
LAYERED = {"single-layer", "shortcut"}
# claim: (reason, architectures, data assumptions, neurons)
CLAIMS = {
    "proposition-2": ({"dead"}, LAYERED, {"theorem-1", "theorem-2"}, ZERO),
    "proposition-3": ({"linear"}, LAYERED, {"theorem-1"}, IDENTITY),
    "proposition-4": ({"paired"}, LAYERED, {"theorem-1"}, ODD),
    "proposition-5": ({"curved"}, LAYERED, {"theorem-2"}, set(EVEN)),
    "proposition-6": ({"dead"}, {"feedforward"}, {"none", "theorem-1", "theorem-2"}, ZERO),
    "proposition-7": ({"linear"}, {"identity-shortcut"}, {"theorem-1"}, {"relu"}),
}
# The format. "q" is a rational, "ball" a rational or "mid +/- rad", a set the values allowed, a
# list as many of its entry or more, a pair (tag, variants) an object whose tag picks its fields.
DEEP: Any = {"neuron": ZERO, "layers": [{"W": [["q"]], "b": ["ball"]}] * 2}
SINGLE: Any = {"neuron": ZERO | IDENTITY | ODD | set(EVEN), "a0": "ball", "a": ["q"], "W": [["q"]]}
IDENTITY_SHORTCUT: Any = {"a": ["q"], "b": "ball", "deep": DEEP}
NETWORK = {"single-layer": SINGLE, "shortcut": {**SINGLE, "deep": DEEP}}
NETWORK |= {"feedforward": {"deep": DEEP}, "identity-shortcut": IDENTITY_SHORTCUT}
AXES = {key: [set(range(1000))] for key in ("positive_axes", "negative_axes")}
DATA = {"theorem-1": AXES, "theorem-2": {"separator": ["q"]}, "none": {}}
FORMAT: Any = {"format": {"lossurface/certificate"}, "version": {1}, "kind": {"local-minimum"}}
FORMAT |= {"claim": set(CLAIMS), "loss": {"name": {"polynomial-hinge"}, "p": set(range(2, 61))}}
FORMAT |= {"data": ("assumption", DATA), "samples": [["q"]], "labels": [{1, -1}]}
FORMAT |= {"network": ("architecture", NETWORK), "dual_weights": ["ball"], "radius": "q or inf"}
FORMAT |= {"reason": {"dead", "linear", "paired", "curved"}, "training_error": "q"}
RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,799})(/[1-9][0-9]{0,799})?")
MAX_BYTES = 20_000_000  # a certificate of a dataset holds every sample


class Unreadable(ValueError):
    """The input is not a certificate in the published format."""


class Refuted(ValueError):
    """The input is a certificate, and what it says is false."""


def require(condition: Any, message: str, error: type[ValueError] = Refuted) -> None:
    """Raise the error with the message unless the condition holds."""
    if not condition:
        raise error(message)


def printable(text: Any) -> str:
    """Return the text with what no terminal should be sent escaped, such as line ends."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def shown(value: Any) -> str:
    """Return the beginning of a value, quoted; what nests may nest too deeply to be written."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return repr(str(value)[:40])


def load(path: Any) -> Any:
    """Return the JSON value in a regular file: anything else, such as a pipe, may never end."""
    file = Path(path)
    require(file.is_file() or not file.exists(), "not a regular file", Unreadable)
    with file.open("rb") as stream:
        return parse(stream.read(MAX_BYTES + 1).decode())


def parse(text: str) -> Any:
    """Return the JSON value in the text; floats stay text, a key given twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(pairs)) == len(pairs), "an object gives a key twice", Unreadable)
        return dict(pairs)

    require(len(text) <= MAX_BYTES, f"larger than {MAX_BYTES} characters", Unreadable)
    try:
        return json.loads(text, object_pairs_hook=unique, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON, or truncated: {str(error).splitlines()[0][:80]}") from None


def rational(value: Any, where: str) -> Q:
    """Return the rational that a string "p/q" in lowest terms stands for."""
    fits = isinstance(value, str) and RATIONAL.fullmatch(value) and str(Q(value)) == value
    require(fits, f'{where} is {shown(value)}, not "p/q" in lowest terms', Unreadable)
    return Q(value)


def read(value: Any, shape: Any, where: str) -> Any:
    """Return the value with its rationals read, a ball as (low, high), "inf" as None."""
    if shape == "ball":
        mid, sign, rad = value.partition(" +/- ") if isinstance(value, str) else (value, "", "")
        center, radius = rational(mid, where), rational(rad, where) if sign else Q(0)
        require(radius > 0 or not sign, f"{where}: a ball needs a radius above zero", Unreadable)
        return center - radius, center + radius
    if shape is str:
        return value
    if isinstance(shape, str):
        return None if (shape, value) == ("q or inf", "inf") else rational(value, where)
    if isinstance(shape, set):
        names = ", ".join(sorted(map(str, shape))) if len(shape) < 20 else "those allowed"
        fits = type(value) in (str, int) and value in shape
        require(fits, f"{where} is {shown(value)}, not one of {names}", Unreadable)
        return value
    if isinstance(shape, list):
        fits = isinstance(value, list) and len(value) >= len(shape)
        require(fits, f"{where} is not a list of {len(shape)} or more", Unreadable)
        return [read(entry, shape[0], f"{where}[{i}]") for i, entry in enumerate(value)]
    require(isinstance(value, dict), f"{where or 'the file'} is not an object", Unreadable)
    if isinstance(shape, tuple):
        tag, variants = shape
        name = read(value.get(tag), set(variants), f"{where}.{tag}")
        shape = {tag: {name}, **variants[name]}
    path = f"{where}." if where else ""
    for k in sorted(set(shape) ^ set(value)):
        raise Unreadable(f"{path}{ascii(k[:40])[1:-1]} is {'unknown' if k in value else 'missing'}")
    return {key: read(value[key], shape[key], path + key) for key in shape}


def size(rows: list[list[Q]], height: int, width: int, where: str) -> None:
    """Check the shape of a matrix."""
    fits = len(rows) == height and all(len(row) == width for row in rows)
    require(fits, f"{where} is not {height} x {width}", Unreadable)


def dot(u: Any, v: Any) -> Q:
    """Return the inner product."""
    return sum((s * t for s, t in zip(u, v, strict=True)), Q(0))


def definite(weights: list[Q], vectors: list[list[Q]]) -> bool:
    """Decide whether sum_i weights[i] x_i x_i^T is positive definite, by LDL^T."""
    columns = list(zip(*vectors, strict=True))
    weighted = [[w * v for w, v in zip(weights, column, strict=True)] for column in columns]
    rows = [[dot(left, right) for right in columns] for left in weighted]
    while rows and rows[0][0] > 0:
        (pivot, *top), *below = rows
        rows = [[s - r / pivot * t for s, t in zip(row, top, strict=True)] for r, *row in below]
    return not rows


def check_data(data: Any, x: list[list[Q]], y: list[int]) -> None:
    """Check the witness for the data assumptions of Theorem 1 or of Theorem 2."""
    require({1, -1} <= set(y), "labels are all equal: one class is empty")
    if "separator" in data:
        size([data["separator"]], 1, len(x[0]), "data.separator")
        wrong = [i for i, row in enumerate(x) if y[i] * dot(data["separator"], row) <= 0]
        require(not wrong, f"data.separator does not separate samples{wrong[:5]}")
    if "positive_axes" in data:
        for name, sign in (("positive_axes", 1), ("negative_axes", -1)):
            axes, where = data[name], f"data.{name}"
            fits = axes == sorted({k for k in axes if k < len(x[0])})
            require(fits, f"{where} is not an increasing list of coordinates", Unreadable)
            rows = [row for row, label in zip(x, y, strict=True) if label == sign]
            outside = any(v for row in rows for k, v in enumerate(row) if k not in axes)
            require(not outside, f"{where}: a sample leaves the subspace")
            spanned = definite([Q(1)] * len(rows), [[row[k] for k in axes] for row in rows])
            require(spanned, f"{where}: the samples do not span the subspace")
        plus, minus = set(data["positive_axes"]), set(data["negative_axes"])
        require(plus - minus and minus - plus, "data.negative_axes: one subspace holds the other")


def check_deep(deep: Any, x: list[list[Q]], outputs: int, radius: Q) -> Any:
    """Check that the last hidden layer stays dead on every sample; return the last biases."""
    *hidden, last = deep["layers"]
    widths = [len(x[0])] + [len(layer["b"]) for layer in deep["layers"]]
    for depth, layer in enumerate(deep["layers"]):
        size(layer["W"], widths[depth], widths[depth + 1], f"network.deep.layers[{depth}].W")
    require(widths[-1] == outputs, f"network.deep has not {outputs} output", Unreadable)
    power = {"relu": 1, "requ": 2}.get(deep["neuron"], 0)  # "constant": bounded by the threshold
    for i, row in enumerate(x):
        outs: list[tuple[Q, ...]] = [(v, v) for v in row]  # bounds over every theta in the ball
        for layer in hidden:
            sums = [(low - radius, high + radius) for low, high in layer["b"]]
            for weights, out in zip(layer["W"], outs, strict=True):
                for k, w in enumerate(weights):
                    ends = [(w + s) * v for s in (-radius, radius) for v in out]
                    sums[k] = (sums[k][0] + min(ends), sums[k][1] + max(ends))
            ends = [[z**power * 2**64 if z >= 0 else Q(0) for z in pair] for pair in sums]
            outs = [(Q(u // 1, 2**64), Q(-(-v // 1), 2**64)) for u, v in ends]  # outwards: short
            small = max(v for _, v in outs) < 10**999
            require(small, "radius: the bounds of network.deep grow too large")
        require(max(v for _, v in sums) <= 0, f"radius: last hidden layer may fire on samples[{i}]")
    return last["b"]


def check_maximum(reason: str, network: Any, x: Any, y: Any, weighted: Any, radius: Any) -> None:
    """Check the reason why Phi, the sum of weighted[i] f(x_i), has a maximum at theta*."""
    a, W, neuron = network.get("a"), network.get("W", []), network.get("neuron")
    if reason in ("dead", "linear"):  # all pre-activations of one sign, and they keep it
        side = 1 if reason == "linear" else -1
        columns = enumerate(zip(*W, strict=True))
        for j, i, z in ((j, i, dot(w, r)) for j, w in columns for i, r in enumerate(x)):
            require(side * z > 0, f"network.W: neuron {j} has the wrong sign on samples[{i}]")
            kept = radius**2 * dot(x[i], x[i]) <= z**2
            require(kept, f"radius: neuron {j} may change its sign on samples[{i}]")
        flat = reason == "dead" or not any(dot(weighted, column) for column in zip(*x, strict=True))
        require(flat, "dual_weights: sum lambda y x is not zero")
    elif reason == "paired":  # a = 0, each class symmetric under x -> -x: Phi is constant in f_S
        require(not any(a), "network.a is not zero")
        count = Counter((label, *row) for row, label in zip(x, y, strict=True))
        lone = [i for i, r in enumerate(x) if count[y[i], *r] != count[y[i], *(-v for v in r)]]
        require(not lone, f"samples{lone[:5]} have no mirror image in their class")
    else:  # curved: W = 0, a of one sign, sum lambda y (sigma(w^T x) - sigma(0)) of the other
        _, h, K, Z = EVEN[neuron]
        require(not any(v for row in W for v in row), "network.W is not zero")
        require(all(v < 0 for v in a) or all(v > 0 for v in a), "network.a has no single sign")
        require(min(map(abs, a)) >= radius, "radius: an entry of network.a may change its sign")
        weighted = weighted if a[0] < 0 else [-weight for weight in weighted]
        require(definite(weighted, x), "dual_weights: S is not definite with the sign a needs")
        bounds = [radius**2 * dot(row, row) for row in x]  # at least (w^T x)^2
        require(Z is None or max(bounds) <= Z**2, "radius: beyond the range of the Taylor bound")
        rest = [h * u - K * bound * abs(u) for u, bound in zip(weighted, bounds, strict=True)]
        require(definite(rest, x), "radius: the Taylor remainder may outweigh S")


def check_weights(p: int, y: list[int], outputs: list[list[Q]], stated: Any) -> Any:
    """Check lambda against outputs in [low, high]; return lambda y (up to a factor) and R."""
    require(len(stated) == len(y), f"dual_weights does not have {len(y)} entries", Unreadable)
    low, high = outputs
    for i, (label, u, v) in enumerate(zip(y, low, high, strict=True)):
        ends = sorted((p + 1) * max(1 - label * f, Q(0)) ** p for f in (u, v))
        within = stated[i][0] <= ends[0] and ends[1] <= stated[i][1]
        require(within, f"dual_weights[{i}] is not (p+1) max(1 - y f, 0)^p at theta*")
    weighted, signs = [label * end for label, (_, end) in zip(y, stated, strict=True)], low
    if low == high:
        require(all(u == v for u, v in stated), "dual_weights: a ball, yet f is rational")
    else:
        u, v, plus, minus = low[0], high[0], y.count(1), y.count(-1)
        constant = set(low) == {u} and set(high) == {v} and u > -1 and v < 1
        require(constant, "network: a ball is allowed only where f is one constant in (-1, 1)")
        gap = [plus * (1 - t) ** p - minus * (1 + t) ** p for t in (u, v)]
        require(gap[0] > 0 > gap[1], "network: the ball of f misses the root of sum lambda y = 0")
        weighted, signs = [Q(minus if t == 1 else -plus) for t in y], [Q(plus - minus)] * len(y)
    require(sum(weighted) == 0, "dual_weights: sum lambda y is not zero")
    wrong = sum(t != (1 if f >= 0 else -1) for t, f in zip(y, signs, strict=True))
    return weighted, Q(wrong, len(y))


def check(raw: Any) -> tuple[Q, Q | None]:
    """Check a parsed certificate; return its training error and its radius (None: everywhere).

    Raises Unreadable (a field missing, unknown, malformed) or Refuted, each naming the field.
    """
    cert = read(raw, {**FORMAT, "digest": dict.fromkeys(FORMAT, str)}, "")
    x, y, network, radius = cert["samples"], cert["labels"], cert["network"], cert["radius"]
    reason, deep, a, W = (cert["reason"], *(network.get(key) for key in ("deep", "a", "W")))
    size(x, len(y), len(x[0]), "samples")
    require(radius is None or radius > 0, "radius is not above zero")
    require(radius or (reason == "paired" and not deep), 'radius cannot be "inf" here')
    check_data(cert["data"], x, y)
    identity, neuron = "b" in network, network.get("neuron") or deep["neuron"]
    due = (reason, network["architecture"], cert["data"]["assumption"], neuron)
    names = ("reason", "network.architecture", "data.assumption", "network.neuron")
    for name, value, allowed in zip(names, due, CLAIMS[cert["claim"]], strict=True):
        require(value in allowed, f"{name} is {value!r}, which {cert['claim']} does not allow")
    # The output at theta* is slope^T x plus a constant in [low, high].
    ends, slope = [Q(0), Q(0)], [Q(0)] * len(x[0])
    if W:
        size(W, len(slope), len(a), "network.W")
    if identity:
        size([a], 1, len(slope), "network.a")
    if deep:
        biases = check_deep(deep, x, len(slope) if identity else 1, radius)
        ends = [dot(a if identity else [1], column) for column in zip(*biases, strict=True)]
    if reason == "linear":
        slope = a if identity else [dot(row, a) for row in W]
    rise = EVEN[neuron][0] * sum(a) if reason == "curved" else Q(0)
    bias = network.get("b") or network.get("a0") or (Q(0), Q(0))
    low, high = (u + v + rise for u, v in zip(ends, bias, strict=True))
    outputs = [[end + dot(slope, row) for row in x] for end in (low, high)]
    weighted, error = check_weights(cert["loss"]["p"], y, outputs, cert["dual_weights"])
    check_maximum(reason, network, x, y, weighted, radius)
    require(error > 0, "training_error: theta* classifies every sample")
    require(cert["training_error"] == error, f"training_error is not {error}, the share counted")
    for name, digest in cert["digest"].items():  # proves nothing, but shows what was altered
        text = json.dumps(raw[name], sort_keys=True, separators=(",", ":"))
        same = hashlib.sha256(text.encode()).hexdigest() == digest
        require(same, f"{name} was altered: it does not match digest.{name}")
    return error, radius


def main(paths: list[str], prove: Any = check, says: str = "training error {}, radius {}") -> int:
    """Check files with a checker, print a line each, return the worst exit status."""
    worst = 0
    for path in paths:
        try:
            found = prove(load(path))
            print(f"{printable(path)}: VERIFIED: {says.format(*(v or 'infinite' for v in found))}")
        except (Unreadable, Refuted, OSError, UnicodeDecodeError) as reason:
            word, status = ("NOT VERIFIED", 1) if isinstance(reason, Refuted) else ("UNREADABLE", 2)
            print(f"{printable(path)}: {word}: {reason}")
            worst = max(worst, status)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if sys.argv[1:] else __doc__)
