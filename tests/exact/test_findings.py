"""Proved evidence comes from lossurface.exact alone, and a verdict from its findings."""

from __future__ import annotations

import ast
import copy
import dataclasses
import pickle
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

import lossurface
from lossurface.exact import (
    Finding,
    Verdict,
    enclosed_less,
    enclosed_positive,
    equal,
    every,
    less,
    less_equal,
    sampled,
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
@pytest.mark.parametrize("bad", [0.5, True, "1/2", arb(1)])
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
    with pytest.raises(TypeError):
        enclosed_less("", 1.0, arb(2))


@pytest.mark.parametrize("evidence", ["exact", "enclosed"])
@pytest.mark.parametrize("status", ["holds", "fails"])
def test_nobody_else_can_make_a_proved_finding(evidence, status):
    with pytest.raises(TypeError, match=r"only lossurface\.exact"):
        Finding("a float said so", status, evidence)
    honest = sampled("a float said so", 0, 10)
    with pytest.raises(TypeError):
        dataclasses.replace(honest, evidence=evidence)
    with pytest.raises(TypeError):
        dataclasses.replace(equal("", 1, 1), statement="something else")
    with pytest.raises(dataclasses.FrozenInstanceError):
        honest.evidence = evidence


def test_the_key_stays_in_exact():
    """No module outside `exact` imports a private name from it."""
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "exact":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and "exact" in str(node.module):
                private = [alias.name for alias in node.names if alias.name.startswith("_")]
                assert not private, f"{path.name} imports {private}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("_KEY", "_finding"), path.name


FORGERY = ("_KEY", "_finding", "_restored", "__setattr__", "__setstate__", "__globals__", "__new__")


def test_nothing_outside_exact_reaches_for_the_key():
    """Neither as an attribute nor by name: what a scan of imports does not see."""
    for path in PACKAGE.rglob("*.py"):
        if path.parent.name == "exact":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            word = getattr(node, "attr", getattr(node, "id", None))
            if isinstance(node, ast.Constant):
                word = node.value
            assert word not in FORGERY, f"{path.name}:{getattr(node, 'lineno', 0)} names {word}"


class Changeling(str):
    """Is "sampled" when it is looked at, and "exact" afterwards."""

    looks = 0

    def __eq__(self, other):
        Changeling.looks += 1
        return other == ("sampled" if Changeling.looks < 3 else "exact")

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


HONEST = sampled("a float said so", 0, 10)
DECIDED = Verdict.of("x", [HONEST], 1.0)
LOOKALIKE = SimpleNamespace(
    statement="a float said so", status="holds", evidence="exact", detail=""
)


def derive(parent, **members):
    return type("Derived", (parent,), members)


@pytest.mark.parametrize(
    "attack",
    [
        # a finding that its maker calls proved
        lambda: Finding("", "holds", "exact", "", object()),
        lambda: dataclasses.replace(HONEST, evidence="exact"),
        lambda: dataclasses.replace(HONEST, status="undecided", evidence="exact"),
        lambda: Finding("", "holds", Changeling("exact")),
        lambda: Finding("", Changeling("undecided"), None),
        lambda: Finding("", "proved", "sampled"),
        lambda: Finding("", "holds", "certain"),
        lambda: derive(Finding, __post_init__=lambda self, key: None),
        lambda: derive(Finding, evidence=property(lambda self: "exact")),
        # one made by hand, or altered
        lambda: setattr(Finding.__new__(Finding), "evidence", "exact"),
        lambda: Finding.__new__(Finding).__setstate__(["", "holds", "exact", ""]),
        lambda: HONEST.__setstate__(["", "holds", "exact", ""]),
        lambda: HONEST.__setstate__((None, {"evidence": "exact"})),
        lambda: vars(HONEST).update(evidence="exact"),
        lambda: setattr(HONEST, "evidence", "exact"),
        lambda: delattr(HONEST, "evidence"),
        lambda: HONEST.__init__("", "holds", "exact"),
        lambda: HONEST.__init__("another statement", "holds", "sampled"),
        lambda: equal("", 1, 1).__init__("", "undecided", None),
        # what looks like a finding
        lambda: every("all", [LOOKALIKE]),
        lambda: every("all", [equal("", 1, 1), LOOKALIKE]),
        lambda: Verdict.of("x", [LOOKALIKE], 1.0),
        lambda: Verdict("x", (LOOKALIKE,), 1.0),
        lambda: dataclasses.replace(DECIDED, findings=(LOOKALIKE,)),
        # a verdict that says more than its findings
        lambda: Verdict("x", [HONEST], 1.0),
        lambda: dataclasses.replace(DECIDED, evidence=("exact",)),
        lambda: derive(Verdict, evidence=("exact",)),
        lambda: setattr(DECIDED, "findings", ()),
        lambda: setattr(DECIDED, "evidence", ("exact",)),
        lambda: vars(DECIDED).update(findings=()),
        lambda: DECIDED.__init__("x", (LOOKALIKE,), 1.0),
        lambda: DECIDED.__init__("x", (equal("", 1, 1),), 1.0),
        lambda: DECIDED.__setstate__(["x", (LOOKALIKE,), 1.0, ""]),
        # operands that compare as they like
        lambda: enclosed_less("", derive(arb, __lt__=lambda self, other: True)(2), arb(1)),
        lambda: equal("", np.float64(0.1), 0),
        lambda: equal("", Decimal(1), 1),
    ],
)
def test_an_attack_on_the_guard_fails(attack):
    with pytest.raises((TypeError, AttributeError)):
        attack()
    assert (HONEST.evidence, DECIDED.evidence) == ("sampled", ("sampled",))
    assert DECIDED.findings == (HONEST,)


def test_an_operand_that_lies_is_taken_at_its_value():
    class Two(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__
        __lt__ = __le__ = __eq__

    assert equal("", Two(2), 3).status == "fails"
    assert less("", Two(2), 1).status == "fails"

    class Half(Fraction):
        def __eq__(self, other):
            return True

        __hash__ = Fraction.__hash__
        __lt__ = __le__ = __eq__

    assert equal("", Half(1, 2), 3).status == "fails"
    assert less_equal("", Half(1, 2), Fraction(1, 3)).status == "fails"


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_and_pickles_of_what_was_made_are_that(again):
    proved = Verdict.of("x", [equal("a", 1, 1), enclosed_less("b", arb(1), arb(2)), HONEST], 2.0)
    twin = again(proved)
    assert twin == proved
    assert (twin.evidence, twin.seconds) == (("exact", "enclosed", "sampled"), 2.0)
    assert again(equal("a", 1, 2)) == equal("a", 1, 2)


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
                own = name.startswith(("lossurface.exact", "lossurface.errors"))
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
    assert Verdict.of("x", [trial, good], 1.0).status == "holds"
    assert Verdict.of("x", [trial, good], 1.0).evidence == ("exact", "sampled")
    assert Verdict.of("x", [good, open_], 1.0).status == "undecided"
    assert Verdict.of("x", [open_, bad], 1.0).status == "fails"
    assert str(Verdict.of("x", [good, bad], 1.0)) == "x: fails (exact). b: fails (1 != 2)"
    assert "1.0" not in str(Verdict.of("x", [good], 1.0, "Done."))
    record = Verdict.of("x", [good], 1.25, "Done.").to_dict()
    assert {key: record[key] for key in ("id", "verdict", "evidence", "seconds", "detail")} == {
        "id": "x",
        "verdict": "holds",
        "evidence": ["exact"],
        "seconds": 1.25,
        "detail": "Done.",
    }
    with pytest.raises(ValueError, match="at least one finding"):
        Verdict.of("x", [], 1.0)
