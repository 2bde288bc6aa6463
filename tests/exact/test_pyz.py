"""The published checker: one file, run by a Python that sees no installed package."""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from lossurface import __version__
from lossurface.cli import cli
from lossurface.exact import checker, seal
from lossurface.exact.checker.format import VERSION
from lossurface.exact.schema import schema

ROOT = Path(__file__).resolve().parents[2]
ALL = 83 + 16 + 6  # the gallery, the bad minima of each width, and `ours-necessary`


def staged(folder):
    """Run the hook of the book on a folder; return where the site serves files from."""
    hook = ROOT / "scripts" / "stage.d" / "checker.py"
    subprocess.run([sys.executable, str(hook), str(folder)], check=True)
    return folder / "book" / "_static"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return staged(tmp_path_factory.mktemp("staged"))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    told = CliRunner().invoke(cli, ["certify", "--all", "-o", str(folder)])
    assert told.exit_code == 0, told.output
    return folder


@pytest.fixture
def run(published, tmp_path):
    """Run the file, as a reader would: elsewhere, isolated, without site packages."""

    def run(*arguments):
        command = [sys.executable, "-I", "-S", str(published / "lossurface-check.pyz")]
        ended = subprocess.run(
            [*command, *map(str, arguments)], capture_output=True, text=True, cwd=tmp_path
        )
        return ended.returncode, ended.stdout, ended.stderr

    return run


def test_it_verifies_all_that_certify_writes_at_once(gallery, run):
    began = time.perf_counter()
    status, out, err = run(gallery)
    seconds = time.perf_counter() - began
    *lines, last = out.splitlines()
    files = sorted(gallery.glob("*.json"))
    assert (status, err, len(files)) == (0, "", ALL)
    assert last == f"{ALL} certificates: {ALL} verified"
    for file, line in zip(files, lines, strict=True):
        assert line.startswith(f"{file}: VERIFIED: ")
    assert seconds < 60  # most of it for the strict minima: intervals of integers


def test_what_is_altered_or_unreadable_is_said(gallery, run, tmp_path):
    first = min(gallery.glob("proposition-2*.json"))
    fields = json.loads(first.read_text())
    altered = seal({**fields, "training_error": "1/7"}).save(tmp_path / "altered.json")
    (tmp_path / "rubbish.json").write_text("{")
    status, out, err = run(first, altered, tmp_path / "rubbish.json")
    assert (status, err) == (2, "")
    assert f"{altered}: NOT VERIFIED: training_error is not 1/2, the share counted" in out
    assert out.splitlines()[-1] == "3 certificates: 1 verified, 1 not verified, 1 unreadable"


def test_two_builds_are_the_same_bytes_and_the_checker_is_in_them(published, tmp_path):
    again = staged(tmp_path)
    names = {path.name for path in published.iterdir()}
    assert names == {"lossurface-check.pyz", "certificate.schema.json"}
    for name in names:
        assert (again / name).read_bytes() == (published / name).read_bytes()
    with zipfile.ZipFile(published / "lossurface-check.pyz") as content:
        held = {name: content.read(name) for name in content.namelist()}
    assert f"format {VERSION}: lossurface {__version__}" in held.pop("__main__.py").decode()
    folder = Path(checker.__file__).parent
    assert held == {f"checker/{path.name}": path.read_bytes() for path in folder.glob("*.py")}


def test_the_schema_is_the_one_that_the_package_derives(published):
    assert json.loads((published / "certificate.schema.json").read_text()) == schema()
