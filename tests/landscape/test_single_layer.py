"""Closed forms against automatic differentiation of the definition, which knows no formula."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.landscape.objective import Objective
from lossurface.landscape.single_layer import SingleLayerSurface, pack, unpack
from lossurface.setting import get_loss, get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import single

SMOOTH = ("softplus", "softplus-e", "exp", "quadratic", "cosh", "quartic", "sigmoid", "tanh")
LOSSES = (logistic(), polynomial_hinge(2), polynomial_hinge(6), get_loss("quadratic"))


def draw(seed, neuron, loss, *, B=4, n=5, d=3, M=2, shared=True, l2=0.0, offset=False):
    g = torch.Generator().manual_seed(seed)
    lead = () if shared else (B,)
    X = torch.randn(*lead, n, d, generator=g, dtype=torch.float64)
    y = torch.randint(0, 2, (*lead, n), generator=g).double() * 2 - 1
    extra = torch.randn(B, n, generator=g, dtype=torch.float64) if offset else None
    theta = 0.7 * torch.randn(B, 1 + M + d * M, generator=g, dtype=torch.float64)
    return SingleLayerSurface(get_neuron(neuron), loss, X, y, M, l2, extra), theta


def definition(problem, row):
    """The loss of network `row`, written out from the paper and nothing else."""

    def value(theta):
        X = problem.X if problem.shared else problem.X[row]
        y = problem.y if problem.shared else problem.y[row]
        a0, a, W = unpack(theta, problem.d, problem.M)
        f = a0 + problem.neuron.torch(X @ W) @ a
        if problem.offset is not None:
            f = f + problem.offset[row]
        return problem.loss.torch(-y * f).mean() + 0.5 * problem.l2 * (theta * theta).sum()

    return value


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    neuron=st.sampled_from(SMOOTH),
    loss=st.sampled_from(LOSSES),
    shared=st.booleans(),
    l2=st.sampled_from([0.0, 1e-2]),
    offset=st.booleans(),
    d=st.sampled_from([1, 3, 10]),
)
def test_closed_forms_agree_with_automatic_differentiation(
    seed, neuron, loss, shared, l2, offset, d
):
    problem, theta = draw(seed, neuron, loss, d=d, shared=shared, l2=l2, offset=offset)
    found = problem.derivatives(theta)
    value, gradient, outputs = problem.gradient(theta)
    torch.testing.assert_close(value, found.loss)
    torch.testing.assert_close(gradient, found.gradient)
    torch.testing.assert_close(outputs, problem.outputs(theta))
    torch.testing.assert_close(problem.value(theta), value)
    for row in range(len(theta)):
        oracle = Objective(definition(problem, row), problem.P)
        at = theta[row : row + 1]
        scale = 1 + oracle.hessians(at).abs().max().item()
        close = {"rtol": 1e-11, "atol": 1e-13 * scale}
        torch.testing.assert_close(found.loss[row], oracle.value(at)[0], **close)
        torch.testing.assert_close(found.gradient[row], oracle.gradient(at)[1][0], **close)
        torch.testing.assert_close(found.hessian[row], oracle.hessians(at)[0], **close)


def test_the_training_error_follows_its_definition():
    problem, theta = draw(3, "softplus", polynomial_hinge(3), shared=False)
    outputs = problem.outputs(theta)
    wrong = [
        [(f >= 0) != (y > 0) for f, y in zip(*r, strict=True)]
        for r in zip(outputs.tolist(), problem.y.tolist(), strict=True)
    ]
    torch.testing.assert_close(
        problem.error(outputs), torch.tensor([sum(r) / len(r) for r in wrong]).double()
    )
    zero = single("quadratic", ([[0], [0]], [1, -1]))  # the sign of 0 is +1
    assert zero.error(zero.outputs(torch.zeros(1, 3).double())).tolist() == [0.5]


def test_hessians_do_not_depend_on_the_chunk():
    problem, theta = draw(1, "softplus", logistic(), B=40, M=30, shared=False, l2=0.1)
    assert 1 < problem.chunk(theta.device) < 40
    whole = problem.derivatives(theta).hessian
    torch.testing.assert_close(problem.hessians(theta), whole, rtol=1e-13, atol=1e-15)
    torch.testing.assert_close(problem.spectra(theta), torch.linalg.eigvalsh(whole))
    theta[7] = torch.nan
    assert problem.spectra(theta).isnan().all(-1).nonzero().tolist() == [[7]]


def test_pack_and_unpack_are_inverse():
    theta = torch.arange(2 * 9, dtype=torch.float64).reshape(2, 9)
    a0, a, W = unpack(theta, 3, 2)
    assert W[0, 2, 1] == theta[0, 1 + 2 + 2 * 2 + 1]
    assert torch.equal(pack(a0, a, W), theta)


@pytest.mark.parametrize(
    ("X", "y", "M"),
    [
        (torch.ones(3, 2), torch.ones(2), 1),
        (torch.ones(3, 2), torch.tensor([1.0, -1.0, 0.0]), 1),
        (torch.full((3, 2), float("nan")), torch.ones(3), 1),
        (torch.ones(3, 2), torch.ones(3), 0),
    ],
)
def test_bad_problems_are_refused_in_one_line(X, y, M):
    with pytest.raises(InputError) as error:
        SingleLayerSurface(get_neuron("softplus"), logistic(), X, y, M)
    assert "\n" not in str(error.value)
