"""The checker as a command: what it imports, files and folders, the exit status."""

import ast
import io
import os
import runpy
import sys
from pathlib import Path

import pytest

from lossurface.exact import checker
from lossurface.exact.checker.__main__ import USAGE, main
from tests.exact.certificates import CERTIFICATES
from tests.exact.mutations import resealed

FOLDER = Path(checker.__file__).parent
# Of the whole folder: short enough to be read before it is believed. Of these, 300 enclose e^z and
# ln and the derivatives of a network, for one kind of certificate.
LINES = 1480
STANDARD = sys.stdlib_module_names - {"importlib"}


def test_the_folder_is_short_and_imports_the_standard_library_and_itself_only():
    lines = 0
    for path in FOLDER.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        lines += len(text.splitlines())
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= STANDARD
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).split(".")[0] in STANDARD
            elif isinstance(node, ast.ImportFrom):
                beside = FOLDER / f"{node.module or '__init__'}.py"
                assert node.level == 1
                assert beside.is_file()
            elif isinstance(node, ast.Name):
                assert node.id not in {"__import__", "eval", "exec"}
    assert lines <= LINES


@pytest.fixture
def folder(tmp_path):
    """A folder with a certificate of each outcome."""
    good = CERTIFICATES["curved"]
    good.save(tmp_path / "good.json")
    CERTIFICATES["paired"].save(tmp_path / "everywhere.json")
    resealed(good.data, ("radius",), "2").save(tmp_path / "false.json")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    nested = "[" * 900 + "]" * 900
    (tmp_path / "deep.json").write_text(good.to_json().replace('": 2,', f'": {nested},', 1))
    os.mkfifo(tmp_path / "fifo.json")
    return tmp_path


WORST = [
    (["good"], 0, ["VERIFIED: certificate of proposition-5: a local minimum"]),
    (["everywhere"], 0, ["VERIFIED: certificate of proposition-4: a local minimum"]),
    (["false", "good"], 1, ["NOT VERIFIED: radius: an entry", "VERIFIED: certificate of"]),
    (["broken", "false"], 2, ["UNREADABLE: not JSON, or truncated", "NOT VERIFIED: radius"]),
    (["a" * 5000], 2, ["UNREADABLE: File name too long; name a certificate file"]),
    (["missing"], 2, ["UNREADABLE: No such file or directory; name a certificate file"]),
    (["fifo", "good"], 2, ["UNREADABLE: not a regular file", "VERIFIED"]),
    (["deep"], 2, ["UNREADABLE: version is a list, not one of 2"]),
    (["binary"], 2, ["UNREADABLE: not text"]),
]


@pytest.mark.parametrize(("names", "status", "told"), WORST)
def test_the_status_is_that_of_the_worst_file(folder, capsys, names, status, told):
    paths = [str(folder / f"{name}.json") for name in names]
    assert main(paths) == status
    *lines, summary = capsys.readouterr().out.splitlines()
    for path, words, line in zip(paths, told, lines, strict=True):
        assert line.startswith(f"{path}: {words}")
    assert summary.startswith(f"{len(names)} certificate")


def test_a_folder_stands_for_its_certificates(folder, capsys):
    (folder / "none").mkdir()
    assert main([str(folder)]) == 2
    *lines, summary = capsys.readouterr().out.splitlines()
    names = ["binary", "broken", "deep", "everywhere", "false", "fifo", "good"]
    assert [line.split(": ")[0] for line in lines] == [str(folder / f"{n}.json") for n in names]
    assert summary == "7 certificates: 2 verified, 1 not verified, 4 unreadable"
    assert main([str(folder / "none"), ""]) == 2
    empty, blank, _ = capsys.readouterr().out.splitlines()
    assert empty == f"{folder / 'none'}: UNREADABLE: no *.json in the folder"
    assert blank == ": UNREADABLE: the path is empty"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-x", "good.json"]])
def test_without_files_it_tells_its_use(capsys, arguments):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"{USAGE}\n")


def test_a_name_is_told_wherever_output_goes(monkeypatch):
    """A terminal that cannot show the name, or a stream that has no encoding."""
    for stream in (io.TextIOWrapper(io.BytesIO(), "ascii"), io.StringIO()):
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["\u03b8"]) == 2
        stream.seek(0)
        named = r"\u03b8" if stream.encoding else "\u03b8"
        assert stream.read().startswith(f"{named}: UNREADABLE: No such file")


def test_where_nobody_reads_on_it_ends_quietly(folder, monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main([str(folder / "good.json")]) == 2


def test_it_ends_with_the_status(folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["checker", str(folder / "false.json")])
    monkeypatch.delitem(sys.modules, "lossurface.exact.checker.__main__")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("lossurface.exact.checker", run_name="__main__")
    assert ended.value.code == 1
