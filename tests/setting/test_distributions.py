"""Every distribution draws exact samples that satisfy what it states, exactly."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.conditions import Space, assumption_2, assumption_3, assumption_6, half_space
from lossurface.setting import (
    Distribution,
    proposition_2_half_space,
    proposition_2_rays,
    proposition_3,
    proposition_3_symmetric,
    proposition_4,
    proposition_5,
    proposition_5_plane,
    subspace,
)

DECIDE = {"2": assumption_2, "3": assumption_3, "6": assumption_6, "half": half_space}
LAWS = {  # and what its samples satisfy
    "rays": (proposition_2_rays(), 2, "2 3 6 half"),
    "half-space": (proposition_2_half_space(), 2, "6 half"),
    "proposition-3": (proposition_3(), 3, "2 3 half"),
    "proposition-4": (proposition_4(), 2, "2 3"),
    "proposition-5": (proposition_5(), 1, "6"),
    "plane": (proposition_5_plane(), 2, "6"),
    "subspace": (subspace(5, (0, 1, 4), (1, 2)), 5, "2 3"),
}
ALL = [law for law, _, _ in LAWS.values()]


@pytest.mark.parametrize("name", LAWS)
def test_samples_satisfy_what_the_distribution_states(name: str) -> None:
    law, d, satisfied = LAWS[name]
    data = law.sample(np.random.default_rng(5), 24)
    assert (data.n, data.d) == (24, d)
    assert all(type(value) is Fraction for row in data.x for value in row)
    space = Space(data)
    assert all(DECIDE[condition](space).verdict == "holds" for condition in satisfied.split())


def test_subspaces_are_those_asked_for() -> None:
    data = subspace(5, (0, 1, 4), (1, 2)).sample(np.random.default_rng(5), 24)
    for axes, rows in (((0, 1, 4), data.positives), ((1, 2), data.negatives)):
        assert not any(v for row in rows for k, v in enumerate(row) if k not in axes)
        assert all(-1 <= v <= 1 for row in rows for v in row)


@pytest.mark.parametrize("law", ALL, ids=LAWS)
def test_a_seed_decides_everything(law: Distribution) -> None:
    first = law.sample(np.random.default_rng(7), 9)
    assert first == law.sample(np.random.default_rng(7), 9)
    classes = law.sample_classes(np.random.default_rng(7), 3, 2)
    assert classes.y == (1, 1, 1, -1, -1)


@pytest.mark.parametrize("law", ALL, ids=LAWS)
def test_labels_are_fair(law: Distribution) -> None:
    n = 1000
    n_plus = law.sample(np.random.default_rng(11), n).n_plus
    # five standard deviations of a fair coin; the seed is fixed
    assert abs(n_plus - n / 2) < 5 * (n / 4) ** 0.5


def test_uniform_coordinates_fill_their_interval() -> None:
    data = proposition_5().sample_classes(np.random.default_rng(0), 400, 400)
    positive, negative = ([float(x) for (x,) in rows] for rows in (data.positives, data.negatives))
    assert 2 <= min(positive) < 2.02 < 2.98 < max(positive) <= 3
    assert -1 <= min(negative) < -0.99 < -0.51 < max(negative) <= -0.5
    assert all((x * 2**20).denominator == 1 for (x,) in data.positives)


def test_the_symmetric_eight_points() -> None:
    data = proposition_3_symmetric()
    assert (data.n, data.d, data.n_plus) == (8, 3, 4)
    assert assumption_3(Space(data)).verdict == "holds"
    assert assumption_6(Space(data)).verdict == "fails"
    # f = 0 is stationary for the linear model: sum y x = 0 and sum y = 0
    totals = [sum(y * x[k] for x, y in zip(data.x, data.y, strict=True)) for k in range(3)]
    assert totals == [0, 0, 0]
    swapped = {tuple(reversed(x)) for x in data.positives}
    assert swapped == set(data.negatives)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: subspace(3, (0,), (0, 1)), r"violate Assumption 3, r > max"),
        (lambda: subspace(3, (), (0,)), r"positive_axes is \[\]; give at least one"),
        (lambda: subspace(3, (0,), (3,)), r"negative_axes is \[3\]"),
        (lambda: proposition_4().sample(np.random.default_rng(0), 0), "samples are empty"),
    ],
)
def test_bad_parameters_get_one_line(build: Callable[[], object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()
