"""Experiments: counted on cases whose answer is known."""

from fractions import Fraction

import pytest
from scipy.stats import binomtest

from lossurface import InputError
from lossurface.claims import get
from lossurface.claims.proposition_2 import RAYS, dead_starts
from lossurface.claims.proposition_5 import LINE, definite_share, lowest_nearby
from lossurface.claims.proposition_6 import dead_networks
from lossurface.claims.proposition_7 import stuck_identity
from lossurface.claims.tally import Tally
from lossurface.claims.training import pick_device, stuck_by_width
from lossurface.setting import proposition_3_symmetric, proposition_5, proposition_5_plane


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


def test_dead_starts_on_the_rays_are_a_quarter_to_the_width():
    tally = dead_starts(RAYS, (1, 2, 3), trials=4000, seed=0)
    for k, width in enumerate(tally.x):
        assert tally.covers(k, float(Fraction(1, 4) ** int(width)))


def test_s_is_definite_on_the_line_whenever_both_classes_are_there():
    n, trials = 6, 300
    tally = definite_share(proposition_5(), (n,), trials=trials, seed=0)
    assert tally.covers(0, 1 - 2 / 2**n)
    # In the plane S = n_- x x^T - ... has a non-positive eigenvalue with one positive sample.
    assert definite_share(proposition_5_plane(), (2,), trials=50, seed=0).hits == (0,)


def test_nothing_is_lower_inside_the_radius_and_something_is_outside():
    certificate = get("proposition-5").certify(p=2)
    least, inside = lowest_nearby(certificate, trials=2000, seed=0)
    assert inside >= least
    assert lowest_nearby(certificate, trials=2000, seed=0, reach=3.0)[1] < least


def test_deeper_networks_are_born_dead_more_often():
    tally = dead_networks(RAYS, (1, 4, 16), width=2, trials=400, seed=0)
    assert tally.hits[0] < tally.hits[1] < tally.hits[2]
    # One layer of two neurons on the rays: each is silent with probability 1/4.
    assert tally.covers(0, 1 / 16)


def test_wide_identity_shortcuts_learn_what_narrow_ones_do_not():
    tally = stuck_identity(proposition_3_symmetric(), (1, 16), trials=20, seed=0, steps=300)
    assert tally.hits[0] > tally.hits[1]
