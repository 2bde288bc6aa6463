"""The checker: true certificates pass, and each clause has one that breaks only it."""

from __future__ import annotations

import ast
import traceback
from fractions import Fraction
from pathlib import Path

import pytest

from lossurface.exact import checker
from lossurface.exact.checker import Refuted, Unreadable, check, load
from lossurface.exact.checker.format import MAX_BYTES, parse
from tests.exact.certificates import CERTIFICATES, CONDITIONS, LARGE, MINIMA
from tests.exact.mutations import altered

FOLDER = Path(checker.__file__).parent
FAILS = "fails: lambda makes sum lambda y x x^T positive"


@pytest.mark.parametrize("name", MINIMA)
def test_a_minimum_is_verified(name):
    data = MINIMA[name].data
    proof = check(dict(data))
    assert proof.claim == data["claim"]
    assert proof.evidence == ("enclosed" if name.startswith("best") else "exact")
    error, radius = data["training_error"], data["radius"]
    near = "at all" if radius == "inf" else f"closer than {radius}"
    assert proof.says == (
        f"a local minimum with training error {error}; no parameters {near} have a lower loss"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("separator", "assumption-6 holds: w has all 4 samples strictly on their side"),
        ("affine", "affine-separability holds: w has all 2 samples strictly on their side"),
        ("half-space", "half-space holds: w has all 3 samples strictly on their side"),
        ("farkas", "assumption-6 fails: a non-negative combination of 2 samples vanishes"),
        ("farkas, affine", "affine-separability fails: a non-negative combination of 4 samples"),
        ("farkas, half-space", "half-space fails: a non-negative combination of 2 samples"),
        ("ranks", "assumption-3 holds: r_+ = 2, r_- = 2, r = 3"),
        ("ranks, contained", "assumption-3 fails: r_+ = 2, r_- = 1, r = 2"),
        ("parts", "theorem-1 holds: 2 independent parts suffice, so width 5 does"),
        ("parts, dependent", "theorem-1 holds: 2 independent parts suffice, so width 5 does"),
        ("ellipsoids", "the condition of Proposition 12 holds: an ellipsoid has each class inside"),
        ("quadratics", "the condition of Proposition 11 holds: a convex quadratic has each class"),
        ("weights-12", f"the condition of Proposition 12 {FAILS} semidefinite"),
        ("weights-11", f"the condition of Proposition 11 {FAILS} definite"),
        ("weights-11, flat", f"the condition of Proposition 11 {FAILS} definite on the samples' s"),
        ("weights, sharp", "the sharpened condition of Proposition 11 fails: lambda makes S pos"),
        ("nested", "the sharpened condition of Proposition 11 holds: nested convex quadratics"),
        ("contradiction", "realisable fails: samples 0 and 1 are equal and labelled differently"),
    ],
)
def test_a_condition_is_decided(name, says):
    proof = check(dict(CONDITIONS[name].data))
    assert proof.says.startswith(says)
    assert str(proof) == f"certificate of {proof.claim}: {proof.says}"
    assert proof.evidence == "exact"


def changed(name, changes):
    """Return a certificate's data with entries replaced, each path written with dots."""
    data = dict((CERTIFICATES | LARGE)[name].data)
    for path, value in changes.items():
        keys = tuple(int(key) if key.isdigit() else key for key in path.split("."))
        data = altered(data, keys, value)
    return data


def moved(text, radii=0, factor=1):
    """Return a ball moved by some of its radii, and with its radius multiplied."""
    mid, _, rad = text.partition(" +/- ")
    return f"{Fraction(mid) + radii * Fraction(rad)} +/- {Fraction(rad) * factor}"


A0 = CERTIFICATES["best"].data["network"]["a0"]
BALLS = "network: the balls are not shown to hold the best affine map"
ALL_AXES = {"columns": [0, 1], "relations": []}
BIG = "9" * 4000
# Several are needed where what breaks one clause would break an earlier one as well.
GROWING = {"neuron": "requ", "layers": [
    {"W": [["1"]], "b": ["-1"]},  # on sample 0 between zero and a little
    {"W": [["0", BIG]], "b": ["1", "0"]},  # near 1; between zero and much
    {"W": [["0"], ["0"]], "b": ["0"]},
]}  # fmt: skip
ON_ONE_SIDE = {
    "samples": [["2", "0"], ["0", "2"]], "labels": [1, -1], "training_error": "0",
    "data.positive": {"columns": [0], "relations": [["0"]]},
    "data.negative": {"columns": [1], "relations": [["0"]]},
    "data.all": ALL_AXES,
    "network.W": [["2", "1"], ["1", "2"]],
}  # fmt: skip
# (a_1, w_1) -> (-a_1, -w_1) leaves the affine map alone, but not the ReLU's side.
OTHER_SIDE = {"network.a": ["-1"], "network.W": [
    [f"-{v}".removeprefix("--")] for (v,) in CERTIFICATES["best"].data["network"]["W"]
]}  # fmt: skip
# v = 9, 5 and 10 up to a factor, and 9 (81 + 25 + 100) = 729 + 125 + 1000: a margin of zero that
# its enclosure leaves open.
UNDECIDED = {
    "claim": "proposition-12", "p": 2, "samples": [[str(k)] for k in (4, 5, 6, 1, 2, 3)],
    "labels": [1, 1, 1, -1, -1, -1], "dual_weights": ["81", "25", "100"] * 2, "radius": "1/1024",
    "form": {"columns": [0], "relations": [], "kernel": []}, "network.a": ["-1"],
    "network.staircase": {"w": ["2"], "b": "-1", "breaks": ["2", "4", "6", "8", "10"],
                          "levels": ["0 +/- 99"] * 6},
}  # fmt: skip
NO_COMMON = [[f"1/{10**4000 + k}" for k in range(j, j + 20)] for j in (1, 21)]

STAIRS = CERTIFICATES["staircase, sharp"].data["network"]["staircase"]
UP = {"network.staircase.levels": [  # f_S is 2 and not -2, so f_D is less by 4
    f"{Fraction(level.split()[0]) - 4} +/- {level.split()[-1]}" for level in STAIRS["levels"]
]}  # fmt: skip
STEEP = {
    "network.staircase.w": [str(1000 * Fraction(v)) for v in STAIRS["w"]],
    "network.staircase.breaks": [str(1000 * Fraction(v)) for v in STAIRS["breaks"]],
}
PARALLEL = {"samples.1": LARGE["strict, planes"].data["samples"][0]}
BIAS = Fraction(CERTIFICATES["strict"].data["network"]["a0"])
RHO = Fraction(CERTIFICATES["strict"].data["rho"])
PLANES = LARGE["strict, planes"].data["data"]
ONE_SPAN = {"columns": [0], "relations": [["0"]]}
MANY = {
    "samples": [["1", f"{k}", "0"] for k in range(1300)]
    + [["0", f"{k}", "1"] for k in range(1300)],
    "labels": [1] * 1300 + [-1] * 1300, "network.offset": ["0"] * 2600,
}  # fmt: skip
ON_A_LINE = {"samples": [["-1", "0"], ["1", "0"]] * 2} | {
    f"data.{name}": ONE_SPAN for name in ("positive", "negative", "all")
}
FAR = [["-5000", "0"], ["0", "-1"], ["0", "1"], ["5000", "0"]]

# name, what is changed, what the message says: it names the field
BROKEN = [
    # labels and samples
    ("curved", {"labels": [1] * 4}, "labels are all equal: one class is empty"),
    # a network and what its claim allows
    ("curved", {"claim": "proposition-2"}, "network.neuron is 'quadratic', which proposition-2"),
    ("curved", {"network.neuron": "relu"}, "network.neuron is 'relu', which proposition-5"),
    ("curved", {"data": {"assumption": "none"}}, "data.assumption is 'none', which proposition-5"),
    ("best", {"claim": "proposition-7"}, "network.architecture is 'single-layer', which"),
    ("identity", {"network.deep.neuron": "requ"}, "network.neuron is 'requ', which"),
    ("curved", {"radius": "inf"}, 'radius cannot be "inf" here'),
    ("curved", {"radius": "-1"}, "radius is not above zero"),
    ("curved", {"radius": "0"}, "radius is not above zero"),
    ("curved", {"training_error": "1/4"}, "training_error is not 1/2, the share counted"),
    ("best", {"training_error": "1/5"}, "training_error is not 3/5, the share counted"),
    ("linear", ON_ONE_SIDE, "training_error: theta* classifies every sample"),
    ("curved", {"data.separator.0": "-1"}, "w: samples[0, 1, 2, 3] are not strictly on their side"),
    ("dead", {"data.positive": ALL_AXES}, "data.positive: the samples are not shown to span 2"),
    ("dead", {"samples.0.1": "1"}, "data.positive.relations: a combination differs on its row 0"),
    ("paired", {"samples": [["1", "0"], ["-1", "0"]] * 2, "data.all": {"columns": [0],
     "relations": [["0"]]}, "data.negative": {"columns": [0], "relations": [["0"]]}},
     "data: Assumption 3 fails: r_+ = 1, r_- = 1, r = 1"),
    # the value at theta*: a constant, the root of sum lambda y = 0, the best affine map
    ("curved", {"network.a0": "1/8"}, "network: sum lambda y is not zero at theta*"),
    ("curved, ball", {"network.a0": "0"}, "network: sum lambda y is not zero at theta*"),
    ("curved, ball", {"network.a0": "0 +/- 1/100"}, "network: the ball of f misses the root"),
    ("curved, ball", {"network.a0": "1/2 +/- 3/4"}, "network: the ball of f leaves (-1, 1)"),
    ("best", {"network.a0": moved(A0, 3)}, BALLS),
    ("best", {"network.a0": moved(A0, factor=2**90)}, BALLS),
    ("best", {"network.W.0.0": "0 +/- 1/8"}, BALLS),
    ("best", {"p": 3}, BALLS),
    ("best", {"samples.0.1": "3/2"}, BALLS),
    ("best", {"network.a0": A0.split(" ")[0]}, "a coefficient of the affine map is not a ball"),
    ("best, identity", {"network.a.1": "0"}, "a coefficient of the affine map is not a ball"),
    ("best, identity", {"network.deep.layers.1.b.2": "1/3"}, BALLS),
    ("best, shortcut", {"network.deep.layers.1.b.0": "3/4"}, BALLS),
    # the deep part
    ("deep", {"network.deep.layers.1.b.0": "1"}, "last hidden layer may fire on samples[0]"),
    ("deep", {"radius": "1"}, "radius: last hidden layer may fire on samples[0]"),
    ("deep", {"network.deep": GROWING}, "radius: the bounds of network.deep grow too large"),
    ("deep", {"network.deep.layers.2.b.0": "1/2"}, "network: sum lambda y is not zero"),
    ("best, shortcut", {"radius": "1"}, "radius: last hidden layer may fire"),
    ("identity", {"network.deep.layers.1.b.0": "0 +/- 1"}, "network.deep: its last biases are"),
    ("identity", {"network.a.1": "1"}, "network: sum lambda y is not zero at theta*"),
    # why it is a minimum
    ("dead", {"network.W.0.0": "1"}, "network.W: neuron 0 has the wrong sign on samples[0]"),
    ("dead", {"radius": "5/4"}, "radius: neuron 0 may change its sign on samples[0]"),
    ("best", {"radius": "2"}, "radius: neuron 0 may change its sign"),
    ("best", OTHER_SIDE, "network.W: neuron 0 has the wrong sign on samples"),
    ("linear", {"network.W.1": ["-1", "-1"]}, "network.W: neuron 0 has the wrong sign"),
    ("linear", {"samples.7.1": "3"}, "network: sum lambda y x is not zero"),
    ("paired", {"network.a.0": "1"}, "network.a is not zero"),
    ("paired", {"samples.0.0": "2"}, "samples[0, 1] have no mirror image in their class"),
    ("curved", {"network.W.0.0": "1/8"}, "network.W is not 0"),
    ("curved, wide", {"network.a": ["1", "-1"]}, "network.a has no single sign"),
    ("curved", {"radius": "2"}, "radius: an entry of network.a may change its sign"),
    ("curved, cosh", {"radius": "3/4"}, "radius: beyond the range of the Taylor bound"),
    ("curved", {"network.a.0": "1"}, "radius or dual weights: S is not shown definite"),
    ("curved", {"samples.2.0": "-4"}, "radius or dual weights: S is not shown definite"),
    ("curved, ball", {"radius": "7/8"}, "radius or dual weights: S is not shown definite"),
    # a staircase
    ("staircase", {"radius": "0"}, "radius is not above zero"),
    ("staircase", {"claim": "proposition-12"}, "network.neuron: proposition-12 is about quadratic"),
    ("staircase", {"dual_weights.0": "-1"}, "dual_weights has an entry below zero"),
    ("staircase", {"dual_weights.0": "9"}, "dual_weights: the two classes' sums differ"),
    ("staircase", {"dual_weights": ["0"] * 7}, "dual_weights is zero"),
    ("staircase", {"network.a": ["1", "1"]}, "network.staircase.levels[0] does not enclose"),
    ("staircase", {"network.a": ["-2", "0"]}, "network.a has no single sign"),
    ("staircase", {"network.a0": "1"}, "network.staircase.levels[0] does not enclose"),
    ("staircase", {"p": 2}, "does not enclose what samples["),
    ("staircase", {"network.staircase.levels.0": "0"}, "network.staircase.levels[0] does not"),
    ("staircase", {"network.staircase.b": "1000"}, "network.staircase.breaks: step 3 holds"),
    ("staircase", {"network.staircase.breaks.0": "9999"}, "network.staircase.breaks do not"),
    ("staircase", {"radius": "1000"}, "radius: samples[0] may leave its step"),
    ("staircase", {"network.neuron": "exp"}, "radius: beyond the range of the Taylor bound"),
    ("staircase", {"training_error": "1"}, "training_error is not 1/7, the share counted"),
    ("staircase", {"samples.0.0": "4"}, "dual_weights: coordinate 0 of sum lambda y x is"),
    ("staircase", {"form.kernel": [["1", "0"]]}, "form.kernel: proposition-11 needs a definite"),
    ("staircase, sharp", {"claim": "proposition-11"}, "form.relations: a combination differs"),
    ("staircase, sharp", {"network.a": ["1", "1"], **UP}, "S is not shown definite"),
    ("staircase, sharp", {"radius": "1/3", **STEEP}, "radius: a bias leaves [-1, 1]"),
    ("staircase, quadratic", {"network.a": ["1", "1"]}, "S is not shown definite"),
    ("staircase, quadratic", UNDECIDED, "dual_weights[0]: the margin's sign stays open"),
    # conditions on the data
    ("separator", {"w.0": "-9"}, "w: samples[0, 1, 2] are not strictly on their side"),
    ("separator", {"b": "1"}, "b is not 0, as assumption-6 needs"),
    ("half-space", {"b": "1"}, "b is not 0, as half-space needs"),
    ("affine", {"b": "-2"}, "w: samples[0] are not strictly on their side"),
    ("affine", {"w": ["0"], "b": "0"}, "are not strictly on their side"),
    ("farkas", {"mu.0": "-1"}, "mu has an entry below zero"),
    ("farkas", {"mu": ["0"] * 4}, "mu is zero"),
    ("farkas", {"mu.0": "7/3"}, "mu: coordinate 0 of sum mu y x is not zero"),
    ("farkas, affine", {"mu": ["1", "1", "0", "0"]}, "mu: sum mu y is not zero"),
    ("farkas, half-space", {"claim": "assumption-6"}, "mu: coordinate 0 of sum mu y x"),
    ("ranks", {"all.columns": [0, 1], "all.relations": [["0", "0"]]}, "all.relations: a comb"),
    ("ranks", {"positive.columns": [0, 2]}, "positive: the samples are not shown to span 2"),
    ("ranks, contained", {"all.columns": [], "all.relations": [[], []]}, "all.relations: a"),
    ("parts", {"width": 4}, "width is not an integer of at least 5"),
    ("parts", {"positive.parts": [[0, 1]]}, "positive.parts[0] is not independent modulo"),
    ("parts", {"positive.parts": [[0]]}, "positive.parts is not a partition of the class"),
    ("parts", {"positive.parts": [[0], [1, 1]]}, "positive.parts is not a partition of the class"),
    ("parts, dependent", {"positive.parts": [[0, 1]]}, "positive.parts[0] is not independent"),
    ("parts, dependent", {"positive.other.relations": [["1"]]},
     "positive.other.relations: a combination differs on its row 0"),
    ("ellipsoids", {"positive.weights.0": "-1"}, "positive.weights has an entry below zero"),
    ("ellipsoids", {"positive.linear.0": "1"}, "positive.linear is not zero"),
    ("ellipsoids", {"positive.rows": [["0", "0"]] * 2}, "positive: the positive samples are not"),
    ("quadratics", {"negative.linear": ["1", "9"]}, "negative: the negative samples are not on"),
    ("quadratics", {"negative.rows": [["0", "0"]]}, "negative: Z vanishes on every sample"),
    ("weights-12", {"lambda.0": "-1"}, "lambda has an entry below zero"),
    ("weights-12", {"lambda.0": "5"}, "lambda: the two classes' sums differ"),
    ("weights-12", {"lambda": ["0"] * 6}, "lambda is zero"),
    ("weights-12", {"sign": -1}, "lambda: S is not shown definite with the stated sign"),
    ("weights-12", {"form.kernel": [["1", "0", "0"]]}, "lambda: S k is not zero for a vector of"),
    ("weights-12", {"form.kernel": []}, "lambda: S is not shown definite with the stated sign"),
    ("weights-11", {"sign": -1}, "lambda: S is not shown definite with the stated sign"),
    ("weights-11", {"lambda": ["1", "0", "1", "1", "2", "1"]}, "lambda: coordinate 0 of sum"),
    ("weights-11", {"form.kernel": [["0", "0"]]}, "form.kernel: proposition-11 needs a definite"),
    ("weights-11", {"samples": [["0", "0"]] * 6, "form.columns": [], "form.relations": [[], []]},
     "form.columns: every sample is zero"),
    ("weights-12", {"form.columns": [0, 1], "form.relations": [["0", "0"]], "form.kernel": []},
     "form.relations: a combination differs on its row 0"),
    ("weights, sharp", {"sign": -1}, "lambda: S is not shown definite with the stated sign"),
    ("weights, sharp", {"form.kernel": [["0", "0"]]}, "form.kernel: ours-necessary needs a def"),
    ("weights, sharp", {"form.relations": [["1", "0"]]}, "form.relations: a combination differs"),
    ("weights, sharp", {"samples.0.2": "2"}, "lambda: coordinate 2 of sum lambda y x is not"),
    ("nested", {"positive": CERTIFICATES["nested"].data["positive"][:1]}, "positive: samples["),
    ("nested", {"negative": CERTIFICATES["nested"].data["positive"]}, "negative: samples["),
    ("nested", {"positive": CERTIFICATES["nested"].data["positive"] * 2}, "positive[2]: no group"),
    ("nested", {"negative.0.weights.0": "-1"}, "negative[0].weights has an entry below zero"),
    ("contradiction", {"pair": [0, 2]}, "pair: the two samples differ"),
    ("contradiction", {"labels": [1, 1, -1]}, "pair: the two labels agree"),
    # a strict minimum
    ("strict", {"rho": "0"}, "rho is not above zero"),
    ("strict", {"rho": str(4 * RHO)}, "radius: the box reaches beyond it"),
    ("strict", {"rho": "1", "radius": "99"}, "rho: the Hessian is not shown definite on the box"),
    ("strict", {"network.a.0": "1"}, "rho: the Hessian is not shown definite on the box"),
    ("strict", {"network.a0": str(BIAS + RHO)}, "rho: the gradient is not shown short enough"),
    ("strict", {"rho": f"1/{2**400}"}, "rho: the gradient is not shown short enough for the box"),
    ("strict", {"preconditioner": [["0"] * 4] * 4}, "rho: the Hessian is not shown definite"),
    ("strict", {"training_error": "1/4"}, "training_error is not 1/2, the share counted"),
    ("strict", {"data": {"assumption": "none"}}, "data.assumption is not theorem-1"),
    ("strict", {"data.all": ONE_SPAN}, "data.all.relations: a combination differs"),
    ("strict", {"samples.1": CERTIFICATES["strict"].data["samples"][0],
     "network.offset.0": "1"}, "network.offset: f_D cannot differ on equal samples"),
    ("strict", {"network.neuron": "tanh"}, "network.neuron has no sigma'' > 0"),
    ("strict, right", {"data": {"assumption": "theorem-2", "separator": ["1", "1", "1"]}},
     "data: the certificate says nothing about it"),
    ("strict", ON_A_LINE, "data: Assumption 3 fails: r_+ = 1, r_- = 1, r = 1"),
    ("strict, right", {"claim": "ours-width", "data": PLANES},
     "training_error: no sample is shown wrong"),
    ("strict, planes", PARALLEL, "samples: 2 negative ones are not shown independent"),
    ("strict", {"network.neuron": "exp", "samples": FAR, "network.W": [["9"], ["1"]]},
     "network: an exponential is too large to enclose"),
]  # fmt: skip

MALFORMED = [
    ("curved", {"version": 1}, "version is 1, an older format; make the certificate anew with"),
    ("curved", {"version": 3}, "version is '3', not one of 2"),
    ("curved", {"version": [[]]}, "version is a list, not one of 2"),
    ("curved", {"version": {}}, "version is an object, not one of 2"),
    ("curved", {"format": "other"}, "format is 'other', not one of lossurface/certificate"),
    ("curved", {"kind": "miracle"}, "kind is 'miracle', not one of contradiction, definite"),
    ("curved", {"comment": "hello"}, "comment is unknown"),
    ("curved", {"network.bias": "1"}, "network.bias is unknown"),
    ("curved", {"data": {"assumption": "theorem-2"}}, "data.separator is missing"),
    ("curved", {"a\nb\ud800": 1}, "a\\nb\\ud800 is unknown"),
    ("curved", {"radius": "0.25"}, "radius is '0.25', not \"p/q\" in lowest terms"),
    ("curved", {"radius": "2/4"}, "radius is '2/4', not \"p/q\" in lowest terms"),
    ("curved", {"radius": "2/1"}, "radius is '2/1', not"),
    ("curved", {"radius": "-0"}, "radius is '-0', not"),
    ("curved", {"radius": "1/0"}, "radius is '1/0', not"),
    ("curved", {"radius": "\u0663"}, "radius is '\u0663', not"),
    ("curved", {"radius": "1e999999999"}, "radius is '1e999999999', not"),
    ("curved", {"radius": "9" * 4201}, 'not "p/q" in lowest terms'),
    ("curved", {"radius": "1/" + "9" * 4201}, 'not "p/q" in lowest terms'),
    ("curved", {"radius": 1}, "radius is '1', not"),
    ("curved", {"radius": None}, "radius is 'None', not"),
    ("curved", {"network.a0": "4 +/- 0"}, "network.a0: a ball needs a radius above zero"),
    ("curved", {"network.a0": "4 +/- -1"}, "network.a0: a ball needs a radius above zero"),
    ("curved", {"network.a0": "4 +/- x"}, "network.a0 is 'x', not"),
    ("best", {"network.a.0": "0 +/- 1"}, "network.a[0] is '0 +/- 1', not"),
    ("best", {"claim": "proposition-11"}, "claim is 'proposition-11', not one of proposition-2"),
    ("curved", {"labels.0": True}, "labels[0] is 'True', not one of"),
    ("curved", {"labels.0": 0}, "labels[0] is '0', not one of -1, 1"),
    ("curved", {"labels": []}, "labels is not a list of 1 or more"),
    ("curved", {"labels": [1]}, "samples is not 1 x 1"),
    ("curved", {"samples.1": ["1", "2"]}, "samples is not 4 x 1"),
    ("curved", {"samples": NO_COMMON, "labels": [1, -1]}, "the numbers have no common denominator"),
    ("curved", {"p": 1}, "p is '1', not an integer from 2 to 60"),
    ("curved", {"p": 10**9}, "p is '1000000000', not an integer from 2 to 60"),
    ("curved", {"p": True}, "p is 'True', not an integer from 2 to 60"),
    ("curved", {"network": "relu"}, "network is not an object"),
    ("curved", {"network.architecture": "other"}, "network.architecture is 'other', not one of"),
    ("curved", {"network.W": [["0", "0"]]}, "network.W is not 1 x 1"),
    ("curved", {"data.separator": ["1", "1"]}, "w is not 1 x 1"),
    ("dead", {"data.all.columns": [0, 5]}, "data.all.columns is not an increasing list of"),
    ("dead", {"data.positive.relations": [["0", "0"]]}, "data.positive.relations is not 1 x 1"),
    ("identity", {"network.a": ["0"] * 4}, "network.a is not 1 x 3"),
    ("identity", {"network.deep.layers.1": {"W": [["0"] * 2], "b": ["0"] * 2}},
     "network.deep has not 3 output"),
    ("deep", {"network.deep.layers.1.W": [["0"]]}, "network.deep.layers[1].W is not 2 x 1"),
    ("deep", {"network.deep.layers": []}, "network.deep.layers is not a list of 2 or more"),
    ("deep", {"p": 60, "network.deep.layers.2.b.0": BIG}, "network: its outputs are too long for"),
    ("staircase", {"dual_weights": ["1"]}, "dual_weights is not 1 x 7"),
    ("staircase", {"network.staircase.breaks": []}, "network.staircase.levels is not 1 x 1"),
    ("staircase", {"network.staircase.w": ["1"]}, "network.staircase.w is not 1 x 2"),
    ("staircase", {"network.staircase.levels": "01"}, "levels is not a list of 1 or more"),
    ("staircase", {"network.neuron": "relu"}, "network.neuron is 'relu', not one of cosh, exp"),
    ("weights-12", {"form.kernel": [["0"] * 2]}, "form.kernel is not 1 x 3"),
    ("separator", {"w": ["1"]}, "w is not 1 x 2"),
    ("farkas", {"mu": ["1"]}, "mu is not 1 x 4"),
    ("farkas", {"mu.0": 0.5}, "mu[0] is '0.5', not"),
    ("farkas", {"claim": "proposition-12"}, "claim is 'proposition-12', not one of affine-sep"),
    ("ranks", {"positive.columns": [1, 0], "positive.relations": [["0", "0"]]},
     "positive.columns is not an increasing list of coordinates"),
    ("ranks", {"positive.columns": [0, 3]}, "positive.columns are not all coordinates"),
    ("parts", {"width": "9"}, "width is '9', not an integer from 0 to 999999999"),
    ("quadratics", {"positive.rows": [["0"]]}, "positive.rows is not 1 x 2"),
    ("quadratics", {"positive.linear": ["0"]}, "positive.linear is not 1 x 2"),
    ("weights-12", {"lambda": ["1"]}, "lambda is not 1 x 6"),
    ("weights-12", {"sign": 0}, "sign is '0', not one of -1, 1"),
    ("contradiction", {"pair": [0]}, "pair is not a list of 2 or more"),
    ("contradiction", {"pair": [0, 1, 1]}, "pair is not two positions of samples"),
    ("contradiction", {"pair": [0, 3]}, "pair is not two positions of samples"),
    ("strict", {"network.W": [["1"]]}, "network.W is not 2 x 1"),
    ("strict", {"preconditioner": [["1"]]}, "preconditioner is not 4 x 4"),
    ("strict", {"network.offset": ["0"]}, "network.offset is not 1 x 4"),
    ("strict", {"network.neuron": "relu"}, "network.neuron is 'relu', not one of cosh, exp"),
    ("strict", {"network.a": []}, "network.a is not a list of 1 or more"),
    ("strict, fixed", {"network.a": ["1"] * 200, "network.W": [["0"] * 200] * 3,
     "preconditioner": [["0"] * 801] * 801}, "network: too large to be checked"),
    ("strict", {"network.a0": str(2**384)}, "a number is too large"),
    ("strict", {"network.a0": str(2**300), "p": 60}, "network: an output is too large for its"),
    ("strict, planes", MANY, "samples: too many positive ones to be decided"),
]  # fmt: skip


def raised(name, changes):
    with pytest.raises((Refuted, Unreadable)) as error:
        check(changed(name, changes))
    return error.value


@pytest.mark.parametrize(("name", "changes", "message"), BROKEN)
def test_each_clause_is_broken_by_a_certificate_of_its_own(name, changes, message):
    error = raised(name, changes)
    assert isinstance(error, Refuted), error
    assert message in str(error)


@pytest.mark.parametrize(("name", "changes", "message"), MALFORMED)
def test_malformed_fields_are_unreadable(name, changes, message):
    error = raised(name, changes)
    assert isinstance(error, Unreadable), error
    assert message in str(error)
    assert len(str(error)) < 200


def test_moments_are_asked_of_proposition_11_only():
    """The same lambda that breaks its clause shows what Proposition 12 asks."""
    data = changed("weights-11", {"lambda": ["1", "0", "1", "1", "2", "1"]})
    assert "fails" in str(check({**data, "claim": "proposition-12"}))


def test_a_last_bias_of_h_only_shifts_b():
    """H = h constant: a^T (x + h) + b is the same map with b less a^T h, in a wider ball."""
    network = CERTIFICATES["best, identity"].data["network"]
    h, b = [Fraction(1), Fraction(-2), Fraction(1, 2)], network["b"]
    middles = [Fraction(value.split(" ")[0]) for value in network["a"]]
    mid, _, rad = moved(b, factor=8).partition(" +/- ")
    shift = sum(value * w for value, w in zip(middles, h, strict=True))
    changes = {"network.deep.layers.1.b": [str(w) for w in h]}
    changes["network.b"] = f"{Fraction(mid) - shift} +/- {rad}"
    assert check(changed("best, identity", changes)).evidence == "enclosed"


def test_signs_that_stay_open_give_a_lower_bound():
    """In balls so wide that only some outputs show their sign, only those count as wrong."""
    network = CERTIFICATES["best"].data["network"]
    rows = [[moved(value, factor=2**75)] for (value,) in network["W"]]
    wide = {"network.a0": moved(network["a0"], factor=2**75), "network.W": rows}
    wide["radius"] = "1/1024"
    says = check(changed("best", wide | {"training_error": "1/5"})).says
    assert says.startswith("a local minimum with training error at least 1/5;")
    with pytest.raises(Refuted, match="training_error is not 1/5"):
        check(changed("best", wide))  # 3/5: true, but not shown by these balls


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_is_no_object_is_unreadable(value):
    with pytest.raises(Unreadable, match="the file is not an object"):
        check(value)


TEXTS = ["", "{", "[" * 100_000, '{"a": 1, "a": 2}', "9" * 5000, "\x00", '{"format": NaN}']


@pytest.mark.parametrize("text", TEXTS)
def test_bad_text_is_unreadable(text):
    with pytest.raises(Unreadable) as error:
        check(parse(text))
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


def test_numbers_of_a_file_never_become_floats():
    assert parse("[0.5, 1e999, NaN, Infinity, 3]") == ["0.5", "1e999", "NaN", "Infinity", 3]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\xff\xfe\x00", "not text"), (b" " * (MAX_BYTES + 1), f"larger than {MAX_BYTES} bytes")],
)
def test_bad_files_are_unreadable(tmp_path, content, message):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=message):
        load(path)
    with pytest.raises(Unreadable, match="not a regular file"):
        load(tmp_path)


def clauses():
    """Yield file and lines of every call of `require`, and of every `raise`, in the checker."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require"
            if call or isinstance(node, ast.Raise):
                yield path.name, range(node.lineno, node.end_lineno + 1)


def site(error):
    """Return the file and line of the clause that an error comes from."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.name != "require"]
    return Path(frames[-1].filename).name, frames[-1].lineno


def test_no_clause_is_without_a_case(tmp_path):
    """Each `require` fails for one of the inputs above."""
    (tmp_path / "big").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "binary").write_bytes(b"\xff")
    calls = [lambda c=c: check(changed(*c[:2])) for c in [*BROKEN, *MALFORMED]]
    calls += [lambda t=t: parse(t) for t in TEXTS] + [lambda: check(None)]
    calls += [lambda p=p: load(p) for p in (tmp_path, tmp_path / "big", tmp_path / "binary")]
    seen = set()
    for call in calls:
        try:
            call()
        except (Refuted, Unreadable) as error:
            seen.add(site(error))
    unbroken = [
        (file, lines[0])
        for file, lines in clauses()
        if not any(name == file and line in lines for name, line in seen)
    ]
    assert unbroken == [("format.py", REQUIRES)]


# `raise error(message)`: the one clause that `site` looks through
REQUIRES = next(
    number
    for number, line in enumerate((FOLDER / "format.py").read_text().splitlines(), 1)
    if line.strip() == "raise error(message)"
)
