"""The negative claims hold, by proof."""

from __future__ import annotations

import pytest

from lossurface import claims
from lossurface.exact import check

TRIALS = {"proposition-3": 12, "proposition-4": 60, "proposition-6": 3, "proposition-7": 12}
NEGATIVE = [f"proposition-{k}" for k in range(2, 8)] + ["example-2", "example-3"]


@pytest.mark.parametrize("claim_id", NEGATIVE)
def test_it_holds_by_proof(claim_id):
    claim = claims.get(claim_id)
    wanted = {"seed": 1, "trials": TRIALS.get(claim_id, 40)}
    verdict = claim.verify(**{name: wanted[name] for name in claim.options})
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence[0] == "exact"
    assert verdict.evidence == claim.evidence
    assert verdict.to_dict()["id"] == claim_id


@pytest.mark.parametrize("claim_id", NEGATIVE[:6])
def test_its_certificate_takes_the_command_lines_choices(claim_id):
    claim = claims.get(claim_id)
    finding = check(claim.certify(p=3, width=9))
    assert finding.status == "holds", finding.detail
    assert claim.sign == "negative"
