"""Altered certificates: refused, or true as well. Nothing ends in another error than the two."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import ctx

from lossurface.conditions.definiteness import necessary, proposition_11, proposition_12
from lossurface.conditions.separability import affine_separability, assumption_6, half_space
from lossurface.conditions.subspaces import assumption_3
from lossurface.enclosed import SingleLayer, enclose
from lossurface.exact.checker import Refuted, Unreadable, check
from lossurface.setting import from_certificate, get_neuron, polynomial_hinge
from tests.conditions.samples import space
from tests.exact.certificates import CERTIFICATES, MINIMA
from tests.exact.mutations import altered, at, leaves, wrong_shapes, wrong_types
from tests.setting._tools import error_ball, loss_at

DECIDED = {
    "assumption-6": assumption_6,
    "affine-separability": affine_separability,
    "half-space": half_space,
    "assumption-3": assumption_3,
    "proposition-11": proposition_11,
    "proposition-12": proposition_12,
    "ours-necessary": necessary,
}
ASSUMED = {"theorem-1": assumption_3, "theorem-2": assumption_6}

# Of these fields no other value is accepted.
STATED = {"format", "version", "kind", "training_error", "dual_weights", "mu", "lambda", "sign",
          "offset", "pair", "a0", "architecture", "assumption"}  # fmt: skip
# Of these another may be, and the certificate states something else that is true:
REASONS = {
    "claim": "what is shown for one proposition may be what another asks",
    "radius": "a smaller one",
    "p": "where all dual weights are equal, theta* is a local minimum for every p",
    "samples": "samples that obey the same inequalities",
    "labels": "the half-space asks for none; zero weights ask for none",
    "separator": "another separator",
    "w": "another separator, or reading of the samples",
    "b": "a staircase moved within its room, or a bias that is multiplied by zero",
    "a": "what a dead neuron is multiplied by",
    "W": "neurons that are multiplied by zero; layers before, and weights after, a dead one",
    "neuron": "one that is the same on the side used, or meets the same bounds",
    "breaks": "elsewhere between the same samples",
    "levels": "a narrower ball",
    "columns": "a column that spans the same; unread where all samples are independent",
    "relations": "not asked for where the samples are independent",
    "kernel": "the same line; a vector may be given twice",
    "weights": "another quadratic",
    "rows": "another quadratic",
    "linear": "another quadratic",
    "positive": "a quadratic twice",
    "negative": "a quadratic twice",
    "width": "a larger one",
    "preconditioner": "any matrix near it",
    "rho": "a larger or a smaller box",
}


def accepted(data):
    try:
        check(data)
    except (Refuted, Unreadable):
        return False
    return True


def field(path):
    """Return the innermost field's name."""
    return [key for key in path if isinstance(key, str)][-1]


def still_true(data):
    """By another road: the setting's own evaluation, or the search of the conditions."""
    proof = check(data)
    if data["kind"] == "strict-minimum":
        box = enclosure(data)
        assert box.kind == "strict-minimum"
        return
    if "radius" not in data:
        if data["claim"] in DECIDED:
            verdict = DECIDED[data["claim"]](space(data["samples"], data["labels"])).verdict
            assert f" {verdict}:" in proof.says or verdict == "undecided"
        return
    if "data" in data and data["data"]["assumption"] in ASSUMED:
        test = ASSUMED[data["data"]["assumption"]]
        assert test(space(data["samples"], data["labels"])).verdict in ("holds", "undecided")
    problem = from_certificate(data)
    assert error_ball(problem) in (None, Fraction(data["training_error"]))
    radius = Fraction(1000 if data["radius"] == "inf" else data["radius"])
    least = loss_at(problem, problem.network.theta, 200)
    for k, value in enumerate(problem.network.theta):
        for share in (Fraction(-63, 64), Fraction(63, 64)):
            if isinstance(value, Fraction):
                theta = list(problem.network.theta)
                theta[k] += share * radius
                assert not loss_at(problem, theta, 200) < least


def enclosure(data):
    """Return what Krawczyk's operator shows near the parameters of a strict minimum."""
    network = data["network"]
    theta = [network["a0"], *network["a"], *(v for row in network["W"] for v in row)]
    layer = SingleLayer(
        get_neuron(network["neuron"]).ball_derivative,
        polynomial_hinge(data["p"]).ball_derivative,
        [[Fraction(v) for v in row] for row in data["samples"]],
        data["labels"],
        len(network["a"]),
        offset=[Fraction(v) for v in network["offset"]],
    )
    with ctx.workprec(256):
        return enclose(layer, [Fraction(v) for v in theta])


def others(value):
    if isinstance(value, int):
        return [1, -1, 5]
    if value.replace("-", "").isalpha():
        return ["relu", "softplus", "proposition-2", "proposition-12", "ours-necessary",
                "theorem-2", "other"]  # fmt: skip
    return ["7/3", "-1", "0", "1/1000", "7 +/- 1/2", "inf"]


@pytest.mark.parametrize("name", CERTIFICATES)
def test_an_alteration_is_refused_or_leaves_a_true_statement(name):
    data = CERTIFICATES[name].data
    for path in leaves(data):
        for other in others(at(data, path)):
            changed = altered(data, path, other)
            if other != at(data, path) and accepted(changed):
                assert field(path) in REASONS, (path, other)
                assert name not in MINIMA or path[0] != "labels", (path, other)
                still_true(changed)


def test_every_field_is_one_or_the_other():
    named = {field(path) for made in CERTIFICATES.values() for path in leaves(made.data)}
    assert not STATED & set(REASONS)
    assert named - STATED - set(REASONS) <= {"parts"}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_wrong_shape_or_type_is_refused_or_leaves_a_true_statement(name):
    data = CERTIFICATES[name].data
    for path, value in [*wrong_shapes(data), *wrong_types(data)]:
        changed = altered(data, path, value) if path else value
        if accepted(changed):
            assert field(path) in REASONS, (path, value)
            still_true(changed)
