"""Reading many numbers at once reads what reading them one by one does, and refuses the same."""

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from lossurface.exact._read import _ratios, ratio
from lossurface.exact.rational import Unreadable

NUMBERS = st.fractions().map(str)
ODD = st.sampled_from(
    ["-0", "+1", "2/4", "3/1", "1/0", "1/-2", "01", "1 2", " 1", "", "1/2/3", "1.5", "1e9", "٣"]
)
ENTRIES = st.one_of(NUMBERS, ODD, st.text(max_size=3), st.integers(), st.none(), st.booleans())


def one_by_one(values):
    try:
        return [ratio(value, "x") for value in values]
    except Unreadable as error:
        return str(error)


@given(st.one_of(st.lists(NUMBERS), st.lists(ENTRIES)))
@example(["1 2", "3"])
@example(["0/5"])
@example(["1", "7/1"])
@example([])
def test_a_row_is_read_as_its_entries_are(values):
    try:
        found = _ratios(values, "x")
    except Unreadable as error:
        found = str(error)
    assert found == one_by_one(values)


@given(st.lists(st.fractions(), min_size=1))
def test_what_is_read_is_what_was_written(values):
    assert [Fraction(p, q) for p, q in _ratios([str(v) for v in values], "x")] == values
