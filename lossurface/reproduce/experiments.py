"""Experiments of many trials, run as tasks: `lossurface reproduce --trials-of NAME`.

A trial draws all that it needs from its own generator and returns {"failures": k, "of": m} and what
else it counts; the verdict is `sampled`, whatever each trial proved on its way.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.claims import check_options, get
from lossurface.claims import trained_starts as starts
from lossurface.claims.tally import Tally
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.records import breaking_off, read_file, write_atomically
from lossurface.reproduce.trials import map_trials

if TYPE_CHECKING:
    from numpy.random import Generator

    from lossurface.exact import Finding, Verdict

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Outcome",
    "read_outcomes",
    "run_experiment",
    "select_experiments",
]


@dataclass(frozen=True)
class Experiment:
    """A statement about every trial, or that something happens in some of them.

    Attributes:
        claim: id of the claim it is about.
        statement: what fails where a trial counts a failure.
        function: one trial.
        options: of every trial.
        device: whether the trials take a device.
        count: trials unless told.
        chunk: trials in a task unless told.
        some: the statement says that there are hits: it fails where a run counts none.
    """

    claim: str
    statement: str
    function: Callable[..., dict[str, int]]
    options: Mapping[str, Any] = field(default_factory=dict)
    device: bool = False
    count: int = 100
    chunk: int = 10
    some: bool = False


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
    """What an experiment found: sums of what its trials counted.

    Attributes:
        name: the experiment.
        claim: id of its claim.
        statement: what was counted.
        some: whether the statement is that there are hits, rather than no failures.
        seed: of all its trials.
        counts: "failures", "of", and what else the trials count.
        seconds: wall time of the run that completed it; trials kept from earlier runs take none.
        device: where networks were trained, in words.
    """

    name: str
    claim: str
    statement: str
    some: bool
    seed: int
    counts: Mapping[str, int]
    seconds: float
    device: str

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
    def excluded(self) -> str:
        """Near how many plateaus a local minimum is excluded by a proof, in words."""
        plateaus, open_ = self.counts.get("plateaus", 0), self.counts.get("unexplained", 0)
        if open_:
            return f"{plateaus - open_} of them proved to hold no local minimum"
        return "proved to hold no local minimum"

    def __str__(self) -> str:
        counted = self.tally.line()
        if self.counts.get("examined"):
            examined = self.counts["examined"]
            counted += f"; {self.counts['proved']} of {examined} examined are proved bad minima"
        if self.counts.get("plateaus"):
            counted += f"; {self.counts['plateaus']} met a plateau, {self.excluded}"
        return f"{self.statement}: {counted}"


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
        InputError: there is no such file, or it is none of this version.
    """
    rows = read_file(path, "experiments", lambda data: [Outcome(**row) for row in data["outcomes"]])
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

    check_options({"seed": seed})
    names = select_experiments(name)
    claim = EXPERIMENTS[names[0]].claim
    if any(EXPERIMENTS[one].claim != claim for one in names):
        raise InputError(f"experiment {name!r}: of several claims; run one claim at a time")
    pool, started, found = pool or Pool(), time.perf_counter(), []
    for one in names:
        own = EXPERIMENTS[one].count
        trials = own if count is None else count if len(names) == 1 else min(count, own)
        outcome = _outcome(one, trials, seed, device, Path(out), chunk, pool, echo)
        _keep(Path(out) / "experiments.json", outcome)
        echo(f"{one}: {outcome}")
        found.append(outcome)
    headline = f"{len(found)} experiments with planted points and trained starts"
    if len(found) == 1:
        failures, of = found[0].failed
        headline = f"{found[0].statement}: {failures} failures in {of} trials; seed {seed}"
    findings = [outcome.finding for outcome in found]
    return Verdict(claim, findings, time.perf_counter() - started, headline, get(claim).proved)


def _outcome(
    name: str,
    count: int,
    seed: int,
    device: str,
    out: Path,
    chunk: int | None,
    pool: Pool,
    echo: Callable[[str], object],
) -> Outcome:
    experiment, started = EXPERIMENTS[name], time.perf_counter()
    picked, words, others = pool.pick_device(device)
    options: dict[str, Any] = dict(experiment.options)
    also = []
    if experiment.device:
        also = [options | {"device": other} for other in others]
        options["device"] = picked
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
    counts = {key: sum(trial[key] for trial in found) for key in found[0]}
    seconds = round(time.perf_counter() - started, 1)
    about = (name, experiment.claim, experiment.statement, experiment.some, seed)
    return Outcome(*about, counts, seconds, words)
