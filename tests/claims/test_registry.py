"""The registry: every claim is complete, in the paper's words and numbers."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from lossurface import InputError, claims
from lossurface.claims import construction
from lossurface.exact import Certificate, equal
from tests.guard.said import FILE

BOOK = Path(__file__).parents[2] / "book"
SAID = json.loads(FILE.read_text(encoding="utf-8"))["verdicts"]
EVERY = pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=str)


@EVERY
def test_every_claim_is_complete_and_proved_on_its_page(claim):
    if claim.ours:
        assert claim.name == claim.title
    else:
        assert re.fullmatch(r"(theorem|proposition|example)-\d+", claim.id)
        assert claim.name == claim.id.replace("-", " ").capitalize()
        assert claim.page == f"{claim.id.split('-')[0]}s/{claim.id}"
    assert claim.title
    module = import_module(f"lossurface.claims.{claim.id.replace('-', '_')}")
    assert callable(module.findings)
    assert callable(module.certify) if claim.certifies else not hasattr(module, "certify")
    assert claim.proved.startswith(f"proved on its page (book/{claim.page})")
    cells = json.loads((BOOK / f"{claim.page}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert r"\square" in text


@EVERY
def test_the_evidence_promised_is_what_the_guard_sees(claim):
    assert list(claim.evidence) == SAID[claim.id]["verdict"]["evidence"]


def test_what_a_search_comes_upon_in_floats_is_in_no_count():
    """Else the line of a claim would differ between machines."""
    met = re.compile(r"\bnear\b|enclosed critical point|counted again")
    findings = [finding for said in SAID.values() for finding in said.values()]
    found = [one for one in findings if met.search(one.get("statement", ""))]
    assert found
    assert not any(one["count"] for one in found), found


def test_claims_are_selected_by_name_and_unknown_names_are_told():
    with pytest.raises(InputError, match="'lemma-1' is not a claim; known are"):
        claims.get("lemma-1")
    assert claims.select(()) == tuple(claims.CLAIMS.values())
    named = claims.select(["example-1", "proposition-5", "Example 1"])  # twice is once
    assert [claim.id for claim in named] == ["example-1", "proposition-5"]


@EVERY
def test_no_claim_takes_an_option_that_it_has_not(claim):
    assert set(claim.options) <= {"seed", "trials", "device"}
    with pytest.raises(InputError, match=rf"^{claim.id} has no option 'trails'; it has "):
        claim.verify(trails=3)


BAD = [("trials", value) for value in (0, "ten", -1, 2.5, True, None)]
BAD += [("seed", value) for value in ("x", -1, 0.0, 10**30, 10**5000)]
BAD += [("device", "gpu9"), ("device", []), ("device", [10**5000])]


@pytest.mark.parametrize(("name", "value"), BAD, ids=range(len(BAD)))
def test_a_bad_value_is_one_line(name, value):
    with pytest.raises(InputError, match=f"^{name} is ") as caught:
        claims.get("theorem-1").verify(**{name: value})
    assert "\n" not in str(caught.value)


def test_a_certificate_with_another_error_is_told(monkeypatch):
    """The checker's word on a certificate is not enough where the error is not the claim's."""
    certificate = claims.get("proposition-5").certify()
    assert construction.certified(certificate, "it").status == "holds"
    other = Certificate({**certificate.data, "labels": [*certificate.data["labels"], 1, 1]})
    monkeypatch.setattr(construction, "check", lambda _: equal("checked", 1, 1))
    found = construction.certified(other, "it")
    assert (found.status, found.statement) == ("fails", "training error of it is min(n_+, n_-)/n")
