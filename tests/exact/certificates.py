"""True certificates of every kind and every reason, small, by name."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from lossurface.claims import ours_width, proposition_2, proposition_3, proposition_5, proposition_7
from lossurface.claims.proposition_5 import PLANE
from lossurface.conditions.bad_minimum import bad_minimum
from lossurface.conditions.definiteness import necessary, proposition_11, proposition_12
from lossurface.conditions.separability import affine_separability, assumption_6
from lossurface.conditions.subspaces import assumption_3, theorem_1_width
from lossurface.enclosed.strict_minimum import strict_minimum
from lossurface.exact import Certificate, seal
from lossurface.setting import Dataset
from tests.conditions.samples import KNOWN, space

UNEVEN = Dataset.of([2, 3, "5/2", -1], [1, 1, 1, -1])
THREE = Dataset.of([(1, 0), (2, 0), (0, 1)], [1, 1, -1])
FEW = Dataset.of([(1, 2, 0), (-1, 3, 0), (0, 1, 1), (0, "5/2", -1), (0, 3, 1)], [1, 1, -1, -1, -1])
SEPARABLE = ([[2, 1], [1, 2], [-1, 0], [0, -1]], [1, 1, -1, -1])
BENT = ([[3, 0], [-3, 0], [0, 3], [0, -4], [1, 1], [-1, -1], [1, 0]], [1, 1, 1, 1, -1, -1, -1])


def axes(used: list[int], d: int) -> dict[str, Any]:
    """Return the span of coordinate axes."""
    return {"columns": used, "relations": [["0"] * len(used)] * (d - len(used))}


def local_minimum(claim: int, rows: Any, labels: list[int], network: Any, **fields: Any) -> Any:
    """Return a certificate of a network whose training error is 1/2, with p = 2."""
    data = fields.pop("data", {"assumption": "none"})
    return seal(
        {
            "kind": "local-minimum",
            "claim": f"proposition-{claim}",
            "p": 2,
            "data": data,
            "samples": [[str(v) for v in row] for row in rows],
            "labels": labels,
            "network": network,
            "training_error": "1/2",
            **fields,
        }
    )


def deep() -> Certificate:
    """Return a feedforward network with two hidden layers, the last one dead (Proposition 6)."""
    layers = [
        {"W": [["1", "-1"]], "b": ["0", "1"]},
        {"W": [["0"], ["0"]], "b": ["-1"]},
        {"W": [["1"]], "b": ["0"]},
    ]
    network = {"architecture": "feedforward", "deep": {"neuron": "relu", "layers": layers}}
    return local_minimum(6, [[1], [1], [-1], [2]], [1, -1, 1, -1], network, radius="1/16")


def paired(**beside: Any) -> Certificate:
    """Return a sigmoid network on balanced samples of two axes (Proposition 4)."""
    network = {"architecture": "single-layer", "neuron": "sigmoid", "a0": "0", "a": ["0"]}
    network["W"] = [["3"], ["1/2"]]
    spans = {"positive": axes([0], 2), "negative": axes([1], 2), "all": axes([0, 1], 2)}
    data = {"assumption": "theorem-1", **spans}
    rows = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    fields = {"radius": "inf", **beside}
    return local_minimum(4, rows, [1, 1, -1, -1], network, data=data, **fields)


EIGHT = [[s, t, 0] for s in (-1, 1) for t in (1, 2)] + [[0, t, s] for s in (-1, 1) for t in (1, 2)]
PLANES = {
    "assumption": "theorem-1",
    "positive": axes([0, 1], 3),
    "negative": axes([1, 2], 3),
    "all": axes([0, 1, 2], 3),
}


def linear() -> Certificate:
    """Return leaky ReLUs that are all active on eight symmetric points (Proposition 3)."""
    network = {"architecture": "single-layer", "neuron": "leaky-relu", "a0": "0"}
    network |= {"a": ["1", "-1"], "W": [["0", "0"], ["1", "1"], ["0", "0"]]}
    return local_minimum(3, EIGHT, [1] * 4 + [-1] * 4, network, data=PLANES, radius="1/2")


def identity() -> Certificate:
    """Return an identity shortcut whose H is dead (Proposition 7)."""
    layers = [{"W": [["0"]] * 3, "b": ["-1"]}, {"W": [["0"] * 3], "b": ["0"] * 3}]
    network = {"architecture": "identity-shortcut", "a": ["0"] * 3, "b": "0"}
    network["deep"] = {"neuron": "relu", "layers": layers}
    return local_minimum(7, EIGHT, [1] * 4 + [-1] * 4, network, data=PLANES, radius="1/4")


def staircase(neuron: str = "softplus", p: int = 6, width: int = 2, data: Any = BENT) -> Any:
    """Return a bad minimum of Proposition 11."""
    prepared = space(*data)
    return bad_minimum(prepared, proposition_11(prepared), neuron, p, width)


def sharp() -> Any:
    """Return a bad minimum on samples with a constant coordinate."""
    prepared = space(*KNOWN["lifted-ring"][:2])
    return bad_minimum(prepared, necessary(prepared), "cosh", 3, 2)


def known(name: str, test: Any) -> Certificate:
    """Return what a test says of a dataset."""
    return test(space(*KNOWN[name][:2])).certificate


def _contradicted() -> Any:
    """Return a staircase whose levels are all rational."""
    prepared = space(*KNOWN["contradiction"][:2])
    return bad_minimum(prepared, proposition_12(prepared), width=1)


def right() -> Certificate:
    """Return a strict minimum that classifies every sample: f_D brings the margins nearer to 1.

    With 1 - y f a quarter of what it was, l' is less by 4^6 and l'' by 4^5 on every sample: what
    vanishes in the gradient still does, and the Hessian is even more positive.
    """
    made = ours_width.certify(2, "fixed-fd").data
    network = made["network"]
    rows = [[Fraction(v) for v in row] for row in made["samples"]]
    theta = [network["a0"], *network["a"], *(v for row in network["W"] for v in row)]
    floats = [float(Fraction(v)) for v in theta]
    a0, a, z = floats[0], floats[1:3], floats[5:7]
    offset = []
    for row, label, given in zip(rows, made["labels"], network["offset"], strict=True):
        pairs = zip(a, z, strict=True)
        f_S = a0 + sum(u * math.log2(1 + math.exp(w * float(row[1]))) for u, w in pairs)
        f = label - (label - f_S - float(Fraction(given))) / 4
        offset.append(f - f_S)
    data = Dataset.of(rows, made["labels"])
    return strict_minimum("softplus", 6, data, floats, offset=offset)


_CLASH = {"samples": [["1", "1"], ["1", "1"], ["2", "0"]], "labels": [1, -1, 1]}
_UPPER = {"samples": [["1", "0"], ["2", "0"], ["0", "1"]], "labels": [1, 1, -1]}

MINIMA: dict[str, Certificate] = {
    "curved": proposition_5.certify(),
    "curved, wide": proposition_5.certify(width=2),
    "curved, cosh": proposition_5.certify("cosh", 2, 2, PLANE),
    "curved, ball": proposition_5.certify("quartic", 3, dataset=UNEVEN),
    "dead": proposition_2.certify(),
    "dead, separable": proposition_2.certify("threshold", 3, 2, "theorem-2"),
    "dead, ball": proposition_2.certify(dataset=THREE),
    "dead, shortcut": proposition_2.certify(dataset=THREE, deep=(2, 1)),
    "deep": deep(),
    "paired": paired(),
    "linear": linear(),
    "identity": identity(),
    "best": proposition_3.certify(width=1, dataset=FEW),
    "best, shortcut": proposition_3.certify("elu", 3, 1, FEW, deep=(1,)),
    "best, identity": proposition_7.certify(p=6, dataset=FEW, widths=(1,)),
    "staircase": staircase(),
    "staircase, exp": staircase("exp", 2, 1),
    "staircase, quadratic": staircase("quadratic"),
    "staircase, contradicted": _contradicted(),
    "staircase, sharp": sharp(),
}
CONDITIONS: dict[str, Certificate] = {
    "separator": assumption_6(space(*SEPARABLE)).certificate,
    "affine": affine_separability(space([[1], [2]], [1, -1])).certificate,
    "half-space": seal(
        {"kind": "separator", "claim": "half-space", **_UPPER, "w": ["1", "1"], "b": "0"}
    ),
    "farkas": known("cross", assumption_6),
    "farkas, affine": known("cross", affine_separability),
    "farkas, half-space": seal(
        {"kind": "farkas", "claim": "half-space", "samples": [["1"], ["-1"]], "labels": [1, -1],
         "mu": ["1", "1"]}
    ),
    "ranks": known("planes", assumption_3),
    "ranks, contained": known("contradiction", assumption_3),
    "parts": known("planes", theorem_1_width),
    "parts, dependent": known("cross", theorem_1_width),
    "ellipsoids": known("cross", proposition_12),
    "quadratics": known("cross", proposition_11),
    "weights-12": known("lifted-ring", proposition_12),
    "weights-11": known("ring", proposition_11),
    "weights-11, flat": proposition_11(space([[*x, 0] for x in KNOWN["ring"][0]],
                                             KNOWN["ring"][1])).certificate,
    "weights, sharp": known("lifted-ring", necessary),
    "nested": necessary(space([[-2, 1], [2, -1], [-2, 0]], [1, -1, -1])).certificate,
    "contradiction": seal({"kind": "contradiction", "claim": "realisable", **_CLASH,
                           "pair": [0, 1]}),
}  # fmt: skip
STRICT = {"strict": ours_width.certify(1, "small")}
CERTIFICATES = {**MINIMA, **CONDITIONS, **STRICT}
# Of more numbers than there is time to alter one by one.
LARGE = {
    "strict, planes": ours_width.certify(1),
    "strict, fixed": ours_width.certify(2, "fixed-fd"),
    "strict, right": right(),
}
