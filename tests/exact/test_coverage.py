"""Every line and every branch of the checker is run by its own tests, and nothing is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from lossurface.exact import rational

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(rational.__file__)
LONG = ("any_alteration", "definiteness", "runs_alone")  # they add no line, but seconds


def test_its_own_tests_run_every_branch_of_the_checker(tmp_path):
    """A process of its own: what the other tests run of the checker must not count here."""
    report = tmp_path / "coverage.json"
    ours = [f"--rcfile={os.devnull}", f"--data-file={tmp_path / 'data'}"]
    quiet = ["-q", "-p", "no:nbval", "-p", "no:xdist", "-p", "no:cacheprovider"]
    measured = ["run", *ours, "--branch", f"--include={SOURCE}", "-m", "pytest", *quiet]
    measured += ["tests/exact/test_rational.py", "-k", " and ".join(f"not {n}" for n in LONG)]
    # The settings of whoever measures this very run are not ours.
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "COVERAGE_"))}
    for words in (measured, ["json", *ours, "-q", "-o", str(report)]):
        command = [sys.executable, "-m", "coverage", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    (found,) = json.loads(report.read_text())["files"].values()
    assert (found["missing_lines"], found["missing_branches"]) == ([], [])
    assert found["excluded_lines"] == []
    assert found["summary"]["num_branches"] > 50


def test_nothing_is_kept_out_of_the_measure():
    assert "pragma" not in SOURCE.read_text(encoding="utf-8")
