"""Proposition 12: both directions, on datasets whose verdicts are known."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import get
from lossurface.claims.proposition_12 import (
    BOWL,
    CROSS,
    _left,
    leave,
    leave_kernel,
)
from lossurface.claims.traps import decide, decided, drawn, lifted, trap
from lossurface.conditions import Space, bad_minimum
from lossurface.exact import check
from lossurface.exact.checker.minimum import margins
from lossurface.setting import Dataset


def test_it_holds_by_exact_evidence_alone():
    verdict = get("proposition-12").verify(trials=6)
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence == ("exact",)
    assert str(verdict) == str(get("proposition-12").verify(trials=6))


@pytest.mark.parametrize("width", [1, 5])
def test_the_certificate_rechecks(width, tmp_path):
    certificate = get("proposition-12").certify(p=3, width=width)
    assert check(certificate).status == "holds"
    assert Fraction(certificate.data["training_error"]) > 0
    assert len(certificate.data["network"]["a"]) == width


def test_a_dataset_that_meets_the_condition_has_no_certificate():
    with pytest.raises(InputError, match="holds"):
        get("proposition-12").certify(dataset=CROSS)


def test_the_two_datasets_are_as_described():
    assert decide(BOWL, "proposition-12").verdict == "fails"
    assert decide(BOWL, "proposition-11").verdict == "holds"  # separable: the hulls are disjoint
    assert decide(CROSS, "proposition-12").verdict == "holds"


def test_every_planted_point_is_left():
    rng = np.random.default_rng(1)
    for dataset, found in decided("proposition-12", trials=8, seed=1):
        if found.verdict == "holds":
            left = leave(dataset, rng)
            for finding in (left.critical, left.bad, left.not_minimum, left.decrease):
                assert finding.status == "holds", finding
                assert finding.evidence == "exact"


def test_too_few_neurons_are_refused_by_the_proof():
    # one neuron: c = 0 is the only solution of a_1 c_1 w_1 = 0 unless w_1 = 0; here w_1 = 0
    assert leave(CROSS, np.random.default_rng(0), width=1).not_minimum.status == "holds"


def test_the_trap_is_the_certificates_point():
    """The margins agree with the exact checker's enclosures of them."""
    seen = trap(BOWL, "proposition-12", p=6)
    weights = [Fraction(v) for v in bad_minimum(Space(BOWL), seen.condition).data["dual_weights"]]
    for margin, (low, high) in zip(seen.margins, margins(weights, 6), strict=True):
        assert float(low) - 1e-12 <= margin <= float(high) + 1e-12
    # sum lambda y f = 0: the output weight of f_D is stationary
    assert abs((seen.weights * seen.margins).sum()) < 1e-12


def test_at_a_trap_every_direction_leads_up_and_elsewhere_one_leads_down():
    rng = np.random.default_rng(0)
    near = rng.normal(size=(400, 2)) * 0.05
    bowl = trap(BOWL, "proposition-12")
    assert (bowl.loss(near) >= bowl.loss([0.0, 0.0])).all()
    cross = trap(CROSS, "proposition-12")
    assert (cross.loss(near) < cross.loss([0.0, 0.0])).any()


def test_a_bias_frees_the_centres():
    """Affinely separable data meet the condition once a constant coordinate is appended."""
    line = Dataset.of([[2], [-1]], [1, -1])
    assert decide(line, "proposition-12").verdict == "fails"
    assert decide(lifted(line), "proposition-12").verdict == "holds"
    assert decide(lifted(BOWL), "proposition-12").verdict == "holds"


def test_one_dimension_never_meets_the_condition():
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert decide(drawn(rng, 1, 3, 4, 1.0), "proposition-12").verdict == "fails"


def test_another_claim_is_refused():
    with pytest.raises(InputError, match="one of proposition-11, proposition-12"):
        decide(BOWL, "proposition-5")


@pytest.mark.parametrize("cancelling", [False, True])
def test_points_away_from_zero_are_critical_and_left(cancelling):
    """Each w_j moves some output, and S is indefinite with the w_j in its kernel."""
    for seed in range(12):
        left = leave_kernel(np.random.default_rng(seed), cancelling)
        assert decide(left.dataset, "proposition-12").verdict == "holds"
        assert (np.abs(np.array(left.dataset.x, dtype=float) @ left.W).max(0) > 0).all()
        for finding in (left.critical, left.bad, left.not_minimum, left.decrease):
            assert finding.status == "holds", finding
            assert finding.evidence == "exact"
        assert ("tilt" in left.case) == cancelling


def test_away_from_the_kernel_of_S_a_point_is_not_critical():
    X = [[1, 4, 1], [1, 4, -1], [4, 1, 1], [4, 1, -1]]
    dataset, chosen = Dataset.of(X, [1, 1, -1, -1]), np.arange(4)
    for third, status in ((0.0, "holds"), (0.25, "fails")):
        W = np.array([[third] * 4, [0] * 4, [1, 2, -1, 3]], dtype=float)
        assert _left(dataset, chosen, np.array([1, -2, 1, -1.0]), W).critical.status == status


def test_a_verdict_speaks_of_the_condition():
    for data, word in ((BOWL, "fails"), (CROSS, "holds")):
        found = decide(data, "proposition-12")
        assert str(found).startswith(f"the condition of Proposition 12: {word}.")
        assert f"the condition of Proposition 12 {word}: " in found.finding.statement
        assert found.verdict == word
