"""The builders' separators and weights: one of them exists, and it is what it claims to be."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from lossurface.counterexamples._gordan import gordan, signed, wide_separator

from lossurface.conditions import Space, assumption_6
from lossurface.counterexamples import proposition_2
from lossurface.exact import check
from lossurface.setting import Dataset


@st.composite
def datasets(draw):
    """Both classes, coordinates from 1e-40 to 1e40."""
    d = draw(st.integers(1, 3))
    value = st.builds(
        lambda k, e: k * Fraction(10) ** e, st.integers(-3, 3), st.sampled_from([-40, 0, 0, 0, 40])
    )
    rows = draw(st.lists(st.lists(value, min_size=d, max_size=d), min_size=2, max_size=8))
    cut = draw(st.integers(1, len(rows) - 1))
    return Dataset.of(rows, [1] * cut + [-1] * (len(rows) - cut))


def apart(w, rows):
    return all(sum(a * b for a, b in zip(w, row, strict=True)) > 0 for row in rows)


@settings(max_examples=100, deadline=None)
@given(datasets())
def test_one_of_the_two_exists_and_it_is_the_answer_to_assumption_6(data):
    rows = signed(data)
    w, mu = gordan(rows)
    if w is not None:
        assert mu is None
        assert apart(w, rows)
    else:
        assert min(mu) >= 0
        assert max(mu) > 0
        sums = [
            sum(m * v for m, v in zip(mu, column, strict=True))
            for column in zip(*rows, strict=True)
        ]
        assert not any(sums)
    wide = wide_separator(rows)
    assert wide is None or apart(wide, rows)
    assert assumption_6(Space(data)).verdict == ("fails" if w is None else "holds")


def test_samples_closer_than_floats_can_part_have_a_certificate():
    data = Dataset.of([("1e-30", 1), ("-1e-30", 1)], [1, -1])
    assert wide_separator(signed(data)) is None
    assert check(proposition_2(data="theorem-2", dataset=data)).status == "holds"
