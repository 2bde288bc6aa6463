"""Verdicts do not change with the order of samples, coordinates, duplicates; labels mirror them."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lossurface.conditions.definiteness import proposition_11, proposition_12
from lossurface.conditions.separability import assumption_6
from lossurface.conditions.subspaces import Ranks, assumption_2, assumption_3, ranks
from tests.conditions.samples import space


@st.composite
def datasets(draw):
    """Integer samples in the plane or in space, both classes."""
    d = draw(st.integers(1, 3))
    n = draw(st.integers(2, 8))
    rows = draw(st.lists(st.lists(st.integers(-3, 3), min_size=d, max_size=d), min_size=n,
                         max_size=n))  # fmt: skip
    cut = draw(st.integers(1, n - 1))
    return np.array(rows, dtype=object), [1] * cut + [-1] * (n - cut)


def verdicts(samples, labels):
    """Return the verdicts of conditions 6, 12 and 11."""
    prepared = space(samples.tolist(), labels)
    twelve = proposition_12(prepared)
    eleven = proposition_11(prepared, twelve)
    return assumption_6(prepared).verdict, twelve.verdict, eleven.verdict


def agree(first, second):
    """Return whether no verdict of one contradicts the other; Assumption 6 is always decided."""
    return first[0] == second[0] != "undecided" and all(
        a == b or "undecided" in (a, b) for a, b in zip(first, second, strict=True)
    )


CHEAP = settings(max_examples=25, deadline=None, derandomize=True,
                 suppress_health_check=[HealthCheck.too_slow])  # fmt: skip


@CHEAP
@given(datasets(), st.randoms(use_true_random=False))
def test_order(data, random):
    samples, labels = data
    order = list(range(len(labels)))
    random.shuffle(order)
    assert agree(verdicts(samples, labels), verdicts(samples[order], [labels[i] for i in order]))


@CHEAP
@given(datasets(), st.lists(st.integers(-2, 2), min_size=9, max_size=9))
def test_linear_coordinates(data, entries):
    samples, labels = data
    d = samples.shape[1]
    lower = np.tril(np.array(entries).reshape(3, 3)[:d, :d], -1) + np.eye(d, dtype=int)
    change = lower @ np.diag([1, 2, 5][:d]) @ lower.T  # invertible
    moved = samples @ change.astype(object)
    assert agree(verdicts(samples, labels), verdicts(moved, labels))
    for decide in (assumption_2, assumption_3):  # of spans, not of axes
        here, there = (decide(space(x.tolist(), labels)).verdict for x in (samples, moved))
        assert here == there != "undecided"


@CHEAP
@given(datasets())
def test_labels_swapped(data):
    samples, labels = data
    swapped = [-y for y in labels]
    assert agree(verdicts(samples, labels), verdicts(samples, swapped))
    found, mirrored = (ranks(space(samples.tolist(), y)) for y in (labels, swapped))
    assert mirrored == Ranks(found.minus, found.plus, found.both)


@CHEAP
@given(datasets(), st.integers(0, 7))
def test_duplicate(data, index):
    samples, labels = data
    index %= len(labels)
    doubled = np.vstack([samples, samples[index : index + 1]])
    assert agree(verdicts(samples, labels), verdicts(doubled, [*labels, labels[index]]))
