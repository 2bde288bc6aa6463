"""Bad minima on datasets: the checker, clause by clause, and the loss seen around the minimum."""

import copy
from fractions import Fraction

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from lossurface.conditions.bad_minimum import bad_minimum
from lossurface.conditions.definiteness import proposition_11, proposition_12
from lossurface.errors import InputError
from lossurface.exact import staircase
from lossurface.exact.certificate import Certificate, schema, seal
from lossurface.exact.rational import Refuted, Unreadable
from lossurface.exact.recheck import check
from tests.conditions.samples import KNOWN, space
from tests.exact.mutations import redigested

UNEVEN = ([[3, 0], [-3, 0], [0, 3], [0, -4], [1, 1], [-1, -1], [1, 0]], [1, 1, 1, 1, -1, -1, -1])


def minimum(neuron="softplus", p=6, width=2, data=UNEVEN):
    """Return the data of a certified bad minimum of Proposition 11, fresh."""
    prepared = space(*data)
    return copy.deepcopy(
        dict(bad_minimum(prepared, proposition_11(prepared), neuron, p, width).data)
    )


@pytest.mark.parametrize("neuron", staircase.NEURONS)
@pytest.mark.parametrize("p", [2, 6])
def test_every_neuron_of_assumption_5(neuron, p):
    data = minimum(neuron, p)
    assert check(Certificate(data)).status == "holds"
    assert Fraction(data["training_error"]) > 0


@pytest.mark.parametrize("name", ["line", "lifted-ring", "contradiction", "zero"])
def test_proposition_12_semidefinite_is_enough(name):
    prepared = space(*KNOWN[name][:2])
    made = bad_minimum(prepared, proposition_12(prepared))
    assert made is not None
    assert check(made).status == "holds"


def test_the_condition_must_fail():
    prepared = space(*KNOWN["cross"][:2])
    with pytest.raises(InputError, match="needs it to fail"):
        bad_minimum(prepared, proposition_12(prepared))
    prepared = space(*UNEVEN)
    with pytest.raises(InputError, match="neuron is 'softplus'"):
        bad_minimum(prepared, proposition_12(prepared), "softplus")
    with pytest.raises(InputError, match="p is 1"):
        bad_minimum(prepared, proposition_12(prepared), p=1)


def changed(data, path, value):
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return dict(seal(data).data)


BROKEN = [
    (("dual_weights", 0), "9", "sum lambda y"),
    (("dual_weights", 0), "-1", "below zero"),
    (("network", "a"), ["1", "1"], "levels"),  # sigma(0) sum a is part of f
    (("network", "a"), ["-1", "1"], "no single sign"),
    (("network", "W"), [["1", "0"], ["0", "0"]], "network.W is not zero"),
    (("network", "a0"), "1", "levels"),
    (("network", "neuron"), "exp", "Taylor|definite"),
    (("network", "deep", "levels", 0), "0", "levels"),
    (("network", "deep", "layers", 0, "b"), ["1000"], "levels|step|may leave"),
    (("network", "deep", "layers", 1, "W"), [["2"]], "W is not 1"),
    (("loss", "p"), 3, "levels"),
    (("radius",), "1000", "radius"),
    (("training_error",), "1", "training_error is not"),
    (("samples", 0), ["4", "0"], "sum lambda y x|may leave|step"),
]


@pytest.mark.parametrize(("path", "value", "words"), BROKEN)
def test_each_clause(path, value, words):
    with pytest.raises(Refuted, match=words):
        staircase.check(changed(minimum(), path, value))


def test_sign_of_the_output_weights():
    with pytest.raises(Refuted, match="definite"):
        staircase.check(changed(minimum("quadratic"), ("network", "a"), ["1", "1"]))


@pytest.mark.parametrize(
    ("path", "value"),
    [(("network", "neuron"), "relu"), (("loss", "p"), 1), (("reason",), "dead"),
     (("network", "deep", "breaks"), []), (("claim",), "proposition-5"),
     *((("network", "deep", field), value) for field in ("levels", "layers")
       for value in (None, 5, True, "01", {"a": 1, "b": 2}))],
)  # fmt: skip
def test_unreadable(path, value):
    with pytest.raises(Unreadable):
        staircase.check(changed(minimum(), path, value))


def test_levels_are_a_list_and_the_version_no_flag():
    """Levels of one character each: their string is as long as their list."""
    prepared = space([[1, 1], [1, 1], [2, 0]], [1, -1, 1])
    data = dict(bad_minimum(prepared, proposition_12(prepared), width=1).data)
    levels = [level.split(" ")[0] for level in data["network"]["deep"]["levels"]]
    assert set(levels) == {"0", "1"}
    exactly = changed(copy.deepcopy(data), ("network", "deep", "levels"), levels)
    assert check(Certificate(exactly)).status == "holds"
    with pytest.raises(Unreadable, match="levels is not a list"):
        staircase.check(
            changed(copy.deepcopy(data), ("network", "deep", "levels"), "".join(levels))
        )
    with pytest.raises(Unreadable, match="version"):
        staircase.check(redigested({**data, "version": True}))


def test_altered_file_is_named():
    data = minimum()
    data["digest"]["radius"] = "0" * 64
    with pytest.raises(Refuted, match="radius was altered"):
        staircase.check(data)


@pytest.mark.parametrize("neuron", ["softplus", "quadratic"])
def test_the_loss_is_no_lower_within_the_radius(neuron):
    """An independent float model of the network, tried at random points of the certified ball."""
    data = minimum(neuron)
    x = np.array([[float(Fraction(v)) for v in row] for row in data["samples"]])
    y = np.array(data["labels"])
    net, p = data["network"], data["loss"]["p"]
    sigma = {"softplus": lambda z: np.log2(1 + np.exp(z)), "quadratic": lambda z: z**2}[neuron]
    breaks = np.array([float(Fraction(v)) for v in net["deep"]["breaks"]])
    heights = np.array([float(Fraction(v.split(" ")[0])) for v in net["deep"]["levels"]])
    omega = np.array([float(Fraction(v)) for (v,) in net["deep"]["layers"][0]["W"]])
    a = np.array([float(Fraction(v)) for v in net["a"]])
    d, M = x.shape[1], len(a)
    base = np.concatenate([[0.0], a, np.zeros(d * M), omega, [0.0, 1.0, 0.0]])

    def loss(theta):
        a0, a, W, rest = theta[0], theta[1 : M + 1], theta[M + 1 : M + 1 + d * M], theta[-d - 3 :]
        deep = heights[np.searchsorted(breaks, x @ rest[:d] + rest[d])] * rest[d + 1] + rest[d + 2]
        f = a0 + sigma(x @ W.reshape(d, M)) @ a + deep
        return np.mean(np.maximum(1 - y * f, 0) ** (p + 1))

    generator = np.random.default_rng(0)
    here, radius = loss(base), float(Fraction(data["radius"]))
    assert (
        np.mean(y * heights[np.searchsorted(breaks, x @ omega)] <= 0) > 0 or neuron != "quadratic"
    )
    for _ in range(500):
        step = generator.normal(size=base.shape)
        step *= radius * generator.random() / np.linalg.norm(step)
        assert loss(base + step) >= here - 1e-9 * (1 + here)


def test_the_published_schema_says_the_same():
    validator = Draft202012Validator(schema())
    data = minimum()
    validator.validate(data)
    published = schema()["$defs"]["local-minimum-staircase"]["properties"]
    assert set(published) == {*staircase.ENVELOPE, "digest"}
    assert set(published["network"]["properties"]["neuron"]["enum"]) == set(staircase.NEURONS)


def test_roots_enclose():
    for value, p in ((Fraction(2), 2), (Fraction(8), 3), (Fraction(1, 3), 6), (Fraction(0), 5)):
        low, high = staircase.root(value, p)
        assert low**p <= value <= high**p
        assert high - low <= Fraction(1, 2**90)
