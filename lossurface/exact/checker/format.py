"""The format, version 2: the shape of every kind of certificate, as data.

"q" is a rational, "ball" a rational or "mid +/- rad", a range or a set the values allowed. A list
is as many of its entry or more, with "..." any number. An object has just these keys; a pair
(tag, variants) is an object whose field `tag` picks its shape.
"""

from typing import Any

from .neurons import CONVEX, EVEN, IDENTITY, ODD, ZERO

FORMAT, VERSION = "lossurface/certificate", 2

INDEX = range(1_000_000)  # a position in a list, from 0
POWER = range(2, 61)  # p of the hinge l(z) = max(z + 1, 0)^(p + 1)

# The columns named, and for every other column, in order, its coefficients in them.
SPAN: Any = {"columns": [INDEX, ...], "relations": [["q", ...], ...]}
RANKS: Any = {"positive": SPAN, "negative": SPAN, "all": SPAN}
# A symmetric matrix on the named columns is positive semidefinite, with just this kernel.
FORM: Any = {**SPAN, "kernel": [["q", ...], ...]}

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
_QUADRATIC: Any = {"weights": ["q", ...], "rows": [["q"], ...], "linear": ["q"]}
_QUADRATICS: Any = {"positive": _QUADRATIC, "negative": _QUADRATIC}
_CONDITIONS = {"proposition-11", "proposition-12"}
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
        "claim": _CONDITIONS,
        "p": POWER,
        "network": {"neuron": {*CONVEX, *EVEN}, "a0": "q", "a": ["q"], "staircase": _STAIRCASE},
        "dual_weights": ["q"],
        "form": FORM,
        "radius": "q",
        "training_error": "q",
    },
    "separator": {"claim": _SEPARATION, "w": ["q"], "b": "q"},
    "farkas": {"claim": _SEPARATION, "mu": ["q"]},
    "ranks": {"claim": {"assumption-3"}, **RANKS},
    "independent-parts": {"claim": {"theorem-1"}, **_PARTS, "width": INDEX},
    "quadratics": {"claim": _CONDITIONS, **_QUADRATICS},
    "definite-weights": {"claim": _CONDITIONS, "lambda": ["q"], "sign": {1, -1}, "form": FORM},
    "contradiction": {"claim": {"realisable"}, "pair": [INDEX, INDEX]},
}
ENVELOPE: Any = {"format": {FORMAT}, "version": {VERSION}}
SAMPLES: Any = {"samples": [["q"]], "labels": [{1, -1}]}
CERTIFICATE: Any = ("kind", {kind: {**ENVELOPE, **SAMPLES, **own} for kind, own in KINDS.items()})
