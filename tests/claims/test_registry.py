"""The registry: every claim is complete, in the paper's words and numbers."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from lossurface import InputError, claims
from lossurface.exact import Certificate, equal

BOOK = Path(__file__).parents[2] / "book"
EVIDENCE = ("exact", "enclosed", "sampled")


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=str)
def test_every_claim_is_complete(claim):
    assert claim.ours or re.fullmatch(r"(theorem|proposition|example)-\d+", claim.id)
    assert claim.ours or claim.page == f"{claim.id.split('-')[0]}s/{claim.id}"
    assert list(claim.evidence) == sorted(claim.evidence, key=EVIDENCE.index)
    assert claim.title
    module = import_module(f"lossurface.claims.{claim.id.replace('-', '_')}")
    assert callable(module.verify)
    assert callable(module.certify) if claim.certifies else not hasattr(module, "certify")


def test_names_are_the_papers():
    assert claims.get("proposition-5").name == "Proposition 5"
    assert claims.get("ours-width").name == claims.get("ours-width").title


def test_an_unknown_claim_is_named():
    with pytest.raises(InputError, match="'lemma-1' is no claim; known are"):
        claims.get("lemma-1")


def test_selecting_nothing_selects_all():
    assert claims.select(()) == tuple(claims.CLAIMS.values())
    assert [claim.id for claim in claims.select(["example-1"])] == ["example-1"]


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=str)
def test_every_claim_says_where_it_is_proved(claim):
    assert claim.proved.startswith(f"proved on its page (book/{claim.page})")
    cells = json.loads((BOOK / f"{claim.page}.ipynb").read_text(encoding="utf-8"))["cells"]
    text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    assert r"\square" in text


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=str)
def test_no_claim_takes_an_option_that_it_has_not(claim):
    assert set(claim.options) <= {"seed", "trials", "device"}
    with pytest.raises(InputError, match=rf"^{claim.id} has no option 'trails'; it has "):
        claim.verify(trails=3)


def test_an_option_that_another_claim_has_is_refused_too():
    with pytest.raises(InputError, match="proposition-5 has no option 'trials'; it has none"):
        claims.get("proposition-5").verify(trials=3)


BAD = [("trials", value) for value in (0, "ten", -1, 2.5, True, None)]
BAD += [("seed", value) for value in ("x", -1, 0.0, 10**30, 10**5000)]
BAD += [("device", "gpu9"), ("device", []), ("device", [10**5000])]


@pytest.mark.parametrize(("name", "value"), BAD, ids=range(len(BAD)))
def test_a_bad_value_is_one_line(name, value):
    with pytest.raises(InputError, match=f"^{name} is ") as caught:
        claims.get("theorem-1").verify(**{name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", ["six", 2.5, True, None, [], 10**5000], ids=range(6))
@pytest.mark.parametrize("name", ["p", "width"])
@pytest.mark.parametrize("claim", [c for c in claims.CLAIMS.values() if c.certifies], ids=str)
def test_a_choice_of_a_wrong_type_is_one_line(claim, name, value):
    if claim.ours and name == "p":  # the minima are those of p = 6
        return
    with pytest.raises(InputError, match=f"^{name} is ") as caught:
        claim.certify(**{name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("claim_id", ["proposition-2", "proposition-5", "example-1"])
def test_foundation_claims_hold_by_exact_evidence(claim_id):
    verdict = claims.get(claim_id).verify()
    assert verdict.status == "holds", verdict.reason
    assert verdict.evidence[0] == "exact"
    assert verdict.seconds > 0
    assert str(verdict) == str(claims.get(claim_id).verify())


def test_certificates_are_counted():
    verdict = claims.get("proposition-5").verify()
    assert verdict.checked == {"exact": len(verdict.findings)}
    assert all("certificate of proposition-5" in found.statement for found in verdict.findings)


def test_a_certificate_with_another_error_is_told(monkeypatch):
    """The checker's word on a certificate is not enough where the error is not the claim's."""
    from lossurface.claims import construction

    certificate = claims.get("proposition-5").certify()
    assert construction.certified(certificate, "it").status == "holds"
    labels = list(certificate.data["labels"])
    other = Certificate({**certificate.data, "labels": [*labels, 1, 1]})
    monkeypatch.setattr(construction, "check", lambda _: equal("checked", 1, 1))
    found = construction.certified(other, "it")
    assert (found.status, found.statement) == ("fails", "training error of it is min(n_+, n_-)/n")
