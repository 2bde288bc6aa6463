"""A slice's coordinates are the ones it was computed at, to the last bit on a quadratic bowl."""

import pytest
import torch

from lossurface import InputError
from lossurface.landscape.objective import Objective, from_module
from lossurface.landscape.slices import plane, random_directions

BOWL = Objective(lambda t: (t * t).sum(), 3)


def test_a_bowl_is_exact_on_every_grid_point():
    directions = torch.eye(3, dtype=torch.float64)[:2]
    found = plane(BOWL, torch.zeros(3, dtype=torch.float64), directions, 2.0, (5, 9))
    assert found.u.tolist() == torch.linspace(-2, 2, 5).tolist()
    assert found.v.tolist() == torch.linspace(-2, 2, 9).tolist()
    assert torch.equal(found.loss, found.u[:, None] ** 2 + found.v[None] ** 2)
    for size, points in ((2, 5), (3, 1)):
        with pytest.raises(InputError):
            plane(BOWL, torch.ones(3), torch.ones(2, size), points=points)


@pytest.mark.parametrize("points", [101, (7, 4)])
def test_each_cell_is_the_loss_at_its_own_parameters(points):
    g = torch.Generator().manual_seed(1)
    surface = Objective(lambda t: (t**3).sum() + t[0], 4)
    directions = random_directions(4, g)
    centre = torch.randn(4, generator=g, dtype=torch.float64)
    found = plane(surface, centre, directions, (-1.0, 2.0, 0.0, 0.5), points)
    for i, j in ((0, 0), (3, 1), (len(found.u) - 1, len(found.v) - 1)):
        torch.testing.assert_close(found.loss[i, j], surface.function(found.at(i, j)))
    assert (found.u[0], found.u[-1]) == (-1.0, 2.0)


def test_directions_are_orthonormal_and_seeded():
    first = random_directions(30, torch.Generator().manual_seed(5), 4)
    torch.testing.assert_close(first @ first.T, torch.eye(4, dtype=torch.float64))
    assert torch.equal(first, random_directions(30, torch.Generator().manual_seed(5), 4))
    with pytest.raises(InputError):
        random_directions(1, torch.Generator().manual_seed(5))


def test_what_one_evaluation_holds_sets_how_many_go_together(monkeypatch):
    """A module of few parameters on many samples is taken in small parts, and gives the same."""
    X = torch.randn(3000, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    module = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    objective = from_module(module.double(), lambda out: out.square().mean(), X)
    assert objective.held > 3000 * (4 + 1)  # tanh's values, and the outputs
    sizes = []
    function = objective.function

    class Watched:
        held = 40 * objective.held  # as if there were 120,000 samples

        def value(self, theta):
            sizes.append(len(theta))
            return torch.func.vmap(function)(theta)

    directions = random_directions(objective.P, torch.Generator().manual_seed(1))
    found = plane(Watched(), objective.start, directions, 1.0, 21)
    assert max(sizes) < 21  # a part of a line
    assert sum(sizes) == 21 * 21
    whole = plane(objective, objective.start, directions, 1.0, 21)
    torch.testing.assert_close(found.loss, whole.loss, rtol=1e-13, atol=1e-13)


def test_a_module_without_a_derivative_is_sliced_too():
    class Numpy(torch.nn.Linear):
        def forward(self, x):
            return torch.from_numpy(x.numpy() @ self.weight.numpy().T)

    x = torch.ones(3, 2, dtype=torch.float64)
    objective = from_module(Numpy(2, 1, bias=False).double(), torch.sum, x)
    found = plane(objective, torch.zeros(2).double(), torch.eye(2).double(), 1.0, 3)
    assert found.loss[2, 0] == 0
    assert found.loss[2, 2] == 6
