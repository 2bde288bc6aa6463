"""Experiments whose trials are run as tasks: `lossurface reproduce --trials-of NAME --count N`.

A trial draws all that it needs from its own generator and returns {"failures": k, "of": m}; the
verdict is `sampled`, whatever each trial proved on its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface.errors import InputError
from lossurface.reproduce.planning import elsewhere, pick_device
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.trials import CHUNK, map_trials

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.exact import Verdict

__all__ = ["EXPERIMENTS", "Experiment", "run_experiment"]

STARTS = 20  # networks trained in one trial, as one batch


@dataclass(frozen=True)
class Experiment:
    """A statement about every trial.

    Attributes:
        claim: id of the claim it is about.
        statement: what fails where a trial counts a failure.
        function: "module:name" of one trial.
        options: of every trial.
        device: whether the trials take a device.
    """

    claim: str
    statement: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    device: bool = False


def separability_trial(rng: Generator, n: int) -> dict[str, int]:
    """Draw a dataset of Proposition 3 and decide twice whether an affine map classifies it."""
    from lossurface.counterexamples.separability import hulls_meet, separable
    from lossurface.setting import proposition_3

    dataset = proposition_3().sample(rng, n)
    by_program, apart = separable(dataset), not hulls_meet(dataset)
    return {"failures": int(by_program is not apart), "of": 1, "hits": int(apart)}


def departure_trial(rng: Generator, claim: str) -> dict[str, int]:
    """Plant a bad critical point and leave it along the curve of the claim's proof."""
    from lossurface.claims.departures import depart
    from lossurface.landscape.planted import plant

    left = depart(plant(claim, rng), claim)
    findings = (left.critical, left.escape.not_minimum, left.escape.decrease)
    return {"failures": int(any(f.status != "holds" for f in findings)), "of": 1}


def training_trial(rng: Generator, device: str) -> dict[str, int]:
    """Train a batch at Theorem 1's width threshold, each network on its own data; count R > 0."""
    from lossurface.claims.theorem_1 import AXES, SAMPLES, threshold
    from lossurface.claims.training import subspace_batch, train

    seed = int(rng.integers(2**31))
    batch = subspace_batch(STARTS, SAMPLES, *AXES, seed=seed)
    trained = train(batch, "softplus", threshold(SAMPLES, *AXES), seed=seed, device=device)
    return {"failures": len(trained.stuck), "of": trained.runs}


EXPERIMENTS: Mapping[str, Experiment] = {
    "separability": Experiment(
        "proposition-3",
        "linear programs agree with the hulls' intervals on whether 12 samples are separable",
        f"{__name__}:separability_trial",
        {"n": 12},
    ),
    "theorem-1-departures": Experiment(
        "theorem-1",
        "planted bad critical points are no minima and the proof's step lowers the loss",
        f"{__name__}:departure_trial",
        {"claim": "theorem-1"},
    ),
    "theorem-2-departures": Experiment(
        "theorem-2",
        "planted bad critical points are no minima and the proof's step lowers the loss",
        f"{__name__}:departure_trial",
        {"claim": "theorem-2"},
    ),
    "theorem-1-training": Experiment(
        "theorem-1",
        "training at the width threshold ends with R = 0",
        f"{__name__}:training_trial",
        device=True,
    ),
}


def run_experiment(
    name: str,
    count: int,
    *,
    seed: int = 0,
    device: str = "auto",
    out: str | Path = "reproduced",
    chunk: int = CHUNK,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
) -> Verdict:
    """Run the trials of an experiment that are not recorded yet, and judge them all.

    Args:
        name: a key of `EXPERIMENTS`.
        count: trials, at least 1.
        seed: of the whole experiment; with it the verdict is the same however it is run.
        device: "cpu", "cuda" or "auto", for trials that train; with "auto", trials recorded on
            either are kept, so that a run that lost its GPU goes on without.
        out: folder; the records go to `out`/records.
        chunk: trials in a task and its record.
        pool: where they run; by default in this process.
        echo: takes lines of progress.

    Raises:
        InputError: an unknown name, a count below 1, no such device.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    from lossurface.exact import Verdict, sampled

    if name not in EXPERIMENTS:
        raise InputError(f"experiment {name!r}: unknown; use one of {', '.join(EXPERIMENTS)}")
    experiment = EXPERIMENTS[name]
    options: dict[str, Any] = dict(experiment.options)
    also: list[dict[str, Any]] = []
    place, _ = pick_device(device, pool)
    if experiment.device:
        also = [options | {"device": other} for other in elsewhere(device, place)]
        options["device"] = place
    started = time.perf_counter()
    found = map_trials(
        experiment.function,
        count,
        claim=experiment.claim,
        seed=seed,
        options=options,
        also=also,
        out=out,
        chunk=chunk,
        pool=pool,
        echo=echo,
    )
    failures, of = (sum(trial[key] for trial in found) for key in ("failures", "of"))
    hits = sum(trial.get("hits", 0) for trial in found)
    detail = f"seed {seed}" + (f"; it happened in {hits}" if "hits" in found[0] else "")
    finding = sampled(experiment.statement, failures, of, detail)
    headline = f"{experiment.statement}: {finding.detail}"
    return Verdict.of(experiment.claim, [finding], time.perf_counter() - started, headline)
