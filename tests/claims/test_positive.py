"""The positive claims: verified at small size, with the evidence and the words of the registry."""

from __future__ import annotations

import re

import pytest

from lossurface import claims
from lossurface.exact import Verdict

TRIALS = {
    "theorem-1": 8,
    "theorem-2": 8,
    "proposition-1": 8,
    "proposition-8": 3,
    "proposition-9": 6,
    "proposition-10": 7,
}


@pytest.fixture(scope="module", params=sorted(TRIALS))
def verdict(request: pytest.FixtureRequest) -> Verdict:
    return claims.get(request.param).verify(seed=1, trials=TRIALS[request.param])


def test_it_holds_with_the_evidence_of_the_registry(verdict):
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence == claims.get(verdict.claim).evidence


def test_the_line_says_the_scope_and_is_the_same_on_every_machine(verdict):
    """What a search comes upon, in floats, is in no count."""
    claim = claims.get(verdict.claim)
    assert str(verdict).startswith(f"{claim.id}: holds. P{claim.proved[1:]}; checked here: ")
    assert str(verdict).endswith(f". {verdict.headline}")
    met = re.compile(r"\bnear\b|enclosed critical point|counted again")
    found = [finding for finding in verdict.findings if met.search(finding.statement)]
    assert all(finding.count == 0 for finding in found), found


def test_findings_are_few_enough_to_read(verdict):
    assert len(verdict.findings) <= 20
    assert len({finding.statement for finding in verdict.findings}) == len(verdict.findings)
