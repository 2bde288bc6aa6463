"""Experiments of many trials, run as tasks: `lossurface reproduce --trials-of NAME`.

A trial draws all that it needs from its own generator and returns {"failures": k, "of": m} and what
else it counts; the verdict is `sampled`, whatever each trial proved on its way. Trial k of seed s
draws from `SeedSequence(s).spawn(...)[k]`, whatever the chunks, the workers and their order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface.claims import check_options, get
from lossurface.claims import trained_starts as starts
from lossurface.claims.tally import Tally
from lossurface.errors import InputError, first_line
from lossurface.reproduce.pool import BrokenOff, Pool, package
from lossurface.reproduce.records import Task, breaking_off, run_tasks, write_atomically

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.exact import Finding, Verdict


@dataclass(frozen=True)
class Experiment:
    """A statement about every trial, or that something happens in some of them."""

    claim: str
    statement: str  # fails where a trial counts a failure
    function: Callable[..., dict[str, int]]  # one trial
    options: Mapping[str, Any] = field(default_factory=dict)
    device: bool = False  # whether the trials take one
    count: int = 100  # trials unless told
    chunk: int = 10  # trials in a task unless told
    some: bool = False  # the statement says that there are hits: it fails where a run counts none


def separability_trial(rng: Generator, n: int) -> dict[str, int]:
    """Draw a dataset of Proposition 3 and decide twice whether an affine map classifies it."""
    from lossurface.claims.affine import separable
    from lossurface.claims.proposition_3 import hulls_meet
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
            separability_trial,
            {"n": 12},
        )
    }
    for claim in POSITIVE:
        made[f"{claim}-departures"] = Experiment(
            claim,
            "planted bad critical points are no minima and the proof's step lowers the loss, both "
            "certified",
            starts.departed,
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
                starts.trained,
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
                    starts.dropped,
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


@dataclass(frozen=True)
class Outcome:
    """What an experiment found: sums of what its trials counted."""

    name: str
    claim: str
    statement: str
    some: bool  # whether the statement is that there are hits, rather than no failures
    seed: int
    counts: Mapping[str, int]  # "failures", "of", and what else the trials count
    seconds: float  # of the run that completed it; trials kept from earlier runs take none
    device: str  # where networks were trained, in words

    @property
    def tally(self) -> Tally:
        """Hits, or failures, with their Clopper-Pearson interval."""
        return Tally((0,), (self.counts["hits" if self.some else "failures"],), (self.failed[1],))

    @property
    def failed(self) -> tuple[int, int]:
        """Failures, and of how many; where there should be hits and are none, all failed."""
        of = self.counts["of"]
        if self.some:
            return (0 if self.counts["hits"] else of), of
        return self.counts["failures"], of

    @property
    def finding(self) -> Finding:
        """The statement, as sampled."""
        from lossurface.exact import sampled

        rest = [f"{k}: {v}" for k, v in self.counts.items() if k not in ("failures", "of")]
        return sampled(self.statement, *self.failed, "; ".join([f"seed {self.seed}", *rest]))

    @property
    def more(self) -> list[str]:
        """What was proved of the runs that stopped with R > 0, and of those on a plateau."""
        counts, told = self.counts, []
        if examined := counts.get("examined"):
            told.append(f"{counts['proved']} of {examined} examined are proved bad minima")
        if plateaus := counts.get("plateaus"):
            open_ = counts.get("unexplained", 0)
            some = f"{plateaus - open_} of them " if open_ else ""
            told.append(f"{plateaus} stopped on a plateau, {some}proved to hold no local minimum")
        return told

    def __str__(self) -> str:
        return f"{self.statement}: {'; '.join([self.tally.line(), *self.more])}"


def _keep(path: Path, outcome: Outcome) -> None:
    """Put an outcome into a file, beside those of other experiments that it holds."""
    kept = {one.name: one for one in read_outcomes(path)} if path.exists() else {}
    kept[outcome.name] = outcome
    rows = [asdict(kept[name]) for name in sorted(kept)]
    data = {"format": "lossurface/experiments", "version": 1, "outcomes": rows}
    with breaking_off(path):
        write_atomically(path, json.dumps(data, indent=2) + "\n")


def read_outcomes(path: str | Path, claim: str | None = None) -> tuple[Outcome, ...]:
    """Return the outcomes, of one claim or all, that `lossurface reproduce --trials-of` wrote.

    Raises:
        InputError: there is no such file, or it is of another version.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if (data["format"], data["version"]) != ("lossurface/experiments", 1):
            raise ValueError(f"{data['format']}, version {data['version']}")
        rows = [Outcome(**row) for row in data["outcomes"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: not experiments, version 1 ({type(error).__name__}: {error}); "
            "`lossurface reproduce --trials-of` writes it"
        ) from None
    return tuple(row for row in rows if claim in (None, row.claim))


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
        count: trials; by default each experiment's own number, which for a claim is the most.
        seed: with it the verdict is the same however it is run.
        device: "cpu", "cuda" or "auto", for trials that train.
        out: folder; the records go to `out`/records.
        chunk: trials in a task and its record.
        pool: where they run; by default in this process.
        echo: takes lines of progress.

    Raises:
        InputError: an unknown name, several claims, a count below 1, no such device.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    from lossurface.exact import Verdict

    check_options({"seed": seed})
    names = select_experiments(name)
    claim = EXPERIMENTS[names[0]].claim
    if any(EXPERIMENTS[one].claim != claim for one in names):
        raise InputError(f"experiment {name!r}: of several claims; run one claim at a time")
    pool, started, found = pool or Pool(), time.perf_counter(), []
    picked, words = pool.pick_device(device)
    for one in names:
        experiment, clock = EXPERIMENTS[one], time.perf_counter()
        trials = experiment.count
        if count is not None:
            trials = count if len(names) == 1 else min(count, trials)
        rows = map_trials(
            experiment.function, trials, claim=claim, seed=seed, options=experiment.options,
            device=(device, picked) if experiment.device else None,
            out=out, chunk=chunk or experiment.chunk, pool=pool, echo=echo,
        )  # fmt: skip
        counts = {key: sum(row[key] for row in rows) for key in rows[0]}
        seconds = round(time.perf_counter() - clock, 1)
        about = (one, claim, experiment.statement, experiment.some, seed)
        outcome = Outcome(*about, counts, seconds, words)
        _keep(Path(out) / "experiments.json", outcome)
        echo(f"{one}: {outcome}")
        found.append(outcome)
    headline = f"{len(found)} experiments with planted points and trained starts"
    if len(found) == 1:
        failures, of = found[0].failed
        headline = f"{found[0].statement}: {failures} failures in {of} trials; seed {seed}"
    findings = [outcome.finding for outcome in found]
    return Verdict(claim, findings, time.perf_counter() - started, headline, get(claim).proved)


def map_trials(
    function: Callable[..., Any],
    trials: int,
    *,
    claim: str,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    device: tuple[str, str] | None = None,
    out: str | Path = "reproduced",
    chunk: int = 10,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
) -> list[Any]:
    """Return function(rng, **options) of every trial, in order, each run once and recorded.

    Args:
        function: importable; takes a `numpy.random.Generator`, and returns a JSON value.
        device: asked for, and picked: an option of every trial. What "auto" picked enters no key,
            so that a run that lost its GPU goes on without.
        chunk: trials in a task and its record; enters no result.

    Raises:
        InputError: counts below 1.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    if trials < 1 or chunk < 1:
        raise InputError(f"trials is {trials} and chunk {chunk}; give at least 1 of each")
    name = f"{function.__module__}:{function.__qualname__}"
    given, named = dict(options or {}), dict(options or {})
    if device is not None:
        named["device"], given["device"] = device
    common = {"claim": claim, "function": name, "seed": seed, "package": package()}
    common["parameters"] = named
    tasks = {}
    for first in range(0, trials, chunk):
        last = min(first + chunk, trials)
        part = common | {"first": first, "last": last}
        arguments = (function, given, seed, first, last)
        tasks[f"trials {first} to {last - 1}"] = Task(_chunk, arguments, part)
    results = run_tasks(tasks, out, pool, echo, lambda result: claim)
    return [value for result in results for value in result["values"]]


def _chunk(
    function: Callable[..., Any], options: Mapping[str, Any], seed: int, first: int, last: int
) -> dict[str, Any]:
    """Return the values of the trials from `first` to before `last`.

    Raises:
        BrokenOff: a trial raised: a device that is gone, memory that ran out, a bug.
    """
    import numpy as np

    values = []
    for k in range(first, last):
        # The k-th child that SeedSequence(seed).spawn would give, without the others.
        child = np.random.SeedSequence(seed, spawn_key=(k,))
        try:
            values.append(function(np.random.default_rng(child), **options))
        except Exception as error:
            raise BrokenOff(
                f"trial {k} of seed {seed}: {type(error).__name__}: {first_line(error)[:200]}; "
                "mend it (--device cpu, where a GPU is gone), then run the same command again: "
                "it resumes"
            ) from error
    return {"values": values}
