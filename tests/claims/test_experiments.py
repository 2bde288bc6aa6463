"""Tallies: intervals against scipy, impossible counts."""

import pytest
from scipy.stats import binomtest

from lossurface import InputError
from lossurface.claims.tally import Tally


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
