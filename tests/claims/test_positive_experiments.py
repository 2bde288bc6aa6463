"""The experiments behind the positive claims do what they say: definitions, oracles, bad input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims import theorem_2, width_threshold
from lossurface.claims.departures import depart, findings
from lossurface.claims.escape_training import OURS, STARTS, race, solved_by, start
from lossurface.claims.proposition_8 import finish, fitted, least_squares, lift, outlier, thin
from lossurface.claims.proposition_9 import receding
from lossurface.claims.proposition_10 import both_sides, critical_points, perfect
from lossurface.claims.random_networks import fit_labels, random_network
from lossurface.claims.theorem_1 import threshold
from lossurface.claims.training import (
    Batch,
    deep_outputs,
    separable_batch,
    subspace_batch,
    train,
)
from lossurface.landscape.planted import plant
from lossurface.setting import (
    ARCHITECTURES,
    Dataset,
    Problem,
    get_neuron,
    polynomial_hinge,
    single_layer,
)
from tests.setting._tools import error_ball


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
    with pytest.raises(InputError, match="all samples are equal"):
        least_squares(Dataset.of([1, 1], [1, -1]))
    with pytest.raises(InputError, match="start at training error 0"):
        lift(Problem(thin().network, Dataset.of([1, 2], [-1, 1]), polynomial_hinge(2)))


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


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_lifted_networks_have_margins_of_at_least_one(kind):
    rng = np.random.default_rng(2)
    for neuron in ("relu", "sigmoid"):
        problem = fitted(rng, get_neuron(neuron), kind, 3)
        after = lift(problem).network
        X, y = problem.dataset.tensors()
        assert float((y * after.torch(X)).min()) >= 1 - 1e-9


def test_the_thin_network_has_a_sample_on_its_boundary():
    problem = thin()
    assert problem.error_rational() == 0
    assert 0 in [problem.network.rational(x) for x in problem.dataset.x]
    assert problem.loss_rational() > 0
    assert problem.loss_rational(lift(problem).network.theta) == 0


def test_least_squares_agrees_with_numpy():
    data = outlier(Fraction(7))
    a, b = least_squares(data)
    X, y = (part.numpy() for part in data.tensors())
    expected = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]
    assert np.allclose([float(a), float(b)], expected, rtol=1e-10)


def test_trained_floats_are_finished_exactly():
    batch = separable_batch(6, 8, 2, seed=0)
    trained = train(batch, "relu", 4, seed=0, loss=polynomial_hinge(3), steps=60)
    done = finish(trained, 4)
    assert done
    assert all(finding.evidence == "exact" and finding.status == "holds" for _, finding in done)


def test_labels_that_a_network_gives_have_no_error():
    rng = np.random.default_rng(0)
    network = random_network(rng, get_neuron("leaky-relu"), "shortcut")
    dataset = None
    while dataset is None:
        network = random_network(rng, get_neuron("leaky-relu"), "shortcut")
        dataset = fit_labels(rng, network, 6)
    assert Problem(network, dataset, polynomial_hinge(2)).error_rational() == 0


def test_constant_networks_cannot_label_both_classes():
    rng = np.random.default_rng(0)
    network = single_layer(get_neuron("constant"), 1, [1], [[1]])
    assert fit_labels(rng, network, 5) is None


def test_receding_losses_fall_and_stay_above_zero():
    found = receding((1, 4, 16))
    assert bool(found.losses[0] > found.losses[1] > found.losses[2])
    assert bool(found.losses[2] > 0)
    assert error_ball(found.problem) == 0


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_the_logistic_gradient_respects_its_bound(kind):
    sides = both_sides(kind, trials=20, seed=9)
    assert sides.broken == 0
    assert bool((sides.bound > 0).all())
    network, dataset = perfect(np.random.default_rng(1), 0, kind)
    assert {1, -1} == set(dataset.y)
    assert network.d == dataset.d


def test_logistic_critical_points_have_an_error():
    found = critical_points(trials=60, seed=0)
    assert found
    assert all(point.errors is not None and point.errors[0] > 0 for point in found)


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
