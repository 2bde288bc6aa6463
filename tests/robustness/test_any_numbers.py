"""Tables of any numbers: one line, or a report whose every certificate is accepted."""

import json
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError, check
from lossurface.exact import check as recheck
from tests.robustness.lines import one_line

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
CHOICES = st.fixed_dictionaries(
    {
        "neuron": st.sampled_from(["softplus", "quadratic", "relu", "tanh", "leaky-relu"]),
        "architecture": st.sampled_from(["shortcut", "single", "feedforward", "identity"]),
        "width": st.integers(1, 9),
    }
)


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


@settings(max_examples=150, deadline=None)
@given(tables(), CHOICES)
def test_any_table_is_one_line_or_a_true_report(table, choices):
    try:
        report = check(*table, **choices)
    except InputError as error:
        one_line(error, 400)
        return
    json.dumps(report.to_dict())
    assert str(report)
    for condition in report.conditions:
        if condition.verdict != "undecided" and condition.certificate is not None:
            assert recheck(condition.certificate).status == "holds"
    if report.counterexample is not None:
        assert recheck(report.counterexample).status == "holds"
