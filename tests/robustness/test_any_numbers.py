"""Tables of any numbers: one line, or a report whose every certificate is accepted."""

import json
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError, check
from lossurface.exact import check as recheck

SMALL = st.integers(-2, 2)
DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
WIDE = st.builds(
    lambda top, exponent: f"{top}e{exponent}", st.integers(-99, 99), st.integers(-600, 300)
)
LONG = st.builds(
    lambda top, digits: Fraction(top, 10**digits),
    st.integers(-(10**400), 10**400),
    st.integers(0, 700),
)
RATIOS = st.fractions(max_denominator=10**9)
OFFSET = st.integers(-3, 3).map(lambda k: 2**53 + k)


@st.composite
def tables(draw):
    """Draw n rows of d numbers, some rows and columns doubled, and labels of both classes."""
    d, n = draw(st.integers(1, 4)), draw(st.integers(2, 9))
    kinds = (SMALL, DOUBLES, WIDE, LONG, RATIOS, OFFSET)
    columns = [draw(st.sampled_from(kinds)) for _ in range(d)]
    rows = [[draw(column) for column in columns] for _ in range(n)]
    if draw(st.booleans()):
        rows[-1] = list(rows[0])
    if draw(st.booleans()):
        rows = [[*row, row[0]] for row in rows]
    return rows, [1, *draw(st.lists(st.sampled_from([1, -1]), min_size=n - 2, max_size=n - 2)), -1]


def answer(rows, labels, **choices):
    try:
        return check(rows, labels, **choices)
    except InputError as error:
        return str(error)


def one_line_or_true(rows, labels, **choices):
    report = answer(rows, labels, **choices)
    if isinstance(report, str):
        assert len(report.splitlines()) == 1
        assert len(report) < 400
        return
    json.dumps(report.to_dict())
    assert str(report)
    for condition in report.conditions:
        assert (
            condition.verdict == "undecided"
            or condition.certificate is None
            or (recheck(condition.certificate).status == "holds")
        )
    if report.counterexample is not None:
        assert recheck(report.counterexample).status == "holds"


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from(["softplus", "quadratic", "relu"]), st.integers(1, 9))
def test_any_table(table, neuron, width):
    one_line_or_true(*table, neuron=neuron, width=width)


def test_any_architecture():
    rows = [
        [f"{k}e{e}", f"{3 * k + 1}e-{e}"]
        for k, e in zip((1, -2, 5, 7, -3), (0, 290, 5, 99, 300), strict=True)
    ]
    for architecture in ("single", "shortcut", "feedforward", "identity"):
        for neuron in ("relu", "quadratic", "tanh", "leaky-relu", "threshold"):
            labels = [1, -1, 1, -1, -1]
            one_line_or_true(rows, labels, neuron=neuron, architecture=architecture)
