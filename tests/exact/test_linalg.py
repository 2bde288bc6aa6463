"""Exact linear algebra against its definitions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossurface.exact.checker.arithmetic import dot
from lossurface.exact.linalg import positive_definite, rank, solve

entries = st.integers(-4, 4).map(Fraction)


@st.composite
def matrices(draw):
    width = draw(st.integers(1, 4))
    row = st.lists(entries, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=1, max_size=4))


@given(matrices(), st.data())
def test_a_solution_solves(rows, data):
    width = len(rows[0])
    true = data.draw(st.lists(entries, min_size=width, max_size=width))
    right = [dot(row, true) for row in rows]
    found = solve(rows, right)
    assert [dot(row, found) for row in rows] == right


def test_an_inconsistent_system_is_refused():
    rows = [[Fraction(1)], [Fraction(1)]]
    with pytest.raises(ValueError, match="no solution"):
        solve(rows, [Fraction(0), Fraction(1)])


@given(matrices())
def test_a_gram_matrix_is_definite_exactly_at_full_rank(rows):
    width = len(rows[0])
    gram = [[sum(row[j] * row[k] for row in rows) for k in range(width)] for j in range(width)]
    assert positive_definite(gram) == (rank(rows) == width)
