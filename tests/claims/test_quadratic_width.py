"""The fewest quadratic neurons: the minima and the way out, against automatic differentiation."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims import get
from lossurface.claims.ours_quadratic_width import SHARP, Minimum, departures, drawn, planted
from lossurface.landscape.escape import Case, Proof, escape
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, polynomial_hinge

PAIRS = [[b] for b in (2, 2, 2, 1, -2, -2, -2, -1)]
HAND = {
    1: Minimum([[1], [1], [2], [2]], [1, 1, 2, 2], ([[1], [-1]] * 2, [[1], [-1]] * 2)),
    2: Minimum([[1, 0], [0, 1], [1, 1], [1, 2]] * 2, [1, 1, 1, 2] * 2, (PAIRS, PAIRS), p=2),
}


def floats(values):
    return torch.tensor([float(v) for v in values], dtype=torch.float64)


def loss(minimum, outputs):
    y = floats(minimum.dataset.y)
    return torch.clamp(1 - y * outputs, min=0).pow(minimum.p + 1).sum()


@pytest.mark.parametrize("dimensions", SHARP)
def test_the_derivatives_are_those_of_the_loss(dimensions):
    """In the coordinates (a_0, B, Y, v), of the definition."""
    found = drawn(*dimensions, p=3, seed=1)
    s, X, fixed = dimensions[0], found.dataset.tensors()[0], floats(found.fixed)
    upper = torch.triu_indices(s, s)
    B = found.weight * torch.eye(s, dtype=torch.float64)
    Y = torch.zeros(s * (X.shape[1] - s), dtype=torch.float64)
    at = torch.cat([floats([0]), B[upper[0], upper[1]], Y, floats([1])])

    def value(point):
        B = torch.zeros((s, s), dtype=torch.float64).index_put(
            tuple(upper), point[1 : 1 + len(upper[0])]
        )
        B = B + B.triu(1).T
        z = X[:, :s] + X[:, s:] @ point[1 + len(upper[0]) : -1].view(s, -1).T
        return loss(found, point[0] + ((z @ B) * z).sum(1) + point[-1] * fixed) / (found.p + 1)

    gradient, hessian = found.derivatives()
    assert not any(gradient)
    true = torch.autograd.functional.hessian(value, at)
    mine = torch.stack([floats(row) for row in hessian])
    size = true.diag().sqrt()
    torch.testing.assert_close(mine / size / size[:, None], true / size / size[:, None])


@pytest.mark.parametrize("M", HAND)
def test_in_all_parameters_the_flat_directions_are_those_of_the_symmetries(M):
    """The Hessian in (a_0, a, W, v) has no negative eigenvalue, and M + M (M - 1) / 2 zeros."""
    found = HAND[M]
    X, fixed, d = found.dataset.tensors()[0], floats(found.fixed), found.dataset.d
    at = torch.cat([floats([0]), torch.ones(M), torch.eye(d, M).flatten(), floats([1])]).double()

    def value(theta):
        W = theta[1 + M : -1].view(d, M)
        return loss(found, theta[0] + (X @ W) ** 2 @ theta[1 : 1 + M] + theta[-1] * fixed)

    assert torch.autograd.functional.jacobian(value, at).abs().max() < 1e-11
    values = torch.linalg.eigvalsh(torch.autograd.functional.hessian(value, at))
    zeros = M + M * (M - 1) // 2
    assert values[:zeros].abs().max() < 1e-10 * values[-1]
    assert values[zeros] > 1e-6 * values[-1]
    assert all(finding.status == "holds" for finding in found.findings())


def test_what_is_no_minimum_is_refused():
    """Equal dual weights leave f_D's output weight free; odd c b no longer cancels."""
    flat = Minimum(HAND[1].c, [1] * 4, HAND[1].own)
    assert flat.findings()[1].status == "fails"
    moved = Minimum(HAND[1].c, HAND[1].k, ([[1], [2], [1], [-1]], HAND[1].own[1]))
    assert moved.findings()[0].status == "fails"
    small = Minimum([[Fraction(1, 9)], [Fraction(1, 9)], [Fraction(1, 5)], [Fraction(1, 5)]],
                    HAND[1].k, HAND[1].own)  # fmt: skip
    assert small.findings()[1].status == "fails"  # the weight is too small for these c
    assert HAND[1].position().status == "holds"
    parallel = Minimum(HAND[1].c, HAND[1].k, ([[1], [-1], [2], [-2]], HAND[1].own[1]))
    assert parallel.position().status == "fails"


def test_the_plants_are_critical_and_bad_and_every_case_leaves_them():
    rng = np.random.default_rng(3)
    for _ in range(20):
        surface, theta = planted(rng)
        gradient = surface.gradient(theta[None])[1]
        assert gradient.abs().max() < 1e-9 * (1 + theta.abs().max())
        assert surface.error(surface.outputs(theta[None])).item() > 0
    left = departures(trials=30, seed=4)
    assert all(step.proved and step.fall > 0 for step in left)
    cases = Counter(step.case for step in left)
    assert set(cases) == {Case.QUADRATIC_OWN, Case.QUADRATIC_CANCELLING, Case.QUADRATIC_TILTED}


@pytest.mark.parametrize("M", HAND)
def test_from_the_minimum_there_is_no_curve_and_with_one_neuron_more_there_is(M):
    found = HAND[M]
    X, y = found.dataset.tensors()
    for width in (M, M + 1):
        a, W = torch.ones(width), torch.eye(found.dataset.d, width)
        if width > M:  # the last neuron as two halves
            a[-2:], W[:, -1] = 0.5, W[:, -2]
        theta = torch.cat([torch.zeros(1), a, W.flatten()]).double()
        surface = SingleLayerSurface(
            get_neuron("quadratic"), polynomial_hinge(found.p), X, y, width,
            offset=floats(found.fixed),
        )  # fmt: skip
        if width > M:
            assert escape(surface, theta, proof=Proof.QUADRATIC).proved
        else:
            with pytest.raises(InputError, match=f"M = {M} neurons leave no curve"):
                escape(surface, theta, proof=Proof.QUADRATIC)


def test_it_holds_with_the_evidence_of_the_registry():
    claim = get("ours-quadratic-width")
    verdict = claim.verify(seed=1, trials=12)
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence == claim.evidence
