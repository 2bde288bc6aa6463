"""The proof core needs nothing but Python: it builds and checks where no package is installed."""

import json
import subprocess
import sys
from pathlib import Path

from lossurface.exact import check
from tests.exact.certificates import CONDITIONS

ROOT = Path(__file__).resolve().parents[1]
START = """
import json, sys, time
from importlib.util import find_spec
sys.path.append(sys.argv[1])
assert not any(map(find_spec, ("numpy", "scipy", "flint", "torch"))), "packages are in reach"
began = time.process_time()
"""


def alone(program, *arguments):
    """Run a program in a Python that finds the standard library and lossurface alone."""
    command = [sys.executable, "-I", "-S", "-c", START + program, str(ROOT), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_each_claim_is_built_and_checked():
    program = """
from lossurface import claims
from lossurface.exact import check
from lossurface.setting import Dataset
for k in range(2, 8):
    found = check(claims.get(f"proposition-{k}").certify())
    print(k, found.status, found.evidence)
x = [(-1, 1, 0), (1, 2, 0), (1, "5/4", 0), (0, 1, -1), (0, 2, 1), (0, "3/2", 1), (0, 2, -1)]
dataset = Dataset.of(x, [1, 1, 1, -1, -1, -1, -1])
for k in (3, 7):  # an irrational affine map
    found = check(claims.get(f"proposition-{k}").certify(dataset=dataset))
    print(k, found.status, found.evidence)
"""
    exact = [f"{k} holds exact" for k in range(2, 8)]
    assert alone(program).splitlines() == [*exact, "3 holds enclosed", "7 holds enclosed"]


def test_what_is_sealed_of_a_dataset_is_checked():
    program = """
from lossurface.exact import check, seal
for fields in json.loads(sys.argv[2]):
    print(check(seal(fields)).statement)
"""
    sealed = [*CONDITIONS.values()]
    told = alone(program, json.dumps([dict(made.data) for made in sealed])).splitlines()
    assert told == [check(made).statement for made in sealed]


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
    assert len(loaded) <= 17, loaded
    assert min(float(run[0]) for run in runs) < 0.15
