"""Critical points: found, enclosed, classified on the enclosure; floats decide nothing."""

from fractions import Fraction

import pytest
import torch

from lossurface import InputError
from lossurface.exact import check
from lossurface.landscape.critical import certify, strict_certificate
from lossurface.landscape.descent import Stop, descend, find
from lossurface.landscape.objective import Objective
from lossurface.landscape.single_layer import SingleLayerSurface
from lossurface.setting import get_neuron, logistic, polynomial_hinge
from tests.landscape.surfaces import APART, AXES, OVERLAPPING, gaussian, single, vector


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
        middles = vector(*(float(b.mid()) for b in found.enclosure.box))
        torch.testing.assert_close(middles, row, rtol=0, atol=1e-8)


def test_the_search_finds_saddles_and_the_enclosure_says_so():
    surface, theta = ridge(seed=1)
    found = find(surface, theta)
    negative = (found.spectrum < 0).sum(-1)
    small = (found.gradient_norm < 1e-10).nonzero().flatten()
    assert len(small) >= 10
    kinds = set()
    for k in small.tolist():
        certified = certify(surface, found.theta[k])
        kinds.add(certified.kind)
        if certified.kind == "saddle":
            assert certified.enclosure.inertia[0] == int(negative[k]) > 0
        if certified.kind == "strict-minimum":
            assert int(negative[k]) == 0
    assert "saddle" in kinds


def test_find_reaches_the_critical_points_of_known_functions():
    trap = Objective(lambda t: t[0] ** 2 + t[2] ** 2 - t[1] ** 4 + t[1] ** 2, 3)
    start = gaussian(60, 3)
    found = find(trap, start)
    roots = vector(-(0.5**0.5), 0.0, 0.5**0.5)
    done = found.theta[found.gradient_norm < 1e-12]
    assert len(done) == 60
    assert bool(((done[:, 1, None] - roots).abs().amin(1) < 1e-9).all())
    assert {0, 1} == set((found.spectrum < 0).sum(-1).tolist())
    assert set(found.stop) == {Stop.CRITICAL}
    assert set(find(trap, start + 9, steps=2).stop) == {Stop.STEPS}
    assert find(trap, torch.nan * start).stop == 60 * (Stop.DIVERGED,)
    with pytest.raises(InputError):
        find(trap, start[:, :2])


HINGE = polynomial_hinge(6)
ERROR = {(2, 2), (0, 4)}  # of points where f is constant, or its sign is open


@pytest.mark.parametrize(
    ("surface", "theta", "kind", "errors"),
    [
        # a = 0, W = 0: the Hessian is semidefinite, and Theorem 1's curve opens a neuron.
        (single("softplus", AXES, 2, HINGE), [0] * 7, "no-minimum", ERROR),
        # With sigmoid neurons it is a minimum (Proposition 4), which no enclosure shows.
        (single("tanh", AXES, 2, HINGE), [0] * 7, "undecided", None),
        # zero loss all around
        (single("softplus", ([[1], [-1]], [1, -1])), [-20, 10, 4], "minimum", {(0, 0)}),
        # linear neurons: degenerate minima with an error; off them the gradient is not zero
        (single("linear", ([[1], [-1], [2], [-2]], AXES[1])), [0, 1, 0], "minimum", None),
        (single("linear", ([[1], [-1], [2], [-2]], AXES[1])), [0.25, 1, 0], "no-minimum", None),
        # Proposition 5, w = 0: L does not depend on a < 0; curved down for a > 0
        *[
            (single("quadratic", APART, 1, polynomial_hinge(p)), [0, a, 0], kind, {(0, 4)})
            for p in (2, 3, 6)
            for a, kind in ((-1, "minimum"), (1, "saddle"), (0, "saddle"))
        ],
    ],
)
def test_degenerate_points_are_called_what_they_are(surface, theta, kind, errors):
    found = certify(surface, vector(*theta))
    assert found.kind == kind
    assert errors is None or found.errors in errors


def test_the_scaling_of_a_quadratic_neuron_is_seen_through():
    """One neuron z^2 on overlapping data in one dimension, at a minimum with w != 0."""
    surface = single("quadratic", OVERLAPPING)
    theta = descend(surface, vector(0.0, 0.5, 1.0)[None]).theta[0]
    found = certify(surface, theta)
    assert found.kind == "minimum"
    assert found.findings[-1].status == "holds"
    assert certify(surface, theta * vector(1, 4, 0.5)).kind == "minimum"


def test_negative_curvature_excludes_a_minimum_without_a_critical_point():
    surface, theta = ridge(seed=2, l2=0.0)
    kinds = {certify(surface, row).kind for row in theta[:10]}
    assert kinds <= {"no-minimum", "undecided"}
    assert "no-minimum" in kinds


@pytest.mark.parametrize("neuron", ["relu", "leaky-relu", "elu", "softsign", "requ", "threshold"])
@pytest.mark.parametrize("p", [1, 2])
def test_a_kink_leaves_the_kind_undecided_with_a_reason(neuron, p):
    surface = single(neuron, AXES, 2, polynomial_hinge(p), l2=0.1)
    found = certify(surface, vector(0.3, 1, -1, 1, 0, 0, 2))
    assert found.kind == "undecided"
    (finding,) = found.findings
    assert finding.status == "undecided"
    assert "no second derivative over a box" in finding.detail


def test_points_that_are_not_numbers_are_refused():
    surface, theta = ridge()
    for wrong in (theta[0, :-1], theta[0] * torch.nan):
        with pytest.raises(InputError):
            certify(surface, wrong)


@pytest.mark.parametrize("neuron", ["softplus", "softplus-e", "tanh"])
def test_a_strict_minimum_has_a_certificate_for_the_checker_without_balls(neuron):
    """The two proofs agree, on whatever strict minima descent from random starts ends in."""
    g = torch.Generator().manual_seed(7)
    X = torch.randn(9, 2, generator=g, dtype=torch.float64)
    y = torch.randint(0, 2, (9,), generator=g).double() * 2 - 1
    surface = SingleLayerSurface(get_neuron(neuron), polynomial_hinge(2), X, y, 1)
    starts = torch.randn(20, surface.P, generator=g, dtype=torch.float64)
    ends = descend(surface, starts).theta
    strict = [(row, found) for row in ends for found in [certify(surface, row)]
              if found.kind == "strict-minimum"]  # fmt: skip
    assert strict
    for row, found in strict[:3]:
        certificate = strict_certificate(surface, row)
        assert check(certificate).status == "holds"
        assert Fraction(certificate.data["training_error"]) == Fraction(found.errors[0], 9)


def test_no_certificate_of_a_strict_minimum_where_there_is_none():
    surface, theta = ridge()
    with pytest.raises(InputError, match="give a hinge with p >= 2, and no penalty"):
        strict_certificate(surface, theta[0])
    flat = single("softplus", APART, 1, polynomial_hinge(3))
    with pytest.raises(InputError, match=r"descend further|no strict"):
        strict_certificate(flat, torch.zeros(flat.P, dtype=torch.float64))
    with pytest.raises(InputError, match="strict minima are certified for"):
        strict_certificate(single("arctan", APART, 1, polynomial_hinge(3)), vector(0, 0, 0))
