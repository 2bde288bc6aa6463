"""Paths to loss 0: from anywhere the loss never rises, by formulas of this file's own."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import lossurface
from lossurface import InputError
from lossurface.claims import ours_valleys
from lossurface.enclosed.path_check import never_rises
from lossurface.landscape import SingleLayerSurface, ball_layer, path_to_zero
from lossurface.landscape.valleys import increasing
from lossurface.setting import get_neuron, logistic, polynomial_hinge

RATIONAL = {
    "quadratic": lambda z: z * z,
    "quartic": lambda z: z * z + z**4,
    "linear": lambda z: z,
    "cube": lambda z: z**3,
    "leaky-relu": lambda z: z if z > 0 else z / 10,
    "softsign": lambda z: z / (1 + abs(z)),
}
seeds = st.integers(0, 2**32 - 1)
proofs = st.sampled_from(sorted(ours_valleys.STARTS))


def certify(surface, path):
    neuron = surface.neuron
    return never_rises(
        ball_layer(surface), path.tolist(), sigma=neuron.rational, increasing=increasing(neuron)
    )


def exact_loss(surface, theta):
    """Compute the loss in Fractions, from the definition alone."""
    sigma, M, total = RATIONAL[surface.neuron.name], surface.M, Fraction(0)
    offset = [0.0] * surface.n if surface.offset is None else surface.offset.tolist()
    for x, y, extra in zip(surface.X.tolist(), surface.y.tolist(), offset, strict=True):
        f = theta[0] + Fraction(extra)
        for j in range(M):
            z = sum(Fraction(v) * w for v, w in zip(x, theta[1 + M + j :: M], strict=True))
            f += theta[1 + j] * sigma(z)
        total += max(1 - int(y) * f, Fraction(0)) ** (surface.loss.p + 1)
    return total / surface.n


@given(seeds, proofs, st.integers(0, 49))
@settings(max_examples=40, deadline=None)
def test_the_loss_never_rises_in_exact_arithmetic(seed, proof, index):
    surface, theta = ours_valleys.drawn(np.random.default_rng(seed), proof, index)
    path = path_to_zero(surface, theta, proof=proof)
    assert torch.equal(path[0], theta)
    assert len(path) <= 4
    steps = torch.linspace(0, 1, 33, dtype=torch.float64).unsqueeze(-1)
    losses = torch.cat([surface.value(a + steps * (b - a)) for a, b in pairwise(path)] or [theta])
    if len(path) > 1:
        assert losses[-1] == 0
        assert bool((losses[1:] <= losses[:-1] * (1 + 1e-9)).all())
    if surface.neuron.name in RATIONAL:
        ends = [[Fraction(v) for v in vertex] for vertex in path.tolist()]
        points = [
            [u + Fraction(k, 8) * (v - u) for u, v in zip(a, b, strict=True)]
            for a, b in pairwise(ends)
            for k in range(9)
        ]
        values = [exact_loss(surface, point) for point in points]
        assert all(later <= earlier for earlier, later in pairwise(values))
        assert not any(values[-1:])


@given(seeds, proofs, st.integers(0, 49))
@settings(max_examples=30, deadline=None)
def test_a_path_is_certified_and_its_way_back_is_not(seed, proof, index):
    surface, theta = ours_valleys.drawn(np.random.default_rng(seed), proof, index)
    path = path_to_zero(surface, theta, proof=proof)
    assert certify(surface, path).status == "holds"
    if len(path) > 1:
        assert certify(surface, path.flip(0)).status == "undecided"
        assert certify(surface, path[:1]).status == "undecided"  # some margin is below 1


@pytest.mark.parametrize("name", ["softplus", "quadratic"])
def test_it_leaves_a_bad_critical_point_where_all_features_are_equal(name):
    X = torch.tensor([[1, 2, 0], [-1, 1, 0], [0, 1, 2], [0, 1, -3.0]], dtype=torch.float64)
    y = torch.tensor([1, 1, -1, -1], dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron(name), polynomial_hinge(6), X, y, 5)
    theta = torch.zeros(surface.P, dtype=torch.float64)
    theta[1:6] = torch.tensor([1.5, -2, 0.5, 1, -1])
    theta[0] = -theta[1:6].sum() * surface.neuron.torch(torch.zeros(1))[0]  # f = 0 everywhere
    path = path_to_zero(surface, theta, proof="theorem-1")
    losses = surface.value(path)
    assert losses.tolist() == pytest.approx([1, 1, 1, 0], abs=1e-9)


def test_no_path_where_the_loss_is_the_least_already():
    surface, theta = ours_valleys.drawn(np.random.default_rng(0), "theorem-2", 1)
    end = path_to_zero(surface, theta)[-1]
    assert len(path_to_zero(surface, end)) == 1


def test_hidden_weights_may_not_move_the_wrong_way():
    surface, theta = ours_valleys.drawn(np.random.default_rng(0), "theorem-2", 1)
    path = path_to_zero(surface, theta)
    assert len(path) == 3
    layer, vertices = ball_layer(surface), path.tolist()
    assert never_rises(layer, vertices, increasing=True).status == "holds"
    assert never_rises(layer, vertices).status == "undecided"  # of any neuron


X = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
Y = torch.tensor([1.0, -1.0], dtype=torch.float64)
FINE = SingleLayerSurface(get_neuron("softplus"), polynomial_hinge(3), X, Y, 3)


@pytest.mark.parametrize(
    ("changed", "proof", "told"),
    [
        ({"loss": logistic()}, None, "only the polynomial hinge"),
        ({"l2": 0.1}, None, "only the polynomial hinge"),
        ({"y": abs(Y)}, None, "all samples have one label"),
        ({}, "theorem-3", "proof is 'theorem-3'"),
        ({"neuron": get_neuron("relu")}, None, "neuron relu: no theorem applies"),
        ({"neuron": get_neuron("cosh")}, "theorem-2", "neuron cosh does not increase"),
        ({"X": X - X}, "theorem-2", "no hyperplane through the origin"),
        ({"X": X[:, :1] + 1}, "theorem-1", "each class has a sample in the other's span"),
        ({"M": 2}, "theorem-1", "M is 2 and n is 2; give M at least n"),
    ],
)
def test_what_does_not_apply_is_refused_in_one_line(changed, proof, told):
    surface = replace(FINE, **changed)
    with pytest.raises(InputError, match=f"^{told}") as caught:
        path_to_zero(surface, torch.ones(surface.P, dtype=torch.float64), proof=proof)
    assert "\n" not in str(caught.value)


def test_theta_of_another_shape_is_refused():
    with pytest.raises(InputError, match=r"^theta has shape \(3,\); give \(10,\)"):
        path_to_zero(FINE, torch.ones(3, dtype=torch.float64))


SMALL = st.integers(-3, 3)


@given(
    st.lists(st.tuples(SMALL, SMALL, SMALL, st.booleans()), min_size=2, max_size=5),
    st.sampled_from(["softplus", "tanh", "leaky-relu", "cosh", "relu"]),
    st.integers(1, 7),
    seeds,
)
@settings(max_examples=40, deadline=None)
def test_where_check_says_so_there_is_a_path(rows, neuron, width, seed):
    X, y = [row[:3] for row in rows], [1 if row[3] else -1 for row in rows]
    if len(set(y)) < 2:
        return
    report = lossurface.check(X, y, positive=1, neuron=neuron, width=width)
    (found,) = (claim for claim in report.claims if claim.id == "ours-valleys")
    samples = torch.tensor(X, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)
    surface = SingleLayerSurface(get_neuron(neuron), polynomial_hinge(6), *samples, width)
    theta = torch.from_numpy(np.random.default_rng(seed).normal(size=surface.P))
    if found.applies == "yes":
        assert certify(surface, path_to_zero(surface, theta)).status == "holds"
    elif found.applies == "no":
        theta[: 1 + width], theta[1 + width :] = 1, 0  # f is constant, hence an error
        with pytest.raises(InputError):
            path_to_zero(surface, theta)


def test_a_penalty_on_the_parameters_may_rise_all_the_same():
    X = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    surface = SingleLayerSurface(
        get_neuron("quadratic"), polynomial_hinge(3), X, torch.tensor([1.0, -1.0]).double(), 3
    )
    path = path_to_zero(surface, torch.zeros(surface.P, dtype=torch.float64)).tolist()
    layer = ball_layer(surface)
    assert never_rises(layer, path).status == "holds"
    assert never_rises(replace(layer, l2=10), path).status == "undecided"
