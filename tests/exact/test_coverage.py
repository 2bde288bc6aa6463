"""Every line and every branch of the checker is run by its own tests, and nothing is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from lossurface.exact import checker

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(checker.__file__).parent
TESTS = [
    f"tests/exact/test_checker{part}.py" for part in ("", "_arithmetic", "_command", "_strict")
]


def test_its_own_tests_run_every_branch_of_the_checker(tmp_path):
    """A process of its own: what the other tests run of the checker must not count here."""
    report = tmp_path / "coverage.json"
    ours = [f"--rcfile={os.devnull}", f"--data-file={tmp_path / 'data'}"]
    quiet = ["-q", "-p", "no:nbval", "-p", "no:xdist", "-p", "no:cacheprovider"]
    measured = ["run", *ours, "--branch", f"--include={FOLDER}/*", "-m", "pytest", *quiet, *TESTS]
    # The settings of whoever measures this very run are not ours.
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "COVERAGE_"))}
    for words in (measured, ["json", *ours, "-q", "-o", str(report)]):
        command = [sys.executable, "-m", "coverage", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=plain, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    files = json.loads(report.read_text())["files"]
    assert {Path(name).name for name in files} == {path.name for path in FOLDER.glob("*.py")}
    for name, found in files.items():
        missing = (found["missing_lines"], found["missing_branches"], found["excluded_lines"])
        assert missing == ([], [], []), name


def test_nothing_is_kept_out_of_the_measure():
    for path in FOLDER.glob("*.py"):
        assert "pragma" not in path.read_text(encoding="utf-8")
