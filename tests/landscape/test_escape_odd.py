"""Escapes from odd places: tiny and huge data, a_j of any size or zero, repeated and lone samples.

Oracle: the definition of the loss in 50 digits (mpmath), at the exact start and at the end that the
escape names.
"""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossurface.claims.theorem_1 import threshold
from lossurface.landscape.planted import Planted, depart
from lossurface.setting import get_neuron, polynomial_hinge

SIGMA = {
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)) / mpmath.log(2),
    "softplus-e": lambda z: mpmath.log1p(mpmath.exp(z)),
    "exp": mpmath.exp,
    "cosh": mpmath.cosh,
    "quadratic": lambda z: z * z,
    "quartic": lambda z: z * z + z**4,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "arctan": mpmath.atan,
    "linear": lambda z: z,
}
CONVEX = ("softplus", "softplus-e", "exp", "cosh", "quadratic", "quartic")
INCREASING = ("softplus", "exp", "sigmoid", "tanh", "arctan", "linear")
SCALES = st.sampled_from([-40, -20, 0, 20, 40])
AXES = st.sampled_from([([0], [1]), ([0, 1], [1, 2]), ([0, 1, 2], [2, 3]), ([0, 1], [2])])
SIZES = ("plain", "all tiny", "one tiny", "all zero", "some zero", "huge", "one sign")


def value(planted, theta):
    """L at theta (P,), by its definition."""
    surface = planted.surface
    M, sigma, total = surface.M, SIGMA[surface.neuron.name], mpmath.mpf(0)
    for x, y in zip(surface.X.tolist(), surface.y.tolist(), strict=True):
        f = theta[0]
        for j in range(M):
            f += theta[1 + j] * sigma(mpmath.fdot(x, theta[1 + M + j :: M]))
        total += max(1 - y * f, 0) ** (surface.loss.p + 1)
    return total / surface.n


def confirmed(planted):
    """Leave the point; evaluate both ends anew."""
    left = depart(planted)
    assert left.critical.status == "holds"
    found = left.escape
    assert found.proved, (found.case, found.not_minimum, found.decrease)
    labels = planted.surface.y.tolist()
    rest = [*planted.a, *(v for row in planted.W for v in row)]
    name, p = planted.surface.neuron.name, planted.surface.loss.p
    with mpmath.workdps(50):
        ratio = (mpmath.mpf(labels.count(1.0)) / labels.count(-1.0)) ** (mpmath.mpf(1) / p)
        level = (ratio - 1) / (ratio + 1)
        a0 = level - SIGMA[name](mpmath.mpf(0)) * sum(map(mpmath.mpf, planted.a))
        before = value(planted, [a0, *map(mpmath.mpf, rest)])
        after = value(planted, [*map(mpmath.mpf, found.theta_after.tolist())])
        assert after < before
    return found


def weights(rng, M, kind):
    a = rng.integers(1, 33, size=M) * rng.choice([-1, 1], size=M) / 32
    if kind == "all tiny":
        a = a * 2.0**-45
    elif kind == "one tiny":
        a[0] = 2.0**-45
    elif kind == "all zero":
        a = a * 0
    elif kind == "some zero":
        a[::2] = 0
    elif kind == "huge":
        a = a * 2.0**30
    elif kind == "one sign":
        a = -abs(a)
    return a


def class_(rng, axes, d, rows, scale, *, repeat=1, mirrored=True):
    half = np.zeros((rows, d))
    size = (rows, len(axes))
    half[:, axes] = rng.integers(1, 33, size=size) * rng.choice([-1, 1], size=size)
    half = np.repeat(half * 2.0**scale / 32, repeat, 0)
    return np.concatenate([half, -half]) if mirrored else half


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**20),
    AXES,
    SCALES,
    st.sampled_from(SIZES),
    st.sampled_from(CONVEX),
    st.integers(1, 3),
    st.integers(1, 2),
)
def test_theorem_1_at_exactly_the_threshold(seed, axes, scale, kind, neuron, rows, repeat):
    rng = np.random.default_rng(seed)
    d = len(set(axes[0]) | set(axes[1]))
    plus = class_(rng, axes[0], d, 1, scale, repeat=repeat)
    minus = class_(rng, axes[1], d, rows, scale)
    n = len(plus) + len(minus)
    M = threshold(n, *axes)
    planted = Planted.at("theorem-1", get_neuron(neuron), polynomial_hinge(6),
                    np.concatenate([plus, minus]), [1] * len(plus) + [-1] * len(minus), axes,
                    weights(rng, M, kind), np.zeros((d, M)))  # fmt: skip
    confirmed(planted)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**20),
    SCALES,
    st.sampled_from(INCREASING),
    st.integers(1, 3),
    st.sampled_from([(1, 1), (1, 9), (5, 1)]),
    st.booleans(),
)
def test_theorem_2_with_one_neuron(seed, scale, neuron, d, counts, repeated):
    rng = np.random.default_rng(seed)
    n = sum(counts)
    X = rng.integers(-32, 33, size=(n, d)) / 32
    y = [1] * counts[0] + [-1] * counts[1]
    X[:, 0] = rng.integers(1, 33, size=n) / 32 * y
    if repeated:
        X[: counts[0]], X[counts[0] :] = X[0], X[counts[0]]
    every = tuple(range(d))
    planted = Planted.at("theorem-2", get_neuron(neuron), polynomial_hinge(3), X * 2.0**scale, y,
                    (every, every), np.zeros(1), np.zeros((d, 1)))  # fmt: skip
    confirmed(planted)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**20), AXES, SCALES, st.sampled_from(SIZES), st.booleans())
def test_proposition_1_with_one_neuron_more_than_the_rank(seed, axes, scale, kind, lone):
    rng = np.random.default_rng(seed)
    d = len(set(axes[0]) | set(axes[1]))
    rows = 1 if lone else 4
    plus, minus = (class_(rng, side, d, rows, scale, mirrored=False) for side in axes)
    M = d + 1
    planted = Planted.at("propositions-1-and-12", get_neuron("quadratic"), polynomial_hinge(6),
                    np.concatenate([plus, minus]), [1] * rows + [-1] * rows, axes,
                    weights(rng, M, kind), np.zeros((d, M)))  # fmt: skip
    confirmed(planted)


@pytest.mark.parametrize("size", [2.0**-45, -(2.0**-45)])
def test_a_tiny_output_weight_is_no_zero(size):
    """A proof that needs a_j = 0 is not used where a_j is tiny: another one applies."""
    X = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    axes, M = ([0], [1]), 8
    a = np.array([size, *[0.5] * 7])
    y, W = [1, 1, -1, -1], np.zeros((2, M))
    planted = Planted.at("theorem-1", get_neuron("softplus"), polynomial_hinge(6), X, y, axes, a, W)
    assert confirmed(planted).case.name == "THEOREM_1_POSITIVE"
