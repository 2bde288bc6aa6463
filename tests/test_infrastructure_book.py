"""The pipeline of the book, on small books made for the purpose."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from docutils import nodes

from scripts import book, stages
from tests import extensions, notebooks

CONFIG = """\
title: A book
author: nobody
only_build_toc_files: true
execute:
  execute_notebooks: force
"""
GOOD = '# NBVAL_CHECK_OUTPUT\nprint("good: holds (exact): all of it")'
BAD = 'assert 1 == 2, "one is not two"'


@pytest.fixture
def root(tmp_path):
    (tmp_path / "lossurface").mkdir()
    (tmp_path / "lossurface" / "module.py").write_text("x = 1\n")
    (tmp_path / "lossurface" / "table.json").write_text("{}\n")
    (tmp_path / "constraints.txt").write_text("six==1.17.0\n")
    (tmp_path / "_config.yml").write_text(CONFIG)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "index.md").write_text("# Index\n")
    return tmp_path


def run_count(capsys):
    return next(line for line in capsys.readouterr().out.splitlines() if "to execute" in line)


def test_notebooks_run_once_and_again_when_what_they_rest_on_changes(root, capsys):
    notebooks.write(root / "book" / "good.ipynb", GOOD)
    build = root / "_build"
    assert book.execute_all(root, build) == []
    assert run_count(capsys).startswith("1 of 1")
    assert book.execute_all(root, build) == []
    assert run_count(capsys).startswith("0 of 1")
    keys = {book.notebook_key(root / "book" / "good.ipynb", book.package_key(root))}
    for path in ("lossurface/module.py", "lossurface/table.json", "constraints.txt"):
        (root / path).write_text((root / path).read_text() + "\n")
        keys.add(book.notebook_key(root / "book" / "good.ipynb", book.package_key(root)))
    assert len(keys) == 4
    assert book.execute_all(root, build) == []
    assert run_count(capsys).startswith("1 of 1")


@pytest.mark.parametrize(("page", "named"), [("a.ipynb", "_data"), ("part/a.ipynb", "../_data")])
def test_a_page_runs_again_when_a_record_that_it_names_changes(root, page, named):
    data = root / "book" / "_data"
    data.mkdir()
    for name in ("named.json", "other.json"):
        (data / name).write_text("{}")
    path = root / "book" / page
    path.parent.mkdir(exist_ok=True)
    notebooks.write(path, f"print(open('{named}/named.json').read())")
    before = book.notebook_key(path, "")
    (data / "other.json").write_text("[]")
    assert book.notebook_key(path, "") == before
    (data / "named.json").write_text("[]")
    assert book.notebook_key(path, "") != before


def test_a_failing_notebook_fails_the_build_and_hides_no_other(root, capsys):
    notebooks.write(root / "book" / "a-bad.ipynb", BAD)
    notebooks.write(root / "book" / "b-good.ipynb", GOOD)
    notebooks.write(root / "book" / "c-worse.ipynb", "raise RuntimeError('no')")
    assert book.main([], root) == 1
    captured = capsys.readouterr()
    assert "2 notebooks failed" in captured.err
    assert "a-bad.ipynb: AssertionError: one is not two" in captured.err
    assert "c-worse.ipynb: RuntimeError: no" in captured.err
    assert (root / "_build" / "executed" / "book" / "b-good.key").is_file()
    assert not (root / "_build" / "executed" / "book" / "a-bad.key").exists()
    assert not (root / "_build" / "book").exists()


def test_staging_puts_executed_notebooks_in_place_and_touches_only_what_changed(root):
    path = notebooks.write(root / "book" / "good.ipynb", GOOD)
    (root / "book" / "old.md").write_text("# Old\n")
    build = root / "_build"
    book.execute_all(root, build)
    source = book.stage(root, build)
    staged = json.loads((source / "book" / "good.ipynb").read_text())
    assert staged["cells"][1]["outputs"][0]["text"] == ["good: holds (exact): all of it\n"]
    assert "outputs" in json.loads(path.read_text())["cells"][1]
    config = yaml.safe_load((source / "_config.yml").read_text())
    assert config["execute"]["execute_notebooks"] == "off"
    assert (source / "_static" / "plotly.min.js").stat().st_size > 10**6
    times = {p: p.stat().st_mtime_ns for p in source.rglob("*") if p.is_file()}
    (root / "book" / "index.md").write_text("# Another index\n")
    (root / "book" / "old.md").unlink()
    book.stage(root, build)
    assert not (source / "book" / "old.md").exists()
    changed = [p.name for p, time in times.items() if p.exists() and p.stat().st_mtime_ns != time]
    assert changed == ["index.md"]


def test_hooks_run_on_the_staged_folder(root):
    hooks = root / "scripts" / "stage.d"
    hooks.mkdir(parents=True)
    (hooks / "10-note.py").write_text(
        "import pathlib, sys\npathlib.Path(sys.argv[1], 'note.txt').write_text('hooked')\n"
    )
    source = book.stage(root, root / "_build")
    assert (source / "note.txt").read_text() == "hooked"
    (hooks / "20-fail.py").write_text("raise SystemExit('npm did not fetch it')\n")
    with pytest.raises(SystemExit, match=r"20-fail\.py failed"):
        book.stage(root, root / "_build")


@pytest.mark.slow
def test_a_warning_fails_the_build_the_second_time_too(root, capfd):
    (root / "book" / "index.md").write_text("# Index\n\nSee {ref}`nowhere`.\n")
    assert book.main([], root) == 1
    assert "undefined label: 'nowhere'" in capfd.readouterr().err
    assert book.main([], root) == 1
    (root / "book" / "index.md").write_text("# Index\n")
    assert book.main([], root) == 0
    where = Path(capfd.readouterr().out.splitlines()[-1])
    assert where == root / "_build" / "book" / "_build" / "html" / "index.html"
    assert where.is_file()


@pytest.fixture
def stage(tmp_path, monkeypatch, capfd):
    """Run stages with a pretended `make`, in which one fails; return the status and the lines."""

    def run(failing, *names):
        make = tmp_path / "make"
        make.write_text(
            f"#!{sys.executable}\nimport sys\nstage = sys.argv[-1]\n"
            f"print('this is', stage)\nsys.exit(stage == {failing!r})\n"
        )
        make.chmod(0o755)
        monkeypatch.setenv("MAKE", str(make))
        return stages.main([*names]), capfd.readouterr().out.splitlines()

    return run


def test_stages_go_on_after_a_failure_and_tell_it(stage):
    status, lines = stage("book", "lint", "book", "site", "unit")
    assert status == 1
    assert lines[-1].startswith("FAILED in ")
    for told in ("lint passed", "book FAILED", "site not run", "unit passed"):
        assert told in lines[-1]
    assert stage("none", "lint")[0] == 0


def test_what_runs_beside_a_stage_is_told_whole_after_it_and_counts(stage):
    status, lines = stage("lint", "lint", "unit", "nbval", "book")
    assert status == 1
    heads = ["== unit", "== nbval", "== lint", "== book"]
    assert [line for line in lines if line.startswith("==")] == heads
    assert lines[lines.index("== lint") + 1] == "this is lint"
    assert "lint FAILED" in lines[-1]
    assert lines[-1].count("passed") == 3


def test_printed_columns_are_a_table_and_other_lines_stay():
    printed = 'Found:\nclaim | verdict\ntheorem-1 | "theorem-1"\nours-width | holds\nx | y | z'
    output = nodes.literal_block(printed, printed, classes=["output", "stream"])
    shown = nodes.container("", output)
    document = nodes.document(None, None, "", shown)
    extensions.load("lossurface_book").tabulate(None, document)
    before, table, after = shown.children
    cells = [[cell.astext() for cell in row.children] for row in table.findall(nodes.row)]
    assert cells == [
        ["claim", "verdict"],
        ["Theorem 1", '"theorem-1"'],
        ["Width (ours)", "holds"],
    ]
    assert (before.astext(), after.astext()) == ("Found:", "x | y | z")
    assert before["classes"] == after["classes"] == ["output", "stream"]
