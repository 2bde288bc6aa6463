"""Enclosed best affine maps: the box holds the minimiser, and each clause of the checker bites."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from scipy.optimize import minimize

from lossurface import InputError
from lossurface.counterexamples import proposition_3, proposition_7
from lossurface.counterexamples.affine import best_affine_map, hull_weights
from lossurface.exact import check, enclosed_linear, rational, schema, seal
from lossurface.setting import Dataset, proposition_3_symmetric
from lossurface.setting import proposition_3 as law
from tests.counterexamples.strategies import overlapping
from tests.exact.mutations import altered, at, resealed
from tests.exact.test_schema import derived, resolved

SINGLE = proposition_3(seed=0, width=3)
SHORTCUT = proposition_3("elu", 3, seed=3, n=14, deep=(2,))
IDENTITY = proposition_7(p=6, seed=0, n=16, widths=(2,))
ONE = Dataset.of([(1, 2, 0), (-1, 3, 0), (0, 1, 1), (0, "5/2", -1), (0, 3, 1)], [1, 1, -1, -1, -1])


def middle(text):
    return Fraction(text.split(" ")[0])


def widened(text, factor):
    mid, _, rad = text.partition(" +/- ")
    return f"{mid} +/- {Fraction(rad) * factor}"


def moved(text, radii):
    mid, _, rad = text.partition(" +/- ")
    return f"{Fraction(mid) + radii * Fraction(rad)} +/- {rad}"


@pytest.mark.parametrize("certificate", [SINGLE, SHORTCUT, IDENTITY])
def test_it_is_verified_as_enclosed(certificate):
    finding = check(certificate)
    assert (finding.status, finding.evidence) == ("holds", "enclosed")
    assert "at least" not in finding.statement


@pytest.mark.parametrize("p", [2, 3, 6])
def test_the_box_agrees_with_scipy(p):
    dataset = law().sample(np.random.default_rng(5), 24)
    best = best_affine_map(dataset, p)
    X, y = (value.numpy() for value in dataset.tensors())

    def loss(u):
        return (np.maximum(1 - y * (u[0] + X @ u[1:]), 0) ** (p + 1)).sum()

    found = minimize(loss, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-10,
                     "fatol": 1e-14, "maxiter": 20000, "maxfev": 20000})  # fmt: skip
    box = [float(value) for value in (best.c, *best.v)]
    assert np.allclose(box, found.x, atol=1e-4)
    assert loss(np.array(box)) <= found.fun + 1e-12
    assert all(value.rad < Fraction(1, 2**70) for value in (best.c, *best.v))


@settings(max_examples=15, deadline=None)
@given(dataset=overlapping())
def test_the_gradient_changes_sign_across_the_box(dataset):
    """Definition of a minimiser of a convex loss, exactly: uphill at a distance, every way."""
    best = best_affine_map(dataset, 2)
    if best.constant:
        return
    u = [value.mid for value in (best.c, *best.v)]
    far = Fraction(1, 2**40)
    for k in range(len(u)):
        for sign in (1, -1):
            point = list(u)
            point[k] += sign * far
            slope = Fraction(0)
            for row, label in zip(dataset.x, dataset.y, strict=True):
                g = (Fraction(1), *row)
                f = sum(a * b for a, b in zip(g, point, strict=True))
                slope -= label * max(1 - label * f, Fraction(0)) ** 2 * g[k]
            assert sign * slope > 0


def test_equal_means_give_a_constant_exactly():
    best = best_affine_map(proposition_3_symmetric(), 4)
    assert best.constant
    assert best.c == 0


def test_samples_on_a_hyperplane_have_no_unique_map():
    flat = Dataset.of([(1, 1), (2, 2), (4, 4)], [1, -1, 1])
    with pytest.raises(InputError, match="samples lie on a hyperplane"):
        best_affine_map(flat, 2)


def test_separated_samples_have_no_weights():
    with pytest.raises(InputError, match="separated by an affine map"):
        hull_weights(Dataset.of([(1, 0), (2, 0), (-1, 0), (0, 1)], [1, 1, -1, -1]), "X")


def test_touching_hulls_are_refused_and_not_guessed():
    """Two classes that share one boundary point: every steep enough map is best."""
    touching = Dataset.of([(0, 1), (1, 1), (0, 1), (-1, 1), (0, 3)], [1, 1, -1, -1, -1])
    with pytest.raises(InputError, match="was not enclosed"):
        best_affine_map(touching, 2)


A0 = SINGLE.data["network"]["a0"]
COLUMN = [row[2] for row in SINGLE.data["network"]["W"]]
USED = next(i for i, value in enumerate(SINGLE.data["farkas"]) if value != "0")
BEST = "the balls are not proved to hold the best affine map"
BROKEN = [
    (SINGLE, ("network", "a0"), moved(A0, 3), BEST),
    (SINGLE, ("network", "W", 0, 2), moved(COLUMN[0], -3), BEST),
    (SINGLE, ("network", "a0"), widened(A0, 2**90), BEST),
    (SINGLE, ("network", "a0"), str(middle(A0)), "every solved parameter must be a ball"),
    (SINGLE, ("network", "W", 0, 0), "0 +/- 1/8", "not just one column is given as balls"),
    (SINGLE, ("network", "a", 2), "0", "network.a[2] is zero"),
    (SINGLE, ("network", "a", 0), "-1", BEST),
    (SINGLE, ("network", "W", 1), ["-1", *SINGLE.data["network"]["W"][1][1:]], BEST),
    (SINGLE, ("dual_weights", 0), "3", "dual_weights[0] does not hold"),
    (SINGLE, ("farkas", USED), "-1", "farkas is not a vector"),
    (SINGLE, ("farkas",), ["0"] * 20, "farkas is not a vector"),
    (SINGLE, ("training_error",), "1/10", "training_error is not 1/5"),
    (SINGLE, ("radius",), "2", "radius: neuron 0 may change its sign"),
    (SINGLE, ("radius",), "-1", "radius is not a number above zero"),
    (SINGLE, ("loss", "p"), 3, BEST),
    (SINGLE, ("claim",), "proposition-7", "network.architecture: proposition-7 does not allow"),
    (SINGLE, ("data",), {"assumption": "none"}, "data.assumption: proposition-3 does not allow"),
    (SINGLE, ("data", "positive_axes"), [0], "data.positive_axes: a sample leaves the subspace"),
    (SINGLE, ("samples", 0, 1), "3/2", BEST),
    (SHORTCUT, ("network", "deep", "layers", 0, "b", 0), "1", "last hidden layer may fire"),
    (SHORTCUT, ("network", "deep", "layers", 1, "b", 0), "3/4", BEST),
    (SHORTCUT, ("network", "deep", "layers", 1, "b", 0), "1/2 +/- 1/8", "a ball has no place"),
    (SHORTCUT, ("radius",), "1", "last hidden layer may fire"),
    (IDENTITY, ("network", "b"), moved(IDENTITY.data["network"]["b"], 3), BEST),
    (IDENTITY, ("network", "a", 1), moved(IDENTITY.data["network"]["a"][1], 3), BEST),
    (IDENTITY, ("network", "a", 1), "0", "every solved parameter must be a ball"),
    (IDENTITY, ("network", "deep", "layers", 1, "b", 2), "1/3", BEST),
    (IDENTITY, ("network", "deep", "neuron"), "requ", "network.neuron: proposition-7"),
]  # fmt: skip


@pytest.mark.parametrize(("certificate", "path", "value", "message"), BROKEN)
def test_each_clause_is_broken_by_a_certificate_of_its_own(certificate, path, value, message):
    with pytest.raises(rational.Refuted) as raised:
        enclosed_linear.check(dict(resealed(certificate.data, path, value).data))
    assert message in str(raised.value)


def test_a_neuron_on_the_wrong_side_is_named():
    """(a_1, w_1) -> (-a_1, -w_1) leaves the affine map alone, but not the ReLU's side."""
    data = SINGLE.data
    rows = [[str(-Fraction(row[0])), *row[1:]] for row in data["network"]["W"]]
    a = [str(-Fraction(data["network"]["a"][0])), *data["network"]["a"][1:]]
    wrong = resealed(resealed(data, ("network", "W"), rows).data, ("network", "a"), a)
    with pytest.raises(rational.Refuted, match="neuron 0 has the wrong sign on samples"):
        enclosed_linear.check(dict(wrong.data))


def test_a_last_bias_of_h_only_shifts_b():
    """H = h constant: a^T (x + h) + b is the same map with b less a^T h, in a wider ball."""
    data = IDENTITY.data
    network, h = data["network"], [Fraction(1), Fraction(-2), Fraction(1, 2)]
    a, b = network["a"], network["b"].partition(" +/- ")
    shift = sum(middle(value) * w for value, w in zip(a, h, strict=True))
    rad = Fraction(b[2]) * 8
    layers = [dict(layer) for layer in network["deep"]["layers"]]
    layers[1]["b"] = [str(w) for w in h]
    new = {**network, "b": f"{Fraction(b[0]) - shift} +/- {rad}"}
    new["deep"] = {**network["deep"], "layers": layers}
    weights = [widened(value, 2**30) for value in data["dual_weights"]]
    changed = seal({**data, "network": new, "dual_weights": weights})
    assert check(changed).status == "holds"


@pytest.mark.parametrize("field", ["network", "farkas", "dual_weights", "samples", "radius"])
def test_an_alteration_that_the_mathematics_allows_is_named_by_its_digest(field):
    other = {
        "network": {**SINGLE.data["network"], "neuron": "elu"},
        "farkas": [str(2 * Fraction(value)) for value in SINGLE.data["farkas"]],
        "dual_weights": [widened(value, 2) for value in SINGLE.data["dual_weights"]],
        "samples": [[f"{v}" for v in row] for row in SINGLE.data["samples"]][::-1],
        "radius": "1/2",
    }[field]
    data = altered(SINGLE.data, (field,), other)
    if field == "samples":
        data["samples"] = SINGLE.data["samples"]
        data["digest"] = {**data["digest"], "samples": "0"}
    with pytest.raises(rational.Refuted, match=f"{field} was altered"):
        enclosed_linear.check(data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("farkas",), ["1"], "farkas does not have 20 entries"),
        (("dual_weights",), ["1"], "dual_weights does not have 20 entries"),
        (("farkas", 0), "0.5", "farkas[0] is '0.5', not"),
        (("network", "a", 0), "0 +/- 1", "network.a[0] is"),
        (("network", "W"), [["1"]], "network.W is not 3 x 3"),
        (("radius",), "inf", "radius is 'inf', not"),
        (("reason",), "linear", "reason is 'linear', not one of linear-enclosed"),
        (("claim",), "proposition-2", "claim is 'proposition-2', not one of"),
        (("comment",), "x", "comment is unknown"),
    ],
)
def test_malformed_fields_are_unreadable(path, value, message):
    with pytest.raises(rational.Unreadable) as raised:
        enclosed_linear.check(altered(SINGLE.data, path, value))
    assert message in str(raised.value)


def test_one_neuron_where_one_is_enough():
    """v^T x > 0 on every sample of this set; elsewhere the request is refused."""
    certificate = proposition_3(width=1, dataset=ONE)
    assert check(certificate).status == "holds"
    assert len(at(certificate.data, ("network", "a"))) == 1
    with pytest.raises(InputError, match=r"width is 1; .* needs width >= 2"):
        proposition_3(width=1, seed=0)


def test_signs_that_stay_open_give_a_lower_bound():
    """In balls so wide that only some outputs show their sign, only those count as wrong."""
    data = SINGLE.data
    network = data["network"]
    rows = [[*row[:-1], widened(row[-1], 2**75)] for row in network["W"]]
    wide = {**network, "a0": widened(network["a0"], 2**75), "W": rows}
    weights = [f"{middle(value)} +/- 8" for value in data["dual_weights"]]
    changed = {**data, "network": wide, "dual_weights": weights, "radius": "1/4"}
    accepted = []
    for wrong in range(1, 5):
        error = Fraction(wrong, 20)
        certificate = seal({**changed, "training_error": error})
        finding = check(certificate)
        if finding.status == "holds":
            assert f"with training error at least {error}" in finding.statement
            accepted.append(error)
        else:
            assert "training_error is not" in finding.detail
    assert len(accepted) == 1
    assert accepted[0] < Fraction(data["training_error"])


@pytest.mark.parametrize("certificate", [SINGLE, SHORTCUT, IDENTITY])
def test_it_keeps_the_published_schema(certificate):
    data = json.loads(certificate.to_json())
    validator = Draft202012Validator(schema())
    assert list(validator.iter_errors(data)) == []
    for path in (("farkas", 0), ("network", "architecture"), ("reason",)):
        assert not validator.is_valid(altered(data, path, "nonsense"))


def test_the_schema_says_what_the_checker_reads():
    read = {**enclosed_linear.FORMAT, "digest": dict.fromkeys(enclosed_linear.FORMAT, str)}
    published = resolved({"$ref": "#/$defs/local-minimum-enclosed"}, schema())
    assert published == derived(read)
