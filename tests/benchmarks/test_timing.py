"""How calls are timed: in turns, short ones repeated, and the collector as it was."""

import gc
import time

import pytest

from benchmarks.timing import processor_times, side_by_side

LEAST = 0.2


def test_a_short_call_is_repeated_within_its_turn_and_a_long_one_is_not():
    counts = {"short": 0, "long": 0}

    def call(name, seconds):
        counts[name] += 1
        time.sleep(seconds)

    turns = side_by_side(lambda: call("short", 0.02), lambda: call("long", LEAST), 2, LEAST)
    assert counts["long"] == 2
    assert 2 * 5 < counts["short"] <= 2 * (LEAST / 0.02 + 1) + 1
    assert turns.ours == pytest.approx((0.02, 0.02), rel=0.5)
    assert turns.theirs == pytest.approx((LEAST, LEAST), rel=0.5)


def test_the_work_that_theirs_leaves_out_is_scaled_up():
    turns = side_by_side(lambda: time.sleep(LEAST), lambda: time.sleep(LEAST), 1, 0.0, share=0.1)
    assert turns.theirs[0] == pytest.approx(10 * LEAST, rel=0.5)


def test_the_collector_waits_and_comes_back():
    seen = []

    def fail():
        raise KeyError

    assert processor_times([lambda: seen.append(gc.isenabled())] * 2) == pytest.approx(
        [0, 0], abs=1
    )
    assert seen == [False, False]
    with pytest.raises(KeyError):
        processor_times([fail])
    assert gc.isenabled()
