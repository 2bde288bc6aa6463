"""The experiments behind the positive claims do what they say: definitions, oracles, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims import theorem_2
from lossurface.claims.theorem_1 import threshold
from lossurface.claims.training import (
    separable_batch,
    subspace_batch,
    train,
)


def test_separable_batches_are_separated_by_their_separator():
    batch = separable_batch(50, 7, 3, seed=0, margin=0.2)
    assert (batch.y * np.einsum("bnd,bd->bn", batch.X, batch.separator)).min() >= 0.2 - 1e-12
    assert (batch.y.min(1) < 0).all()
    assert (batch.y.max(1) > 0).all()
    assert separable_batch(2, 7, 3, seed=0, margin=-0.2).separator is None
    assert separable_batch(2, 7, 3, seed=0, shift=1.0).separator is None


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


def test_every_margin_grows_along_the_separators_ray():
    """The definition of Theorem 2's ray, on random networks of any width."""
    batch = separable_batch(10, 8, 3, seed=4)
    trained = train(batch, "softplus", 2, seed=0, steps=0)
    for run in range(10):
        surface, theta = trained.alone(run), trained.ends.theta[run]
        steps = torch.linspace(0, 5, 21, dtype=torch.float64)
        margins = surface.y * surface.outputs(theta + steps[:, None] * trained.ray(run))
        assert bool((margins.diff(dim=0) > 0).all())


def test_planted_points_beside_an_f_d_are_critical_for_floats_too():
    rng = np.random.default_rng(5)
    for index in range(12):
        surface, theta = theorem_2.beside(rng, index)
        gradient = surface.gradient(theta[None])[1]
        assert float(gradient.abs().max()) < 1e-13
        assert [finding.status for finding in theorem_2.leave(surface, theta)] == ["holds"] * 4


@pytest.mark.parametrize(
    ("n", "axes", "expected"),
    [(8, ((0, 1), (2, 3)), 8), (6, ((0, 1), (1, 2)), 12), (1, ((0, 1, 2), (2, 3, 4)), 6),
     (5, ((0,), (1, 2, 3)), 10)],
)  # fmt: skip
def test_the_threshold_is_the_papers(n, axes, expected):
    assert threshold(n, *axes) == expected


def test_without_an_axis_of_its_own_there_is_no_threshold():
    with pytest.raises(InputError, match="give each class a direction of its own"):
        threshold(8, (0, 1), (1,))
