"""The laboratory's answers: those of the package, in one line where there is none."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossurface import claims
from lossurface.claims.gallery import certificates
from lossurface.exact import Certificate, check, checker, seal
from lossurface.exact.checker.__main__ import WORDS, outcome
from lossurface.laboratory import LIMITS, answer
from tests.test_core import alone

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = [f"proposition-{k}" for k in range(2, 8)]
LINE = [
    {"x": ["2"], "y": 1},
    {"x": ["3"], "y": 1},
    {"x": ["-1"], "y": -1},
    {"x": ["-1/2"], "y": -1},
]


def ask(op, **arguments):
    told = json.loads(answer(op, json.dumps(arguments)))
    assert told["ok"], told
    return told["result"]


def refusal(op, **arguments):
    told = json.loads(answer(op, json.dumps(arguments)))
    assert list(told) == ["ok", "line"], told
    line = told["line"]
    assert "\n" not in line
    assert 0 < len(line) < 400
    return line


def test_a_verdict_is_that_of_the_command(tmp_path):
    made = [certificate for _, _, certificate in certificates()][:6]
    texts = [certificate.to_json() for certificate in made]
    texts += [seal({**one.data, "training_error": "1/7"}).to_json() for one in made]
    texts += ["", "{", "\ufeff{}", '"\ud800"', texts[0][:200], "1" * 5000]
    words = []
    for text in texts:
        file = tmp_path / "c.json"
        file.write_bytes(text.encode(errors="surrogatepass"))
        status, line = outcome(file)
        told = ask("recheck", text=text)
        assert (told["status"], told["line"]) == (WORDS[status], line)
        words.append(told["status"])
    assert words == ["VERIFIED"] * 6 + ["NOT VERIFIED"] * 6 + ["UNREADABLE"] * 6


def test_what_nests_too_deep_for_a_browser_is_unreadable():
    for text in ("[" * 10**6, '{"a":' * 10**6, "[" * 51 + "]" * 51):
        told = ask("recheck", text=text)
        assert told["status"] == "UNREADABLE"
        assert "nested" in told["line"]
    assert "nested" not in ask("recheck", text="[" * 50 + "]" * 50)["line"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_described_as_its_builder_is(claim):
    (told,) = [one for one in ask("claims") if one["id"] == claim]
    usual = claims.get(claim).certify()
    built = ask("build", claim=claim)
    assert built["certificate"] == usual.to_json()
    assert ask("build", claim=claim, samples=told["samples"])["certificate"] == usual.to_json()
    for neuron in told["neurons"]:
        assert ask("build", claim=claim, neuron=neuron)["status"] == "VERIFIED"
    line = refusal("build", claim=claim, neuron="softplus")
    assert line.endswith(": " + ", ".join(told["neurons"]))
    for neuron in told["deep_neurons"] or ():
        assert ask("build", claim=claim, deep=[2], deep_neuron=neuron)["status"] == "VERIFIED"
    for p in (told["p"][0] - 1, told["p"][1] + 1):
        refusal("build", claim=claim, p=p)


def run(program, folder):
    """Run what is to be copied, in a folder; return the certificate's text."""
    file = folder / "certificate.json"
    file.unlink(missing_ok=True)
    subprocess.run(program, cwd=folder, check=True, capture_output=True)
    return file.read_text()


def test_what_is_to_be_copied_builds_the_same(tmp_path):
    for asked in (
        {"claim": "proposition-5", "p": 2, "scale": "1/2", "samples": LINE},
        {"claim": "proposition-2", "data": "theorem-2", "neuron": "requ", "deep": [2, 1]},
        {"claim": "proposition-6", "depth": 3, "width": 2, "samples": LINE},
    ):
        built = ask("build", **asked)
        assert run([sys.executable, "-c", built["python"]], tmp_path) == built["certificate"]
        assert built["command"] == "lossurface recheck certificate.json\n"
    built = ask("build", claim="proposition-4", neuron="tanh", p=3, width=2)
    certify, recheck = built["command"].splitlines()
    command = [sys.executable, "-c", "from lossurface.cli import main; main()"]
    assert run([*command, *certify.split()[1:]], tmp_path) == built["certificate"]
    subprocess.run([*command, *recheck.split()[1:]], cwd=tmp_path, check=True, capture_output=True)


def test_radius_and_error_are_the_certificates():
    built = ask("build", claim="proposition-5", samples=LINE)
    data = json.loads(built["certificate"])
    assert (built["radius"], built["training_error"]) == (data["radius"], data["training_error"])
    assert check(Certificate(data)).status == "holds"


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 9)), min_size=2, max_size=12))
def test_a_separating_line_separates_and_none_is_proved(rows):
    samples = [{"x": [str(p), f"{p}/{q}"], "y": 1 - k % 2 * 2} for k, (p, q) in enumerate(rows)]
    told = ask("separate", samples=samples)
    assert told["status"] == "VERIFIED"
    proof = checker.check(json.loads(told["certificate"]))
    assert ("holds" in proof.says) == told["separable"]
    assert ("w" in told) == told["separable"] == ("mu" not in told)


def test_one_class_is_refused_by_separate_as_unproved():
    assert ask("separate", samples=LINE[:2])["status"] == "NOT VERIFIED"


def test_a_table_is_read_as_the_package_reads_it():
    text = "x1,x2,y\n1,0.5,1\n-2,3e-1,-1\n"
    assert ask("parse", text=text) == [
        {"x": ["1", "1/2"], "y": 1},
        {"x": ["-2", "3/10"], "y": -1},
    ]
    assert "holds 'a' and 'b'" in refusal("parse", text="x,y\n1,a\n2,b\n")
    for header in ("0,3,1", "-1.5;2e3;1", '"1/2"\t1'):
        line = refusal("parse", text=f"{header}\n1,2,1\n2,1,-1\n")
        assert line.startswith("the table's first line holds numbers; put names there")
    assert len(ask("parse", text="x1,2,label\n1,2,1\n2,1,-1\n")) == 2
    for broken in ("", "\n", "x\n1\n", "x,y\n1\n", "x,y\nnan,1\n", "\0", "x,y\n1e999,1\n"):
        assert refusal("parse", text=broken).startswith("the table")


def test_the_datasets_of_the_book_are_small():
    found = ask("datasets")
    assert len({one["name"] for one in found}) == len(found) >= 6
    for one in found:
        assert {len(sample["x"]) for sample in one["samples"]} <= {1, 2}
        ask("separate", samples=one["samples"])


def test_limits_hold_and_what_is_hostile_gets_one_line():
    def samples(count, value="1"):
        return [{"x": [value], "y": k % 2 * 2 - 1} for k in range(count)]

    most = LIMITS["samples"]
    ask("build", claim="proposition-6", samples=samples(most))
    for asked in (
        {"samples": samples(most + 1)},
        {"samples": samples(10**5)},
        {"samples": samples(2, "1e999999999")},
        {"samples": samples(2, "9" * (LIMITS["digits"] + 1))},
        {"samples": samples(2, "9" * 10**6)},
        {"samples": samples(2, "1/0")},
        {"samples": samples(2, "<img src=x onerror=alert(1)>")},
        {"samples": [{"x": ["1"] * (LIMITS["coordinates"] + 1), "y": 1}]},
        {"samples": [{"x": [1e308], "y": 1}]},
        {"samples": [{"x": ["1"], "y": 1e308}]},
        {"samples": [{"x": "1"}]},
        {"samples": {"x": 1}},
        {"samples": [[1, 2]]},
        {"samples": []},
        {"width": LIMITS["width"] + 1},
        {"width": 10**4000},
        {"width": "9"},
        {"depth": LIMITS["depth"] + 1},
        {"widths": [1] * (LIMITS["depth"] + 1)},
        {"widths": [LIMITS["width"] + 1]},
        {"widths": "many"},
        {"p": 1e308},
        {"p": True},
        {"data": ["theorem-1"]},
        {"neuron": {"name": "relu"}},
        {"seed": 1},
        {"n": 5},
        {"W": [[1]]},
        {"<b>": 1},
    ):
        refusal("build", claim="proposition-6", **asked)
    refusal("build", claim=["proposition-6"])
    refusal("build", claim="theorem-1")
    refusal("build", claim="proposition-5", scale="1e999999999")
    refusal("parse", text="x,y\n" * LIMITS["characters"])


def test_it_answers_with_the_standard_library_alone():
    program = """
from lossurface.laboratory import answer
for asked in json.loads(sys.argv[2]):
    assert json.loads(answer(*asked))["ok"], asked
"""
    asked = [("build", {"claim": claim}) for claim in CLAIMS]
    asked += [("claims", {}), ("datasets", {}), ("separate", {"samples": LINE})]
    asked += [("recheck", {"text": "{}"}), ("parse", {"text": "x,y\n1,1\n2,-1\n"})]
    alone(program, json.dumps([(op, json.dumps(arguments)) for op, arguments in asked]))


HOOK = ROOT / "scripts" / "stage.d" / "laboratory.py"
PYODIDE = runpy.run_path(str(HOOK))["PYODIDE"]


def staged(folder, **environment):
    """Run the hook that fetches Pyodide; return its exit status and what it says."""
    command = [sys.executable, str(HOOK), str(folder / "source")]
    told = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return told.returncode, told.stderr.splitlines()


def test_where_npm_reaches_nothing_one_line_says_what_to_do(tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho npm error network >&2\nexit 1\n")
    npm.chmod(0o755)
    status, (line,) = staged(tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert status == 1
    assert "(npm error network)" in line
    assert f"`npm pack pyodide@{PYODIDE}`" in line


def test_another_file_than_the_pinned_one_is_refused(tmp_path):
    (tmp_path / f"pyodide-{PYODIDE}.tgz").write_bytes(b"another")
    status, (line,) = staged(tmp_path)
    assert status == 1
    assert line.endswith("its SHA-512 differs; remove it")


def test_the_page_names_the_version_that_is_fetched():
    assert f"Pyodide {PYODIDE}," in (ROOT / "book/atlas/laboratory.ipynb").read_text()
