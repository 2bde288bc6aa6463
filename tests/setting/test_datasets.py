"""Datasets are exact, and bad ones are refused in one line."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.setting import Dataset, contradictions

from ._tools import fractions, seeded


@seeded
@given(st.lists(st.tuples(fractions, fractions, st.sampled_from([-1, 1])), min_size=1, max_size=8))
def test_classes_partition_the_samples(rows):
    data = Dataset.of([row[:2] for row in rows], [row[2] for row in rows])
    assert (data.n, data.d) == (len(rows), 2)
    assert data.n_plus + data.n_minus == data.n
    assert data.positives == tuple((a, b) for a, b, label in rows if label == 1)
    assert data.negatives == tuple((a, b) for a, b, label in rows if label == -1)
    back = data.to_dict()
    assert back["samples"] == [[str(a), str(b)] for a, b, _ in rows]
    assert Dataset.of(back["samples"], back["labels"]) == data


def test_it_takes_what_users_have():
    expected = Dataset(((Fraction(1, 2),), (Fraction(-2),)), (1, -1))
    assert Dataset.of(["1/2", "-2"], [1, -1]) == expected
    assert Dataset.of([[0.5], [-2]], [1.0, -1.0]) == expected
    assert Dataset.of(np.array([[0.5], [-2.0]]), np.array([1, -1])) == expected
    assert Dataset.of(torch.tensor([0.5, -2.0]), torch.tensor([1, -1])) == expected
    assert Dataset.of([np.array([0.5]), (-2,)], iter([1, -1])) == expected


def test_tensors_have_the_stated_shapes_and_dtype():
    X, y = Dataset.of([(1, 2, 3), (4, 5, 6)], [1, -1]).tensors()
    assert X.shape == (2, 3)
    assert y.tolist() == [1.0, -1.0]
    assert X.dtype == y.dtype == torch.float64
    assert Dataset.of([1], [1]).tensors(dtype=torch.float32)[0].dtype == torch.float32


@pytest.mark.parametrize(
    ("samples", "labels", "message"),
    [
        ([], [], "samples are empty"),
        ([[]], [1], "samples are empty"),
        ([[1], [2]], [1], "2 samples and 1 labels; give one label each"),
        ([[1, 2], [3]], [1, -1], r"samples\[1\] has 1 coordinates and samples\[0\] has 2"),
        ([[1], [2]], [1, 0], r"labels\[1\] is 0; labels must be -1 or \+1"),
        ([[1], [2]], [1, 2.5], r"labels\[1\] is 2.5; labels must be"),
        ([[1], [float("nan")]], [1, 1], r"samples\[1\] is nan; give a finite number"),
        ([[1], [float("inf")]], [1, 1], r"samples\[1\] is inf"),
        ([["x"]], [1], r"samples\[0\] is 'x', not a rational number"),
        (7, [1], "not a list of values"),
        ([[1]], "+", "not a list of values"),
    ],
)
def test_bad_input_gets_one_line(samples, labels, message):
    with pytest.raises(InputError, match=message) as caught:
        Dataset.of(samples, labels)
    assert "\n" not in str(caught.value)


def test_the_bare_constructor_takes_fractions_and_ints_only():
    with pytest.raises(InputError, match="not a Fraction; use Dataset"):
        Dataset(((0.5,),), (1,))
    with pytest.raises(InputError, match="labels must be"):
        Dataset(((Fraction(1),),), (True,))


def test_contradictions_are_named_not_refused():
    data = Dataset.of([[1, 0], [2, 0], [1, 0], [1, 0], [2, 0]], [1, 1, -1, 1, 1])
    assert contradictions(data) == ((0, 2),)
    assert contradictions(Dataset.of([[1], [1]], [1, 1])) == ()
