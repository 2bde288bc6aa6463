"""Propositions 11 and 12: traps where a condition fails, a way out of each point where it holds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import get
from lossurface.claims.proposition_11 import RING, shifted
from lossurface.claims.proposition_12 import BOWL, CROSS, _left, leave, leave_kernel
from lossurface.claims.traps import decide, decided, drawn, lifted, trap
from lossurface.conditions import Space, bad_minimum
from lossurface.exact import check
from lossurface.exact.checker.minimum import margins
from lossurface.setting import Dataset


def verdict(dataset, number=12):
    return decide(dataset, f"proposition-{number}").verdict


@pytest.mark.parametrize(
    ("number", "choices"),
    [(11, {"neuron": name, "p": 2, "width": 3}) for name in ("softplus", "exp", "cosh")]
    + [(12, {"p": 3, "width": width}) for width in (1, 5)],
)
def test_the_certificate_rechecks(number, choices):
    certificate = get(f"proposition-{number}").certify(**choices)
    assert check(certificate).status == "holds"
    assert Fraction(certificate.data["training_error"]) > 0
    assert len(certificate.data["network"]["a"]) == choices["width"]


def test_the_conditions_are_decided_as_known():
    assert [verdict(data) for data in (BOWL, lifted(BOWL), CROSS)] == ["fails", "holds", "holds"]
    assert verdict(BOWL, 11) == "holds"  # separable: the hulls are disjoint
    line = Dataset.of([[2], [-1]], [1, -1])  # a bias frees the centres
    assert [verdict(line), verdict(lifted(line))] == ["fails", "holds"]
    rng = np.random.default_rng(0)
    assert {verdict(drawn(rng, 1, 3, 4, 1.0)) for _ in range(5)} == {"fails"}  # one dimension


@pytest.mark.parametrize(
    ("by", "expected"), [(0, "fails"), (1, "fails"), (2, "fails"), (8, "holds")]
)
def test_moving_a_class_out_mends_proposition_11_and_the_origin_is_nothing(by, expected):
    """With equal class sums and means, S does not see where the origin is."""
    data = shifted(by)
    moved = Dataset(tuple((x + 7, y - 5) for x, y in data.x), data.y)
    assert verdict(data, 11) == verdict(moved, 11) == expected


def test_another_claim_is_refused():
    with pytest.raises(InputError, match="one of proposition-11, ours-necessary, proposition-12"):
        decide(BOWL, "proposition-5")


def proved(left):
    for finding in (left.critical, left.bad, left.not_minimum, left.decrease):
        assert (finding.status, finding.evidence) == ("holds", "exact"), finding


def test_every_planted_point_is_left():
    rng = np.random.default_rng(1)
    for dataset, found in decided("proposition-12", trials=8, seed=1):
        if found.verdict == "holds":
            proved(leave(dataset, rng))
    # one neuron: a_1 c_1 w_1 = 0 is solved by c = 0 alone, unless w_1 = 0, as here
    assert leave(CROSS, np.random.default_rng(0), width=1).not_minimum.status == "holds"


@pytest.mark.parametrize("cancelling", [False, True])
def test_points_away_from_zero_are_critical_and_left(cancelling):
    """Each w_j moves some output, and S is indefinite with the w_j in its kernel."""
    for seed in range(12):
        left = leave_kernel(np.random.default_rng(seed), cancelling)
        assert verdict(left.dataset) == "holds"
        assert (np.abs(np.array(left.dataset.x, dtype=float) @ left.W).max(0) > 0).all()
        proved(left)
        assert ("tilt" in left.case) == cancelling


def test_away_from_the_kernel_of_S_a_point_is_not_critical():
    X = [[1, 4, 1], [1, 4, -1], [4, 1, 1], [4, 1, -1]]
    dataset, chosen = Dataset.of(X, [1, 1, -1, -1]), np.arange(4)
    for third, status in ((0.0, "holds"), (0.25, "fails")):
        W = np.array([[third] * 4, [0] * 4, [1, 2, -1, 3]], dtype=float)
        assert _left(dataset, chosen, np.array([1, -2, 1, -1.0]), W).critical.status == status


def test_the_trap_is_the_certificates_point():
    """The margins agree with the exact checker's enclosures of them."""
    seen = trap(BOWL, "proposition-12", p=6)
    weights = [Fraction(v) for v in bad_minimum(Space(BOWL), seen.condition).data["dual_weights"]]
    for margin, (low, high) in zip(seen.margins, margins(weights, 6), strict=True):
        assert float(low) - 1e-12 <= margin <= float(high) + 1e-12
    # sum lambda y f = 0: the output weight of f_D is stationary
    assert abs((seen.weights * seen.margins).sum()) < 1e-12


@pytest.mark.parametrize(
    ("dataset", "number", "choices", "least"),
    [(RING, 11, {"neuron": "softplus"}, True), (BOWL, 12, {}, True), (CROSS, 12, {}, False)],
)
def test_at_a_trap_every_direction_leads_up_and_elsewhere_one_leads_down(
    dataset, number, choices, least
):
    seen = trap(dataset, f"proposition-{number}", **choices)
    near = np.random.default_rng(0).normal(size=(400, 2)) * 0.05
    assert (seen.loss(near) >= seen.loss([0.0, 0.0]) - 1e-12).all() == least
