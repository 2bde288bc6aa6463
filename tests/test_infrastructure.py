"""The files that install, build and describe the project agree with each other."""

import doctest
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import pins

ROOT = Path(__file__).resolve().parents[1]


def copy_of_the_three(folder):
    for name in ("pyproject.toml", "constraints.txt", "environment.yml"):
        (folder / name).write_text((ROOT / name).read_text())
    return folder


def edit(path, pattern, replacement):
    text, count = re.subn(pattern, replacement, path.read_text(), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text)


def test_versions_agree():
    assert pins.disagreements(ROOT) == []


def test_the_conda_file_is_the_one_that_the_pins_make():
    assert (ROOT / "environment.yml").read_text() == pins.conda(ROOT)


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "told"),
    [
        ("constraints.txt", r"^jupyter-book==.*$", "jupyter-book==2.0.0", "outside jupyter-book"),
        ("constraints.txt", r"^numpy==.*\n", "", "does not pin numpy"),
        ("environment.yml", r"- numpy==.*$", "- numpy==1.0", "environment.yml gives numpy 1.0"),
        ("environment.yml", r"^.*- torch==.*\n", "", "environment.yml gives torch nothing"),
        ("pyproject.toml", r'"scipy>=[^"]*"', '"scipy>=99"', "outside scipy>=99"),
    ],
)
def test_a_disagreement_is_named(tmp_path, file, pattern, replacement, told):
    copy_of_the_three(tmp_path)
    edit(tmp_path / file, pattern, replacement)
    assert any(told in line for line in pins.disagreements(tmp_path))


def test_the_supported_pythons_are_the_same_wherever_they_are_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = [line.rpartition(" ")[2] for line in project["project"]["classifiers"]]
    supported = [version for version in named if re.fullmatch(r"3\.\d+", version)]
    assert len(supported) >= 3
    oldest, newest = supported[0], supported[-1]
    assert project["project"]["requires-python"] == f">={oldest}"
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"] == supported
    readme = (ROOT / "README.md").read_text()
    assert f"Python {', '.join(supported[:-1])} or {newest}, numpy 2" in readme
    assert "numpy>=2.0" in project["project"]["dependencies"]
    makefile = (ROOT / "Makefile").read_text()
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in makefile


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_file_names_a_machine_or_a_registry():
    # Joined here, so that this file does not name them either.
    hosts = ["pypi" + ".org", "file" + ":///opt", "/root" + "/", "/home" + "/", "/work" + "/main"]
    named = []
    for path in tracked_files():
        if path.is_file() and path.suffix not in {".png", ".woff2", ".whl"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            named += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
    assert named == []


def test_every_make_target_is_phony_and_explained():
    makefile = (ROOT / "Makefile").read_text()
    explained = re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert set(explained) == set(phony.split())


def test_a_python_that_is_too_old_is_told_in_one_line(tmp_path):
    old = tmp_path / "python-of-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    assert "Python 3.11 or newer is needed" in made.stderr
    assert not (tmp_path / "venv").exists()


def test_the_readme_tells_what_the_code_does():
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted >= 5
    assert results.failed == 0
