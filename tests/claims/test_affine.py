"""Best affine maps in balls: the box holds the minimiser."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import minimize

from lossurface import InputError
from lossurface.claims import proposition_3
from lossurface.claims.affine import best_affine_map, refuse_separable
from lossurface.exact import check
from lossurface.setting import Dataset, proposition_3_symmetric
from lossurface.setting import proposition_3 as law
from tests.claims.strategies import overlapping
from tests.exact.certificates import FEW


@pytest.mark.parametrize("p", [2, 3, 6])
def test_the_box_agrees_with_scipy(p):
    dataset = law().sample(np.random.default_rng(5), 24)
    best = best_affine_map(dataset, p)
    X, y = (value.numpy() for value in dataset.tensors())

    def loss(u):
        return (np.maximum(1 - y * (u[0] + X @ u[1:]), 0) ** (p + 1)).sum()

    found = minimize(loss, np.zeros(4), method="Nelder-Mead", options={"xatol": 1e-10,
                     "fatol": 1e-14, "maxiter": 20000, "maxfev": 20000})  # fmt: skip
    box = [float(value) for value in (best.c, *best.v)]
    assert np.allclose(box, found.x, atol=1e-4)
    assert loss(np.array(box)) <= found.fun + 1e-12
    assert all(value.rad < Fraction(1, 2**70) for value in (best.c, *best.v))


@settings(max_examples=15, deadline=None)
@given(dataset=overlapping())
def test_the_gradient_changes_sign_across_the_box(dataset):
    """Definition of a minimiser of a convex loss, exactly: uphill at a distance, every way."""
    best = best_affine_map(dataset, 2)
    if best.constant:
        return
    u = [value.mid for value in (best.c, *best.v)]
    far = Fraction(1, 2**40)
    for k in range(len(u)):
        for sign in (1, -1):
            point = list(u)
            point[k] += sign * far
            slope = Fraction(0)
            for row, label in zip(dataset.x, dataset.y, strict=True):
                g = (Fraction(1), *row)
                f = sum(a * b for a, b in zip(g, point, strict=True))
                slope -= label * max(1 - label * f, Fraction(0)) ** 2 * g[k]
            assert sign * slope > 0


def test_equal_means_give_a_constant_exactly():
    best = best_affine_map(proposition_3_symmetric(), 4)
    assert best.constant
    assert best.c == 0


def test_samples_on_a_hyperplane_have_no_unique_map():
    flat = Dataset.of([(1, 1), (2, 2), (4, 4)], [1, -1, 1])
    with pytest.raises(InputError, match="samples lie on a hyperplane"):
        best_affine_map(flat, 2)


def test_separated_samples_are_refused():
    with pytest.raises(InputError, match="separated by an affine map"):
        refuse_separable(Dataset.of([(1, 0), (2, 0), (-1, 0), (0, 1)], [1, 1, -1, -1]), "X")


def test_touching_hulls_are_refused_and_not_guessed():
    """Two classes that share one boundary point: every steep enough map is best."""
    touching = Dataset.of([(0, 1), (1, 1), (0, 1), (-1, 1), (0, 3)], [1, 1, -1, -1, -1])
    with pytest.raises(InputError, match="was not enclosed"):
        best_affine_map(touching, 2)


def test_one_neuron_where_one_is_enough():
    """v^T x > 0 on every sample of this set; elsewhere the request is refused."""
    certificate = proposition_3.certify(width=1, dataset=FEW)
    assert check(certificate).status == "holds"
    assert len(certificate.data["network"]["a"]) == 1
    with pytest.raises(InputError, match=r"width is 1; .* needs width >= 2"):
        proposition_3.certify(width=1, seed=0)
