"""Real datasets: loaded by name, and their samples' distances in two ellipsoids."""

from __future__ import annotations

import numpy as np
import pytest

from lossurface import InputError, check
from lossurface.claims.real_data import PAIRS, pair
from lossurface.show.dataset_report import distances


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_are_two_classes(name):
    X, y = pair(name)
    assert X.shape == (len(y), X.shape[1])
    assert set(y.tolist()) == {0, 1}


def test_an_unknown_pair_is_named():
    with pytest.raises(InputError, match="'mnist' is no pair"):
        pair("mnist")


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
