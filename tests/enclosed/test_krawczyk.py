"""Enclosures: existence, uniqueness and kind are proved, or `undecided` is said."""

from unittest.mock import patch

import numpy as np
import pytest
import torch
from flint import arb, arb_mat, ctx, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface import InputError
from lossurface.enclosed import krawczyk
from lossurface.enclosed.krawczyk import enclose
from lossurface.enclosed.single_layer import SingleLayer, balls, rational
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, logistic, polynomial_hinge


class Trap:
    """x^2 + z^2 + c y^4 + e y^2: Hessian eigenvalues 2, 2 and 2e at the origin."""

    dimension = 3

    def __init__(self, c, e=0.0):
        self.c, self.e = c, e

    def gradient(self, theta):
        x, y, z = theta
        return [2 * x, 4 * self.c * y * y * y + 2 * self.e * y, 2 * z]

    def hessian(self, theta):
        y = theta[1]
        return arb_mat([[2, 0, 0], [0, 12 * self.c * y * y + 2 * self.e, 0], [0, 0, 2]])


@pytest.mark.parametrize(
    ("c", "e", "kind", "inertia"),
    [
        (-1, 1e-3, "strict-minimum", (0, 3)),
        (1, -1e-3, "saddle", (1, 2)),
        (1, 5.0, "strict-minimum", (0, 3)),
    ],
)
def test_regular_points_are_proved_with_their_inertia(c, e, kind, inertia):
    found = enclose(Trap(c, e), [1e-11, -1e-11, 1e-12])
    assert (found.kind, found.inertia) == (kind, inertia)
    assert all(x.contains(0) for x in found.box)
    assert [f.evidence for f in found.findings] == ["enclosed", "enclosed"]
    assert float(found.findings[1].detail.split()[-1]) < 1  # row sums of |D - M|


@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.floats(0, 9))
@settings(max_examples=60, deadline=None)
def test_row_sums_by_floats_are_never_below_the_exact_ones(seed, size, spread):
    rng = np.random.default_rng(seed)
    Q = np.linalg.qr(rng.standard_normal((size, size)))[0]
    values = rng.choice([-1, 1], size) * 10 ** rng.uniform(-spread, spread, size)
    radii = abs(rng.standard_normal((size, size))) * 10 ** -rng.uniform(8, 20)
    rows = zip(((Q * values) @ Q.T).tolist(), radii.tolist(), strict=True)
    T, signs = (Q / np.sqrt(abs(values))).T, np.sign(values).astype(int).tolist()
    with ctx.workprec(128), patch.object(krawczyk, "LARGE", 0):  # midpoints that no float is
        H = arb_mat([[arb(m, r) / 3 for m, r in zip(*row, strict=True)] for row in rows])
        middle = np.array([float(v.mid()) for v in H.entries()]).reshape(size, size)
        bounds = krawczyk._row_sums(H, middle, T, signs)
    exact = fmpq_mat(size, size, [rational(v) for v in T.ravel()])
    wide = fmpq_mat(size, size, [rational(abs(v)) for v in T.ravel()])
    mids, rads = ([part(v).fmpq() for v in H.entries()] for part in (arb.mid, arb.rad))
    rest = exact * fmpq_mat(size, size, mids) * exact.transpose()
    off = wide * fmpq_mat(size, size, rads) * wide.transpose()
    for k, bound in enumerate(bounds):
        row = [abs(rest[k, j] - (signs[k] if j == k else 0)) + off[k, j] for j in range(size)]
        assert bound.rad().fmpq() >= sum(row)


class Kinked(Trap):
    """The same with a kink at y = 1e-10."""

    def hessian(self, theta):
        if theta[1].contains(1e-10):
            raise InputError("a kink")
        return super().hessian(theta)


def test_a_kink_close_by_asks_for_a_smaller_box_and_one_at_the_point_is_undecided():
    found = enclose(Kinked(1, 1.0), [0.0, 0.0, 0.0])
    assert found.kind == "strict-minimum"
    assert not found.box[1].contains(1e-10)
    at = enclose(Kinked(1, 1.0), [0.0, 1e-10, 0.0])
    assert at.kind == "undecided"
    assert "a kink" in at.findings[0].detail


class Cubic:
    """t^3/3 - t: a maximum at -1, a minimum at 1."""

    dimension = 1

    def gradient(self, theta):
        return [theta[0] * theta[0] - 1]

    def hessian(self, theta):
        return arb_mat([[2 * theta[0]]])


@settings(max_examples=60, deadline=None)
@given(st.floats(-3, 3))
def test_a_box_always_contains_a_true_critical_point(start):
    found = enclose(Cubic(), [start])
    if found.proved:
        inside = [root for root in (-1, 1) if found.box[0].contains(root)]
        assert len(inside) == 1
        assert found.kind == ("strict-minimum" if inside[0] == 1 else "strict-maximum")
    else:
        assert min(abs(start - 1), abs(start + 1)) > 1e-4


def test_a_point_without_a_zero_is_undecided_and_none_is_refused():
    class Slope(Cubic):
        def gradient(self, theta):
            return [theta[0] * theta[0] + 1]

    assert enclose(Slope(), [0.3]).kind == "undecided"
    for point in ([1.0, 2.0], [float("nan")]):
        with pytest.raises(ValueError, match="point"):
            enclose(Cubic(), point)


def network(seed, neuron, loss, l2):
    g = torch.Generator().manual_seed(seed)
    X = torch.randn(6, 2, generator=g, dtype=torch.float64)
    y = torch.randint(0, 2, (6,), generator=g).double() * 2 - 1
    offset = torch.randn(6, generator=g, dtype=torch.float64)
    problem = SingleLayerSurface(get_neuron(neuron), loss, X, y, 2, l2, offset)
    rows = X.tolist(), [int(v) for v in y], 2, l2, offset.tolist()
    layer = SingleLayer(problem.neuron.ball_derivative, loss.ball_derivative, *rows)
    return problem, layer, 0.5 * torch.randn(1, 7, generator=g, dtype=torch.float64)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    neuron=st.sampled_from(["softplus", "exp", "quadratic", "cosh", "tanh"]),
    loss=st.sampled_from([logistic(), polynomial_hinge(3)]),
    l2=st.sampled_from([0.0, 0.01]),
)
def test_ball_derivatives_enclose_the_closed_forms(seed, neuron, loss, l2):
    problem, layer, theta = network(seed, neuron, loss, l2)
    want = problem.derivatives(theta)
    gap = 1e-12 * (1 + want.hessian.abs().max().item())

    def held(found, values, within=gap):
        for one, value in zip(found, values.flatten().tolist(), strict=True):
            assert (one + arb(0, within)).contains(arb(value))

    with ctx.workprec(128):
        point = balls(theta[0].tolist())
        # Wide balls contain the values at points inside them; thin ones are thin.
        wide = [v + arb(0, 0.01) for v in point]
        near = problem.derivatives(theta + 0.005 * torch.sign(theta))
        for at, values in ((point, want), (wide, near)):
            held([layer.value(at)], values.loss)
            held(layer.gradient(at), values.gradient)
            held(layer.hessian(at).entries(), values.hessian)
        assert max(float(one.rad()) for one in layer.hessian(point).entries()) < gap
        step = torch.linspace(-1, 1, 7, dtype=torch.float64)
        first, second = layer.along(point, balls(step.tolist()))
        held([first], want.gradient[0] @ step, 10 * gap)
        held([second], step @ want.hessian[0] @ step, 10 * gap)
