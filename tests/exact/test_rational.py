"""The rational checker: true certificates pass, each clause has one that breaks only it."""

from __future__ import annotations

import ast
import json
import os
import runpy
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.counterexamples import PLANE, proposition_2, proposition_5
from lossurface.exact import rational, seal
from lossurface.setting import Dataset
from tests.exact.mutations import altered, at, leaves, resealed

SOURCE = Path(rational.__file__)
UNEVEN = Dataset.of([2, 3, "5/2", -1], [1, 1, 1, -1])
Q = Fraction


def deep_certificate():
    """Return a feedforward network with two hidden layers, the last one dead (Proposition 6)."""
    layers = [
        {"W": [[Q(1), Q(-1)]], "b": [Q(0), Q(1)]},
        {"W": [[Q(0)], [Q(0)]], "b": [Q(-1)]},
        {"W": [[Q(1)]], "b": [Q(0)]},
    ]
    return seal(
        {
            "kind": "local-minimum",
            "claim": "proposition-6",
            "loss": {"name": "polynomial-hinge", "p": 2},
            "data": {"assumption": "none"},
            "samples": [[Q(1)], [Q(1)], [Q(-1)], [Q(2)]],
            "labels": [1, -1, 1, -1],
            "network": {
                "architecture": "feedforward",
                "deep": {"neuron": "relu", "layers": layers},
            },
            "reason": "dead",
            "dual_weights": [Q(3)] * 4,
            "radius": Q(1, 16),
            "training_error": Q(1, 2),
        }
    )


def paired_certificate():
    """Return a sigmoid network on balanced samples of two axes (Proposition 4)."""
    return seal(
        {
            "kind": "local-minimum",
            "claim": "proposition-4",
            "loss": {"name": "polynomial-hinge", "p": 2},
            "data": {"assumption": "theorem-1", "positive_axes": [0], "negative_axes": [1]},
            "samples": [[Q(1), Q(0)], [Q(-1), Q(0)], [Q(0), Q(1)], [Q(0), Q(-1)]],
            "labels": [1, 1, -1, -1],
            "network": {
                "architecture": "single-layer",
                "neuron": "sigmoid",
                "a0": Q(0),
                "a": [Q(0)],
                "W": [[Q(3)], [Q(1, 2)]],
            },
            "reason": "paired",
            "dual_weights": [Q(3)] * 4,
            "radius": "inf",
            "training_error": Q(1, 2),
        }
    )


def linear_certificate():
    """Return leaky ReLUs that are all active on eight symmetric points (Proposition 3)."""
    x = [[Q(s), Q(t), Q(0)] for s in (-1, 1) for t in (1, 2)]
    x += [[Q(0), Q(t), Q(s)] for s in (-1, 1) for t in (1, 2)]
    return seal(
        {
            "kind": "local-minimum",
            "claim": "proposition-3",
            "loss": {"name": "polynomial-hinge", "p": 2},
            "data": {"assumption": "theorem-1", "positive_axes": [0, 1], "negative_axes": [1, 2]},
            "samples": x,
            "labels": [1] * 4 + [-1] * 4,
            "network": {
                "architecture": "single-layer",
                "neuron": "leaky-relu",
                "a0": Q(0),
                "a": [Q(1), Q(-1)],
                "W": [[Q(0), Q(0)], [Q(1), Q(1)], [Q(0), Q(0)]],
            },
            "reason": "linear",
            "dual_weights": [Q(3)] * 8,
            "radius": Q(1, 2),
            "training_error": Q(1, 2),
        }
    )


def identity_certificate():
    """Return an identity shortcut whose H is dead (Proposition 7)."""
    linear = linear_certificate().data
    layers = [
        {"W": [[Q(0)], [Q(0)], [Q(0)]], "b": [Q(-1)]},
        {"W": [[Q(0), Q(0), Q(0)]], "b": [Q(0), Q(0), Q(0)]},
    ]
    network = {
        "architecture": "identity-shortcut",
        "a": [Q(0)] * 3,
        "b": Q(0),
        "deep": {"neuron": "relu", "layers": layers},
    }
    fields = {"claim": "proposition-7", "network": network, "radius": Q(1, 4)}
    return seal({**linear, **fields})


CERTIFICATES = {
    "curved": proposition_5(),
    "curved, wide": proposition_5(width=2),
    "curved, cosh": proposition_5("cosh", 2, 2, PLANE),
    "curved, ball": proposition_5("quartic", 3, dataset=UNEVEN),
    "dead": proposition_2(),
    "dead, separable": proposition_2("threshold", 3, 2, "theorem-2"),
    "dead, ball": proposition_2(dataset=Dataset.of([(1, 0), (2, 0), (0, 1)], [1, 1, -1])),
    "deep": deep_certificate(),
    "paired": paired_certificate(),
    "linear": linear_certificate(),
    "identity": identity_certificate(),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_true_certificates_are_verified(name):
    certificate = CERTIFICATES[name]
    error, radius = rational.check(dict(certificate.data))
    labels = certificate.data["labels"]
    assert error == Fraction(min(labels.count(1), labels.count(-1)), len(labels))
    assert (radius is None) == (certificate.data["radius"] == "inf")


@pytest.mark.parametrize("name", CERTIFICATES)
def test_any_alteration_is_refused_and_its_field_named(name):
    data = CERTIFICATES[name].data
    for path in leaves(data):
        value = at(data, path)
        others = {
            "number": ["7/3", "-1", "0", "1"],
            "word": ["relu", "proposition-2", "dead", "theorem-2", "other", ""],
            "integer": [1, -1, 5, 2],
        }["integer" if isinstance(value, int) else "word" if str(value).isalpha() else "number"]
        for other in (other for other in others if other != value):
            with pytest.raises((rational.Refuted, rational.Unreadable)) as raised:
                rational.check(altered(data, path, other))
            message = str(raised.value)
            # A changed dataset or neuron may first show where it no longer fits the rest.
            top = str(path[1]) if path[0] == "digest" else str(path[0])
            assert any(word in message for word in {top, *FIELDS_TIED[top]}), (path, other, message)


FIELDS_TIED = {
    "format": {"certificate"},
    "version": set(),
    "kind": set(),
    "claim": {"reason", "architecture", "assumption", "neuron"},
    "loss": {"dual_weights"},
    "data": {"positive_axes", "negative_axes", "separator"},
    "samples": {"data", "dual_weights", "radius", "network", "labels"},
    "labels": {"data", "dual_weights", "samples", "training_error"},
    "network": {"radius", "dual_weights", "reason"},
    "reason": {"network", "radius", "samples", "dual_weights"},
    "dual_weights": set(),
    "radius": set(),
    "training_error": set(),
}

# One certificate for each clause, broken in one place and sealed again: only the mathematics is
# left to notice. (name, path, value, what the message must contain)
BROKEN = [
    ("curved", ("labels",), [1] * 4, "labels are all equal: one class is empty"),
    ("curved", ("radius",), "2", "radius: an entry of network.a may change its sign"),
    ("curved, ball", ("radius",), "7/8", "radius: the Taylor remainder may outweigh S"),
    ("curved, cosh", ("radius",), "3/4", "radius: beyond the range of the Taylor bound"),
    ("curved", ("network", "W", 0, 0), "1/8", "network.W is not zero"),
    ("curved", ("network", "a", 0), "1", "dual_weights: S is not definite"),
    ("curved, wide", ("network", "a"), ["1", "-1"], "network.a has no single sign"),
    ("curved", ("network", "a0"), "1/8", "dual_weights[0] is not (p+1) max(1 - y f, 0)^p"),
    ("curved", ("dual_weights", 2), "9/2", "dual_weights[2] is not (p+1) max(1 - y f, 0)^p"),
    ("curved", ("data", "separator", 0), "-1", "data.separator does not separate samples[0"),
    ("curved", ("samples", 2, 0), "-4", "dual_weights: S is not definite"),
    ("curved", ("network", "neuron"), "relu", "network.neuron is 'relu', which proposition-5"),
    ("curved", ("claim",), "proposition-2", "reason is 'curved', which proposition-2"),
    ("curved", ("data",), {"assumption": "none"}, "data.assumption is 'none', which"),
    ("curved", ("training_error",), "1/4", "training_error is not 1/2"),
    ("curved", ("radius",), "-1", "radius is not above zero"),
    ("curved", ("radius",), "inf", 'radius cannot be "inf" here'),
    ("curved", ("loss", "p"), 4, "dual_weights[0] is not"),
    ("curved, ball", ("network", "a0"), "0", "dual_weights[0] is not"),
    ("dead", ("network", "W", 0, 0), "1", "network.W: neuron 0 has the wrong sign on samples[0]"),
    ("dead", ("radius",), "5/4", "radius: neuron 0 may change its sign"),
    ("dead", ("data", "positive_axes"), [0, 1], "the samples do not span the subspace"),
    ("dead", ("samples", 0, 1), "1", "data.positive_axes: a sample leaves the subspace"),
    ("deep", ("network", "deep", "layers", 1, "b", 0), "1", "last hidden layer may fire"),
    ("deep", ("radius",), "1", "last hidden layer may fire on samples[0]"),
    ("deep", ("network", "deep", "layers", 2, "b", 0), "1/2", "dual_weights[0] is not"),
    ("paired", ("network", "a", 0), "1", "network.a is not zero"),
    ("paired", ("samples", 0, 0), "2", "samples[0, 1] have no mirror image"),
    ("linear", ("network", "a", 0), "2", "dual_weights[0] is not"),
    ("linear", ("samples", 7, 1), "3", "dual_weights: sum lambda y x is not zero"),
    ("linear", ("network", "W", 1), ["-1", "-1"], "network.W: neuron 0 has the wrong sign"),
    ("linear", ("radius",), "1", "radius: neuron 0 may change its sign"),
    ("identity", ("network", "a", 0), "1", "dual_weights[0] is not"),
    ("identity", ("network", "deep", "neuron"), "requ", "network.neuron is 'requ'"),
]


@pytest.mark.parametrize(("name", "path", "value", "message"), BROKEN)
def test_each_clause_is_broken_by_a_certificate_of_its_own(name, path, value, message):
    with pytest.raises(rational.Refuted) as raised:
        rational.check(dict(resealed(CERTIFICATES[name].data, path, value).data))
    assert message in str(raised.value)


def test_a_ball_must_isolate_the_root():
    data = CERTIFICATES["curved, ball"].data
    fields = {"network": {**data["network"], "a0": "0 +/- 1/100"}, "dual_weights": ["4 +/- 1"] * 4}
    with pytest.raises(rational.Refuted, match="misses the root of sum lambda y = 0"):
        rational.check(dict(seal({**data, **fields}).data))


def test_sum_lambda_y_must_vanish():
    data = dict(CERTIFICATES["dead"].data)
    fields = {"network": {**data["network"], "a0": "1/2"}}
    weights = ["3/4", "3/4", "27/4", "27/4"]  # right for a0 = 1/2, but they do not balance
    with pytest.raises(rational.Refuted, match="dual_weights: sum lambda y is not zero"):
        rational.check(dict(seal({**data, **fields, "dual_weights": weights}).data))


def test_a_network_that_errs_nowhere_is_no_counterexample():
    """f(x) = x_1 - x_2 on one sample of each axis."""
    data = dict(linear_certificate().data)
    fields = {"samples": [["2", "0"], ["0", "2"]], "labels": [1, -1]}
    fields |= {"dual_weights": ["0"] * 2, "training_error": "0"}
    fields["data"] = {"assumption": "theorem-1", "positive_axes": [0], "negative_axes": [1]}
    fields["network"] = {**data["network"], "W": [["2", "1"], ["1", "2"]]}
    with pytest.raises(rational.Refuted, match="theta\\* classifies every sample"):
        rational.check(dict(seal({**data, **fields}).data))


def test_a_subspace_may_not_hold_the_other():
    data = dict(CERTIFICATES["paired"].data)
    x = [["1", "0"], ["-1", "0"], ["0", "1"], ["0", "-1"], ["1", "1"], ["-1", "-1"]]
    fields = {"samples": x, "labels": [1, 1, -1, -1, -1, -1], "dual_weights": ["3"] * 6}
    fields["data"] = {"assumption": "theorem-1", "positive_axes": [0], "negative_axes": [0, 1]}
    with pytest.raises(rational.Refuted, match="one subspace holds the other"):
        rational.check(dict(seal({**data, **fields}).data))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("radius",), "0.25", "radius is '0.25', not \"p/q\" in lowest terms"),
        (("radius",), "2/4", "radius is '2/4', not \"p/q\" in lowest terms"),
        (("radius",), "1/0", "radius is '1/0', not"),
        (("radius",), "1e999999999", "radius is '1e999999999', not"),
        (("radius",), "9" * 900, 'not "p/q" in lowest terms'),
        (("radius",), 1, "radius is '1', not"),
        (("radius",), None, "radius is 'None', not"),
        (("labels", 0), True, "labels[0] is 'True', not one of"),
        (("labels", 0), 0, "labels[0] is '0', not one of"),
        (("labels",), [], "labels is not a list of 1 or more"),
        (("labels",), [1], "samples is not 1 x 1"),
        (("loss", "p"), 1, "loss.p is '1', not one of"),
        (("loss", "p"), 10**9, "loss.p is '1000000000', not one of"),
        (("loss",), "hinge", "loss is not an object"),
        (("network", "W"), [["0", "0"]], "network.W is not 1 x 1"),
        (("network", "architecture"), "other", "network.architecture is 'other', not one of"),
        (("network", "bias"), "1", "network.bias is unknown"),
        (("samples", 1), ["1", "2"], "samples is not 4 x 1"),
        (("dual_weights",), ["4"], "dual_weights does not have 4 entries"),
        (("dual_weights", 0), "4 +/- 0", "dual_weights[0]: a ball needs a radius above zero"),
        (("data", "assumption"), ["theorem-2"], "data.assumption is"),
        (("version",), 2, "version is '2', not one of 1"),
        (("format",), "other", "format is 'other', not one of lossurface/certificate"),
        (("version",), True, "version is 'True', not one of 1"),
        (("comment",), "hello", "comment is unknown"),
        (("digest",), {}, "digest.claim is missing"),
    ],
)
def test_malformed_fields_are_unreadable(path, value, message):
    with pytest.raises(rational.Unreadable) as raised:
        rational.check(altered(CERTIFICATES["curved"].data, path, value))
    assert message in str(raised.value)


def test_each_output_weight_of_an_identity_shortcut_has_a_coordinate():
    data = CERTIFICATES["identity"].data
    for a in (["0"], ["0"] * 2, ["0"] * 4):
        with pytest.raises(rational.Unreadable, match=r"network\.a is not 1 x 3"):
            rational.check(dict(resealed(data, ("network", "a"), a).data))


def test_bounds_that_grow_too_large_are_found_by_their_upper_ends():
    """The neuron with the largest lower end is not the one with the largest upper end."""
    data = CERTIFICATES["deep"].data
    layers = [
        {"W": [["1"]], "b": ["-1"]},  # on sample 0 between zero and a little
        {"W": [["0", "9" * 799]], "b": ["1", "0"]},  # near 1; between zero and much
        {"W": [["0"], ["0"]], "b": ["0"]},
    ]
    network = {**data["network"], "deep": {"neuron": "requ", "layers": layers}}
    with pytest.raises(rational.Refuted, match=r"bounds of network\.deep grow too large"):
        rational.check(dict(seal({**data, "network": network}).data))


@pytest.mark.parametrize("value", [None, [], "text", 3, {}])
def test_what_is_no_object_is_unreadable(value):
    with pytest.raises(rational.Unreadable):
        rational.check(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"a": 1, "a": 2}',
        "9" * 5000,
        "\x00",
        " " * (rational.MAX_BYTES + 1),
        '{"format": NaN}',
    ],
)
def test_bad_text_is_unreadable(text):
    with pytest.raises(rational.Unreadable) as raised:
        rational.check(rational.parse(text))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 200


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 5),
    seed=st.lists(st.integers(-3, 3), min_size=25, max_size=25),
    weights=st.lists(st.integers(-2, 3), min_size=5, max_size=5),
)
def test_definiteness_agrees_with_the_leading_minors(size, seed, weights):
    """Sylvester's criterion by cofactor expansion: another road to the same decision."""
    rows = [[Fraction(v) for v in seed[5 * i : 5 * i + size]] for i in range(5)]
    fractions = [Fraction(w) for w in weights]

    def determinant(matrix):
        if not matrix:
            return Fraction(1)
        return sum(
            (-1) ** j * entry * determinant([row[:j] + row[j + 1 :] for row in matrix[1:]])
            for j, entry in enumerate(matrix[0])
        )

    moment = [
        [sum(w * x[j] * x[k] for w, x in zip(fractions, rows, strict=True)) for k in range(size)]
        for j in range(size)
    ]
    minors = all(determinant([row[:k] for row in moment[:k]]) > 0 for k in range(1, size + 1))
    assert rational.definite(fractions, rows) == minors


def test_the_checker_is_one_short_file_of_the_standard_library():
    text = SOURCE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 330
    modules = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).split(".")[0])
    assert modules <= sys.stdlib_module_names


def run_alone(*paths):
    """Run the file by itself, with no site packages in reach."""
    command = [sys.executable, "-I", "-S", str(SOURCE), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_runs_alone(tmp_path):
    good = CERTIFICATES["curved"].save(tmp_path / "good.json")
    false = resealed(CERTIFICATES["curved"].data, ("radius",), "2").save(tmp_path / "false.json")
    broken = tmp_path / "broken.json"
    broken.write_text(good.read_text()[:200])
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    ended = run_alone(good)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{good}: VERIFIED: training error 1/2, radius 1\n"
    ended = run_alone(good, false)
    assert ended.returncode == 1
    assert "NOT VERIFIED: radius: an entry of network.a may change its sign" in ended.stdout
    ended = run_alone(good, false, broken, binary, tmp_path / "missing.json")
    assert (ended.returncode, ended.stderr) == (2, "")
    assert ended.stdout.count("UNREADABLE") == 3


@pytest.mark.parametrize(
    ("names", "status", "told"),
    [
        (["good"], 0, ["VERIFIED: training error 1/2, radius 1"]),
        (["everywhere"], 0, ["VERIFIED: training error 1/2, radius infinite"]),
        (["false", "good"], 1, ["NOT VERIFIED: radius: an entry", "VERIFIED: training error"]),
        (["broken", "false"], 2, ["UNREADABLE: not JSON, or truncated", "NOT VERIFIED"]),
        (["missing"], 2, ["UNREADABLE: [Errno 2] No such file"]),
        (["fifo", "good"], 2, ["UNREADABLE: not a regular file", "VERIFIED"]),
        (["deep"], 2, ["UNREADABLE: version is a list, not one of 1"]),
    ],
)
def test_the_status_is_that_of_the_worst_file(tmp_path, capsys, names, status, told):
    CERTIFICATES["curved"].save(tmp_path / "good")
    CERTIFICATES["paired"].save(tmp_path / "everywhere")
    resealed(CERTIFICATES["curved"].data, ("radius",), "2").save(tmp_path / "false")
    (tmp_path / "broken").write_text("{")
    nested = (
        CERTIFICATES["curved"].to_json().replace('": 1,', '": ' + "[" * 900 + "]" * 900 + ",", 1)
    )
    (tmp_path / "deep").write_text(nested)
    os.mkfifo(tmp_path / "fifo")
    assert rational.main([str(tmp_path / name) for name in names]) == status
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(names)
    assert all(line.startswith(str(tmp_path)) for line in lines)
    assert all(word in line for word, line in zip(told, lines, strict=True))


def test_as_a_script_it_ends_with_the_status_or_tells_its_use(tmp_path, monkeypatch):
    good = CERTIFICATES["curved"].save(tmp_path / "good.json")
    for arguments, code in ([[str(good)], 0], [[], rational.__doc__]):
        monkeypatch.setattr(sys, "argv", ["rational.py", *arguments])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(SOURCE), run_name="__main__")
        assert ended.value.code == code


def test_a_certificate_survives_its_file(tmp_path):
    certificate = CERTIFICATES["dead, ball"]
    path = certificate.save(tmp_path / "c.json")
    assert json.loads(path.read_text()) == certificate.data
    assert list(tmp_path.iterdir()) == [path]
