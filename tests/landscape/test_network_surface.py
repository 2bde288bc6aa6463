"""All parameters at once: derivatives against another route, boxes without a local minimum."""

import math
from functools import partial

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims import training
from lossurface.claims.training import JOINT, separable_batch, subspace_batch, train
from lossurface.enclosed import escape_check
from lossurface.landscape.critical import certify, directions_down
from lossurface.landscape.descent import descend
from lossurface.landscape.escape import ball_layer
from lossurface.landscape.objective import Objective
from lossurface.landscape.surface import NetworkSurface
from lossurface.setting import Architecture, get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import APART, OVERLAPPING, gaussian, single, vector


def one_loss(shape, loss, X, y, theta):
    return loss.torch(-y * shape.forward(theta, X)).mean(-1)


@pytest.mark.parametrize("deep", JOINT)
@pytest.mark.parametrize("loss", [polynomial_hinge(3), logistic()], ids=["hinge", "logistic"])
def test_derivatives_agree_with_torch_func_on_each_dataset(deep, loss):
    g = torch.Generator().manual_seed(1)
    shape = Architecture("shortcut", 2, 2, get_neuron("softplus"), (3, 2), get_neuron(deep))
    X = torch.randn(3, 5, 2, generator=g, dtype=torch.float64)
    y = torch.tensor([1.0, -1, 1, -1, 1], dtype=torch.float64).expand(3, 5)
    theta = torch.randn(3, shape.size, generator=g, dtype=torch.float64)
    batch = NetworkSurface(shape, loss, X, y)
    found = batch.derivatives(theta)
    for k in range(3):
        alone = Objective(partial(one_loss, shape, loss, X[k], y[k]), shape.size)
        one = alone.derivatives(theta[k : k + 1])
        torch.testing.assert_close(found.loss[k], one.loss[0])
        torch.testing.assert_close(found.gradient[k], one.gradient[0])
        torch.testing.assert_close(found.hessian[k], one.hessian[0])
    part = batch.rows(torch.tensor([2]))
    torch.testing.assert_close(part.value(theta[2:]), found.loss[2:])
    shared = NetworkSurface(shape, loss, X[0], y[0])
    torch.testing.assert_close(shared.derivatives(theta).loss[0], found.loss[0])
    with pytest.raises(InputError):
        NetworkSurface(shape, loss, X, y[:, :4])


@pytest.fixture
def no_adam(monkeypatch):
    monkeypatch.setattr(training, "ADAM_STEPS", 0)


def jointly(batch, *shape, **options):
    """Train every parameter."""
    return train(batch, *shape, held=False, **options)


@pytest.mark.parametrize(("deep", "moves"), [("threshold", False), ("tanh", True)])
def test_threshold_units_stay_where_they_started_and_others_move(deep, moves, monkeypatch):
    batch = subspace_batch(4, 6, (0,), (1,), seed=0)
    ended = jointly(batch, "softplus", 6, seed=3, deep=deep)
    monkeypatch.setattr(training, "ADAM_STEPS", 0)
    begun = jointly(batch, "softplus", 6, seed=3, deep=deep, steps=0)
    shapes = begun.whole.architecture.shapes
    names = [name for name, block in shapes for _ in range(math.prod(block))]
    changed = (begun.ends.theta != ended.ends.theta).any(0).tolist()
    units = {name for name, one in zip(names, changed, strict=True) if one}
    assert ("W1" in units) == ("b1" in units) == moves
    assert max(name for name in names if name[0] == "W") in units  # the last layer
    assert not ended.stuck


@pytest.mark.usefixtures("no_adam")
@pytest.mark.parametrize("deep", JOINT)
def test_ends_with_an_error_are_excluded_jointly_and_left_by_the_ray(deep):
    """Broken off at random starts, whatever f_D: theta_S alone leads down from a whole box."""
    batch = separable_batch(6, 8, 2, seed=2)
    ended = jointly(batch, "softplus", 1, seed=1, deep=deep, loss=polynomial_hinge(3), steps=0)
    assert ended.stuck
    for run in ended.stuck:
        found = ended.excluded(run)
        assert (found.status, found.evidence) == ("holds", "enclosed")
        assert ended.after_ray(run) == 0
        surface, theta = ended.alone(run), ended.ends.theta[run]
        whole = ended.whole.outputs(ended.ends.theta)[run]
        torch.testing.assert_close(surface.outputs(theta[None, : surface.P])[0], whole)
    assert ended.failures() == 0
    statuses = [finding.status for finding in ended.findings("ends with R = 0", "no minimum")]
    assert statuses == ["holds", "holds"]


def minima():
    """A strict minimum with an error, and Proposition 5's degenerate one."""
    one = single("softplus", OVERLAPPING)
    ends = descend(one, gaussian(20, 3))
    strict = [t for t in ends.theta[ends.error > 0] if certify(one, t).kind == "strict-minimum"]
    yield one, strict[0]
    yield single("quadratic", APART), vector(0.0, -1.0, 0.0)


@pytest.mark.parametrize("shift", [0.0, 1e-13, 1e-11])
def test_no_box_around_a_local_minimum_is_ever_excluded(shift):
    """A float beside a minimum has a slope; only a box tells it from a point without one."""
    for surface, theta in minima():
        near = theta + shift * gaussian(*theta.shape, seed=5)
        hints = directions_down(surface, near)
        unit = np.eye(len(theta))
        hints += [*unit.tolist(), *(-unit).tolist()]
        found = escape_check.excluded(ball_layer(surface), near.tolist(), hints)
        assert found.status == "undecided"
        assert certify(surface, near).kind != "no-minimum"


@pytest.mark.parametrize("neuron", ["quadratic", "softplus"])
@pytest.mark.parametrize("loss", [polynomial_hinge(6), logistic()], ids=["hinge", "logistic"])
def test_beside_global_minima_tiny_output_weights_prove_nothing(neuron, loss):
    """Equal samples of both classes: f = 0 is best, so a = 0, a_0 = 0 is a minimum for every W."""
    data = ([[1, 0], [1, 0], [0, 1], [0, 1]], [1, -1, 1, -1])
    g = torch.Generator().manual_seed(4)
    for M in (1, 3, 8):
        surface = single(neuron, data, M, loss)
        for tiny in (1e-13, 3e-16, 3e-16, 3e-16, 0.0):
            near = torch.randn(surface.P, generator=g, dtype=torch.float64)
            near[0], near[1 : 1 + M] = 0, tiny * near[1 : 1 + M]
            assert certify(surface, near).kind != "no-minimum"


def test_a_kink_in_the_box_is_no_error():
    surface = single("relu", ([[1], [-1]], [1, -1]))
    theta = [0.0, 1.0, 0.0]
    assert escape_check.excluded(ball_layer(surface), theta, [[0, 0, 1]]).status == "undecided"


@pytest.mark.usefixtures("no_adam")
def test_what_has_no_f_s_says_so():
    batch = subspace_batch(2, 4, (0,), (1,), seed=0)
    alone = jointly(batch, None, 0, seed=0, deep="relu", steps=1)
    with pytest.raises(InputError, match="no f_S"):
        alone.alone(0)
