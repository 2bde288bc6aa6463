"""The product says what `said.json` says. Where it is meant to say something else, write it anew.

A failure names the entries that changed, with what they were and are.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.guard.said import FILE, LONG, PARTS, differences

KEPT = json.loads(FILE.read_text(encoding="utf-8"))
SLOW = (*LONG, "cancer: all features")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        pytest.param(part, name, marks=[pytest.mark.slow] if name in SLOW else [])
        for part in PARTS
        for name in PARTS[part]
    ],
)
def test_it_says_what_it_said(part, name):
    found = differences(KEPT[part][name], PARTS[part][name]())
    assert not found, "\n".join(found)


def test_nothing_else_is_kept():
    assert {part: {*KEPT[part]} for part in KEPT} == {part: {*PARTS[part]} for part in PARTS}


@pytest.mark.parametrize("part", KEPT)
def test_one_change_is_seen(part):
    """Of each entry one text is changed, or the first ball."""

    def changed(value):
        if isinstance(value, dict):
            key = max(value, key=lambda key: len(str(value[key])))
            return {**value, key: changed(value[key])}
        if isinstance(value, list):
            return [changed(value[0]), *value[1:]]
        return re.sub(r"\d|$", lambda digit: str(9 - int(digit[0] or 0)), str(value), count=1)

    for said in KEPT[part].values():
        for name in said:
            other = {**said, name: changed(said[name])}
            assert [line.split("\n")[0] for line in differences(said, other)] == [name]
