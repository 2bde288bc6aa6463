"""Real datasets: loaded by name, scaled without a change, and trained beside a trap."""

from __future__ import annotations

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims.duality import dualities
from lossurface.claims.real_data import PAIRS, pair, scaled, started_at_the_trap
from lossurface.claims.traps import decide
from lossurface.conditions import check
from lossurface.setting import Dataset
from lossurface.show.dataset_report import distances
from lossurface.show.figures.your_data import Quadrants


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_are_two_classes(name):
    X, y = pair(name)
    assert X.shape == (len(y), X.shape[1])
    assert set(y.tolist()) == {0, 1}


def test_an_unknown_pair_is_named():
    with pytest.raises(InputError, match="'mnist' is no pair"):
        pair("mnist")


def test_scaling_is_a_linear_map_into_the_unit_box():
    data = Dataset.of([[3, 0], [-8, 0], [1, 0]], [1, -1, 1])
    small = scaled(data)
    assert [row[0] for row in small.x] == [row[0] / 8 for row in data.x]
    assert [row[1] for row in small.x] == [0, 0, 0]


@pytest.mark.parametrize(
    ("name", "verdict", "stay"),
    [("iris: setosa, versicolor", "holds", 0), ("iris: versicolor, virginica", "fails", 10)],
)
def test_starts_at_the_trap_stay_just_where_the_condition_fails(name, verdict, stay):
    X, y = pair(name)
    data = scaled(Dataset.of(X, 2 * y - 1))
    assert decide(data, "proposition-12").verdict == verdict
    tally = started_at_the_trap(data, "proposition-12", "quadratic", (5,), trials=10, seed=0)
    assert tally.hits == (stay,)


def test_distances_tell_the_classes_apart_where_the_condition_holds():
    report = check(*pair("iris: setosa, versicolor"), neuron="quadratic")
    x, y, labels = distances(report)
    assert (x[labels > 0] < 1).all()
    assert (x[labels < 0] > 1).all()
    assert (y[labels < 0] < 1).all()
    assert (y[labels > 0] > 1).all()
    failing = check(*pair("iris: versicolor, virginica"), neuron="quadratic")
    x, y, labels = distances(failing)  # one of the two ellipsoids is missing
    assert np.any((x < 1) != (labels > 0)) or np.any((y < 1) != (labels < 0))
    figure = Quadrants({"a": report, "b": failing})
    assert [trace.type for trace in figure("a").data] == [trace.type for trace in figure("b").data]


@pytest.mark.parametrize("claim", ["proposition-11", "proposition-12"])
def test_an_independent_solver_agrees(claim):
    solved = dualities(claim, trials=6, seed=1)
    assert solved
    assert all(case.agrees for case in solved)
    assert max(case.gap for case in solved) < 1e-5
