"""Datasets whose verdicts were worked out by hand."""

from fractions import Fraction

import pytest

from lossurface import InputError
from lossurface.conditions.definiteness import proposition_11, proposition_12
from lossurface.conditions.separability import affine_separability, assumption_6, half_space
from lossurface.conditions.subspaces import (
    Ranks,
    assumption_2,
    assumption_3,
    numerical_ranks,
    ranks,
    theorem_1_width,
)
from tests.conditions.samples import KNOWN, space


@pytest.mark.parametrize("name", KNOWN)
def test_verdicts(name):
    samples, labels, six, twelve, eleven = KNOWN[name]
    prepared = space(samples, labels)
    assert assumption_6(prepared).verdict == six
    found = proposition_12(prepared)
    assert found.verdict == twelve
    assert proposition_11(prepared, found).verdict == eleven
    assert proposition_11(prepared).verdict == eleven  # without the help of 12


@pytest.mark.parametrize("name", KNOWN)
def test_every_verdict_has_a_certificate(name):
    samples, labels, *_ = KNOWN[name]
    prepared = space(samples, labels)
    tests = (assumption_6, affine_separability, half_space, assumption_3, proposition_12)
    for test in (*tests, proposition_11):
        found = test(prepared)
        assert found.certificate is not None
        assert found.finding.status == "holds"
        assert found.finding.evidence == "exact"


def test_affine_separability_sees_the_bias():
    prepared = space([[1], [2]], [1, -1])
    assert assumption_6(prepared).verdict == "fails"
    assert affine_separability(prepared).verdict == "holds"


def test_half_space_ignores_the_labels():
    assert half_space(space([[1], [2]], [1, -1])).verdict == "holds"
    assert half_space(space([[1], [-2]], [1, -1])).verdict == "fails"


def test_touching_classes_are_decided_exactly():
    # separated by 1e-30 only: far below anything a float program can see
    tiny = f"1/{10**30}"
    near = space([[tiny, 1], [f"-{tiny[0]}/{10**30}", 1]], [1, -1])
    assert assumption_6(near).verdict == "holds"
    assert assumption_6(space([[0, 1], [0, 1]], [1, -1])).verdict == "fails"


def test_ranks_and_widths():
    prepared = space(*KNOWN["planes"][:2])
    assert ranks(prepared) == Ranks(2, 2, 3)
    assert ranks(prepared).gap == 1
    assert ranks(prepared).width(4) == 8  # 2 max(4/1, 2, 2)
    assert ranks(prepared).quadratic_width == 4
    assert Ranks(2, 2, 2).width(4) is None
    assert assumption_3(prepared).verdict == "holds"


def test_orthogonality_is_not_needed():
    """Two lines at any angle satisfy Assumption 3: a linear map makes them orthogonal."""
    prepared = space([[1, 0], [2, 0], [3, 1], [6, 2]], [1, 1, -1, -1])
    assert ranks(prepared) == Ranks(1, 1, 2)
    assert assumption_3(prepared).verdict == "holds"
    assert theorem_1_width(prepared).verdict == "holds"


def test_width_from_independent_parts():
    # 4 positives on a line modulo the negatives' line: 4 parts of one, hence M = 9
    samples = [[1, 0], [2, 0], [3, 0], [4, 0], [0, 1]]
    found = theorem_1_width(space(samples, [1, 1, 1, 1, -1]))
    assert found.certificate.data["width"] == 9
    # the same number in a plane modulo that line: 2 parts, hence M = 5
    samples = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 2, 0], [0, 0, 1]]
    found = theorem_1_width(space(samples, [1, 1, 1, 1, -1]))
    assert found.certificate.data["width"] == 5


def test_width_is_refused_where_a_sample_lies_in_the_other_span():
    found = theorem_1_width(space([[1, 0], [0, 1], [1, 1], [2, 0]], [1, 1, -1, -1]))
    assert found.verdict == "fails"
    assert "sample 0" in found.why


def test_general_position():
    assert assumption_2(space([[1, 0], [0, 1], [1, 1], [1, 5]], [1, 1, 1, -1])).verdict == "holds"
    dependent = assumption_2(space([[1, 0], [2, 0], [1, 1], [1, 5]], [1, 1, 1, -1]))
    assert dependent.verdict == "fails"
    assert "0, 1" in dependent.why
    assert assumption_2(space([[0, 0], [1, 1]], [1, -1])).verdict == "fails"


def test_numerical_rank_is_a_stated_reading():
    prepared = space([[1.0, 1e-9], [2.0, 0.0], [0.0, 1.0]], [1, 1, -1])
    assert ranks(prepared) == Ranks(2, 1, 2)
    assert numerical_ranks(prepared, 1e-6) == Ranks(1, 1, 2)
    with pytest.raises(InputError, match="tolerance"):
        numerical_ranks(prepared, 0.0)


def test_one_class_is_refused():
    with pytest.raises(InputError, match="both classes"):
        space([[1], [2]], [1, 1])


def test_more_features_than_samples():
    """Independent samples: every condition holds, and the certificates stay small."""
    import numpy as np

    samples = np.random.default_rng(0).normal(size=(12, 300))
    prepared = space(samples, [1] * 6 + [-1] * 6)
    found = proposition_12(prepared)
    tests = (assumption_6, assumption_3, theorem_1_width, proposition_11)
    for condition in (found, *(test(prepared) for test in tests)):
        assert condition.verdict == "holds", condition.why
        assert len(condition.certificate.to_json()) < 500_000
    assert theorem_1_width(prepared).certificate.data["width"] == 3


def test_extreme_scales():
    """Columns from 1e-200 to 1e200: the same verdicts as on the unscaled samples."""
    for name, (samples, labels, six, twelve, eleven) in KNOWN.items():
        scaled = [
            [v * factor for v, factor in zip(row, (10**200, 1e-200, 1), strict=False)]
            for row in samples
        ]
        prepared = space(scaled, labels)
        found = proposition_12(prepared)
        assert found.verdict == twelve, name
        assert (assumption_6(prepared).verdict, proposition_11(prepared).verdict) == (six, eleven)


def test_a_unit_converted_and_rounded():
    """Kilograms beside rounded pounds: full rank by rounding alone, and decided all the same."""
    import numpy as np

    generator = np.random.default_rng(1)
    kilograms = generator.normal(size=(14, 2)) + 3.0
    labels = [1] * 7 + [-1] * 7
    samples = np.hstack([kilograms, kilograms[:, :1] * 2.2046226])
    prepared = space(samples, labels)
    assert prepared.span.rank == 3
    assert prepared.frame.change is not None
    found = proposition_12(prepared)
    for condition in (assumption_6(prepared), found, proposition_11(prepared, found)):
        assert condition.verdict != "undecided", condition.why
        assert condition.finding.status == "holds"


def test_many_parallel_samples_are_split_quickly():
    samples = [[k, 0, 0] for k in range(1, 400)] + [[0, 1, 0], [0, 0, 1]]
    found = theorem_1_width(space(samples, [1] * 400 + [-1]))
    assert found.certificate.data["width"] == 2 * 399 + 1


OFFSET = [[2**53], [2**53 + 1], [2**53 + 2]]  # neighbours that floats do not tell apart


def test_proposition_11_does_not_depend_on_the_origin():
    found = proposition_11(space(OFFSET, [1, -1, 1]))
    assert found.verdict == "fails"
    weights = [Fraction(v) for v in found.certificate.data["lambda"]]
    assert weights == [weights[0], 2 * weights[0], weights[0]]
    for name, (samples, labels, *_, eleven) in KNOWN.items():
        if name in ("cross", "ring"):  # their hulls meet in the inside: no origin is special
            moved = [[v + 10**30 for v in row] for row in samples]
            assert proposition_11(space(moved, labels)).verdict == eleven


def test_proposition_11_holds_where_a_quadratic_vanishes_on_all_samples():
    samples = [[x, x * x] for x in range(-3, 4)]  # q(x) = x_1^2 - x_2
    assert proposition_11(space(samples, [1, -1, 1, -1, 1, 1, -1])).verdict == "holds"


def test_a_value_away_from_zero_is_settled():
    """By a conic solver the value is -1.1e-3; the search had left off between -1.1e-3 and 1e-3."""
    samples = [
        [3, -2, 2, 1], [2, -4, -4, 1], [4, -3, 0, 1], [0, -3, 3, 1], [0, 4, 2, 1],
        [-2, 2, 1, 1], [-3, -4, 4, 1], [-4, -4, 3, 1], [2, 0, -1, 1], [-3, 1, -2, 1],
    ]  # fmt: skip
    found = proposition_12(space(samples, [1, -1, -1, 1, -1, 1, -1, -1, -1, -1]))
    assert found.verdict != "undecided"


def test_columns_of_very_different_scales_are_told_apart():
    rows = [["6703903964971299" + "0" * 138, 0, 1], [0, 0, 0], [0, 0, 0], [1, 0, 0]]
    condition = assumption_3(space(rows, [1, 1, 1, -1]))
    assert condition.verdict == "holds", condition
