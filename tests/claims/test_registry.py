"""The registry: every claim is complete, in the paper's words and numbers."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from lossurface import claims
from lossurface.errors import InputError

EVIDENCE = ("exact", "enclosed", "sampled")


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=str)
def test_every_claim_is_complete(claim):
    assert re.fullmatch(r"(theorem|proposition|example)-\d+", claim.id)
    assert claim.page == f"{claim.id.split('-')[0]}s/{claim.id}"
    assert list(claim.evidence) == sorted(claim.evidence, key=EVIDENCE.index)
    assert claim.title
    module = import_module(f"lossurface.claims.{claim.id.replace('-', '_')}")
    assert callable(module.verify)
    assert callable(module.certify) if claim.certifies else not hasattr(module, "certify")


def test_names_are_the_papers():
    assert claims.get("proposition-5").name == "Proposition 5"


def test_an_unknown_claim_is_named():
    with pytest.raises(InputError, match="'lemma-1' is no claim; known are"):
        claims.get("lemma-1")


def test_selecting_nothing_selects_all():
    assert claims.select(()) == tuple(claims.CLAIMS.values())
    assert [claim.id for claim in claims.select(["example-1"])] == ["example-1"]


@pytest.mark.parametrize("claim_id", ["proposition-2", "proposition-5", "example-1"])
def test_foundation_claims_hold_by_exact_evidence(claim_id):
    verdict = claims.get(claim_id).verify(trials=5)
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence[0] == "exact"
    assert verdict.seconds > 0
    assert str(verdict) == str(claims.get(claim_id).verify(trials=5))
