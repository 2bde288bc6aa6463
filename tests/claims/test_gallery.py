"""The gallery: counterexamples with the error that they state, none that survives alteration."""

from __future__ import annotations

from fractions import Fraction

import pytest

from lossurface import cli
from lossurface.claims.gallery import gallery, recipes
from lossurface.exact import checker
from lossurface.exact.checker import Refuted
from lossurface.setting import from_certificate
from tests.exact.mutations import altered
from tests.setting._tools import error_ball

IDS = [recipe.id for recipe in recipes()]


@pytest.fixture(scope="module")
def entries():
    return {recipe.id: (recipe, certificate) for recipe, certificate in gallery()}


def false_statements(data):
    """Yield alterations that make the certificate false whatever else it says."""
    error = Fraction(data["training_error"])
    yield ("training_error",), str(error / 2)
    yield ("training_error",), str(1 - error) if error != Fraction(1, 2) else "1/3"
    yield ("labels",), [-label for label in data["labels"]][:1] + data["labels"][1:]
    if data["radius"] != "inf":
        yield ("radius",), str(Fraction(data["radius"]) * 1000)
    network = data["network"]
    if "a0" in network:
        yield ("network", "a0"), str(Fraction(network["a0"].split(" ")[0]) + 1)
    if "b" in network:
        yield ("network", "b"), str(Fraction(network["b"].split(" ")[0]) + 1)
    if "deep" in network:
        last = len(network["deep"]["layers"]) - 1
        if any(value != "0" for value in network.get("a", ["1"])) or "a0" in network:
            yield ("network", "deep", "layers", last, "b", 0), "5/7"  # else H is multiplied by 0
        hidden = network["deep"]["layers"][last - 1]["b"]
        yield ("network", "deep", "layers", last - 1, "b"), ["1"] * len(hidden)


@pytest.mark.parametrize("name", IDS)
def test_the_error_is_true_and_false_statements_are_refuted_by_the_mathematics(name, entries):
    data = entries[name][1].data
    # an oracle apart from the checker: the setting's own evaluation of the network
    assert error_ball(from_certificate(data)) == Fraction(data["training_error"])
    for path, value in false_statements(data):
        with pytest.raises(Refuted):
            checker.check(altered(data, path, value))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["certify", "--all", "proposition-5", "-o", "x"], "--all writes the whole gallery"),
        (["certify", "--all", "--p", "3", "-o", "x"], "--all writes the whole gallery"),
        (["certify", "-o", "x"], "no claim is named"),
        (["certify", "--all", "-o", __file__], "test_gallery.py: no folder"),
    ],
)
def test_a_bad_request_is_one_line(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
