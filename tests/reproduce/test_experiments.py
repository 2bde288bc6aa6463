"""The experiments themselves: they run, and the same seed gives the same verdict anywhere."""

import json
import re

import pytest

from lossurface.reproduce import EXPERIMENTS, Pool, run_experiment


def line(name, folder, *, count=2, **options):
    options = {"device": "cpu", "chunk": 1, "echo": lambda _: None} | options
    return str(run_experiment(name, count, out=folder, **options))


# One of each kind in every run of the tests, all of them in the long one.
EACH = ("separability", "theorem-1-departures", "theorem-2-training", "theorem-2-overlap")


@pytest.mark.parametrize(
    "name", [n if n in EACH else pytest.param(n, marks=pytest.mark.slow) for n in EXPERIMENTS]
)
def test_an_experiment_runs_and_is_recorded_trial_by_trial(name, tmp_path):
    told = line(name, tmp_path)
    assert told.startswith(f"{EXPERIMENTS[name].claim}: holds. Proved on its page (book/")
    assert re.search(r"; checked here: [0-9,]+ sampled\. ", told)
    assert "0 failures in " in told
    assert "seed 0" in told
    records = sorted((tmp_path / "records").glob("*.json"))
    assert len(records) == 2
    times = [path.stat().st_mtime_ns for path in records]
    assert line(name, tmp_path) == told
    assert [path.stat().st_mtime_ns for path in records] == times  # nothing ran again


def values(folder):
    """Return what every trial gave, in order."""
    found = []
    for path in (folder / "records").glob("*.json"):
        record = json.loads(path.read_text())
        found.append((record["about"]["first"], record["result"]["values"]))
    return [value for _, several in sorted(found) for value in several]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_one_worker_and_two_give_the_same(name, tmp_path):
    alone = line(name, tmp_path / "one", count=5)
    assert line(name, tmp_path / "two", count=5, chunk=2, pool=Pool(2)) == alone
    assert values(tmp_path / "two") == values(tmp_path / "one")


@pytest.mark.slow
def test_a_gpu_gives_the_same_verdict(tmp_path):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("torch finds no GPU here")
    trained = [name for name, experiment in EXPERIMENTS.items() if experiment.device]
    for name in trained:
        cpu = line(name, tmp_path / "cpu", count=5)
        assert line(name, tmp_path / "gpu", count=5, device="cuda") == cpu
