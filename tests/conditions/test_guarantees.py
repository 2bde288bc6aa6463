"""What `check` guarantees on given samples, and that it never contradicts itself."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims.check import Report, check
from lossurface.conditions import assumption_2
from lossurface.exact.linalg import rank
from tests.conditions.samples import KNOWN, space

# samples, labels, neuron, width: each was granted Theorem 1 or Proposition 1
FALSE = {
    "a positive in the negatives' span, certified bad minimum beside the guarantee": (
        [[0, 1, 0], [1, 1, 0], [1, 2, 0], [-1, 1, 0],
         [0, 2, 1], [0, 2, -1], [0, 0.5, 1], [0, 0.5, -1]],
        [1, 1, 1, 1, -1, -1, -1, -1],
        40,
    ),
    "contradictory samples": ([[1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 1, 0]], [1, 1, -1, -1], 8),
    "zero in both classes": ([[0, 0], [1, 0], [0, 0], [0, 1]], [1, 1, -1, -1], 3),
    "one positive, in the negatives' span": (
        [[0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 1, -1]],
        [1, -1, -1],
        30,
    ),
    "a sample in both classes, any two of a class independent": (
        [[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]],
        [1, 1, 1, -1, -1, -1],
        40,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
@pytest.mark.parametrize("neuron", ["softplus", "quadratic"])
def test_nothing_is_granted_where_it_is_false(name, neuron):
    samples, labels, width = FALSE[name]
    report = check(samples, labels, neuron=neuron, width=width)
    assert report.guarantees == ()
    applies = {claim.id: claim.applies for claim in report.claims}
    assert applies["theorem-1"] == applies["proposition-1"] == "no"


def test_general_position_is_granted_by_name():
    fewer, both = {"ours-quadratic-width"}, {"proposition-1", "proposition-12"}
    for name, neuron, width, granted in (
        ("planes", "softplus", 8, {"theorem-1", "ours-width", "ours-independent-parts"}),
        ("planes", "softplus", 5, {"ours-width", "ours-independent-parts"}),  # two parts a class
        ("planes", "softplus", 3, {"ours-width"}),  # two samples a class, one own direction each
        ("planes", "softplus", 2, set()),
        ("planes", "quadratic", 4, {"ours-width", *fewer, *both}),
        ("planes", "quadratic", 2, fewer),
        ("planes", "quadratic", 1, set()),
        ("cross", "quadratic", 3, {"ours-width", *fewer, *both}),
        ("cross", "quadratic", 2, {"ours-width", *fewer}),
    ):
        report = check(*KNOWN[name][:2], neuron=neuron, width=width)
        assert {claim.id for claim in report.guarantees} == granted
    narrow = check(*KNOWN["planes"][:2], width=4)
    for width in (5, 8):
        assert any(f"widen f_S from 4 to {width}" in line for line in narrow.advice)
    hinge_5 = check(*KNOWN["planes"][:2], width=8, p=5)
    assert [claim.id for claim in hinge_5.guarantees] == ["ours-width"]
    assert check(*KNOWN["planes"][:2], width=8, p=1).guarantees == ()


def dependent(rows, size, modulo):
    """By sympy: whether some at most `size` rows depend, modulo the span of others."""
    base = sympy.Matrix(modulo).rank() if modulo else 0
    return any(
        sympy.Matrix([*modulo, *subset]).rank() < base + count
        for count in range(1, min(size, len(rows)) + 1)
        for subset in combinations(rows, count)
    )


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_our_width_is_the_one_that_enumeration_finds(data):
    """General position by all subsets, ranks by sympy; (A) and (C) written out once more."""
    d = data.draw(st.integers(2, 4))
    row = st.lists(st.integers(-3, 3), min_size=d, max_size=d)
    axes = [data.draw(st.lists(st.booleans(), min_size=d, max_size=d)) for _ in range(2)]
    plus, minus = (
        [
            [v * on for v, on in zip(x, used, strict=True)]
            for x in data.draw(st.lists(row, min_size=1, max_size=4))
        ]
        for used in axes
    )
    r_plus, r_minus, r = (sympy.Matrix(rows).rank() for rows in (plus, minus, plus + minus))
    own_plus, own_minus = r - r_minus, r - r_plus
    granted = min(own_plus, own_minus) > 0 and not (
        dependent(plus, r_plus, [])
        or dependent(plus, own_plus, minus)
        or dependent(minus, r_minus, [])
        or dependent(minus, own_minus, plus)
    )
    width = 2
    if granted and r_plus + r_minus > r:
        width = max(2, 1 + (len(plus) - 1) // own_plus + (len(minus) - 1) // own_minus)
    labels = [1] * len(plus) + [-1] * len(minus)
    for M in (1, width - 1, width, 40):
        if M:
            report = check(plus + minus, labels, width=M, p=2)
            found = {claim.id: claim.applies for claim in report.claims}["ours-width"]
            assert (found == "yes") == (granted and width <= M), (plus, minus, M)


def test_beyond_the_limit_of_subsets_theorem_1_is_undecided():
    generator = np.random.default_rng(0)
    samples = np.zeros((60, 9))
    samples[:30, :6] = generator.normal(size=(30, 6))  # C(30, 6) = 593,775 sets
    samples[30:, 3:] = generator.normal(size=(30, 6))
    labels = [1] * 30 + [-1] * 30
    for neuron in ("softplus", "quadratic"):
        report = check(samples, labels, neuron=neuron, width=1000)
        assert report.condition("assumption-2").verdict == "undecided"
        applies = {claim.id: claim.applies for claim in report.claims}
        mine = "theorem-1" if neuron == "softplus" else "proposition-1"
        assert applies[mine] == "undecided"
    samples[1] = 2 * samples[0]  # two parallel samples are found all the same
    assert check(samples, labels, width=1000).condition("assumption-2").verdict == "fails"


@st.composite
def datasets(draw):
    """Small integer data: shared coordinates, duplicates and zeros are common."""
    coordinate = st.integers(-draw(st.integers(1, 3)), 3)
    d = draw(st.integers(1, 4))
    n = draw(st.integers(2, 8))
    used = [draw(st.sets(st.integers(0, d - 1), min_size=1)) for _ in range(2)]
    labels = [1, -1] + [draw(st.sampled_from([1, -1])) for _ in range(n - 2)]
    samples = [
        [draw(coordinate) if k in used[label > 0] else 0 for k in range(d)] for label in labels
    ]
    return samples, labels


CHOICES = st.fixed_dictionaries(
    {
        "neuron": st.sampled_from(
            ["softplus", "quadratic", "cosh", "tanh", "leaky-relu", "relu", "cube"]
        ),
        "p": st.sampled_from([2, 3, 6]),
        "width": st.sampled_from([None, 1, 2, 3, 5, 8, 16, 40]),
        "architecture": st.sampled_from(["shortcut", "single"]),
    }
)


@settings(max_examples=300, deadline=None)
@given(datasets(), CHOICES)
def test_no_report_contradicts_itself(data, choices):
    report = check(*data, **choices)  # Report itself refuses a guarantee beside its refutation
    if report.guarantees:
        assert report.counterexample is None
        assert report.condition("realisable").verdict == "holds"


def test_a_contradiction_would_be_refused():
    bad = check(*FALSE["zero in both classes"][:2], neuron="quadratic", width=3)
    good = check(*KNOWN["planes"][:2], neuron="quadratic", width=8)
    with pytest.raises(AssertionError, match="granted together with"):
        Report(**{**vars(good), "counterexample": bad.counterexample})
    with pytest.raises(AssertionError, match="realisable"):
        Report(**{**vars(good), "conditions": bad.conditions})


def in_general_position(samples, labels):
    """Return whether samples are in general position, by the words of the definition."""
    of = {sign: [x for x, y in zip(samples, labels, strict=True) if y == sign] for sign in (1, -1)}
    r = rank(samples)
    for sign in (1, -1):
        own, other = of[sign], of[-sign]
        for size in range(1, max(rank(own), 1) + 1):  # a zero sample is dependent by itself
            if any(rank(subset) < size for subset in combinations(own, size)):
                return False
        for size in range(1, r - rank(other) + 1):
            for subset in combinations(own, size):
                if rank([*other, *subset]) < rank(other) + size:
                    return False
    return True


@settings(max_examples=200, deadline=None)
@given(datasets())
def test_assumption_2_is_general_position(data):
    samples = [[Fraction(v) for v in row] for row in data[0]]
    expected = "holds" if in_general_position(samples, data[1]) else "fails"
    assert assumption_2(space(*data)).verdict == expected


@settings(max_examples=150, deadline=None)
@given(datasets(), st.integers(1, 4))
def test_the_fewest_quadratic_neurons_are_those_of_the_ranks(data, width):
    samples, labels = data
    report = check(*data, neuron="quadratic", p=2, width=width)
    r = rank([[Fraction(v) for v in row] for row in samples])
    r_plus, r_minus = (
        rank([[Fraction(v) for v in x] for x, y in zip(*data, strict=True) if y == sign])
        for sign in (1, -1)
    )
    rational = [[Fraction(v) for v in row] for row in samples]
    spread = r > max(r_plus, r_minus) and in_general_position(rational, labels)
    granted = spread and width >= r_plus + r_minus - r + 1
    if report.condition("proposition-12").verdict == "holds":
        granted = granted or width >= max(1, r - 1)
    assert granted == ("ours-quadratic-width" in {claim.id for claim in report.guarantees})


def test_fewer_parts_than_were_found_are_not_ruled_out():
    samples = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [-1, -1, 0], [0, 0, 1], [0, 0, -1]]
    applies = {
        width: {c.id: c.applies for c in check(samples, [1] * 4 + [-1] * 2, width=width).claims}
        for width in (4, 5, 7)
    }  # the positives split into {0, 2} and {1, 3}, so 5 is enough; the search finds 7
    found = [applies[width]["ours-independent-parts"] for width in (4, 5, 7)]
    assert found == ["no", "undecided", "yes"]


def test_no_sample_in_the_other_span_is_enough_for_quadratic_neurons():
    samples = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -1], [0, 0, 1e-6]]
    report = check(samples, [1, 1, 1, -1, -1, -1], neuron="quadratic", width=4)
    granted = ["proposition-12", "ours-quadratic-width"]
    assert [claim.id for claim in report.guarantees] == granted


def test_powers_of_two_depend_on_nothing_by_accident():
    samples = [[1.0, 1.0, 0.0], [2.0**61, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 2.0**-61, 1.0]]
    condition = assumption_2(space(samples, [1, 1, 1, -1]))
    assert (condition.verdict, condition.why) == ("fails", "positive samples 0, 2 are dependent")
