"""Escapes from planted critical points: each statement checked against its definition.

Oracles: automatic differentiation for criticality and curvature, long-double evaluation of the
definition for the decrease, and hand-made points at which nothing may be proved.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from flint import arb

from lossurface import InputError
from lossurface.claims.theorem_1 import threshold
from lossurface.enclosed import escape_check as check
from lossurface.enclosed.point_check import constant_critical
from lossurface.landscape.critical import certify
from lossurface.landscape.descent import descend
from lossurface.landscape.escape import Case, Proof, ball_layer, escape
from lossurface.landscape.objective import Objective
from lossurface.landscape.planted import (
    PLANTERS,
    Planted,
    depart,
    findings,
    plant,
    proposition_1,
    proposition_12,
    theorem_1,
    theorem_2,
)
from lossurface.landscape.single_layer import SingleLayerSurface, unpack
from lossurface.setting import get_neuron, logistic, polynomial_hinge


def leave(planted):
    return depart(planted).escape


@pytest.mark.parametrize("claim", PLANTERS)
@pytest.mark.parametrize("seed", range(8))
def test_a_planted_point_is_critical_bad_and_left(claim, seed):
    planted = plant(claim, np.random.default_rng([seed, len(claim)]))
    surface, theta = planted.surface, planted.theta[None]
    # The definition, by automatic differentiation.

    def value(t):
        a0, a, W = unpack(t, surface.d, surface.M)
        f = a0 + surface.neuron.torch(surface.X @ W) @ a
        return surface.loss.torch(-surface.y * f).mean()

    objective = Objective(value, surface.P)
    scale = 1 + objective.hessians(theta).abs().max().item()
    assert objective.gradient(theta)[1].abs().max().item() < 1e-13 * scale
    assert surface.error(surface.outputs(theta)).item() > 0
    assert planted.critical().status == "holds"
    assert planted.critical().evidence == "exact"
    if claim == "theorem-1":
        assert threshold(surface.n, *planted.axes) == surface.M

    found = leave(planted)
    assert found.proved, (found.not_minimum, found.decrease)
    assert found.decrease.evidence in {"exact", "enclosed"}
    assert found.not_minimum.evidence == "enclosed"
    assert value(found.theta_after) < value(found.theta_before)
    assert torch.equal(found.theta_before, planted.theta)


def cases(make, count=40):
    out = {}
    for seed in range(count):
        planted = make(np.random.default_rng(seed))
        found = leave(planted)
        assert found.proved
        out.setdefault(found.case, (planted, found))
    return out


def test_every_case_of_theorem_1_occurs_and_moves_what_its_proof_moves():
    seen = cases(theorem_1)
    assert set(seen) == {
        Case.THEOREM_1_CLOSED,
        Case.THEOREM_1_POSITIVE,
        Case.THEOREM_1_NEGATIVE,
    }
    for case, label in ((Case.THEOREM_1_POSITIVE, 1), (Case.THEOREM_1_NEGATIVE, -1)):
        planted, found = seen[case]
        surface = planted.surface
        both = torch.stack([found.theta_before, found.theta_after])
        before, after = surface.outputs(both)
        other = surface.y != label
        # The other class does not move, and no sample of the moved class gets worse.
        torch.testing.assert_close(after[other], before[other], rtol=1e-6, atol=1e-6)
        assert bool((label * (after - before)[~other] >= -1e-6).all())
        assert bool((label * (after - before)[~other] > 1e-6).any())
        assert torch.equal(
            found.theta_after[1 : 1 + surface.M], found.theta_before[1 : 1 + surface.M]
        )


@pytest.mark.parametrize("claim", PLANTERS)
def test_departures_gather_into_three_findings(claim):
    rng = np.random.default_rng(7)
    made = [depart(plant(claim, rng)) for _ in range(4)]
    assert [finding.status for finding in findings(made, "here")] == ["holds"] * 3


def test_theorem_1_descends_at_every_step_length_along_its_ray():
    planted, found = cases(theorem_1)[Case.THEOREM_1_POSITIVE]
    direction = (found.theta_after - found.theta_before) / found.step
    steps = torch.logspace(-2, 3, 60, dtype=torch.float64)
    both = torch.cat([-steps.flip(0), torch.zeros(1), steps])
    values = planted.surface.value(planted.theta + both[:, None] * direction)
    middle = len(steps)
    # Rounding of the direction (to 24 bits) is allowed for.
    slack = 1e-5 * (1 + both.abs())
    assert bool((values <= values[middle] + slack).all())
    assert bool((values[[0, 30, -30, -1]] < values[middle]).all())


def test_quadratic_neurons_change_the_output_exactly_as_the_proof_says():
    seen = cases(proposition_1)
    planted, found = seen[Case.QUADRATIC_CANCELLING]
    surface = planted.surface
    direction = (found.theta_after - found.theta_before) / found.step
    first = planted.surface.outputs((planted.theta + 0.5 * direction)[None])[0]
    second = planted.surface.outputs((planted.theta + 1.0 * direction)[None])[0]
    start = surface.outputs(planted.theta[None])[0]
    torch.testing.assert_close(second - start, 4 * (first - start), rtol=1e-5, atol=1e-6)
    assert Case.QUADRATIC_TILTED in seen


def axis_points(first, second):
    """Positives at these places of the first axis, negatives of the second: they meet only in 0."""
    rows = [[v, 0.0] for v in first] + [[0.0, v] for v in second]
    return np.array(rows), [1] * len(first) + [-1] * len(second), ([0], [1])


def test_theorem_1_tries_the_other_sign_where_most_neurons_leave_no_direction():
    # z^2, w = e_1, e_2 for a = 1, 1: the slopes (s_1, s_2) of the positives are independent.
    shared = [(1, 1, b) for b in (1, -1)] + [(1, -1, b) for b in (1, -1)]
    X = np.array([(s, t, b, 0) for s, t, b in shared] + [(s, t, 0, b) for s, t, b in shared])
    W = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=float)
    a, axes = np.array([1, 1, -0.5, -1.5]), ([0, 1, 2], [0, 1, 3])
    planted = Planted.at(Proof.THEOREM_1, get_neuron("quadratic"), polynomial_hinge(6),
                    X / 1.0, [1] * 4 + [-1] * 4, axes, a, W)  # fmt: skip
    assert planted.critical().status == "holds"
    found = leave(planted)
    assert found.case is Case.THEOREM_1_NEGATIVE
    assert found.proved


@pytest.mark.parametrize("neuron", ["softplus", "softplus-e", "exp"])
@pytest.mark.parametrize("a", [(0.5, -0.25), (-0.25, 0.125), (0.5, -0.499), (3.0, -0.001)])
def test_two_neurons_leave_where_the_subspaces_meet_only_in_0(neuron, a):
    X, y, axes = axis_points([1, 1, -1, -1, 0.5, -0.5], [2, -2])
    planted = Planted.at(Proof.THEOREM_1, get_neuron(neuron), polynomial_hinge(3), X, y, axes,
                    np.array(a), np.zeros((2, 2)))  # fmt: skip
    assert planted.critical().status == "holds"
    found = leave(planted)
    assert found.case is Case.TWO_NEURONS
    assert found.proved
    moved = (found.theta_after - found.theta_before)[3:].reshape(2, 2)
    own = 0 if 1 / a[0] + 1 / a[1] > 0 else 1  # the axis of the class that gains
    assert bool((moved[own] != 0).all())
    assert not bool(moved[1 - own].any())
    assert (moved[own] @ torch.tensor(a).double()).abs() < 1e-6 * moved.abs().max()


def one_neuron_minimum():
    """Four samples on two axes, one softplus neuron: a strict bad minimum with w != 0."""
    X, y, _ = axis_points([0.22, -0.66], [-0.13, 1.73])
    samples, labels = torch.from_numpy(X), torch.tensor(y, dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(3), samples, labels, 1)
    near = torch.tensor([[0.91, -0.84, 0.5, 0.51]], dtype=torch.float64)
    return surface, descend(surface, near).theta[0]


@pytest.mark.parametrize("share", [-3.0, -0.125, 1.25])
def test_a_bad_minimum_of_one_neuron_is_left_once_it_is_split_in_two(share):
    surface, theta = one_neuron_minimum()
    assert certify(surface, theta).kind == "strict-minimum"
    assert surface.error(surface.outputs(theta[None])).item() > 0
    with pytest.raises(InputError, match="M = 1 neurons leave no direction"):
        escape(surface, theta, proof=Proof.THEOREM_1)
    a0, a, w = theta[:1], theta[1], theta[2:, None]
    shares = torch.tensor([share, 1 - share], dtype=torch.float64)
    split = torch.cat([a0, shares * a, w.expand(2, 2).flatten()])
    two = replace(surface, M=2)
    torch.testing.assert_close(two.outputs(split[None]), surface.outputs(theta[None]))
    assert two.gradient(split[None])[1].norm() < 1e-11
    found = escape(two, split)
    assert found.case is Case.TWO_NEURONS
    assert found.proved


def test_opposite_output_weights_of_two_neurons_are_refused():
    X, y, axes = axis_points([1, -1], [1, -1])
    planted = Planted.at(Proof.THEOREM_1, get_neuron("softplus"), polynomial_hinge(3), X, y, axes,
                    np.array([0.5, -0.5]), np.zeros((2, 2)))  # fmt: skip
    with pytest.raises(InputError, match="leave no direction"):
        leave(planted)


def test_theorem_1_has_no_curve_out_of_zero_loss():
    X, y, _ = axis_points([1, 2], [1, 2])
    samples, labels = torch.from_numpy(X), torch.tensor(y, dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(3), samples, labels, 2)
    theta = torch.tensor([-4.5, 1, -0.5, 10, 0, -10, 0], dtype=torch.float64)
    assert surface.value(theta[None]).item() == 0
    with pytest.raises(InputError, match="leave no direction"):
        escape(surface, theta, proof=Proof.THEOREM_1)


def test_theorem_2_names_what_is_not_critical():
    planted = theorem_2(np.random.default_rng(0))
    theta = planted.theta.clone()
    theta[1] = 0.5
    found = escape(planted.surface, theta, proof="theorem-2")
    assert found.case is Case.NOT_CRITICAL
    assert found.proved


@pytest.mark.parametrize("neuron", ["softplus-e", "exp", "cosh", "quartic", "quadratic"])
def test_theorem_1_serves_every_convex_neuron(neuron):
    for seed in range(4):
        planted = theorem_1(np.random.default_rng(seed), get_neuron(neuron))
        found = leave(planted)
        assert planted.critical().status == "holds"
        assert found.proved, (neuron, seed, found.case, found.not_minimum, found.decrease)


def test_theorem_1_serves_the_logistic_loss_where_every_critical_point_is_a_saddle():
    for seed in range(6):
        planted = theorem_1(np.random.default_rng(seed), loss=logistic())
        found = leave(planted)
        assert planted.critical().status == "holds"
        assert found.proved
        assert check.no_maximum(planted.layer, planted.exact).status == "holds"


def test_the_proof_is_chosen_by_neuron_and_data():
    rng = np.random.default_rng(5)
    assert leave(theorem_1(rng)).case.name.startswith("THEOREM_1")
    assert leave(theorem_2(rng)).case is Case.THEOREM_2_CLOSED
    assert leave(proposition_12(rng)).case.name.startswith("QUADRATIC")


def bad_minimum():
    """Proposition 5's bad local minimum: quadratic neuron on separable data, a < 0."""
    X = torch.tensor([[2.0], [3.0], [-1.0], [-0.5]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("quadratic"), polynomial_hinge(3), X, y, 1)
    return surface, torch.tensor([0.0, -1.0, 0.0], dtype=torch.float64)


def test_nothing_is_proved_at_a_true_local_minimum():
    surface, theta = bad_minimum()
    found = escape(surface, theta, proof="hessian")
    assert found.not_minimum.status != "holds"
    X = torch.tensor([[0.5, 1], [-0.3, 1], [0.2, 1], [-1, 1]], dtype=torch.float64)
    y = torch.tensor([1.0, -1, -1, 1], dtype=torch.float64)
    strict = SingleLayerSurface(get_neuron("softplus"), logistic(), X, y, 2, l2=0.1)
    start = torch.randn(5, strict.P, generator=torch.Generator().manual_seed(0)).double()
    best = descend(strict, start)
    for row in best.theta[best.spectrum[:, 0] > 1e-6]:
        found = escape(strict, row, proof="hessian")
        assert found.not_minimum.status != "holds"
        assert found.decrease.status != "holds" or found.fall > 1e-9


def test_false_hints_prove_nothing():
    planted = theorem_2(np.random.default_rng(1))
    layer, theta = planted.layer, planted.exact
    unit = [1.0] + [0.0] * (layer.dimension - 1)
    assert check.negative_curvature(layer, theta, unit).status == "fails"
    assert check.decrease(layer, theta, planted.theta.tolist()).status != "holds"
    away = [float(v) for v in (planted.theta + 1).tolist()]
    assert check.decrease(layer, away, away).status != "holds"
    opened = list(theta)
    opened[1] = 1e-30
    assert check.opened_neuron(layer, opened, 0, [1.0] * layer.d).status == "undecided"


def test_a_point_that_is_not_critical_is_not_called_critical():
    planted = theorem_1(np.random.default_rng(3))
    W = [list(row) for row in planted.W]
    W[0][0] = 1.0
    a = (1.0, *planted.a[1:])
    assert constant_critical(planted.layer, a, W).status == "fails"
    skewed = ball_layer(planted.surface)
    samples = [list(row) for row in skewed.samples]
    samples[0][planted.axes[0][0]] += Fraction(1, 1024)
    moved = type(skewed)(skewed.neuron, skewed.loss, samples, skewed.labels, skewed.M)
    still = [[0.0] * skewed.M for _ in range(skewed.d)]
    assert constant_critical(moved, [1.0] * skewed.M, still).status == "fails"


def test_exact_and_enclosed_decreases_agree():
    rng = np.random.default_rng(0)
    while True:
        planted = proposition_12(rng)
        if not any(isinstance(v, arb) for v in planted.exact):
            break
    found = leave(planted)
    assert found.decrease.evidence == "exact"
    assert (
        check.decrease(planted.layer, planted.exact, found.theta_after.tolist()).status == "holds"
    )


def test_an_offset_is_held_fixed():
    planted = theorem_2(np.random.default_rng(2))
    surface = planted.surface
    lifted = SingleLayerSurface(
        surface.neuron,
        surface.loss,
        surface.X,
        surface.y,
        surface.M,
        offset=torch.full_like(surface.y, 0.25),
    )
    theta = planted.theta.clone()
    theta[0] -= 0.25
    exact = [
        planted.exact[0] - Fraction(1, 4)
        if isinstance(planted.exact[0], float)
        else planted.exact[0] - 0.25,
        *planted.exact[1:],
    ]
    assert escape(lifted, theta, proof="theorem-2", exact=exact).proved


def test_what_does_not_apply_is_refused():
    planted = theorem_1(np.random.default_rng(0))
    with pytest.raises(InputError):
        escape(planted.surface, planted.theta, proof="proposition-1")  # no such name
    with pytest.raises(InputError):
        escape(planted.surface, planted.theta[:-1])
    with pytest.raises(InputError):
        escape(planted.surface, planted.theta, proof=Proof.QUADRATIC)
    with pytest.raises(InputError):
        escape(planted.surface, planted.theta, proof=Proof.THEOREM_1, axes=((0,), (0,)))
    with pytest.raises(InputError):
        plant("theorem-3", np.random.default_rng(0))


def test_the_fallback_goes_down_the_kernel_where_the_hessian_shows_nothing():
    # Class-symmetric data, W = 0 and a = 0: the Hessian is positive semidefinite at a saddle.
    X = torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(6), X, y, 2)
    theta = torch.zeros(surface.P, dtype=torch.float64)
    found = escape(surface, theta, proof="hessian")
    assert found.case is Case.KERNEL
    assert found.decrease.status == "holds"
    assert found.not_minimum.status == "undecided"
    assert not found.proved
    by_proof = escape(surface, theta)
    assert by_proof.case is Case.THEOREM_1_CLOSED
    assert by_proof.proved


def test_the_hessians_lowest_eigenvector_serves_any_smooth_neuron():
    X = torch.tensor([[1.0, 0], [0.5, 1], [0, 1], [0.2, -1]], dtype=torch.float64)
    y = torch.tensor([1.0, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron("tanh"), logistic(), X, y, 2)
    theta = torch.zeros(surface.P, dtype=torch.float64)
    found = escape(surface, theta, proof="hessian")
    assert found.case is Case.HESSIAN
    assert found.proved


def test_escapes_without_certification_only_step():
    planted = theorem_2(np.random.default_rng(0))
    found = escape(planted.surface, planted.theta, certify=False)
    assert found.fall > 0
    assert found.decrease.status == found.not_minimum.status == "undecided"


def test_quadratic_neurons_with_too_few_or_a_definite_form_are_refused():
    surface, theta = bad_minimum()
    with pytest.raises(InputError):
        escape(surface, theta, proof=Proof.QUADRATIC)
    planted = proposition_12(np.random.default_rng(0))
    few = SingleLayerSurface(
        planted.surface.neuron, planted.surface.loss, planted.surface.X, planted.surface.y, 1
    )
    start = torch.ones(few.P, dtype=torch.float64)
    with pytest.raises(InputError):
        escape(few, start, proof=Proof.QUADRATIC)
