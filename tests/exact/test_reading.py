"""Reading many numbers at once reads what reading them one by one does, and refuses the same."""

from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lossurface.exact.rational import Unreadable
from lossurface.exact.reading import DIGITS, _at_once, ratio, ratios

NUMBERS = st.fractions().map(str)
WORDS = "-0 +1 2/4 3/1 1/0 0/1 1/-2 01 1/02 1/2/3 1_0 1.5 1e9 ٣ / 1/ /2 --1 \ud800 true NaN"
ODD = st.sampled_from(WORDS.split(" ")) | st.sampled_from(
    ["", "1 2", " 1", "1\n", "1,2", "9" * 5000, "1/" + "9" * 5000]
)
LONG = st.integers(DIGITS - 3, DIGITS + 3).flatmap(
    lambda k: st.sampled_from(["9" * k, "-" + "9" * k, "2/" + "9" * k, "9" * k + "/2"])
)
CLOSE = st.text(alphabet="0123-/,+_. []", max_size=5)
ENTRIES = st.one_of(
    NUMBERS, ODD, CLOSE, st.text(max_size=3), st.integers(), st.none(), st.booleans()
)


def one_by_one(values):
    try:
        return [ratio(value, "x") for value in values]
    except Unreadable as error:
        return str(error)


@settings(max_examples=400)
@given(
    st.one_of(
        st.lists(NUMBERS),
        st.lists(ENTRIES),
        st.lists(CLOSE, max_size=4),
        st.lists(LONG, max_size=3),
    )
)
@example(["1 2", "3"])
@example(["0/5"])
@example(["1", "7/1"])
@example([])
@example(["1/2/3", "4"])
@example(["1,2/3", "4"])
@example(["1/2,3/4", "5"])
@example(["1]", "[2/3"])
@example(["[" * 4000] * 100)
@example(["[1", "2]"])
@example(["true", "NaN"])
def test_a_row_is_read_as_its_entries_are(values):
    try:
        found = list(zip(*ratios(values, lambda i: "x"), strict=True))
    except Unreadable as error:
        found = str(error)
    assert found == one_by_one(values)


@given(st.lists(st.fractions(), min_size=1))
def test_what_is_read_is_what_was_written(values):
    read = _at_once([str(v) for v in values])
    assert read is not None
    assert list(map(Fraction, *read)) == values
