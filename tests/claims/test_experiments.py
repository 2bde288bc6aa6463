"""Experiments: counted on cases whose answer is known."""

import pytest
from scipy.stats import binomtest

from lossurface import InputError
from lossurface.claims.proposition_5 import LINE
from lossurface.claims.tally import Tally
from lossurface.claims.training import pick_device, stuck_by_width


def test_the_interval_is_clopper_pearsons():
    tally = Tally((1, 2), (0, 5), (10, 10))
    # Rule for no success in n trials: 1 - (alpha/2)^(1/n).
    assert tally.interval(0) == pytest.approx((0.0, 1 - 0.025 ** (1 / 10)))
    for trials in (1, 7, 300):
        for hits in {0, 1, trials // 2, trials}:
            found = binomtest(hits, trials).proportion_ci(0.9999, "exact")
            interval = Tally((0,), (hits,), (trials,)).interval(confidence=0.9999)
            assert interval == pytest.approx((found.low, found.high), rel=1e-9)
    low, high = tally.interval(1)
    assert low == pytest.approx(1 - high)
    assert tally.share(1) == 0.5
    assert tally.covers(1, 0.5)
    assert not tally.covers(0, 0.99)
    assert tally.line(0) == "0 of 10, 95% interval [0, 0.308]"


@pytest.mark.parametrize(
    "counts", [((1,), (2,), (1,)), ((1,), (0,), (0,)), ((1, 2), (0,), (1,)), ((1,), (-1,), (1,))]
)
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InputError):
        Tally(*counts)


def test_quadratic_neurons_get_stuck_and_increasing_ones_do_not():
    quadratic = stuck_by_width(LINE, "quadratic", (1, 4), trials=60, seed=0)
    assert quadratic.hits[0] > quadratic.hits[1]
    assert stuck_by_width(LINE, "softplus", (1,), trials=60, seed=0).hits == (0,)


def test_an_unknown_device_is_refused():
    assert pick_device("cpu").type == "cpu"
    with pytest.raises(InputError, match="tpu"):
        pick_device("tpu")
