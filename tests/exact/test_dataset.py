"""Certificates of datasets: for each clause of the checker, one that breaks only it."""

import copy
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lossurface.conditions._condition import settle
from lossurface.conditions.definiteness import proposition_11, proposition_12
from lossurface.conditions.separability import affine_separability, assumption_6
from lossurface.conditions.subspaces import assumption_3, theorem_1_width
from lossurface.errors import InputError
from lossurface.exact import dataset
from lossurface.exact.certificate import Certificate, schema, seal
from lossurface.exact.integers import check_definite
from lossurface.exact.rational import Refuted, Unreadable
from lossurface.exact.recheck import check
from tests.conditions.samples import KNOWN, space
from tests.exact.mutations import altered, at, leaves

SEPARABLE = ([[2, 1], [1, 2], [-1, 0], [0, -1]], [1, 1, -1, -1])


def certificate(name):
    """Return the named certificate's data, fresh."""
    known = {key: space(*value[:2]) for key, value in KNOWN.items()}
    made = {
        "separator": lambda: assumption_6(space(*SEPARABLE)),
        "affine": lambda: affine_separability(space([[1], [2]], [1, -1])),
        "farkas": lambda: assumption_6(known["cross"]),
        "subspaces": lambda: assumption_3(known["planes"]),
        "parts": lambda: theorem_1_width(known["planes"]),
        "ellipsoids": lambda: proposition_12(known["cross"]),
        "quadratics": lambda: proposition_11(known["cross"]),
        "weights-12": lambda: proposition_12(known["lifted-ring"]),
        "weights-11": lambda: proposition_11(known["ring"]),
        "contradiction": lambda: settle(
            known["contradiction"], "contradiction", "realisable", {"pair": [0, 1]}, ""
        ),
    }
    return copy.deepcopy(dict(made[name]().certificate.data))


# certificate, path, replacement, words of the complaint
BROKEN = [
    ("separator", ("w", 0), "-9", "not strictly on their side"),
    ("separator", ("b",), "1", "b is not zero"),
    ("affine", ("b",), "-2", "not strictly on their side"),
    ("farkas", ("mu", 0), "-1", "below zero"),
    ("farkas", ("mu", 0), "7/3", "sum mu y x is not zero"),
    ("farkas", ("mu",), ["0"] * 4, "mu is zero"),
    ("subspaces", ("all", "columns"), [0, 1], "relations"),
    ("subspaces", ("positive", "relations"), [["1", "1"]], "differs on samples"),
    ("parts", ("width",), 4, "at least 5"),
    ("parts", ("positive", "parts"), [[0, 1]], "not independent modulo"),
    ("parts", ("positive", "parts"), [[0]], "not a partition"),
    ("ellipsoids", ("positive", "weights", 0), "-1", "below zero"),
    ("ellipsoids", ("positive", "rows"), [["0", "0"], ["0", "0"]], "inner side"),
    ("quadratics", ("negative", "linear"), ["1", "9"], "inner side"),
    ("quadratics", ("negative", "rows"), [["0", "0"]], "Z vanishes"),
    ("weights-12", ("lambda", 0), "-1", "below zero"),
    ("weights-12", ("lambda", 0), "5", "sums differ"),
    ("weights-12", ("sign",), -1, "kernel|definite"),
    ("weights-12", ("kernel",), [["1", "0", "0"]], "S k is not zero"),
    ("weights-12", ("kernel",), [], "definite"),
    ("weights-11", ("sign",), -1, "definite"),
    ("weights-11", ("kernel",), [["0", "0"]], "kernel"),
]


@pytest.mark.parametrize(("name", "path", "value", "words"), BROKEN)
def test_each_clause(name, path, value, words):
    data = certificate(name)
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(Refuted, match=words):
        dataset.check(dict(seal(data).data))  # sealed anew: the digest is right, the claim is not


@pytest.mark.parametrize("name", ["separator", "farkas", "subspaces", "parts", "ellipsoids",
                                  "quadratics", "weights-12", "weights-11"])  # fmt: skip
def test_valid_and_altered(name):
    data = certificate(name)
    proved, evidence = dataset.check(data)
    assert proved.startswith(dataset.named(data["claim"]))
    assert evidence == "exact"
    data["digest"]["samples"] = "0" * 64
    with pytest.raises(Refuted, match="samples was altered"):
        dataset.check(data)
    data = certificate(name)
    data["labels"][0] = -data["labels"][0]
    assert check(Certificate(data)).status == "fails"


def test_moments_are_asked_of_proposition_11_only():
    data = certificate("weights-11")
    data["lambda"] = ["1", "0", "1", "1", "2", "1"]
    with pytest.raises(Refuted, match="sum lambda y x"):
        dataset.check(dict(seal(data).data))
    data["claim"] = "proposition-12"
    assert "fails" in dataset.check(dict(seal(data).data))[0]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("mu", 0), 0.5, "not .p/q."),
        (("mu", 0), "2/4", "lowest terms"),
        (("mu", 0), "1/0", "not .p/q."),
        (("mu",), ["1"], "has 1 entries, not 4"),
        (("kind",), "guess", "kind"),
        (("claim",), "proposition-12", "claim is not one of"),
        (("labels", 0), 2, "labels"),
        (("samples", 0), ["1"], "differ in length"),
        (("version",), 2, "version"),
        (("version",), True, "version"),
        (("extra",), 1, "unknown"),
    ],
)
def test_unreadable(path, value, words):
    data = certificate("farkas")
    target = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(Unreadable, match=words):
        dataset.check(data)
    with pytest.raises(InputError):
        check(Certificate(data))


def test_both_classes_are_asked_for():
    data = certificate("separator")
    data |= {"samples": data["samples"][:2], "labels": data["labels"][:2]}
    with pytest.raises(Refuted, match="one class is empty"):
        dataset.check(dict(seal(data).data))


def test_a_width_of_another_type_is_unreadable():
    with pytest.raises(Unreadable, match="width is not an integer"):
        dataset.check(altered(certificate("parts"), ("width",), "9"))


def test_command_line(tmp_path, capsys):
    good, bad, ugly = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "ugly.json"
    Certificate(certificate("farkas")).save(good)
    Certificate({**certificate("farkas"), "mu": ["1"] * 4}).save(bad)
    ugly.write_text("{}")
    assert dataset.main([str(good)]) == 0
    proved, _ = dataset.check(dict(certificate("farkas")))
    assert capsys.readouterr().out == f"{good}: VERIFIED: {proved}\n"
    assert dataset.main([str(good), str(bad)]) == 1
    assert dataset.main([str(ugly), str(bad)]) == 2
    assert capsys.readouterr().out.count("VERIFIED") == 3


@pytest.mark.parametrize("size", [3, 20])
def test_definite_sees_a_sign_that_floats_miss(size):
    """S = I up to 2^-200 in one direction: exactly definite for +, not for -."""
    rows = [[int(i == k) for k in range(size)] for i in range(size)]
    tiny = Fraction(1, 2**200)
    weights = [Fraction(1)] * (size - 1)
    if size <= 12:
        check_definite([*weights, tiny], rows, [], "S")
    for last in (-tiny, Fraction(0)):
        with pytest.raises(Refuted):
            check_definite([*weights, last], rows, [], "S")
    check_definite([*weights, Fraction(0)], rows, [[0] * (size - 1) + [1]], "S")


NAMES = ("separator", "affine", "farkas", "subspaces", "parts", "ellipsoids", "quadratics",
         "weights-12", "weights-11", "contradiction")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_says_the_same(name):
    validator = Draft202012Validator(schema())
    data = certificate(name)
    validator.validate(data)
    claims, own, _ = dataset.KINDS[data["kind"]]
    published = schema()["$defs"][data["kind"]]
    assert set(published["properties"]) == {*dataset.ENVELOPE, *own, "digest"}
    assert set(published["properties"]["claim"]["enum"]) == set(claims)
    for field in own:
        assert not validator.is_valid({key: v for key, v in data.items() if key != field})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(["separator", "farkas", "ellipsoids", "weights-11", "parts"]), st.data())
def test_no_alteration_passes(name, draw):
    data = certificate(name)
    path = draw.draw(st.sampled_from([p for p in leaves(data) if p[0] != "digest"]))
    old = at(data, path)
    new = "17/3" if isinstance(old, str) else -old if path[0] == "labels" else old + 1
    with pytest.raises((Refuted, Unreadable)):
        dataset.check(altered(data, path, new))
