"""Two builds of the book from one tree: every notebook run twice, each time in another order.

Each build is in a copy of the tree, in a process with its own hash seed, two notebooks at a time,
the second one in reverse order. What a page says does not hang on any of it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from scripts import store_outputs

ROOT = Path(__file__).resolve().parents[2]
TREE = ("lossurface", "book", "scripts", "_config.yml", "_toc.yml", "constraints.txt")
PAGES = sorted((ROOT / "book").rglob("*.ipynb"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


def copy_of_the_tree(root):
    root.mkdir()
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=unwanted)
        else:
            shutil.copyfile(ROOT / name, root / name)


def expect(root, order):
    """Leave stale runs behind that took longest for the first in `order`: those begin first."""
    for rank, page in enumerate(order):
        stale = root / "_build" / "executed" / page.relative_to(ROOT)
        stale.parent.mkdir(parents=True, exist_ok=True)
        stale.write_text("")
        stale.with_suffix(".key").write_text(f"stale {len(order) - rank}.0\n")


def build(root, seed):
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
    own = {"PYTHONPATH": str(root), "PYTHONHASHSEED": seed, "JUPYTER_PREFER_ENV_PATH": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.book"],
        cwd=root,
        env=os.environ | threads | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def files(root):
    """Return every file of the site, by name."""
    site = root / "_build" / "book" / "_build" / "html"
    found = sorted(path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}


def different(one, two):
    """Return a line for each file that differs."""
    told = []
    for name in (name for name in one if one[name] != two[name]):
        pairs = zip(one[name].splitlines(), two[name].splitlines(), strict=False)
        line = next((k for k, (a, b) in enumerate(pairs) if a != b), "the last")
        told.append(f"{name}: line {line}")
    return told


def stale(root):
    """Return a line for each checked cell that did not print, in this build, what is stored."""
    told = []
    for page in PAGES:
        stored = nbformat.read(page, as_version=4)
        assert any(store_outputs.checked(cell) for cell in stored.cells)
        ran = nbformat.read(root / "_build" / "executed" / page.relative_to(ROOT), as_version=4)
        fresh, wrong = store_outputs.clean(stored, ran)
        lines = wrong + store_outputs.differences(stored, fresh)
        told += [f"{page.stem}: {line}" for line in lines]
    return told


def test_two_builds_give_the_same_site_and_the_stored_outputs(tmp_path):
    """To the byte, and nothing taken out: the pages tell no times of their own."""
    roots = [tmp_path / name for name in ("one", "two")]
    for root, seed, order in zip(roots, ("1", "2"), (PAGES, PAGES[::-1]), strict=True):
        copy_of_the_tree(root)
        expect(root, order)
        told = build(root, seed)
        assert f"{len(PAGES)} of {len(PAGES)} notebooks to execute" in told
    one, two = map(files, roots)
    assert sum(name.endswith(".html") for name in one) > len(PAGES)
    assert set(one) == set(two)
    assert different(one, two) == []
    assert [line for root in roots for line in stale(root)] == []
