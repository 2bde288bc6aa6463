"""On a pretended GPU everything runs where it is asked to run, and says the same as on the CPU.

This machine may have no GPU; `tests.pretend` says what such a run can show and what it cannot.
"""

import numpy as np
import pytest
import torch

from lossurface import InputError, claims
from lossurface.reproduce import EXPERIMENTS, run_experiment
from tests.pretend import Pretended, pretended


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda *_: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "a pretended GPU")
    with pretended() as device:
        yield device


def test_it_refuses_what_a_gpu_refuses(gpu):
    there, here = torch.ones(3, device=gpu), torch.ones(3)
    assert isinstance(there, Pretended)
    assert there.is_cuda
    assert (there + 1).device.type == "cuda"
    for mixed in (
        lambda: there + here,
        lambda: torch.stack([there, here]),
        lambda: torch.linalg.solve(torch.eye(3, device=gpu), here),
        lambda: torch.where(here > 0, there, there),
        lambda: there.add_(here),
    ):
        with pytest.raises(RuntimeError, match="tensors on cuda, and on cpu"):
            mixed()
    for reading in (there.numpy, lambda: np.asarray(there)):
        with pytest.raises((TypeError, RuntimeError)):
            reading()


TRAINED = [name for name, experiment in EXPERIMENTS.items() if experiment.device]
EACH = ("theorem-1-training", "theorem-2-training-relu")


@pytest.mark.parametrize(
    "name", [n if n in EACH else pytest.param(n, marks=pytest.mark.slow) for n in TRAINED]
)
def test_an_experiment_gives_the_same_verdict(name, gpu, tmp_path):
    options = {"chunk": 1, "echo": lambda _: None}
    there = str(run_experiment(name, 2, out=tmp_path / "gpu", device="cuda", **options))
    assert there == str(run_experiment(name, 2, out=tmp_path / "cpu", device="cpu", **options))


@pytest.mark.parametrize(
    "name",
    [
        id if id == "proposition-2" else pytest.param(id, marks=pytest.mark.slow)
        for id in claims.CLAIMS
    ],
)
def test_a_claim_gives_the_same_verdict(name, gpu):
    def told(device):
        claim, given = claims.get(name), {"seed": 0, "trials": 2, "device": device}
        try:
            return str(claim.verify(**{option: given[option] for option in claim.options}))
        except InputError as error:  # so few trials
            return str(error)

    assert told("cuda") == told("cpu")


@pytest.mark.slow
def test_the_benchmarks_run_there(gpu):
    from benchmarks import scaling
    from benchmarks.size import TINY

    found = scaling.on_device(TINY, "cuda")
    assert set(found["seconds"]) >= {"Hessians with spectra", "100 Adam steps"}
    assert all(seconds > 0 for seconds in found["seconds"].values())
