"""Critical points: found, enclosed, classified on the enclosure; floats decide nothing."""

import pytest
import torch

from lossurface import InputError
from lossurface.landscape.critical import certify
from lossurface.landscape.descent import Stop, descend, find
from lossurface.landscape.objective import Objective
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, logistic, polynomial_hinge


def ridge(seed=0, M=3, n=8, l2=0.05):
    g = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 2, generator=g, dtype=torch.float64)
    y = torch.randint(0, 2, (n,), generator=g).double() * 2 - 1
    surface = SingleLayerSurface(get_neuron("softplus"), logistic(), X, y, M, l2=l2)
    return surface, torch.randn(40, surface.P, generator=g, dtype=torch.float64)


def test_minima_of_a_descent_are_certified_with_their_training_error():
    surface, theta = ridge()
    reached = descend(surface, theta[:10])
    for row, error in zip(reached.theta, reached.error, strict=True):
        found = certify(surface, row)
        assert found.kind == "strict-minimum"
        assert all(f.status == "holds" and f.evidence == "enclosed" for f in found.findings)
        assert found.errors[0] == found.errors[1] == round(error.item() * surface.X.shape[0])
        assert all(
            abs(float(b.mid()) - v) <= 1e-8
            for b, v in zip(found.enclosure.box, row.tolist(), strict=True)
        )


def test_the_search_finds_saddles_and_the_enclosure_says_so():
    surface, theta = ridge(seed=1)
    found = find(surface, theta)
    negative = (found.spectrum < 0).sum(-1)
    small = (found.gradient_norm < 1e-10).nonzero().flatten()
    assert len(small) >= 10
    kinds = {}
    for k in small.tolist():
        certified = certify(surface, found.theta[k])
        kinds.setdefault(certified.kind, []).append(k)
        if certified.kind == "saddle":
            assert certified.enclosure.inertia[0] == int(negative[k])
            assert certified.enclosure.inertia[0] > 0
        if certified.kind == "strict-minimum":
            assert int(negative[k]) == 0
    assert "saddle" in kinds


def test_find_reaches_the_critical_points_of_known_functions():
    trap = Objective(lambda t: t[0] ** 2 + t[2] ** 2 - t[1] ** 4 + t[1] ** 2, 3)
    start = torch.randn(60, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = find(trap, start)
    roots = torch.tensor([-(0.5**0.5), 0.0, 0.5**0.5], dtype=torch.float64)
    done = found.theta[found.gradient_norm < 1e-12]
    assert len(done) == 60
    assert bool(((done[:, 1, None] - roots).abs().amin(1) < 1e-9).all())
    assert {0, 1} == set((found.spectrum < 0).sum(-1).tolist())
    assert set(found.stop) == {Stop.CRITICAL}
    assert set(find(trap, start + 9, steps=2).stop) == {Stop.STEPS}
    assert find(trap, torch.nan * start).stop == 60 * (Stop.DIVERGED,)
    with pytest.raises(InputError):
        find(trap, start[:, :2])


def test_a_singular_hessian_is_never_called_a_minimum_and_a_proof_may_exclude_one():
    # a = 0, W = 0 on class-symmetric data: the Hessian has one positive eigenvalue, zeros else.
    X = torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    zero = torch.zeros(7, dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(6), X, y, 2)
    assert float(surface.spectra(zero[None]).min()) > -1e-9
    found = certify(surface, zero)
    assert found.kind == "no-minimum"  # Theorem 1's curve opens a neuron
    assert found.errors == (2, 2) or found.errors == (0, 4)
    # Sigmoid neurons: here it is a local minimum (Proposition 4), which no enclosure shows.
    surface = SingleLayerSurface(get_neuron("tanh"), polynomial_hinge(6), X, y, 2)
    assert certify(surface, zero).kind == "undecided"


def test_zero_loss_all_around_is_a_minimum_but_not_a_strict_one():
    X = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    y = torch.tensor([1.0, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(3), X, y, 1)
    found = certify(surface, torch.tensor([-20.0, 10.0, 4.0], dtype=torch.float64))
    assert found.kind == "minimum"
    assert found.errors == (0, 0)
    edge = SingleLayerSurface(get_neuron("quadratic"), polynomial_hinge(3), X, y, 1)
    assert certify(edge, torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)).kind != "minimum"


def quadratic_minimum():
    """One neuron z^2 on overlapping data in one dimension, at a minimum with w != 0."""
    X = torch.tensor([[1.0], [1.5], [0.2], [0.4], [1.2], [0.1]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1, -1, 1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("quadratic"), polynomial_hinge(3), X, y, 1)
    reached = descend(surface, torch.tensor([[0.0, 0.5, 1.0]], dtype=torch.float64))
    return surface, reached.theta[0]


def test_the_scaling_of_a_quadratic_neuron_is_seen_through():
    surface, theta = quadratic_minimum()
    assert float(surface.gradient(theta[None])[1].norm()) < 1e-10
    found = certify(surface, theta)
    assert found.kind == "minimum"
    assert found.findings[-1].status == "holds"
    moved = theta * torch.tensor([1, 4.0, 0.5], dtype=torch.float64)
    assert certify(surface, moved).kind == "minimum"
    torch.testing.assert_close(surface.value(moved[None]), surface.value(theta[None]))


def test_negative_curvature_excludes_a_minimum_without_a_critical_point():
    surface, theta = ridge(seed=2, l2=0.0)
    kinds = {certify(surface, row).kind for row in theta[:10]}
    assert kinds <= {"no-minimum", "undecided"}
    assert "no-minimum" in kinds


@pytest.mark.parametrize("neuron", ["relu", "leaky-relu", "elu", "softsign", "requ", "threshold"])
@pytest.mark.parametrize("p", [1, 2])
def test_a_kink_leaves_the_kind_undecided_with_a_reason(neuron, p):
    X = torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron(neuron), polynomial_hinge(p), X, y, 2, l2=0.1)
    found = certify(surface, torch.tensor([0.3, 1, -1, 1, 0, 0, 2], dtype=torch.float64))
    assert found.kind == "undecided"
    (finding,) = found.findings
    assert finding.status == "undecided"
    assert "no second derivative over a box" in finding.detail


def test_points_that_are_not_numbers_are_refused():
    surface, theta = ridge()
    with pytest.raises(InputError):
        certify(surface, theta[0, :-1])
    with pytest.raises(InputError):
        certify(surface, theta[0] * torch.nan)


def test_proposition_5s_degenerate_minimum_is_proved():
    # w = 0, a < 0, separable data: L does not depend on a there, so the Hessian is singular.
    X = torch.tensor([[2.0], [3.0], [-1.0], [-0.5]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    for p in (2, 3, 6):
        surface = SingleLayerSurface(get_neuron("quadratic"), polynomial_hinge(p), X, y, 1)
        down = certify(surface, torch.tensor([0.0, -1.0, 0.0], dtype=torch.float64))
        assert (down.kind, down.errors) == ("minimum", (0, 4))
        assert all(f.status == "holds" for f in down.findings[:-1])
        up = certify(surface, torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64))
        assert up.kind == "saddle"
        # a = 0: curved one way for a < 0, the other for a > 0.
        between = certify(surface, torch.tensor([0.0, 0.0, 0.0], dtype=torch.float64))
        assert between.kind == "saddle"


def test_linear_neurons_have_degenerate_minima_with_an_error():
    X = torch.tensor([[1.0], [-1.0], [2.0], [-2.0]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("linear"), polynomial_hinge(3), X, y, 1)
    found = certify(surface, torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64))
    assert found.kind == "minimum"
    off = certify(surface, torch.tensor([0.25, 1.0, 0.0], dtype=torch.float64))
    assert off.kind == "no-minimum"  # its gradient is not zero, nor anywhere near
