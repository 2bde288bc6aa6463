"""Comparisons decide exactly, and a verdict's status, evidence and scope are its findings'."""

from __future__ import annotations

import ast
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

import lossurface
from lossurface.exact import (
    Verdict,
    enclosed_less,
    enclosed_positive,
    equal,
    every,
    less,
    less_equal,
    sampled,
    uncounted,
    undecided,
)

PACKAGE = Path(lossurface.__file__).parent
rationals = st.fractions(max_denominator=10**6)


@given(rationals, rationals)
def test_comparisons_decide_exactly(left, right):
    assert (equal("", left, right).status == "holds") == (left == right)
    assert (less("", left, right).status == "holds") == (left < right)
    assert (less_equal("", left, right).status == "holds") == (left <= right)


@pytest.mark.parametrize("compare", [equal, less, less_equal])
@pytest.mark.parametrize("bad", [0.5, True, "1/2", arb(1), Decimal(1)])
def test_floats_cannot_enter_an_exact_comparison(compare, bad):
    with pytest.raises(TypeError):
        compare("", bad, Fraction(1))
    with pytest.raises(TypeError):
        compare("", Fraction(1), bad)


def test_balls_decide_or_stay_undecided():
    assert enclosed_less("", arb(1, 0.25), arb(2, 0.25)).status == "holds"
    assert enclosed_less("", arb(2, 0.25), arb(1, 0.25)).status == "fails"
    overlap = enclosed_less("", arb(1, 0.75), arb(2, 0.75))
    assert (overlap.status, overlap.evidence) == ("undecided", None)
    assert enclosed_positive("", arb(1, 2)).status == "undecided"
    with pytest.raises(AttributeError):  # a float is no ball
        enclosed_less("", 1.0, arb(2))


def test_exact_imports_nothing_of_the_package_but_itself():
    for path in (PACKAGE / "exact").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                assert not name.startswith("torch"), path.name
                own = name == "lossurface" or name.startswith("lossurface.exact")
                assert own or not name.startswith("lossurface"), f"{path.name} imports {name}"


def test_sampled_counts_are_checked():
    assert sampled("", 0, 5).status == "holds"
    assert sampled("", 1, 5).status == "fails"
    for failures, trials in ((0, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="failures"):
            sampled("", failures, trials)


def test_gathered_findings_are_as_good_as_their_weakest():
    proved, ball = equal("a", 1, 1), enclosed_less("b", arb(1), arb(2))
    both = every("all", [proved, ball])
    assert (both.statement, both.status, both.evidence) == ("all", "holds", "enclosed")
    assert every("all", [proved, ball, sampled("s", 0, 9)]).evidence == "sampled"
    broken = every("all", [proved, undecided("u", "overlap"), equal("c", 1, 2)])
    assert (broken.status, broken.evidence) == ("fails", "exact")
    assert "number 3 of 3: c" in broken.detail
    assert every("all", [proved, undecided("u", "overlap")]).status == "undecided"
    with pytest.raises(ValueError, match="no finding"):
        every("all", [])


def test_a_verdict_follows_from_its_findings():
    good, bad, open_ = equal("a", 1, 1), equal("b", 1, 2), undecided("c", "overlap")
    trial = sampled("d", 0, 9)
    assert Verdict("x", [trial, good], 1.0).status == "holds"
    assert Verdict("x", [trial, good], 1.0).evidence == ("exact", "sampled")
    assert Verdict("x", [good, open_], 1.0).status == "undecided"
    assert Verdict("x", [open_, bad], 1.0).status == "fails"
    with pytest.raises(ValueError, match="at least one finding"):
        Verdict("x", [], 1.0)


def test_a_finding_knows_how_many_checks_it_stands_for():
    one, trials = equal("a", 1, 1), sampled("s", 0, 1500)
    assert (one.count, trials.count) == (1, 1500)
    assert every("all", [one, one, trials]).count == 1502
    assert every("all", [one, every("two", [one, equal("b", 1, 2)])]).count == 3
    assert uncounted(trials).count == 0
    assert uncounted(trials).detail == trials.detail


def test_a_verdict_says_where_the_claim_is_proved_and_what_was_checked():
    good, bad, open_ = equal("a", 1, 1), equal("b", 1, 2), undecided("c", "overlap")
    trial, met = sampled("d", 0, 1500), uncounted(enclosed_less("e", arb(1), arb(2)))

    def line(*findings):
        return str(Verdict("x", findings, 1.0, "Done.", "proved on its page (book/x)"))

    proved = "x: holds. Proved on its page (book/x); checked here: "
    assert line(good, good) == proved + "2 exact. Done."
    assert line(trial, met, good) == proved + "1 exact, some enclosed, 1,500 sampled. Done."
    assert line(good, bad) == "x: fails. Checked here: 2 exact. b: fails (1 != 2)"
    assert line(open_).startswith("x: undecided. Checked here: nothing decided. c: undecided")
    record = Verdict("x", [good, trial], 1.25, "Done.", "proved there").to_dict()
    assert {key: record[key] for key in record if key != "findings"} == {
        "id": "x",
        "verdict": "holds",
        "evidence": ["exact", "sampled"],
        "scope": {"proved": "proved there", "checked": {"exact": 1, "sampled": 1500}},
        "seconds": 1.25,
        "detail": "Done.",
    }
    assert record["findings"][0] == {
        "statement": "a",
        "status": "holds",
        "evidence": "exact",
        "detail": "1 = 1",
        "count": 1,
    }
