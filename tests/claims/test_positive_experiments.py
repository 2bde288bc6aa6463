"""The experiments behind the positive claims do what they say: definitions, oracles, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims import theorem_2, width_threshold
from lossurface.claims.departures import depart, findings
from lossurface.claims.escape_training import OURS, STARTS, race, solved_by, start
from lossurface.claims.theorem_1 import threshold
from lossurface.claims.training import (
    Batch,
    deep_outputs,
    separable_batch,
    subspace_batch,
    train,
)
from lossurface.landscape.planted import plant


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
    with pytest.raises(InputError, match="use one of none, relu, threshold"):
        deep_outputs("sigmoid", batch, seed=0)
    with pytest.raises(InputError, match="use one of saddle"):
        start("hill", 3, seed=0)
    with pytest.raises(InputError, match="from 1 to 3"):
        width_threshold.axes_of(4)


def test_a_batch_without_separator_has_no_ray():
    batch = separable_batch(5, 6, 2, seed=0)
    trained = train(batch, "quadratic", 1, seed=0, steps=30)
    with pytest.raises(InputError, match="no separator"):
        theorem_2.plateaus(Batch(batch.X, batch.y), trained)


def test_every_margin_grows_along_the_separators_ray():
    """The definition of Theorem 2's ray, on random networks of any width."""
    batch = separable_batch(10, 8, 3, seed=4)
    generator = torch.Generator().manual_seed(0)
    trained = train(batch, "softplus", 2, seed=0, steps=0)
    for run in range(10):
        surface = trained.alone(run)
        theta = torch.randn(surface.P, generator=generator, dtype=torch.float64)
        ray = torch.zeros_like(theta)
        ray[3:] = torch.outer(torch.from_numpy(batch.separator[run]), theta[1:3].sign()).flatten()
        steps = torch.linspace(0, 5, 21, dtype=torch.float64)
        margins = surface.y * surface.outputs(theta + steps[:, None] * ray)
        assert bool((margins.diff(dim=0) > 0).all())


def test_planted_points_beside_an_f_d_are_critical_for_floats_too():
    rng = np.random.default_rng(5)
    for index in range(12):
        point = theorem_2.beside(rng, index)
        gradient = point.surface.gradient(point.theta[None])[1]
        assert float(gradient.abs().max()) < 1e-13
        assert point.critical.status == point.error.status == "holds"
        assert point.escape.proved


@pytest.mark.parametrize(
    ("claim", "proof"),
    [("theorem-1", "theorem-1"), ("theorem-2", "theorem-2"),
     ("proposition-1", "propositions-1-and-12"), ("proposition-12", "propositions-1-and-12")],
)  # fmt: skip
def test_departures_gather_into_three_findings(claim, proof):
    rng = np.random.default_rng(7)
    made = [depart(plant(claim, rng), proof) for _ in range(4)]
    statuses = [finding.status for finding in findings(made, "here")]
    assert statuses == ["holds"] * 3


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


@pytest.mark.parametrize("gap", [1, 2, 3])
def test_axes_have_the_gap_asked_for(gap):
    plus, minus = width_threshold.axes_of(gap)
    assert len(plus) == len(minus) == width_threshold.RANK
    assert len({*plus, *minus}) - width_threshold.RANK == gap


def test_narrow_networks_have_proved_bad_minima():
    found = width_threshold.hunt_below(16, 1, starts=120, seed=1, steps=200)
    assert found.bad_minima
    for candidate in found.bad_minima:
        assert candidate.certified.kind == "strict-minimum"
        assert candidate.certified.errors[0] > 0


def test_phases_carry_the_papers_width():
    found = width_threshold.phase((4, 8), (1, 4), gap=1, trials=10, seed=0)
    assert found.thresholds == (8, 16)
    assert found.shares.shape == (2, 2)
    assert not found.shares[:, 1].any()


def test_escape_training_leaves_saddles_that_descent_cannot():
    begin = start("saddle", 6, seed=0)
    ends = race(begin, steps=50, seed=0)
    assert bool(ends[OURS].solved.all())
    assert not bool(ends["gradient descent"].solved.any())
    shares = solved_by(ends, np.array([1e9]))
    assert shares[OURS][0] == 1
    assert STARTS[0] == "saddle"
