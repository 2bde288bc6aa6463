"""Assumptions answer yes, no or undecided, and what they show can be checked."""

from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from lossurface.errors import InputError
from lossurface.exact.linalg import rank
from lossurface.setting import (
    ARCHITECTURES,
    NEURONS,
    Answer,
    Architecture,
    Dataset,
    Deep,
    assumption_1,
    assumption_2,
    assumption_3,
    assumption_4,
    assumption_5,
    assumption_6,
    feedforward,
    get_neuron,
    increasing_neuron,
    logistic,
    polynomial_hinge,
    quadratic,
    support_axes,
)
from lossurface.setting._linear import null_vector

from ._tools import seeded

small = st.integers(-3, 3)


def data_of(d: int, size: int) -> st.SearchStrategy[Dataset]:
    row = st.tuples(*[small] * d)
    rows = st.lists(st.tuples(row, st.sampled_from([-1, 1])), min_size=1, max_size=size)
    return rows.map(lambda r: Dataset.of([x for x, _ in r], [y for _, y in r]))


def test_an_answer_is_not_a_boolean() -> None:
    answer = Answer("no", "because")
    assert str(answer) == "no: because"
    assert [Answer(s, "").holds for s in ("yes", "no", "undecided")] == [True, False, None]
    with pytest.raises(TypeError, match="three values"):
        bool(answer)


@pytest.mark.parametrize("p", [1, 2, 3, 6, 9])
def test_assumption_1_holds_for_the_polynomial_hinge(p: int) -> None:
    answer = assumption_1(polynomial_hinge(p))
    assert answer.status == "yes"
    assert answer.witness == 1  # z_0
    assert f"{p} continuous derivatives" in answer.reason


def test_assumption_1_fails_for_the_quadratic_and_the_logistic_loss() -> None:
    answer = assumption_1(quadratic())
    assert answer.status == "no"
    assert isinstance(answer.witness, Fraction)
    assert 2 * (1 + answer.witness) < 0  # l' at the witness
    assert assumption_1(logistic()).status == "no"
    assert "no z_0" in assumption_1(logistic()).reason


def test_assumption_1_of_an_unknown_loss_is_refuted_or_left_open() -> None:
    small_loss = replace(
        logistic(),
        name="small",
        ball=lambda z: z.exp() / 3,
        ball_derivative=lambda z, k: z.exp() / 3,
    )
    assert "l(0) is too small" in assumption_1(small_loss).reason
    exponential = replace(
        small_loss, name="exponential", ball=arb.exp, ball_derivative=lambda z, k: z.exp()
    )
    assert assumption_1(exponential).status == "undecided"


def test_assumptions_2_and_3_on_subspace_data() -> None:
    data = Dataset.of([[1, 1, 0], [1, 2, 0], [0, 1, 3], [0, 2, 1]], [1, 1, -1, -1])
    assert support_axes(data, 1) == (0, 1)
    assert support_axes(data, -1) == (1, 2)
    assert assumption_2(data).status == "yes"
    assert assumption_3(data).status == "yes"
    assert assumption_3(data).witness == 1  # Delta r
    outside = assumption_3(data, (0,), (1, 2))
    assert outside.status == "no"
    assert "samples[0] is not in the span" in outside.reason
    assert assumption_2(data, (0, 1), (1,)).witness == 2


def test_assumption_2_names_dependent_samples() -> None:
    proportional = Dataset.of([[1, 2], [3, 1], [-2, -4]], [1, 1, 1])
    assert assumption_2(proportional).witness == (0, 2)
    flat = Dataset.of([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], [1, 1, 1, 1])
    assert assumption_2(flat).witness == (0, 1, 2)
    assert assumption_2(flat, max_subsets=3).status == "undecided"
    zero = Dataset.of([[0, 0], [1, 0]], [-1, 1])
    assert assumption_2(zero, (0,), (1,)).witness == (0,)


def test_assumption_2_with_fewer_samples_than_axes_or_none() -> None:
    assert assumption_2(Dataset.of([[1, 2, 3], [4, 5, 7]], [1, 1])).status == "yes"
    assert assumption_2(Dataset.of([[1, 2, 3], [2, 4, 6]], [1, 1])).status == "no"


def test_assumption_3_fails_when_one_set_contains_the_other() -> None:
    answer = assumption_3(Dataset.of([[1, 0], [1, 1]], [1, -1]))
    assert answer.status == "no"
    assert "Delta r = 0" in answer.reason
    for axes in ((2,), (-1,)):
        with pytest.raises(InputError, match="give numbers from 0 to 1"):
            assumption_3(Dataset.of([[1, 0], [1, 1]], [1, -1]), axes)


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_assumption_4_asks_for_the_single_layer_part(kind: str) -> None:
    relu = get_neuron("relu")
    single = kind in ("single-layer", "shortcut")
    deep = None if kind == "single-layer" else (2,)
    shape = Architecture(kind, 1, int(single), relu if single else None, deep, deep and relu)
    assert assumption_4(shape).status == ("yes" if single else "no")


def test_assumption_4_takes_a_network_too() -> None:
    assert assumption_4(feedforward(Deep(None, (([[1]], [0]),)))).status == "no"


def test_assumption_5_and_theorem_2_split_the_neurons_as_table_1_does() -> None:
    convex = {name for name, neuron in NEURONS.items() if assumption_5(neuron).holds}
    rising = {name for name, neuron in NEURONS.items() if increasing_neuron(neuron).holds}
    assert convex == {"softplus", "softplus-e", "exp", "quadratic", "cosh", "quartic"}
    assert rising == {"softplus", "softplus-e", "exp", "linear", "sigmoid", "tanh", "arctan"}
    assert all(assumption_5(n).holds is not None for n in NEURONS.values())
    assert all(increasing_neuron(n).holds is not None for n in NEURONS.values())


def test_an_undocumented_neuron_is_left_undecided() -> None:
    mystery = replace(get_neuron("exp"), name="mystery", memberships={})
    assert assumption_5(mystery).status == "undecided"
    assert increasing_neuron(mystery).status == "undecided"


@seeded
@given(data_of(2, 6))
def test_assumption_6_always_decides_small_data_and_shows_why(data: Dataset) -> None:
    answer = assumption_6(data)
    signed = [tuple(y * v for v in x) for x, y in zip(data.x, data.y, strict=True)]
    assert isinstance(answer.witness, tuple)
    if answer.status == "yes":
        assert all(sum(u * v for u, v in zip(answer.witness, s, strict=True)) > 0 for s in signed)
    else:
        assert answer.status == "no"
        mu = answer.witness
        assert len(mu) == data.n
        assert min(mu) >= 0
        assert max(mu) > 0
        assert all(sum(m * s[k] for m, s in zip(mu, signed, strict=True)) == 0 for k in range(2))


@seeded
@given(data_of(3, 9))
def test_assumption_6_never_guesses_in_three_dimensions(data: Dataset) -> None:
    assert assumption_6(data).status in ("yes", "no")


def test_assumption_6_tries_the_given_separator_first() -> None:
    data = Dataset.of([[1, 0], [0, 1]], [1, -1])
    assert assumption_6(data, ["3", "-1/2"]).witness == (3, Fraction(-1, 2))
    assert assumption_6(data, [-1, 1]).status == "yes"  # that one fails, another is found
    with pytest.raises(InputError, match="separator has 1 entries and samples have 2"):
        assumption_6(data, [1])


def test_assumption_6_at_extreme_scales_is_exact_or_undecided() -> None:
    tiny = Dataset.of([[Fraction(1, 10**30), 1], [Fraction(1, 10**30), -1]], [1, 1])
    assert assumption_6(tiny, [1, 0]).status == "yes"
    assert assumption_6(tiny).status != "no"
    huge = Dataset.of([[10**200, 1], [1, 10**200]], [1, -1])
    assert assumption_6(huge).status == "yes"
    assert assumption_6(Dataset.of([[0]], [1])).witness == (1,)


@seeded
@given(st.lists(st.tuples(small, small, small), min_size=1, max_size=4))
def test_rank_and_null_vector_satisfy_their_definitions(rows: list[tuple[int, int, int]]) -> None:
    matrix = [tuple(Fraction(v, 3) for v in row) for row in rows]
    found = rank(matrix)
    minors = [
        any(
            matrix[i][a] * matrix[j][b] != matrix[i][b] * matrix[j][a]
            for a in range(3)
            for b in range(a)
        )
        for i in range(len(matrix))
        for j in range(i)
    ]
    assert (found >= 1) == any(any(row) for row in matrix)
    assert (found >= 2) == any(minors)
    mu = null_vector(matrix)
    if mu is not None:
        assert found == len(matrix) - 1
        assert any(mu)
        for k in range(3):
            assert sum(m * row[k] for m, row in zip(mu, matrix, strict=True)) == 0
    else:
        assert found != len(matrix) - 1
