"""The same lines again: notebooks in any order and twice, the staged book from one tree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lossurface.reproduce import run
from scripts import book

ROOT = Path(__file__).resolve().parents[2]
FAST = ("proposition-5", "example-1")


def verdict_line(name, folder):
    summary = run([name], device="cpu", profile="quick", out=folder)
    assert summary.ok
    return summary.records[0].detail


@pytest.mark.slow
def test_verdict_lines_do_not_hang_on_order_or_repetition(tmp_path):
    first = {name: verdict_line(name, tmp_path / "first") for name in FAST}
    again = {name: verdict_line(name, tmp_path / "again") for name in reversed(FAST)}
    assert first == again


def sources(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_two_stagings_of_one_tree_are_the_same(tmp_path):
    staged = [sources(book.stage(ROOT, tmp_path / name)) for name in ("one", "two")]
    assert staged[0] == staged[1]
    assert len(staged[0]) > 20
