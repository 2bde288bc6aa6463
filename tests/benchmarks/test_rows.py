"""The smallest run of every line: its results are right, and the record has its shape. No times."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import __main__ as program
from benchmarks import memory, peers, record, scaling, slices, spectra
from benchmarks.problem import Logistic, Network, definition, numpy_loss, t33
from benchmarks.size import TINY
from benchmarks.timing import Turns

TARGETS = {  # the table
    "slice": 35, "slice-vmap": 1, "spectrum-curvlinops": 3, "spectrum-pyhessian": 1000,
    "hessians": 3, "adam-loop": 80, "adam-vmap": 1.4, "critical-scipy": 2, "critical-lbfgs": 30,
    "certified": 1, "large": 1, "separability": 1,
}  # fmt: skip
PEERS = {"slice": "loss_landscapes", "spectrum-curvlinops": "curvlinops",
         "spectrum-pyhessian": "pyhessian"}  # fmt: skip


@pytest.fixture(scope="module", params=program.GROUPS)
def rows(request):
    return list(program.GROUPS[request.param](TINY))


def test_every_line_is_right_or_names_its_missing_peer(rows):
    for row in rows:
        assert row.target == TARGETS[row.id]
        if row.missing:
            assert peers.version(PEERS[row.id]) is None
            assert "make bench" in row.missing
            assert (row.status, row.met) == ("missing", False)
            assert "MISSING" in row.line()
        else:
            assert row.accuracy.right, row.line()
            assert row.ours > 0
            assert row.spread[0] <= row.ratio <= row.spread[1]
            assert row.status in ("met", "missed")
            assert row.status.upper() in row.line()


def test_every_line_of_the_table_is_there():
    found = [row.id for group in program.GROUPS.values() for row in _without_peers(group)]
    assert found == list(TARGETS)


def _without_peers(group):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "peer", _absent)
        patch.setattr(spectra, "peer", _absent)
        yield from group(TINY)


def _absent(module):
    raise peers.MissingPeer(f"{module} is not installed; `make bench` installs it")


def test_a_peer_that_is_not_there_says_so(monkeypatch):
    monkeypatch.setitem(peers.PACKAGES, "no_such_peer", "no-such-peer")
    with pytest.raises(peers.MissingPeer, match="no-such-peer is not installed"):
        peers.peer("no_such_peer")
    assert peers.named("no_such_peer") == "no-such-peer"


def test_a_fast_wrong_result_is_not_met():
    turns = Turns((1.0, 1.0, 1.0), (4.0, 5.0, 9.0))
    row = record.compared("id", "task", "peer", 3, turns, record.Accuracy("off by 1", False))
    assert (row.ratio, row.spread, row.met, row.status) == (5.0, (4.0, 9.0), False, "wrong")
    slow = record.compared("id", "task", "peer", 6, turns, record.Accuracy("right", True))
    assert (slow.met, slow.status) == (False, "missed")
    tie = record.compared("id", "task", "p", 5.1, turns, record.Accuracy("right", True), slack=0.05)
    assert tie.met


def test_the_forms_of_the_problem_are_one_problem():
    surface, theta = t33(3)
    value = definition(surface)
    expected, gradient, _ = surface.gradient(theta)
    for k in range(3):
        loss, slope = numpy_loss(surface)(theta[k].numpy())
        assert loss == pytest.approx(float(expected[k]))
        torch.testing.assert_close(torch.from_numpy(slope), gradient[k])
        torch.testing.assert_close(value(theta[k]), expected[k])
    plain, theta = t33(1, l2=0.0)
    module = Network(theta[0])
    got = Logistic()(module(plain.X), plain.y).detach()
    torch.testing.assert_close(got, plain.value(theta)[0])
    flat = torch.cat([p.detach().flatten() for p in module.parameters()])
    assert torch.equal(flat, theta[0])


def test_slopes_are_those_of_a_power_law():
    growth = scaling.Growth("cost", "n", (1, 2, 4, 8), tuple(3e-6 * k**1.5 for k in (1, 2, 4, 8)))
    assert growth.slope == pytest.approx(1.5)


def test_memory_is_measured_in_a_process_of_its_own():
    assert memory._child("slice", 200) >= 0


def test_a_record_is_written_whole_and_as_the_page_reads_it(tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(program, "_say", said.append)
    path = tmp_path / "benchmarks.json"
    arguments = ["--tiny", "--only", "hessians", "--threads", "1", "--out", str(path)]
    status = program.main(arguments)
    assert [p.name for p in tmp_path.iterdir()] == ["benchmarks.json"]
    found = json.loads(path.read_text())
    assert found["complete"] is False  # one group, and tiny
    (row,) = found["rows"]
    assert (row["id"], status) == ("hessians", int(row["status"] != "met"))
    assert len(said) == 1
    assert found["versions"]["torch"] == torch.__version__
    # What the page reads.
    committed = json.loads((Path(__file__).parents[2] / "book/_data/benchmarks.json").read_text())
    assert found.keys() == committed.keys()
    assert found["machine"].keys() == committed["machine"].keys()
    assert row.keys() == committed["rows"][0].keys()
