"""Proposition 11: a violated condition is a bad local minimum, certified."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import get
from lossurface.claims.proposition_11 import RING, shifted
from lossurface.claims.traps import decide, trap
from lossurface.exact import check
from lossurface.setting import Dataset


def test_it_holds_by_exact_evidence_alone():
    verdict = get("proposition-11").verify(trials=6)
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence == ("exact",)
    assert str(verdict) == str(get("proposition-11").verify(trials=6))


@pytest.mark.parametrize("neuron", ["softplus", "exp", "cosh", "quadratic"])
def test_the_certificate_rechecks_for_every_neuron(neuron):
    certificate = get("proposition-11").certify(neuron=neuron, p=2, width=3)
    assert check(certificate).status == "holds"
    assert Fraction(certificate.data["training_error"]) > 0


def test_a_neuron_outside_the_class_is_refused():
    with pytest.raises(InputError, match="relu"):
        get("proposition-11").certify(neuron="relu")


def test_moving_a_class_out_mends_the_condition():
    verdicts = [decide(shifted(by), "proposition-11").verdict for by in (0, 1, 8)]
    assert verdicts == ["fails", "fails", "holds"]


def test_translations_do_not_change_it():
    """Ours: with equal class sums and means, S does not see where the origin is."""
    for by in (0, 2, 8):
        data = shifted(by)
        moved = Dataset(tuple((x + 7, y - 5) for x, y in data.x), data.y)
        assert decide(moved, "proposition-11").verdict == decide(data, "proposition-11").verdict


def test_the_trap_is_stationary_and_least_nearby():
    seen = trap(RING, "proposition-11", neuron="softplus")
    near = np.random.default_rng(0).normal(size=(400, 2)) * 0.05
    assert (seen.loss(near) >= seen.loss([0.0, 0.0]) - 1e-12).all()
