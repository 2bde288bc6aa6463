"""Automatic differentiation of whole architectures, and a user's module left untouched."""

import copy

import pytest
import torch

from lossurface import InputError
from lossurface.landscape import adam, certify, descend, find, plane, random_directions
from lossurface.landscape.objective import Objective, from_module
from lossurface.setting import Architecture, get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import gaussian as draws

TANH, RELU = get_neuron("tanh"), get_neuron("relu")
SHAPES = (
    Architecture("single-layer", 2, 3, get_neuron("softplus")),
    Architecture("shortcut", 2, 2, get_neuron("softplus"), (3,), TANH),
    Architecture("feedforward", 2, deep_widths=(3, 2), deep_neuron=TANH),
    Architecture("identity-shortcut", 2, deep_widths=(3,), deep_neuron=TANH),
)


@pytest.mark.parametrize("architecture", SHAPES, ids=lambda a: a.kind)
def test_derivatives_agree_with_differences_and_chunks_do_not_matter(architecture):
    X, y = draws(6, 2), torch.tensor([1.0, -1, 1, -1, 1, 1], dtype=torch.float64)
    loss, P = polynomial_hinge(3), architecture.size
    objective = Objective(lambda t: loss.torch(-y * architecture.forward(t, X)).mean(-1), P)
    theta = draws(70, P, seed=3)  # 64 Hessians go together
    value, gradient, outputs = objective.gradient(theta)
    hessian = objective.hessians(theta)
    step = 1e-6 * draws(P, seed=4)
    change = objective.value(theta + step) - objective.value(theta - step)
    torch.testing.assert_close(change, 2 * gradient @ step, rtol=1e-4, atol=1e-9)
    change = objective.gradient(theta + step)[1] - objective.gradient(theta - step)[1]
    torch.testing.assert_close(change, 2 * hessian @ step, rtol=1e-4, atol=1e-8)
    torch.testing.assert_close(objective.hessians(theta[60:]), hessian[60:])
    torch.testing.assert_close(objective.spectra(theta), torch.linalg.eigvalsh(hessian))
    torch.testing.assert_close(value, objective.value(theta))
    assert outputs.shape == (70, 0)
    assert bool(objective.error(outputs).isnan().all())


def state(module):
    """All that could have been changed."""
    tensors = {name: value.tolist() for name, value in module.state_dict().items()}
    gradients = [None if p.grad is None else p.grad.tolist() for p in module.parameters()]
    modes = [part.training for part in module.modules()]
    needs = [p.requires_grad for p in module.parameters()]
    return tensors, gradients, modes, needs, torch.get_rng_state().tolist()


class Tied(torch.nn.Module):
    """One matrix used twice, and one that is frozen."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 2)
        self.second = torch.nn.Linear(2, 2)
        self.second.weight = self.first.weight
        self.second.bias.requires_grad_(False)

    def forward(self, X):
        return torch.tanh(self.second(torch.tanh(self.first(X)))).sum(-1)


def modules():
    torch.manual_seed(0)
    layers = torch.nn.Linear(2, 2), torch.nn.Softplus(), torch.nn.Linear(2, 1), torch.nn.Flatten(0)
    yield torch.nn.Sequential(*layers).double()
    norm = torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2), torch.nn.Tanh(), torch.nn.Flatten()
    yield torch.nn.Sequential(*norm).double().eval()
    yield Tied().double()


def test_a_module_in_training_is_never_changed():
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).double()
    before, X = state(module), draws(6, 2)
    objective = from_module(module, lambda out: out.square().sum(-1).log().mean(), X)
    theta = objective.start + 0.1 * draws(3, objective.P, seed=5)
    hessian = objective.hessians(theta)
    assert state(module) == before
    step = 1e-5 * draws(objective.P, seed=6)
    change = objective.gradient(theta + step)[1] - objective.gradient(theta - step)[1]
    torch.testing.assert_close(change, 2 * hessian @ step, rtol=1e-4, atol=1e-8)
    want = copy.deepcopy(module)(X).square().sum(-1).log().mean()
    torch.testing.assert_close(objective.value(objective.start[None])[0], want.detach())


@pytest.mark.parametrize("module", list(modules()), ids=["plain", "batch norm", "tied"])
def test_slices_spectra_and_critical_points_of_a_module_that_stays_as_it_was(module):
    X, y = draws(6, 2), torch.tensor([1.0, -1, 1, -1, 1, 1], dtype=torch.float64)
    for p in module.parameters():
        p.grad = torch.ones_like(p) if p.requires_grad else None  # a step was under way
    before = state(module)

    def criterion(out):
        weights = torch.linspace(-1, 1, out.numel() // 6, dtype=torch.float64)
        out = out.reshape(6, -1) @ weights if out.ndim > 1 else out
        return logistic().torch(-y * out).mean()

    plain = from_module(module, criterion, X)
    objective = Objective(lambda t: plain.function(t) + 0.05 * (t * t).sum(), plain.P)
    directions = random_directions(plain.P, torch.Generator().manual_seed(0))
    cut = plane(plain, plain.start, directions, points=5)
    torch.testing.assert_close(cut.loss[2, 2], plain.value(plain.start[None])[0])
    theta = plain.start + 0.1 * draws(3, plain.P, seed=1)
    ends = descend(objective, theta)
    assert bool((ends.gradient_norm < 1e-12).all())
    assert bool((ends.spectrum[:, 0] > 0).all())
    found = find(objective, theta)
    assert bool((objective.gradient(found.theta)[1].norm(dim=-1) < 1e-12).all())
    torch.testing.assert_close(objective.spectra(ends.theta), ends.spectrum)
    moved = adam(objective, theta, 3)
    assert bool((objective.value(moved) < objective.value(theta)).all())
    assert state(module) == before


def test_a_module_that_draws_random_numbers_is_refused():
    module = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Dropout(0.5)).double()
    before = torch.get_rng_state()
    with pytest.raises(InputError, match="call module"):
        from_module(module, torch.sum, draws(4, 2))
    assert torch.equal(before, torch.get_rng_state())
    from_module(module.eval(), torch.sum, draws(4, 2))


def test_what_is_no_objective_and_what_has_no_enclosure_is_refused():
    with pytest.raises(InputError, match="one number"):
        from_module(torch.nn.Linear(2, 1).double(), torch.exp, draws(4, 2))
    with pytest.raises(InputError, match="no parameters"):
        from_module(torch.nn.Tanh(), torch.sum, torch.ones(2))
    with pytest.raises(InputError, match="SingleLayerSurface"):
        certify(Objective(lambda t: (t * t).sum(), 2), draws(2))


@pytest.mark.parametrize(
    ("function", "gradient", "hessian"),
    [
        (lambda t: (t * t).sum(), [2.0, 2.0], [[2.0, 0.0], [0.0, 2.0]]),
        (lambda t: t.sum(), [1.0, 1.0], [[0.0, 0.0], [0.0, 0.0]]),
        (lambda _: torch.tensor(3.0), [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
    ],
    ids=["quadratic", "linear", "constant"],
)
def test_objective_of_a_plain_function(function, gradient, hessian):
    found = Objective(function, 2).derivatives(torch.ones(3, 2))
    assert found.gradient.tolist() == [gradient] * 3
    assert found.hessian.tolist() == [hessian] * 3
