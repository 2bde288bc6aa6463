"""The gallery: dozens of distinct counterexamples, all verified, none that survives alteration."""

from __future__ import annotations

import json
import time
from fractions import Fraction

import pytest

from lossurface import InputError, cli
from lossurface.claims.gallery import gallery, recipes
from lossurface.exact import check, checker
from lossurface.exact.checker import Refuted
from lossurface.setting import from_certificate, get_neuron
from tests.exact.mutations import altered
from tests.setting._tools import error_ball

IDS = [recipe.id for recipe in recipes()]
CLASSES = {
    "proposition-2": "relu",
    "proposition-3": "leaky-relu",
    "proposition-4": "sigmoid",
    "proposition-5": "quadratic",
    "proposition-6": "relu",
    "proposition-7": "relu",
}


@pytest.fixture(scope="module")
def entries():
    return {recipe.id: (recipe, certificate) for recipe, certificate in gallery()}


def test_there_are_dozens_and_no_two_agree(entries):
    assert len(IDS) >= 24
    assert len(set(IDS)) == len(IDS) == len(entries)
    bodies = set()
    for recipe, certificate in entries.values():
        data = {k: v for k, v in certificate.data.items() if k != "claim"}
        bodies.add(json.dumps([recipe.claim, data], sort_keys=True))
    assert len(bodies) == len(IDS)


def test_it_covers_every_neuron_theorem_power_and_architecture():
    kinds = {(r.neuron, r.data, r.architecture) for r in recipes()}
    for neuron in ("threshold", "relu", "requ", "constant"):
        for theorem in ("theorem-1", "theorem-2"):
            for architecture in ("single-layer", "shortcut", "feedforward"):
                assert (neuron, theorem, architecture) in kinds
    for neuron in ("leaky-relu", "elu", "linear", "sigmoid", "tanh", "arctan", "softsign"):
        assert (neuron, "theorem-1", "single-layer") in kinds
    for neuron in ("quadratic", "cosh", "quartic"):
        assert (neuron, "theorem-2", "shortcut") in kinds
    assert {r.p for r in recipes()} == {2, 3, 6}
    assert any(r.architecture == "identity-shortcut" for r in recipes())


@pytest.mark.parametrize("name", IDS)
def test_each_is_verified_and_says_what_it_is(name, entries):
    recipe, certificate = entries[name]
    finding = check(certificate)
    assert finding.status == "holds"
    data = certificate.data
    solved = [data["network"].get("W"), data["network"]["a"]] if "a" in data["network"] else []
    assert finding.evidence == ("enclosed" if "+/-" in str(solved) else "exact")
    assert (data["claim"], data["p"]) == (recipe.claim, recipe.p)
    assert data["network"]["architecture"] == recipe.architecture
    assert data["data"]["assumption"] == recipe.data
    assert CLASSES[recipe.claim] in get_neuron(recipe.neuron).classes
    # an oracle apart from the checker: the setting's own evaluation of the network
    assert error_ball(from_certificate(data)) == Fraction(data["training_error"])


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
def test_false_statements_are_refuted_by_the_mathematics(name, entries):
    data = entries[name][1].data
    for path, value in false_statements(data):
        with pytest.raises(Refuted):
            checker.check(altered(data, path, value))


def test_the_command_writes_them_and_they_are_verified(tmp_path, capsys, monkeypatch, entries):
    built = [(recipe.filename, recipe.shows, made) for recipe, made in entries.values()]
    monkeypatch.setattr("lossurface.claims.gallery.certificates", lambda: iter(built))
    folder = tmp_path / "new" / "gallery"
    cli.main(["certify", "--all", "-o", str(folder)])
    lines = capsys.readouterr().out.splitlines()
    files = sorted(folder.glob("*.json"))
    assert len(lines) == len(files) == len(IDS)
    assert {file.stem for file in files} == set(IDS)
    assert len({file.read_bytes() for file in files}) == len(files)
    start = time.perf_counter()
    with pytest.raises(SystemExit) as stop:
        cli.main(["recheck", str(folder)])
    assert stop.value.code == 0
    assert time.perf_counter() - start < 20
    assert capsys.readouterr().out.count(": VERIFIED: ") == len(files)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["certify", "--all", "proposition-5", "-o", "x"], "--all writes the whole gallery"),
        (["certify", "--all", "--p", "3", "-o", "x"], "--all writes the whole gallery"),
        (["certify", "-o", "x"], "no claim is named"),
    ],
)
def test_a_bad_request_is_one_line(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_folder_that_is_a_file_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputError, match=r"file.*no folder"):
        cli._certify_all(file)
