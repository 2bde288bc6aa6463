"""Every distribution draws exact samples that satisfy what it states, exactly."""

import pickle
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.conditions import Space, assumption_2, assumption_3, assumption_6
from lossurface.setting import (
    Dataset,
    Distribution,
    example_1,
    example_2,
    example_3,
    proposition_2_half_space,
    proposition_2_rays,
    proposition_3,
    proposition_3_symmetric,
    proposition_4,
    proposition_5,
    proposition_5_plane,
    separable,
    subspace,
)

ALL = [
    proposition_2_rays(),
    proposition_2_half_space(),
    proposition_3(),
    proposition_4(),
    proposition_5(),
    proposition_5_plane(),
    example_1(),
    example_2("1/7"),
    example_3(0.25),
    subspace(5, (0, 1, 4), (1, 2)),
    separable((1, "-2/3", 0), "1/4"),
]


def dot(u: tuple[Fraction, ...], v: tuple[Fraction, ...]) -> Fraction:
    return sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_samples_satisfy_what_the_distribution_states(law: Distribution) -> None:
    data = law.sample(np.random.default_rng(5), 24)
    assert (data.n, data.d) == (24, law.d)
    assert all(type(value) is Fraction for row in data.x for value in row)
    conditions = [decide(Space(data)) for decide in (assumption_2, assumption_3, assumption_6)]
    for condition in conditions:
        assert condition.verdict == "holds" or condition.id not in law.satisfies, condition.why
    for axes, rows in ((law.positive_axes, data.positives), (law.negative_axes, data.negatives)):
        assert axes is None or not any(
            v for row in rows for k, v in enumerate(row) if k not in axes
        )
    if "assumption-6" not in law.satisfies:
        assert law.separator is None
    if law.separator is not None:
        assert all(y * dot(law.separator, x) > 0 for x, y in zip(data.x, data.y, strict=True))
    if law.half_space is not None:
        assert all(dot(law.half_space, x) > 0 for x in data.x)


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_a_seed_decides_everything(law: Distribution) -> None:
    first = law.sample(np.random.default_rng(7), 9)
    assert first == law.sample(np.random.default_rng(7), 9)
    assert pickle.loads(pickle.dumps(law)).sample(np.random.default_rng(7), 9) == first
    classes = law.sample_classes(np.random.default_rng(7), 3, 2)
    assert classes.y == (1, 1, 1, -1, -1)


@pytest.mark.parametrize("law", ALL, ids=lambda law: law.name)
def test_labels_are_fair(law: Distribution) -> None:
    n = 1000
    n_plus = law.sample(np.random.default_rng(11), n).n_plus
    # five standard deviations of a fair coin; the seed is fixed
    assert abs(n_plus - n * law.p_plus) < 5 * (n / 4) ** 0.5


def test_uniform_coordinates_fill_their_interval() -> None:
    data = proposition_5(bits=3).sample_classes(np.random.default_rng(0), 400, 400)
    assert set(data.positives) == {(2 + Fraction(k, 8),) for k in range(9)}
    assert set(data.negatives) == {(-1 + Fraction(k, 16),) for k in range(9)}


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


def test_example_laws_are_the_papers() -> None:
    one = example_1().sample(np.random.default_rng(0), 50)
    assert set(one.positives) == {(Fraction(5, 4),)}
    assert all(0 <= x <= 1 for (x,) in one.negatives)
    two = example_2("1/9").sample(np.random.default_rng(0), 60)
    assert {max(x) for x in two.x} == {Fraction(1, 9), 1}
    three = example_3("1/9").sample(np.random.default_rng(0), 60)
    assert set(three.positives) == {(Fraction(1, 9),), (Fraction(10),)}
    assert set(three.negatives) == {(Fraction(-1, 9),)}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: subspace(3, (0,), (0, 1)), r"violate Assumption 3, r > max"),
        (lambda: subspace(3, (), (0,)), r"positive_axes is \(\); give at least one"),
        (lambda: subspace(3, (0,), (3,)), r"negative_axes is \(3,\)"),
        (lambda: separable((0, 0)), "margin is"),
        (lambda: separable((1, 1), 2), "at most 1"),
        (lambda: separable((1, 1), 0), "above 0"),
        (lambda: separable((1, "a")), r"separator\[1\] is 'a'"),
        (lambda: proposition_3(bits=0), "bits is 0"),
        (lambda: proposition_3(bits=61), "bits is 61"),
        (lambda: example_2(0), "alpha is 0; give a number above 0"),
        (lambda: example_3(-1), "delta is -1"),
        (lambda: proposition_4().sample(np.random.default_rng(0), 0), "n is 0"),
        (lambda: proposition_4().sample_classes(np.random.default_rng(0), 0, 0), "not both 0"),
    ],
)
def test_bad_parameters_get_one_line(build: Callable[[], Dataset], message: str) -> None:
    with pytest.raises(InputError, match=message):
        build()
