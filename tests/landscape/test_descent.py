"""Descent: the definition of what each stop says, against torch's own optimiser and scipy."""

from dataclasses import replace

import pytest
import torch

from lossurface import InputError
from lossurface.landscape.descent import Stop, adam, descend
from lossurface.landscape.objective import Objective
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import vector


def t33(networks):
    """2 inputs and a constant, 8 softplus neurons, 33 parameters, 20 points."""
    g = torch.Generator().manual_seed(0)
    X = torch.randn(20, 3, generator=g, dtype=torch.float64)
    X[:, 2] = 1
    y = torch.randint(0, 2, (20,), generator=g).double() * 2 - 1
    theta = torch.randn(networks, 33, generator=g, dtype=torch.float64)
    return SingleLayerSurface(get_neuron("softplus"), logistic(), X, y, 8, l2=1e-2), theta


def separable(networks, n, neuron, p):
    g = torch.Generator().manual_seed(0)
    X = torch.randn(networks, n, 2, generator=g, dtype=torch.float64)
    y = torch.where(X[..., 0] > 0, 1.0, -1.0).double()
    problem = SingleLayerSurface(get_neuron(neuron), polynomial_hinge(p), X, y, 2)
    return problem, torch.randn(networks, problem.P, generator=g, dtype=torch.float64)


def test_every_network_reaches_a_tiny_gradient_and_a_scipy_minimum():
    from scipy.optimize import minimize

    problem, theta = t33(30)
    found = descend(problem, theta)
    assert found.stop == 30 * (Stop.CRITICAL,)
    assert bool((found.gradient_norm < 1e-12).all())
    torch.testing.assert_close(found.gradient_norm, problem.gradient(found.theta)[1].norm(dim=1))
    torch.testing.assert_close(found.spectrum, problem.spectra(found.theta))
    assert bool((found.loss < problem.value(theta)).all())

    def value(v):
        loss, gradient, _ = problem.gradient(torch.from_numpy(v)[None])
        return loss.item(), gradient[0].numpy()

    there = minimize(value, found.theta[0].numpy(), jac=True, method="L-BFGS-B")
    assert there.fun == pytest.approx(found.loss[0].item(), rel=1e-12)


@pytest.mark.parametrize(("neuron", "p"), [("softplus", 3), ("softplus-e", 6)])
def test_hinge_descents_end_at_training_error_zero_under_theorem_2(neuron, p):
    problem, theta = separable(20, 8, neuron, p)
    found = descend(problem, adam(problem, theta, 20))
    assert set(found.stop) <= {Stop.CRITICAL, Stop.ZERO}
    assert bool((found.error == 0).all())
    early = descend(problem, theta, until_separated=True, spectrum=False)
    assert bool((early.loss < 1 / 8).all())
    assert bool((early.error == 0).all())
    assert early.spectrum is None


def test_zero_loss_is_reported_as_such():
    problem = separable(1, 4, "softplus", 3)[0].rows(0)
    theta = vector(0, 50, -50, 20, -20, 0, 0)
    found = descend(problem, theta.expand(2, 7))
    assert found.stop == (Stop.ZERO, Stop.ZERO)
    assert found.loss.tolist() == [0.0, 0.0]


def test_the_batch_and_its_chunks_do_not_change_a_descent():
    problem, theta = separable(6, 6, "softplus", 3)
    whole = descend(problem, theta)
    alone = descend(problem.rows(torch.tensor([4])), theta[4:5])
    torch.testing.assert_close(alone.theta[0], whole.theta[4], rtol=1e-6, atol=1e-6)
    wide = replace(problem.rows(0), M=40)  # 143 Hessians of 121 parameters go together
    start = torch.randn(150, wide.P, generator=torch.Generator().manual_seed(0)).double()
    together = descend(wide, start, steps=2)
    last = descend(wide, start[140:], steps=2)
    torch.testing.assert_close(together.theta[140:], last.theta, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(together.spectrum[140:], last.spectrum, rtol=1e-6, atol=1e-6)
    assert together.stop[140:] == last.stop


def test_bad_inputs_and_bad_values_are_named():
    problem, theta = t33(2)
    for wrong in (theta[:, :5], theta.float(), theta[0], theta[:0]):
        with pytest.raises(InputError):
            descend(problem, wrong)
    theta[1, 0] = torch.nan
    found = descend(problem, theta)
    assert found.stop == (Stop.CRITICAL, Stop.DIVERGED)


def test_step_limit_and_stall_are_told_apart():
    problem, theta = t33(3)
    assert set(descend(problem, theta, steps=2).stop) == {Stop.STEPS}
    kink = Objective(lambda t: (t - 0.3).abs().sum(), 1)
    found = descend(kink, torch.ones(1, 1, dtype=torch.float64), steps=200)
    assert found.stop == (Stop.STALLED,)


def test_adam_takes_the_steps_of_torch_optim():
    problem, theta = t33(3)
    ours = adam(problem, theta, 50, rate=0.05)
    for row in range(3):
        parameter = theta[row : row + 1].clone().requires_grad_()
        optimiser = torch.optim.Adam([parameter], lr=0.05)
        for _ in range(50):
            optimiser.zero_grad()
            problem.value(parameter).sum().backward()
            optimiser.step()
        torch.testing.assert_close(ours[row], parameter.detach()[0], rtol=1e-9, atol=1e-11)
