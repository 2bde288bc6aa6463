"""Automatic differentiation of whole architectures, and a user's module left untouched."""

import copy

import pytest
import torch

from lossurface.errors import InputError
from lossurface.landscape.functional import (
    Objective,
    feedforward,
    feedforward_size,
    from_module,
    identity_shortcut,
    surrogate,
)
from lossurface.setting import get_neuron, logistic, polynomial_hinge


def draws(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_feedforward_is_the_layered_formula():
    X, theta = draws(5, 2), draws(feedforward_size((2, 3, 1)), seed=1)
    W1, b1, W2, b2 = theta[:6].reshape(2, 3), theta[6:9], theta[9:12].reshape(3, 1), theta[12]
    want = torch.tanh(X @ W1 + b1) @ W2 + b2
    torch.testing.assert_close(feedforward(theta, X, (2, 3, 1), get_neuron("tanh")), want)
    with pytest.raises(InputError):
        feedforward(theta[:-1], X, (2, 3, 1), get_neuron("tanh"))


def test_identity_shortcut_with_a_zero_block_is_linear():
    X, d = draws(5, 2), 2
    theta = torch.zeros(d + 1 + feedforward_size((2, 4, 2)), dtype=torch.float64)
    theta[:3] = draws(3, seed=2)
    torch.testing.assert_close(
        identity_shortcut(theta, X, (4,), get_neuron("relu")), X @ theta[:2] + theta[2]
    )


def test_derivatives_agree_with_differences_and_chunks_do_not_matter():
    X, y = draws(6, 2), torch.tensor([1.0, -1, 1, -1, 1, 1], dtype=torch.float64)
    P = 3 + feedforward_size((2, 3, 2))
    objective = surrogate(
        lambda t: identity_shortcut(t, X, (3,), get_neuron("tanh")), polynomial_hinge(3), y, P
    )
    theta = draws(4, P, seed=3)
    gradient, hessian = objective.gradient(theta)[1], objective.hessian(theta, chunk=3)
    step = 1e-6 * draws(P, seed=4)
    change = objective.value(theta + step) - objective.value(theta - step)
    torch.testing.assert_close(change, 2 * gradient @ step, rtol=1e-5, atol=1e-10)
    change = objective.gradient(theta + step)[1] - objective.gradient(theta - step)[1]
    torch.testing.assert_close(change, 2 * hessian @ step, rtol=1e-5, atol=1e-10)
    torch.testing.assert_close(objective.hessian(theta, chunk=None), hessian)
    torch.testing.assert_close(objective.spectra(theta), torch.linalg.eigvalsh(hessian))


def test_a_module_is_never_changed():
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Tanh(), torch.nn.Linear(3, 1)
    ).double()
    before, training = copy.deepcopy(module.state_dict()), module.training
    X = draws(6, 2)
    objective = from_module(module, lambda out: logistic().torch(out).mean(), X)
    theta = objective.start + 0.1 * draws(3, objective.P, seed=5)
    objective.hessian(theta)
    assert module.training == training
    assert all(p.grad is None for p in module.parameters())
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name]), name
    expected = copy.deepcopy(module)
    want = logistic().torch(expected(X)).mean()
    torch.testing.assert_close(objective.value(objective.start[None])[0], want.detach())


def test_a_module_without_parameters_is_refused():
    with pytest.raises(InputError):
        from_module(torch.nn.Tanh(), torch.sum, torch.ones(2))


def test_objective_of_a_plain_function():
    objective = Objective(lambda t: (t * t).sum(), 2)
    assert objective.hessian(torch.ones(1, 2)).tolist() == [[[2.0, 0.0], [0.0, 2.0]]]
