"""Data that ship with scikit-learn: pictures of what is decided, and how long large data take."""

import resource
import time

import numpy as np
import pytest

from lossurface import check
from lossurface.claims.real_data import pair
from lossurface.show.dataset_report import distances

datasets = pytest.importorskip("sklearn.datasets")


def test_distances_tell_the_classes_apart_where_the_condition_holds():
    x, y, labels = distances(check(*pair("iris: setosa, versicolor"), neuron="quadratic"))
    assert ((x < 1) == (labels > 0)).all()
    assert ((y < 1) == (labels < 0)).all()
    failing = check(*pair("iris: versicolor, virginica"), neuron="quadratic")
    x, y, labels = distances(failing)  # one of the two ellipsoids is missing
    assert np.any((x < 1) != (labels > 0)) or np.any((y < 1) != (labels < 0))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "seconds"), [("breast_cancer", 10), ("digits", 60)])
def test_scale(name, seconds):
    """Processor time, as the machine may be shared: 569 x 30 and 1,797 x 64."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    start = time.process_time()
    report = check(X, y % 2 == 0, width=4)
    for id_ in ("assumption-3", "assumption-6", "proposition-11", "proposition-12"):
        condition = report.condition(id_)
        is_open = condition.verdict == "undecided" and condition.margin is not None
        assert condition.certificate is not None or is_open
    assert time.process_time() - start < seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 1024**2  # kiB
