"""The negative claims hold, by proof, and Table 1 follows from them."""

from __future__ import annotations

import pytest

from lossurface import claims
from lossurface.claims.table_1 import COLUMNS, ROWS, TABLE_1, Cell, cell
from lossurface.exact import Verdict, check, equal, undecided
from lossurface.setting import get_neuron, increasing_neuron
from lossurface.setting.assumptions import assumption_5

TRIALS = {"proposition-3": 12, "proposition-4": 60, "proposition-6": 3, "proposition-7": 12}
NEGATIVE = [f"proposition-{k}" for k in range(2, 8)] + ["example-2", "example-3"]
PAPER = {
    "theorem-1": ("Yes", "No", "No", "No", "Yes"),
    "theorem-2": ("Yes", "No", "No", "No", "No"),
}


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


def test_table_1_is_the_papers():
    assert [(c.theorem, c.neurons) for c in TABLE_1] == [(r, k) for r in ROWS for k in COLUMNS]
    for row in ROWS:
        assert tuple(cell(row, column).answer for column in COLUMNS) == PAPER[row]


@pytest.mark.parametrize("entry", TABLE_1, ids=lambda c: f"{c.theorem}-{c.neurons}")
def test_every_cell_speaks_of_a_neuron_of_its_class(entry):
    for claim, name in entry.witnesses:
        neuron = get_neuron(name)
        assert entry.neurons in neuron.classes
        meets = assumption_5 if entry.theorem == "theorem-1" else increasing_neuron
        assert meets(neuron).holds is (entry.answer == "Yes")
        assert claim in claims.CLAIMS


@pytest.mark.parametrize("entry", TABLE_1, ids=lambda c: f"{c.theorem}-{c.neurons}")
def test_what_a_run_can_decide_of_a_cell_holds(entry):
    found = list(entry.findings())
    assert {(one.status, one.evidence) for one in found} == {("holds", "exact")}
    assert len(found) > 2 or entry.answer == "Yes"


def test_a_class_with_a_neuron_that_misses_the_assumption_gets_no_yes():
    (found,) = Cell("theorem-2", "quadratic", (("theorem-2", "quadratic"),)).findings()
    assert found.status == "fails"


def test_a_cell_repeats_the_live_verdict():
    def held(claim_id):
        return Verdict(claim_id, [equal("it holds", 1, 1)], 0.0)

    def doubtful(claim_id):
        return Verdict(claim_id, [undecided("it holds", "no time")], 0.0)

    for entry in TABLE_1:
        assert entry.text(held) == entry.answer
        assert entry.text(doubtful) == f"undecided: {entry.witnesses[0][0]}"
