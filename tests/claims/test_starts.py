"""Trained starts and planted points by the thousand: what a trial counts, what a file keeps."""

import json

import numpy as np
import pytest

from lossurface import InputError
from lossurface.claims import trained_starts as starts
from lossurface.claims.theorem_1 import threshold
from lossurface.reproduce import EXPERIMENTS, read_outcomes, run_experiment, select_experiments

CLAIMS = ("theorem-1", "theorem-2", "proposition-1")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(starts, "NETWORKS", 40)


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("deep", starts.F_D)
def test_no_start_stops_with_an_error_where_every_assumption_is_met(claim, deep):
    found = starts.trained(np.random.default_rng(0), claim, deep)
    assert found["failures"] == found["unexplained"] == 0
    assert found["of"] == 40


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_statement_names_the_ray_where_runs_go_on_along_it(claim):
    rayed = starts.MET[claim].batch(2, 0).separator is not None
    of_training = [one for one in EXPERIMENTS if one.startswith(f"{claim}-training")]
    assert len(of_training) == len(starts.F_D)
    assert {"the ray" in EXPERIMENTS[one].statement for one in of_training} == {rayed}


def axes(batch, label):
    """The coordinates that a class uses."""
    return tuple(np.flatnonzero((batch.X[batch.y == label] != 0).any(0)).tolist())


def least_width(claim, batch):
    """The neurons that a claim asks for on such data; 0 where it says nothing of them."""
    own = [axes(batch, label) for label in (1, -1)]
    if claim == "theorem-1":
        return 0 if own[0] == own[1] else threshold(batch.X.shape[1], *own)
    return len({*own[0], *own[1]}) + 1 if claim == "proposition-1" else 1


@pytest.mark.parametrize("what", starts.DROPPED)
def test_each_setting_drops_what_it_says(what):
    setting = starts.DROPPED[what][1]
    batch = setting.batch(3, 0)
    claim = next(claim for claim in CLAIMS if what.startswith(claim))
    changed = {
        "no-f_S": setting.neuron is None,
        "relu": setting.neuron == "relu",
        "quadratic": claim == "theorem-2" and setting.neuron == "quadratic",
        "quadratic-loss": setting.loss.name == "quadratic",
        "narrow": setting.neuron is not None and least_width(claim, batch) > setting.M,
        "overlap": claim == "theorem-2" and batch.separator is None,
        "one-subspace": claim != "theorem-2" and axes(batch, 1) == axes(batch, -1),
    }
    dropped = [key for key, differs in changed.items() if differs]
    assert dropped == [what.removeprefix(f"{claim}-")]
    assert batch.X.shape[0] == 3


def test_some_runs_stop_with_an_error_without_separable_data_and_minima_are_proved():
    found = starts.dropped(np.random.default_rng(0), "theorem-2-quadratic")
    assert 0 < found["proved"] <= found["examined"] <= found["hits"] <= found["ended"] <= 40


@pytest.mark.parametrize("claim", CLAIMS)
def test_planted_points_are_left_whatever_neuron_and_p_are_drawn(claim):
    rng = np.random.default_rng(3)
    assert not any(starts.departed(rng, claim)["failures"] for _ in range(12))


def test_a_claims_name_stands_for_its_experiments():
    assert select_experiments("theorem-2-relu") == ("theorem-2-relu",)
    of_claim = select_experiments("theorem-1")
    assert {"theorem-1-departures", "theorem-1-training-tanh", "theorem-1-narrow"} <= {*of_claim}
    assert set(select_experiments("all")) == set(EXPERIMENTS)
    assert EXPERIMENTS["theorem-1-departures"].count == 1000


def test_bad_requests_say_the_way_out(tmp_path):
    with pytest.raises(InputError, match="unknown; use all, a claim"):
        select_experiments("theorem-9")
    with pytest.raises(InputError, match="no trained starts"):
        starts.trained(np.random.default_rng(0), "theorem-3", "none")
    with pytest.raises(InputError, match="one claim at a time"):
        run("all", 1, tmp_path)


def run(name, count, folder):
    return run_experiment(name, count, device="cpu", out=folder, echo=lambda _: None)


def test_outcomes_are_written_merged_and_read_back(tmp_path):
    assert run("theorem-2-departures", 2, tmp_path).status == "holds"
    run("theorem-2-overlap", 1, tmp_path)
    file = tmp_path / "experiments.json"
    left, stuck = sorted(read_outcomes(file, "theorem-2"), key=lambda row: row.name)
    assert left.failed == (0, 2)
    assert str(left).endswith(": 0 of 2, 95% interval [0, 0.842]")
    assert stuck.some
    assert stuck.tally.hits[0] > 0
    assert "examined are proved bad minima" in str(stuck)
    assert not read_outcomes(file, "theorem-1")
    with pytest.raises(InputError, match="No such file"):
        read_outcomes(tmp_path / "none.json")
    for broken in ("{", "[]", '{"format": "lossurface/summary"}'):
        (tmp_path / "broken.json").write_text(broken)
        with pytest.raises(InputError, match="not experiments, version 1"):
            read_outcomes(tmp_path / "broken.json")


def test_an_experiment_in_which_nothing_happens_fails_where_something_should(tmp_path):
    run("theorem-2-overlap", 1, tmp_path)
    data = json.loads((tmp_path / "experiments.json").read_text())
    data["outcomes"][0]["counts"]["hits"] = 0
    (tmp_path / "experiments.json").write_text(json.dumps(data))
    (row,) = read_outcomes(tmp_path / "experiments.json")
    assert row.finding.status == "fails"
