"""Experiments whose trials are run as tasks: `lossurface reproduce --trials-of NAME`.

A trial draws all that it needs from its own generator and returns {"failures": k, "of": m} and what
else it counts; the verdict is `sampled`, whatever each trial proved on its way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.claims import check_options, get
from lossurface.claims import trained_starts as starts
from lossurface.reproduce.outcomes import Outcome, write_outcomes
from lossurface.reproduce.planning import elsewhere, pick_device
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.trials import CHUNK, map_trials

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.exact import Verdict

__all__ = ["EXPERIMENTS", "Experiment", "run_experiment", "select_experiments"]


@dataclass(frozen=True)
class Experiment:
    """A statement about every trial, or that something happens in some of them.

    Attributes:
        claim: id of the claim it is about.
        statement: what fails where a trial counts a failure.
        function: "module:name" of one trial.
        options: of every trial.
        device: whether the trials take a device.
        count: trials unless told.
        chunk: trials in a task unless told.
        some: the statement says that there are hits: it fails where a run counts none.
    """

    claim: str
    statement: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    device: bool = False
    count: int = 100
    chunk: int = CHUNK
    some: bool = False


def separability_trial(rng: Generator, n: int) -> dict[str, int]:
    """Draw a dataset of Proposition 3 and decide twice whether an affine map classifies it."""
    from lossurface.claims.affine import separable
    from lossurface.claims.separability import hulls_meet
    from lossurface.setting import proposition_3

    dataset = proposition_3().sample(rng, n)
    by_program, apart = separable(dataset), not hulls_meet(dataset)
    return {"failures": int(by_program is not apart), "of": 1, "hits": int(apart)}


POSITIVE = ("theorem-1", "theorem-2", "proposition-1")


def _experiments() -> dict[str, Experiment]:
    made = {
        "separability": Experiment(
            "proposition-3",
            "linear programs agree with the hulls' intervals on whether 12 samples are separable",
            f"{__name__}:separability_trial",
            {"n": 12},
        )
    }
    for claim in POSITIVE:
        made[f"{claim}-departures"] = Experiment(
            claim,
            "planted bad critical points are no minima and the proof's step lowers the loss, both "
            "certified",
            f"{starts.__name__}:departed",
            {"claim": claim},
            count=1000,
            chunk=50,
        )
        # Only separable data have a ray to go on from.
        by = "training, and the ray off plateaus," if claim == "theorem-2" else "training"
        for deep in starts.F_D:
            made[f"{claim}-training" + (f"-{deep}" if deep != "none" else "")] = Experiment(
                claim,
                f"{by} ends with R = 0, f_D {deep}, every parameter trained",
                f"{starts.__name__}:trained",
                {"claim": claim, "deep": deep},
                device=True,
                count=10_000 // starts.NETWORKS,
                chunk=2,
            )
        for name, (words, _) in starts.DROPPED.items():
            if name.startswith(f"{claim}-"):
                made[name] = Experiment(
                    claim,
                    f"with one assumption dropped, some runs stop with R > 0: {words}",
                    f"{starts.__name__}:dropped",
                    {"what": name},
                    device=True,
                    count=1000 // starts.NETWORKS,
                    chunk=2,
                    some=True,
                )
    return made


EXPERIMENTS: Mapping[str, Experiment] = _experiments()


def select_experiments(name: str) -> tuple[str, ...]:
    """Return the experiments of that name: one, all of a claim's, or with "all" every one.

    Raises:
        InputError: there is none.
    """
    if name in EXPERIMENTS:
        return (name,)
    found = tuple(key for key, one in EXPERIMENTS.items() if name in (one.claim, "all"))
    if not found:
        claims = dict.fromkeys(one.claim for one in EXPERIMENTS.values())
        raise InputError(
            f"experiment {name!r}: unknown; use all, a claim ({', '.join(claims)}) or one of "
            f"{', '.join(EXPERIMENTS)}"
        )
    return found


def run_experiment(
    name: str,
    count: int | None = None,
    *,
    seed: int = 0,
    device: str = "auto",
    out: str | Path = "reproduced",
    chunk: int | None = None,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
) -> Verdict:
    """Run the trials of experiments that are not recorded yet, and judge them all.

    What was found goes to `out`/experiments.json too, for pages to read.

    Args:
        name: a key of `EXPERIMENTS`, or a claim, for all that it has.
        count: trials, at least 1; by default each experiment's own number. For a claim it is the
            most that any of its experiments runs.
        seed: of the whole experiment; with it the verdict is the same however it is run.
        device: "cpu", "cuda" or "auto", for trials that train; with "auto", trials recorded on
            either are kept, so that a run that lost its GPU goes on without.
        out: folder; the records go to `out`/records.
        chunk: trials in a task and its record.
        pool: where they run; by default in this process.
        echo: takes lines of progress.

    Raises:
        InputError: an unknown name, several claims, a count below 1, no such device.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    from lossurface.exact import Verdict

    check_options({"seed": seed, "device": device})
    names = select_experiments(name)
    claim = EXPERIMENTS[names[0]].claim
    if any(EXPERIMENTS[one].claim != claim for one in names):
        raise InputError(f"experiment {name!r}: of several claims; run one claim at a time")
    started = time.perf_counter()
    found: list[Outcome] = []
    for one in names:
        trials = EXPERIMENTS[one].count if count is None else count
        if len(names) > 1:
            trials = min(trials, EXPERIMENTS[one].count)
        found.append(
            _outcome(
                one,
                trials,
                seed=seed,
                device=device,
                out=out,
                chunk=chunk,
                pool=pool,
                echo=echo,
            )
        )
        if len(names) > 1:
            echo(f"{one}: {found[-1]}")
        write_outcomes(Path(out) / "experiments.json", found[-1:])
    headline = (
        f"{found[0].statement}: {found[0].failed[0]} failures in {found[0].failed[1]} trials; "
        f"seed {seed}"
        if len(found) == 1
        else f"{len(found)} experiments with planted points and trained starts"
    )
    findings = [outcome.finding for outcome in found]
    seconds = time.perf_counter() - started
    return Verdict(claim, findings, seconds, headline, get(claim).proved)


def _outcome(
    name: str,
    count: int,
    *,
    seed: int,
    device: str,
    out: str | Path,
    chunk: int | None,
    pool: Pool | None,
    echo: Callable[[str], object],
) -> Outcome:
    experiment = EXPERIMENTS[name]
    options: dict[str, Any] = dict(experiment.options)
    also: list[dict[str, Any]] = []
    place, words = pick_device(device, pool)
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
        chunk=chunk or experiment.chunk,
        pool=pool,
        echo=echo,
    )
    return Outcome(
        name,
        experiment.claim,
        experiment.statement,
        experiment.some,
        seed,
        {key: sum(trial[key] for trial in found) for key in found[0]},
        round(time.perf_counter() - started, 1),
        words,
    )
