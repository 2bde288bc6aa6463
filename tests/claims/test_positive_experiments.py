"""The experiments behind the positive claims do what they say: definitions, oracles, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims.theorem_1 import threshold
from lossurface.claims.training import separable_batch, subspace_batch, train


def test_separable_batches_are_separated_by_their_separator():
    batch = separable_batch(50, 7, 3, seed=0, margin=0.2)
    assert (batch.y * np.einsum("bnd,bd->bn", batch.X, batch.separator)).min() >= 0.2 - 1e-12
    assert (batch.y.min(1) < 0).all()
    assert (batch.y.max(1) > 0).all()
    assert separable_batch(2, 7, 3, seed=0, margin=-0.2).separator is None


def test_subspace_batches_keep_each_class_on_its_axes():
    batch = subspace_batch(20, 9, (0, 1), (1, 2), seed=3)
    assert not batch.X[batch.y > 0][:, 2].any()
    assert not batch.X[batch.y < 0][:, 0].any()


def test_bad_requests_say_the_way_out():
    with pytest.raises(InputError, match="n >= 2"):
        separable_batch(3, 1, 2, seed=0)
    batch = separable_batch(3, 4, 2, seed=0)
    with pytest.raises(InputError, match="'hill'"):
        train(batch, "softplus", 1, seed=0, deep="hill")


def test_a_batch_without_separator_has_no_ray():
    trained = train(separable_batch(5, 6, 2, seed=0, margin=-0.2), "relu", 1, seed=0, steps=30)
    assert trained.failures() == len(trained.stuck)
    with pytest.raises(InputError, match="no separator"):
        trained.ray(0)


@pytest.mark.parametrize(
    ("n", "axes", "expected"),
    [(8, ((0, 1), (2, 3)), 8), (6, ((0, 1), (1, 2)), 12), (1, ((0, 1, 2), (2, 3, 4)), 6),
     (5, ((0,), (1, 2, 3)), 10)],
)  # fmt: skip
def test_the_threshold_is_the_papers(n, axes, expected):
    assert threshold(n, *axes) == expected
    with pytest.raises(InputError, match="give each class a direction of its own"):
        threshold(n, axes[0], axes[0][:1])
