"""`lossurface.check`: the report, its JSON, its claims and advice, its folder."""

import json
import random
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims.check import check, check_file
from lossurface.exact.checker.__main__ import outcomes
from lossurface.show import dataset_report
from tests.conditions.samples import KNOWN

SEPARABLE = ([[2, 1], [1, 2], [-1, 0], [0, -1]], [1, 1, -1, -1])
RING = KNOWN["ring"][:2]


def table(file, samples, labels):
    lines = [",".join(map(str, [*row, y])) for row, y in zip(samples, labels, strict=True)]
    file.write_text("\n".join([",".join([*"abcdef"[: len(samples[0])], "y"]), *lines]))
    return file


def written_report(file, out, **choices):
    folder = dataset_report.checked_place(out)
    report = check_file(file, label="y", **choices)
    dataset_report.write(report, folder)
    return report


def applies(report):
    return {claim.id: claim.applies for claim in report.claims}


def test_json_has_the_promised_shape():
    data = json.loads(json.dumps(check(*SEPARABLE, width=1).to_dict()))
    assert {"conditions", "claims", "advice", "network", "width", "data"} <= set(data)
    ids = [condition["id"] for condition in data["conditions"]]
    assert [f"assumption-{k}" for k in range(1, 7)] == [i for i in ids if i.startswith("assum")]
    assert {"proposition-11", "proposition-12"} <= set(ids)
    for condition in data["conditions"]:
        assert {"id", "verdict", "why", "margin", "certificate"} == set(condition)
        assert condition["verdict"] in ("holds", "fails", "undecided")


def test_theorem_2_on_separable_data():
    report = check(*SEPARABLE, neuron="softplus", p=3, width=1)
    assert applies(report)["theorem-2"] == "yes"
    assert report.counterexample is None
    logistic = {"loss": "logistic", "p": None}
    for change in ({"neuron": "relu"}, {"p": 2}, {"architecture": "feedforward"}, logistic):
        assert applies(check(*SEPARABLE, **{"p": 3, "width": 1, **change}))["theorem-2"] == "no"


@pytest.mark.parametrize(
    ("data", "choices"),
    [
        (RING, {"neuron": "softplus"}),
        (RING, {"neuron": "quadratic"}),
        (KNOWN["line"][:2], {"neuron": "quadratic"}),
        (RING, {"neuron": "relu", "architecture": "feedforward"}),
        (([[1, 2], [2, 3], [2, 1], [3, 1]], [1, 1, -1, -1]), {"neuron": "relu"}),
    ],
)
def test_counterexample_on_the_samples_given(data, choices):
    report = check(*data, width=2, **choices)
    found = report.counterexample
    assert found is not None
    assert found.kind in ("local-minimum", "staircase")
    assert found.data["p"] == 6
    assert found.data["labels"] == list(report.table.dataset.y)
    assert any(claim.kind == "warning" and claim.applies == "yes" for claim in report.claims)
    assert check(*data, width=10**9, **choices).counterexample is None  # too wide for a certificate


def test_rank_tolerance_is_labelled():
    noisy = np.array([[1.0, 1e-9], [2.0, 0.0], [0.0, 1.0], [1e-9, 3.0]])
    report = check(noisy, [1, 1, 0, 0], rank_tolerance=1e-6)
    numerical = report.to_dict()["data"]["numerical_ranks"]
    assert numerical["tolerance"] == 1e-6
    assert (numerical["r_plus"], numerical["r"], numerical["delta_r"]) == (1, 2, 1)
    assert report.condition("assumption-3").verdict == "fails"  # the exact reading stands
    assert "no verdict rests on them" in str(report)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"neuron": "swish"}, "neuron 'swish' is not known"),
        ({"loss": "0-1"}, "loss '0-1' is not known"),
        ({"architecture": "resnet"}, "architecture 'resnet' is not known"),
        ({"width": 0}, "width is 0"),
        ({"p": 0}, "p"),
        ({"loss": "logistic", "p": 3}, "takes no p"),
        ({"rank_tolerance": 2.0}, "rank tolerance"),
        ({"rank_tolerance": "a"}, "rank tolerance is of type str; give a number"),
        ({"rank_tolerance": float("nan")}, "rank tolerance"),
        ({"loss": [1]}, "loss is of type list; give a name"),
        ({"loss": None}, "loss is of type NoneType; give a name"),
        ({"architecture": ["a"]}, "architecture is of type list; give a name"),
        ({"neuron": 3}, "neuron is of type int; give a name"),
        ({"p": "x"}, "p is of type str; give an integer"),
        ({"p": 10**5000}, "p is beyond"),
        ({"width": 2.5}, "width is of type float; give an integer"),
        ({"width": True}, "width is of type bool; give an integer"),
        ({"width": np.zeros((2, 2))}, "width is of type ndarray; give an integer"),
        ({"positive": [1]}, "holds no"),
    ],
)
def test_bad_choices(choices, words):
    with pytest.raises(InputError, match=words):
        check(*SEPARABLE, **choices)


class Page(HTMLParser):
    """Collects what a page refers to."""

    def __init__(self):
        super().__init__()
        self.links, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]


@pytest.mark.parametrize("name", ["cross", "ring", "line", "zero"])
def test_folder(tmp_path, name):
    file, out = table(tmp_path / "data.csv", *KNOWN[name][:2]), tmp_path / "report"
    report = written_report(file, out, neuron="quadratic", width=3)
    written = json.loads((out / "report.json").read_text())
    assert written["conditions"] == json.loads(json.dumps(report.to_dict()["conditions"]))
    found = [status for _, status, _ in outcomes([str(out / "certificates")])]
    assert len(found) >= 5
    assert not any(found)
    page = Page()
    page.feed((out / "report.html").read_text())
    local = [link for link in page.links if not link.startswith("data:image")]
    assert local
    assert all((out / link).is_file() for link in local)
    assert "script" not in page.tags
    assert page.tags.count("figure") == 2
    assert {entry.name for entry in tmp_path.iterdir()} == {"data.csv", "report"}
    again = written_report(file, out, neuron="quadratic", width=3)  # onto itself
    assert str(again) == str(report)


def test_a_used_folder_keeps_nothing_stale(tmp_path):
    out = tmp_path / "report"
    for name in ("ring", "planes", "ring"):
        report = written_report(table(tmp_path / f"{name}.csv", *KNOWN[name][:2]), out)
        (out / "certificates" / "mine.json").write_text("{}")
        written = {path.stem for path in (out / "certificates").iterdir()} - {"mine"}
        said = {c.id for c in report.conditions if c.certificate is not None}
        assert written == said | ({"counterexample"} if report.counterexample else set())
    assert (out / "certificates" / "mine.json").read_text() == "{}"


@pytest.mark.parametrize("digits", [20, 690])
def test_a_certificate_too_long_to_read_leaves_its_condition_undecided(digits):
    """Weights that balance samples in 8 dimensions have 8 times the samples' digits."""
    rng = random.Random(0)
    samples = [
        [Fraction(rng.randint(-(10**digits), 10**digits), 10**digits) for _ in range(8)]
        for _ in range(40)
    ]
    condition = check(samples, [1, -1] * 20).condition("assumption-6")
    assert condition.verdict == ("fails" if digits == 20 else "undecided")
    assert ("no certificate can hold" in condition.why) == (digits == 690)


def test_nothing_is_written_on_bad_input(tmp_path):
    file, out = tmp_path / "data.csv", tmp_path / "report"
    file.write_text("a,y\n1,0\nnan,1\n")
    with pytest.raises(InputError, match="row 2"):
        written_report(file, out)
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(InputError, match="not a folder"):
        written_report(file, file)
    with pytest.raises(InputError, match="does not exist"):
        written_report(file, tmp_path / "a" / "b")


def test_text_report_reads_in_lines():
    first, *lines = str(check(*SEPARABLE, width=1)).splitlines()
    assert first.startswith("guaranteed by Theorem 2 and Monotone (ours): every local minimum of ")
    assert "arrays: 4 samples in 2 dimensions, 2 positive (1), 2 negative (-1)" in lines
    assert "width: M = 1 is enough by Theorem 2 and Monotone (ours); M = 1 is given" in lines
    told = {line[12:55].strip() for line in lines if line.startswith("  ")}
    assert "Assumption 6: linear separability" in told
    assert "Separability by any hyperplane" not in told  # it follows
    assert not any(line.startswith("advice") for line in lines)


PLANES = KNOWN["planes"][:2]


@pytest.mark.parametrize("data", [SEPARABLE, RING, PLANES])
@pytest.mark.parametrize("neuron", ["softplus", "quadratic", "relu"])
def test_the_widths_told_are_those_that_are_enough(data, neuron):
    """Each guarantee told applies at its width and at no smaller one; no other does at any."""
    report = check(*data, neuron=neuron)
    for width in {1, 10**9, *report.widths.values(), *(M - 1 for M in report.widths.values())} - {
        0
    }:
        granted = {claim.id for claim in check(*data, neuron=neuron, width=width).guarantees}
        assert granted == {name for name, least in report.widths.items() if least <= width}


def test_the_text_says_no_row_twice_and_fails_of_conditions_alone():
    for data in (SEPARABLE, RING, PLANES, KNOWN["line"][:2]):
        for neuron in ("softplus", "quadratic", "relu"):
            report = check(*data, neuron=neuron)
            lines = [line for line in str(report).splitlines() if line]
            assert len({*lines}) == len(lines)
            names = [claim.name for claim in report.claims]
            assert len({*names}) == len(names)
            conditions = [line for line in lines if line.startswith("  ")]
            assert len(conditions) == len(report.told)
            assert not [line for line in lines if "fails" in line and line not in conditions]
            assert all(not line.startswith("advice") for line in lines) or not report.guarantees
            page = dataset_report.html(report)
            assert page.index('<p class="box') < page.index("samples in")


def test_what_floats_cannot_hold_is_reported_without_a_picture(tmp_path):
    file, out = tmp_path / "data.csv", tmp_path / "report"
    file.write_text("a,b,y\n1e-320,1e300,1\n1e-320,-1e300,-1\n")
    written_report(file, out, neuron="relu")
    assert "beyond what floats" in (out / "report.html").read_text()
    with pytest.raises(InputError, match="no name"):
        written_report(file, "")


def test_it_goes_through_few_modules():
    program = """
import sys, lossurface
lossurface.check([[2], [3], [-1]], [1, 1, -1], width=4)
print(*(name for name in sys.modules if name.split(".")[0] == "lossurface"))
"""
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    loaded = ended.stdout.split()
    assert len(loaded) <= 30, loaded
