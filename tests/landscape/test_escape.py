"""Escapes from planted critical points: each statement checked against its definition.

Oracles: automatic differentiation for criticality and curvature, long-double evaluation of the
definition for the decrease, and hand-made points at which nothing may be proved.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from lossurface import InputError
from lossurface.claims.theorem_1 import threshold
from lossurface.enclosed import escape_check as check
from lossurface.landscape.critical import certify
from lossurface.landscape.descent import descend
from lossurface.landscape.escape import Case, Proof, escape
from lossurface.landscape.objective import Objective
from lossurface.landscape.planted import (
    PLANTERS,
    Planted,
    depart,
    proposition_1,
    proposition_12,
    theorem_1,
    theorem_2,
)
from lossurface.landscape.single_layer import unpack
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import APART, AXES, gaussian, single, vector


def leave(planted):
    return depart(planted).escape


@pytest.mark.parametrize("claim", PLANTERS)
@pytest.mark.parametrize("seed", range(8))
def test_a_planted_point_is_critical_bad_and_left(claim, seed):
    planted = PLANTERS[claim](np.random.default_rng([seed, len(claim)]))
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


def test_every_case_occurs_and_moves_what_its_proof_moves():
    assert set(cases(proposition_1)) >= {Case.QUADRATIC_CANCELLING, Case.QUADRATIC_TILTED}
    seen = cases(theorem_1)
    assert set(seen) == {Case.THEOREM_1_CLOSED, Case.THEOREM_1_POSITIVE, Case.THEOREM_1_NEGATIVE}
    for case, label in ((Case.THEOREM_1_POSITIVE, 1), (Case.THEOREM_1_NEGATIVE, -1)):
        planted, found = seen[case]
        surface = planted.surface
        start, end = found.theta_before, found.theta_after
        before, after = surface.outputs(torch.stack([start, end]))
        other = surface.y != label
        # The other class does not move, and no sample of the moved class gets worse.
        torch.testing.assert_close(after[other], before[other], rtol=1e-6, atol=1e-6)
        assert bool((label * (after - before)[~other] >= -1e-6).all())
        assert bool((label * (after - before)[~other] > 1e-6).any())
        assert torch.equal(end[1 : 1 + surface.M], start[1 : 1 + surface.M])


CONVEX = ("softplus-e", "exp", "cosh", "quartic", "quadratic")


@pytest.mark.parametrize(
    ("options", "saddle"),
    [({"neuron": get_neuron(name)}, False) for name in CONVEX] + [({"loss": logistic()}, True)],
    ids=[*CONVEX, "logistic"],
)
def test_theorem_1_serves_every_convex_neuron_and_the_logistic_loss(options, saddle):
    for seed in range(4):
        planted = theorem_1(np.random.default_rng(seed), **options)
        found = leave(planted)
        assert planted.critical().status == "holds"
        assert found.proved, (seed, found.case, found.not_minimum, found.decrease)
        if saddle:  # every critical point is one
            assert check.no_maximum(planted.layer, planted.exact).status == "holds"


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
    assert (moved[own] @ vector(*a)).abs() < 1e-6 * moved.abs().max()


@pytest.mark.parametrize("share", [-3.0, -0.125, 1.25])
def test_a_bad_minimum_of_one_neuron_is_left_once_it_is_split_in_two(share):
    """Four samples on two axes, one softplus neuron: a strict bad minimum with w != 0."""
    surface = single("softplus", axis_points([0.22, -0.66], [-0.13, 1.73])[:2])
    theta = descend(surface, vector(0.91, -0.84, 0.5, 0.51)[None]).theta[0]
    assert certify(surface, theta).kind == "strict-minimum"
    assert surface.error(surface.outputs(theta[None])).item() > 0
    with pytest.raises(InputError, match="M = 1 neurons leave no direction"):
        escape(surface, theta, proof=Proof.THEOREM_1)
    a0, a, w = theta[:1], theta[1], theta[2:, None]
    split = torch.cat([a0, vector(share, 1 - share) * a, w.expand(2, 2).flatten()])
    two = replace(surface, M=2)
    torch.testing.assert_close(two.outputs(split[None]), surface.outputs(theta[None]))
    assert two.gradient(split[None])[1].norm() < 1e-11
    found = escape(two, split)
    assert found.case is Case.TWO_NEURONS
    assert found.proved


def test_theorem_2_names_what_is_not_critical():
    planted = theorem_2(np.random.default_rng(0))
    theta = planted.theta.clone()
    theta[1] = 0.5
    found = escape(planted.surface, theta, proof="theorem-2")
    assert found.case is Case.NOT_CRITICAL
    assert found.proved


def test_nothing_is_proved_at_a_true_local_minimum():
    # Proposition 5's bad local minimum: quadratic neuron on separable data, a < 0
    found = escape(single("quadratic", APART), vector(0.0, -1.0, 0.0), proof="hessian")
    assert found.not_minimum.status != "holds"
    data = [[0.5, 1], [-0.3, 1], [0.2, 1], [-1, 1]], [1, -1, -1, 1]
    strict = single("softplus", data, 2, logistic(), l2=0.1)
    best = descend(strict, gaussian(5, strict.P))
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


def test_an_offset_is_held_fixed():
    planted = theorem_2(np.random.default_rng(2))
    lifted = replace(planted.surface, offset=torch.full_like(planted.surface.y, 0.25))
    theta = planted.theta.clone()
    theta[0] -= 0.25
    exact = [planted.exact[0] - 0.25, *planted.exact[1:]]
    assert escape(lifted, theta, proof="theorem-2", exact=exact).proved


def refused():
    """Yield surface, theta, what is asked for, what is said."""
    planted, convex = theorem_1(np.random.default_rng(0)), Proof.THEOREM_1
    surface, theta = planted.surface, planted.theta
    yield surface, theta, {"proof": "proposition-1"}, "is not known; use one of"
    yield surface, theta[:-1], {}, "theta has shape"
    yield surface, theta, {"proof": Proof.QUADRATIC}, "take quadratic"
    yield surface, theta, {"proof": convex, "axes": ((0,), (0,))}, "span an axis"
    # opposite output weights of two neurons; zero loss
    two = single("softplus", axis_points([1, -1], [1, -1])[:2], 2)
    yield two, vector(0, 0.5, -0.5, 0, 0, 0, 0), {"proof": convex}, "leave no direction"
    still = single("softplus", axis_points([1, 2], [1, 2])[:2], 2)
    zero = vector(-4.5, 1, -0.5, 10, 0, -10, 0)
    assert still.value(zero[None]).item() == 0
    yield still, zero, {"proof": convex}, "leave no direction"
    # quadratic neurons: a definite form, too few
    yield single("quadratic", APART), vector(0, -1, 0), {"proof": Proof.QUADRATIC}, "semidefinite"
    few = replace(proposition_12(np.random.default_rng(0)).surface, M=1)
    yield few, gaussian(few.P), {"proof": Proof.QUADRATIC}, "than the rank"


@pytest.mark.parametrize(("surface", "theta", "choices", "words"), [*refused()])
def test_what_does_not_apply_is_refused(surface, theta, choices, words):
    with pytest.raises(InputError, match=words):
        escape(surface, theta, **choices)


def test_the_fallback_goes_down_the_kernel_where_the_hessian_shows_nothing():
    # Class-symmetric data, W = 0 and a = 0: the Hessian is positive semidefinite at a saddle.
    surface = single("softplus", AXES, 2, polynomial_hinge(6))
    theta = torch.zeros(surface.P, dtype=torch.float64)
    found = escape(surface, theta, proof="hessian")
    assert found.case is Case.KERNEL
    assert (found.decrease.status, found.not_minimum.status) == ("holds", "undecided")
    assert not found.proved
    by_proof = escape(surface, theta)
    assert by_proof.case is Case.THEOREM_1_CLOSED
    assert by_proof.proved


def test_the_hessians_lowest_eigenvector_serves_any_smooth_neuron():
    data = [[1, 0], [0.5, 1], [0, 1], [0.2, -1]], [1, 1, -1, -1]
    surface = single("tanh", data, 2, logistic())
    found = escape(surface, torch.zeros(surface.P, dtype=torch.float64), proof="hessian")
    assert found.case is Case.HESSIAN
    assert found.proved


def test_escapes_without_certification_only_step():
    planted = theorem_2(np.random.default_rng(0))
    found = escape(planted.surface, planted.theta, certify=False)
    assert found.fall > 0
    assert found.decrease.status == found.not_minimum.status == "undecided"
