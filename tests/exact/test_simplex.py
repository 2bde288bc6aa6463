"""The simplex method: of two alternatives just one holds, and what is returned shows which."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lossurface.claims import proposition_2
from lossurface.claims.construction import signed
from lossurface.conditions import Space, assumption_6
from lossurface.exact import check
from lossurface.exact.simplex import feasible, separate
from lossurface.setting import Dataset


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


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


@settings(max_examples=100, deadline=None)
@given(datasets())
def test_a_separator_or_weights_and_it_is_the_answer_to_assumption_6(data):
    rows = signed(data)
    separable, vector = separate(rows)
    if separable:
        assert all(dot(vector, row) > 0 for row in rows)
    else:
        assert min(vector) >= 0
        assert max(vector) > 0
        assert not any(dot(vector, column) for column in zip(*rows, strict=True))
    assert assumption_6(Space(data)).verdict == ("holds" if separable else "fails")


SMALL = st.integers(-3, 3)  # degenerate vertices abound


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 4).flatmap(lambda m: st.tuples(
    st.lists(st.lists(SMALL, min_size=m, max_size=m), min_size=1, max_size=8),
    st.lists(st.integers(0, 3), min_size=m, max_size=m),
)))  # fmt: skip
def test_a_solution_or_the_vector_of_farkas(system):
    columns, right = system
    solved, vector = feasible(columns, right)
    if solved:
        assert min(vector) >= 0
        assert [dot(vector, row) for row in zip(*columns, strict=True)] == right
    else:
        assert min(dot(vector, column) for column in columns) >= 0
        assert dot(vector, right) < 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-9, 9)] * 3).filter(any), min_size=1, max_size=8))
def test_the_separators_margin_is_the_widest_up_to_its_rounding(rows):
    """Against HiGHS: max t with w^T s >= t |s|_max, w in [-1, 1]^3; a digit rounds by 1/10."""
    separable, w = separate([tuple(map(Fraction, row)) for row in rows])
    sizes = [max(map(abs, row)) for row in rows]
    best = linprog(
        [0, 0, 0, -1],
        A_ub=[[*(-v / size for v in row), 1] for row, size in zip(rows, sizes, strict=True)],
        b_ub=[0] * len(rows),
        bounds=[(-1, 1)] * 3 + [(None, None)],
    )
    assert separable == (-best.fun > 1e-9)
    if separable:
        assert max(map(abs, w)) <= 1
        margin = min(dot(w, row) / size for row, size in zip(rows, sizes, strict=True))
        assert margin >= -best.fun - 3 * Fraction(1, 10) - Fraction(1, 10**9)


def test_samples_closer_than_floats_can_part_have_a_certificate():
    data = Dataset.of([("1e-30", 1), ("-1e-30", 1)], [1, -1])
    assert check(proposition_2.certify(data="theorem-2", dataset=data)).status == "holds"
