"""The format, version 2: the shape of every kind of certificate, as data, and its reader.

In a shape, "q" is a rational, written "p/q" in lowest terms; "ball" a rational or "mid +/- rad"; a
range or a set the values allowed. A list is as many of its entry or more, with "..." any number. An
object has just these keys; a pair (tag, variants) is an object whose field `tag` picks its shape.
"""

import json
import math
import re
from fractions import Fraction as Q
from pathlib import Path
from typing import Any

MAX_BYTES = 20_000_000  # a certificate of a dataset holds every sample
DIGITS = 4200  # of a numerator or denominator; Python refuses to read longer integers
WHOLE = rf"[1-9][0-9]{{0,{DIGITS - 1}}}"
RATIONAL = re.compile(rf"(-?(?:0|{WHOLE}))(?:/({WHOLE}))?")
Ball = tuple[Q, Q]  # low, high

# What is used of each neuron sigma; a test compares it with `lossurface.setting`.
ZERO = {"threshold", "relu", "requ", "constant"}  # sigma(z) = 0 for z < 0
IDENTITY = {"relu", "leaky-relu", "elu", "linear"}  # sigma(z) = z for z > 0
ODD = {"sigmoid", "tanh", "arctan", "softsign", "constant", "linear"}  # sigma(z) + sigma(-z) = c
# name: (h, K, Z) with |sigma(z) - sigma(0) - h z^2| <= K z^4 for |z| <= Z (None: all z)
EVEN: dict[str, tuple[Q, Q, Q | None]] = {
    "quadratic": (Q(1), Q(0), None),
    "quartic": (Q(1), Q(1), None),  # z^2 + z^4
    "cosh": (Q(1, 2), Q(1, 12), Q(1)),  # Lagrange: cosh(1) / 24 < 1/12
}
# name: (h, K, Z) with |sigma(z) - sigma(0) - sigma'(0) z - h z^2| <= K |z|^3 for |z| <= Z, up to
# one positive factor. Softplus of base e: sup |sigma'''| = 1/(6 sqrt 3), so K = 1/62 > that / 6.
# Exp: K = e/6 < 1/2 on [-1, 1].
CONVEX: dict[str, tuple[Q, Q, Q | None]] = {
    "softplus": (Q(1, 8), Q(1, 62), None),
    "softplus-e": (Q(1, 8), Q(1, 62), None),
    "exp": (Q(1, 2), Q(1, 2), Q(1)),
}
AT_ZERO: dict[str, Ball] = {  # sigma(0); for base e it is ln 2
    **dict.fromkeys(("quadratic", "quartic"), (Q(0), Q(0))),
    **dict.fromkeys(("cosh", "softplus", "exp"), (Q(1), Q(1))),
    "softplus-e": (Q(693147180559945309417, 10**21), Q(693147180559945309418, 10**21)),
}

# enclosed with their derivatives by `strict`
ANALYTIC = {"softplus", "softplus-e", "exp", "sigmoid", "tanh", "cosh"}

FORMAT, VERSION = "lossurface/certificate", 2

INDEX = range(1_000_000)  # a position in a list, from 0
POWER = range(2, 61)  # p of the hinge l(z) = max(z + 1, 0)^(p + 1)

# The columns named, and for every other column, in order, its coefficients in them.
SPAN: Any = {"columns": [INDEX, ...], "relations": [["q", ...], ...]}
RANKS: Any = {"positive": SPAN, "negative": SPAN, "all": SPAN}
# A symmetric matrix on the named columns is positive semidefinite, with just this kernel.
FORM: Any = {**SPAN, "kernel": [["q"], ...]}

DATA: Any = ("assumption", {"none": {}, "theorem-1": RANKS, "theorem-2": {"separator": ["q"]}})
_LAYER: Any = {"W": [["q"]], "b": ["ball"]}
_DEEP: Any = {"neuron": ZERO, "layers": [_LAYER, _LAYER]}
_NEURONS = ZERO | IDENTITY | ODD | set(EVEN)
_SINGLE: Any = {"neuron": _NEURONS, "a0": "ball", "a": ["q"], "W": [["ball"]]}
NETWORK: Any = (
    "architecture",
    {
        "single-layer": _SINGLE,
        "shortcut": {**_SINGLE, "deep": _DEEP},
        "feedforward": {"deep": _DEEP},
        "identity-shortcut": {"a": ["ball"], "b": "ball", "deep": _DEEP},
    },
)
_STAIRCASE: Any = {"w": ["q"], "b": "q", "breaks": ["q", ...], "levels": ["ball"]}
# f_D is held fixed: `offset` holds its outputs on the samples, zeros where there is no f_D.
_FREE: Any = {"neuron": ANALYTIC, "a0": "q", "a": ["q"], "W": [["q"]], "offset": ["q"]}
QUADRATIC: Any = {"weights": ["q", ...], "rows": [["q"], ...], "linear": ["q"]}
_QUADRATICS: Any = {"positive": QUADRATIC, "negative": QUADRATIC}
_NESTED: Any = {"positive": [QUADRATIC], "negative": [QUADRATIC]}
_CONDITIONS = {"proposition-11", "proposition-12"}
_WEIGHED = {*_CONDITIONS, "ours-necessary"}
_SEPARATION = {"assumption-6", "affine-separability", "half-space"}
_CUT: Any = {"other": SPAN, "parts": [[INDEX]]}  # a class, and the other one's span
_PARTS: Any = {"positive": _CUT, "negative": _CUT}

KINDS: dict[str, Any] = {
    "local-minimum": {
        "claim": {f"proposition-{k}" for k in range(2, 8)},
        "p": POWER,
        "data": DATA,
        "network": NETWORK,
        "radius": "q or inf",
        "training_error": "q",
    },
    "staircase": {
        "claim": _WEIGHED,
        "p": POWER,
        "network": {"neuron": {*CONVEX, *EVEN}, "a0": "q", "a": ["q"], "staircase": _STAIRCASE},
        "dual_weights": ["q"],
        "form": FORM,
        "radius": "q",
        "training_error": "q",
    },
    "strict-minimum": {
        "claim": {"ours-width", "strict-minimum"},
        "p": POWER,
        "data": DATA,
        "network": _FREE,
        "preconditioner": [["q"]],
        "rho": "q",
        "radius": "q",
        "training_error": "q",
    },
    "separator": {"claim": _SEPARATION, "w": ["q"], "b": "q"},
    "farkas": {"claim": _SEPARATION, "mu": ["q"]},
    "ranks": {"claim": {"assumption-3"}, **RANKS},
    "independent-parts": {"claim": {"theorem-1"}, **_PARTS, "width": range(10**9)},
    "quadratics": {"claim": _CONDITIONS, **_QUADRATICS},
    "nested-quadratics": {"claim": {"ours-necessary"}, **_NESTED},
    "definite-weights": {"claim": _WEIGHED, "lambda": ["q"], "sign": {1, -1}, "form": FORM},
    "contradiction": {"claim": {"realisable"}, "pair": [INDEX, INDEX]},
}
ENVELOPE: Any = {"format": {FORMAT}, "version": {VERSION}}
SAMPLES: Any = {"samples": [["q"]], "labels": [{1, -1}]}
CERTIFICATE: Any = ("kind", {kind: {**ENVELOPE, **SAMPLES, **own} for kind, own in KINDS.items()})


class Unreadable(Exception):
    """The input is not a certificate in the published format."""


class Refuted(Exception):
    """The input is a certificate, and what it says is false or not shown by it."""


def require(condition: Any, message: str, error: type[Exception] = Refuted) -> None:
    """Raise the error with the message unless the condition holds."""
    if not condition:
        raise error(message)


def printable(text: Any) -> str:
    """Return the text with what no terminal should be sent escaped."""
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
        content = stream.read(MAX_BYTES + 1)
    require(len(content) <= MAX_BYTES, f"larger than {MAX_BYTES} bytes", Unreadable)
    try:
        return parse(content.decode())
    except UnicodeDecodeError:
        raise Unreadable("not text; a certificate is UTF-8 JSON") from None


def parse(text: str) -> Any:
    """Return the JSON value in a text; floats stay text, a key given twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(pairs)) == len(pairs), "an object gives a key twice", Unreadable)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=unique, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON, or truncated: {str(error).splitlines()[0][:80]}") from None


def rational(value: Any, where: str) -> Q:
    """Return the rational that a string "p/q" in lowest terms stands for."""
    match = RATIONAL.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if match:
        p, q = int(match[1]), int(match[2] or 1)
        if math.gcd(p, q) == 1 and match[2] != "1" and match[1] != "-0":
            return Q(p, q)
    raise Unreadable(f'{where} is {shown(value)}, not "p/q" in lowest terms')


def ball(value: Any, where: str) -> Ball:
    """Return the ends of a ball "mid +/- rad"; a rational is a ball of radius zero."""
    mid, sign, rad = value.partition(" +/- ") if isinstance(value, str) else (value, "", "")
    center, radius = rational(mid, where), rational(rad, where) if sign else Q(0)
    require(radius > 0 or not sign, f"{where}: a ball needs a radius above zero", Unreadable)
    return center - radius, center + radius


def read(value: Any, shape: Any, where: str = "") -> Any:
    """Return a JSON value with its numbers read, checked against a shape."""
    if shape == "q":
        return rational(value, where)
    if shape == "ball":
        return ball(value, where)
    if shape == "q or inf":
        return None if value == "inf" else rational(value, where)
    if isinstance(shape, range):
        fits = type(value) is int and value in shape
        name = f"an integer from {shape[0]} to {shape[-1]}"
        require(fits, f"{where} is {shown(value)}, not {name}", Unreadable)
        return value
    if isinstance(shape, set):
        fits = type(value) in (str, int) and value in shape
        names = ", ".join(sorted(map(str, shape)))
        require(fits, f"{where} is {shown(value)}, not one of {names}", Unreadable)
        return value
    if isinstance(shape, list):
        least = len(shape) if shape[-1] is not ... else len(shape) - 2
        fits = isinstance(value, list) and len(value) >= least
        require(fits, f"{where} is not a list of {least} or more", Unreadable)
        return [read(entry, shape[0], f"{where}[{i}]") for i, entry in enumerate(value)]
    require(isinstance(value, dict), f"{where or 'the file'} is not an object", Unreadable)
    path = f"{where}." if where else ""
    if isinstance(shape, tuple):
        tag, variants = shape
        name = read(value.get(tag), set(variants), path + tag)
        shape = {tag: {name}, **variants[name]}
    for k in sorted(set(shape) ^ set(value)):
        raise Unreadable(f"{path}{ascii(k[:40])[1:-1]} is {'unknown' if k in value else 'missing'}")
    return {key: read(value[key], shape[key], path + key) for key in shape}


def size(rows: Any, height: int, width: int, where: str) -> None:
    """Check the shape of a matrix."""
    lengths = list(map(len, rows))
    require(lengths == [width] * height, f"{where} is not {height} x {width}", Unreadable)
