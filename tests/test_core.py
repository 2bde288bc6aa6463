"""The proof core needs nothing but Python: it builds and checks where no package is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
START = """
import json, sys, time
from importlib.util import find_spec
sys.path.append(sys.argv[1])
assert not any(map(find_spec, ("numpy", "scipy", "flint", "torch"))), "packages are in reach"
began = time.process_time()
"""


def alone(program: str, *arguments: str) -> str:
    """Run a program in a Python that finds the standard library and lossurface alone."""
    command = [sys.executable, "-I", "-S", "-c", START + program, str(ROOT), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 7])
def test_a_proposition_is_built_and_checked(number):
    program = """
from lossurface import claims
from lossurface.exact import check
found = check(claims.get(sys.argv[2]).certify())
print(found.status, found.evidence)
"""
    assert alone(program, f"proposition-{number}") == "holds exact\n"


@pytest.mark.parametrize("number", [3, 7])
def test_an_irrational_affine_map_is_enclosed_and_checked(number):
    program = """
from lossurface import claims
from lossurface.exact import check
from lossurface.setting import Dataset
x = [(-1, 1, 0), (1, 2, 0), (1, "5/4", 0), (0, 1, -1), (0, 2, 1), (0, "3/2", 1), (0, 2, -1)]
dataset = Dataset.of(x, [1, 1, 1, -1, -1, -1, -1])
found = check(claims.get(sys.argv[2]).certify(dataset=dataset))
print(found.status, found.evidence)
"""
    assert alone(program, f"proposition-{number}") == "holds enclosed\n"


RAYS = {"samples": [["1", "0"], ["2", "0"], ["0", "1"], ["0", "2"]], "labels": [1, 1, -1, -1]}
ACROSS = {"weights": ["1"], "rows": [["0", "1"]], "linear": ["0", "0"]}
ALONG = {"weights": ["1"], "rows": [["1", "0"]], "linear": ["0", "0"]}
NO_KERNEL = {"sign": 1, "form": {"columns": [0], "relations": [], "kernel": []}}


def on(samples, labels):
    """Samples on the line."""
    return {"samples": [[str(x)] for x in samples], "labels": labels}


WITNESSES = [
    ("separator", "assumption-6", RAYS, {"w": ["1", "-1"], "b": "0"}),
    ("separator", "affine-separability", on([1, 2], [1, -1]), {"w": ["-2"], "b": "3"}),
    ("separator", "half-space", RAYS, {"w": ["1", "1"], "b": "0"}),
    ("farkas", "assumption-6", on([1, 2], [1, -1]), {"mu": ["2", "1"]}),
    ("farkas", "affine-separability", on([0, 2, 1], [1, 1, -1]), {"mu": ["1", "1", "2"]}),
    ("farkas", "half-space", on([1, -1], [1, -1]), {"mu": ["1", "1"]}),
    ("ranks", "assumption-3", RAYS, {
        "positive": {"columns": [0], "relations": [["0"]]},
        "negative": {"columns": [1], "relations": [["0"]]},
        "all": {"columns": [0, 1], "relations": []},
    }),
    ("independent-parts", "theorem-1", RAYS, {
        "positive": {"other": {"columns": [1], "relations": [["0"]]}, "parts": [[0], [1]]},
        "negative": {"other": {"columns": [0], "relations": [["0"]]}, "parts": [[2], [3]]},
        "width": 5,
    }),
    ("quadratics", "proposition-12", RAYS, {"positive": ACROSS, "negative": ALONG}),
    ("quadratics", "proposition-11", RAYS, {"positive": ACROSS, "negative": ALONG}),
    ("definite-weights", "proposition-12", on([2, 1], [1, -1]),
     {"lambda": ["1", "1"], **NO_KERNEL}),
    ("definite-weights", "proposition-11", on([2, -2, 1, -1], [1, 1, -1, -1]),
     {"lambda": ["1"] * 4, **NO_KERNEL}),
    ("contradiction", "realisable", on([1, 1], [1, -1]), {"pair": [0, 1]}),
]  # fmt: skip


def test_a_dataset_of_each_kind_is_sealed_from_its_witness_and_checked():
    program = """
from lossurface.exact import check, seal
for fields in json.loads(sys.argv[2]):
    print(fields["kind"], check(seal(fields)).status)
"""
    fields = [{"kind": k, "claim": c, **data, **shown} for k, c, data, shown in WITNESSES]
    answers = alone(program, json.dumps(fields)).splitlines()
    assert answers == [f"{kind} holds" for kind, *_ in WITNESSES]


def test_every_name_loads_and_a_loss_is_rational():
    program = """
from lossurface import claims, exact, setting
for package in (claims, exact, setting):
    for name in package.__all__:
        getattr(package, name)
problem = setting.from_certificate(claims.get("proposition-5").certify().data)
print(problem.loss_rational(), problem.error_rational())
"""
    assert alone(program) == "1 1/2\n"


def test_proposition_5_loads_little_and_takes_no_time():
    program = """
from lossurface import claims
from lossurface.exact import check
assert check(claims.get("proposition-5").certify()).status == "holds"
loaded = sorted(name for name in sys.modules if name.split(".")[0] == "lossurface")
print(time.process_time() - began, *loaded)
"""
    runs = [alone(program).split() for _ in range(3)]  # the first may have to compile
    loaded = runs[0][1:]
    assert len(loaded) <= 16, loaded  # InputError has a module of its own: no cycle of imports
    assert min(float(run[0]) for run in runs) < 0.15
