"""From claims to notebooks to a summary: plan every task first, then run those not recorded yet.

A `Task` is all that a run needs and can be pickled; `perform` turns it into a `Record` and touches
nothing but the files under its own key. Where and in which order tasks run is the pool's affair.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.reproduce.notebook import check_parameters, execute, write_atomically
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.store import Store, package, unwritable
from lossurface.reproduce.summary import Record, Summary, printed_verdict
from lossurface.reproduce.trials import about_time

__all__ = ["PROFILES", "Task", "perform", "pick_device", "plan", "run"]

PROFILES = ("quick", "book", "full")


@dataclass(frozen=True)
class Task:
    """One notebook to run, for one claim.

    Attributes:
        path: The notebook.
        out: Where the executed notebook goes.
        given: Parameters to pass.
        parameters: All its parameters: the defaults, overridden by `given`.
    """

    id: str
    title: str
    page: str
    path: Path
    out: Path
    given: Mapping[str, Any]
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class _Job:
    """A task on its way to a worker: `about` is what its record is keyed by."""

    task: Task
    about: Mapping[str, Any]
    store: Store

    @property
    def executed(self) -> Path:
        """Where the executed notebook is kept, beside the record."""
        return self.store.folder / f"{self.store.key(self.about)}.ipynb"


def run(
    ids: Sequence[str] = (),
    *,
    device: str = "auto",
    profile: str = "book",
    out: str | Path = "reproduced",
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
    registry: Mapping[str, Any] | None = None,
    book: Path | None = None,
) -> Summary:
    """Run the notebooks of the claims and write them, and a summary, below `out`.

    A notebook that ran to its end is recorded in `out`/records and not run again for the same
    parameters, notebook, package and versions; one that broke off is.

    Args:
        ids: Claims to reproduce; none means all of them.
        device: "cpu", "cuda", or "auto" (cuda where there is one).
        profile: "book" (the defaults of the page), "quick" or "full" (as its metadata says).
        out: A folder; gets ID.ipynb for each claim, summary.json and summary.txt.
        seed: Replaces the seed of every notebook; None leaves theirs.
        parameters: Replaces these in every notebook; one that a notebook lacks is an error.
        pool: Where they run; by default one by one, in this process.
        echo: Takes each line of progress.
        registry: Claims by id; by default `lossurface.claims.CLAIMS`.
        book: The folder of the pages; by default the checkout's.

    Returns:
        A record for each claim, failing ones included.

    Raises:
        InputError: an unknown claim, device, profile or parameter; nothing has then been run.
        BrokenOff: a full disk, a lost scheduler; what is recorded stays, and a rerun resumes.
    """
    pool = pool or Pool()
    resolved, name = pick_device(device, pool)
    folder = Path(out)
    tasks = plan(
        ids,
        device=resolved,
        profile=profile,
        out=folder,
        seed=seed,
        parameters=parameters,
        registry=registry,
        book=book,
    )
    started = datetime.now(UTC).isoformat(timespec="seconds")
    clock = time.perf_counter()
    store = Store(folder / "records")
    with store.alone():
        records = _records(tasks, store, pool, echo)
        summary = Summary(
            tuple(records[task.id] for task in tasks),
            profile,
            resolved,
            name,
            started,
            time.perf_counter() - clock,
        )
        try:
            write_atomically(
                folder / "summary.json", json.dumps(summary.to_dict(), indent=2) + "\n"
            )
            write_atomically(folder / "summary.txt", summary.table() + "\n")
        except OSError as error:
            raise unwritable(folder, error) from None
    return summary


def _records(
    tasks: Sequence[Task], store: Store, pool: Pool, echo: Callable[[str], object]
) -> dict[str, Record]:
    """Return the record of each task by its claim, running those that have none."""
    rests_on = package()
    jobs = {task.id: _Job(task, _about(task, rests_on), store) for task in tasks}
    records: dict[str, Record] = {}
    for name, job in jobs.items():
        kept = _recorded(job)
        if kept is not None:
            records[name] = kept
            _publish(job)
            where = f"[{len(records)}/{len(tasks)}]"
            echo(f"{where} {name}: {kept.verdict}, kept from an earlier run")
    waiting = {name: job for name, job in jobs.items() if name not in records}
    before, clock = len(records), time.perf_counter()

    def starting(name: str) -> None:
        echo(f"[{len(records) + 1}/{len(tasks)}] {name} ...")

    for name, record in pool.run(_perform, waiting, starting):
        records[name] = record
        _publish(jobs[name])
        mean = (time.perf_counter() - clock) / (len(records) - before)
        outcome = f"{record.verdict}, {record.seconds:.1f} s"
        left = about_time(mean * (len(tasks) - len(records)))
        echo(f"[{len(records)}/{len(tasks)}] {name}: {outcome}{left}")
    return records


def plan(
    ids: Iterable[str],
    *,
    device: str,
    profile: str,
    out: Path,
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    registry: Mapping[str, Any] | None = None,
    book: Path | None = None,
) -> list[Task]:
    """Return the tasks for the claims, every parameter checked; runs nothing.

    Raises:
        InputError: as for `run`.
    """
    if profile not in PROFILES:
        raise InputError(f"profile {profile!r}: not one of {', '.join(PROFILES)}")
    claims = _registry() if registry is None else registry
    chosen = list(ids) or list(claims)
    for claim in chosen:
        if claim not in claims:
            raise InputError(f"claim {claim!r}: unknown; `lossurface list` names them all")
    pages = book or _book()
    tasks = []
    for claim in (name for name in claims if name in set(chosen)):
        entry = claims[claim]
        path = pages / f"{entry.page}.ipynb"
        given = _profile(path, profile) | {"device": device}
        given |= {} if seed is None else {"seed": seed}
        given |= dict(parameters or {})
        complete = check_parameters(path, given)
        tasks.append(
            Task(claim, entry.title, entry.page, path, out / f"{claim}.ipynb", given, complete)
        )
    return tasks


def perform(task: Task) -> Record:
    """Run one task; whatever goes wrong in the notebook is in the record."""
    execution = execute(task.path, task.given, task.out)
    found = printed_verdict(task.id, execution.text)
    verdict, evidence, detail = found or ("undecided", (), "the notebook printed no verdict line")
    error = execution.error
    if found is None and error is None:
        error = detail
    if execution.error is not None and verdict != "fails":
        verdict = "error"
    return Record(
        task.id,
        task.title,
        task.page,
        verdict,
        evidence,
        detail,
        execution.seconds,
        str(task.parameters["device"]),
        task.parameters.get("seed"),
        task.parameters,
        error,
    )


def _about(task: Task, rests_on: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that the task's result hangs on."""
    return {
        "task": "notebook",
        "claim": task.id,
        "title": task.title,
        "page": task.page,
        "notebook": hashlib.sha256(task.path.read_bytes()).hexdigest(),
        "parameters": dict(task.parameters),
        "seed": task.parameters.get("seed"),
        "package": dict(rests_on),
    }


def _recorded(job: _Job) -> Record | None:
    """Return the record of a job, None where it, or its executed notebook, is not whole."""
    result = job.store.get(job.about)
    if result is None:
        return None
    try:
        fields = {name: result["record"][name] for name in Record.__dataclass_fields__}
        same = hashlib.sha256(job.executed.read_bytes()).hexdigest() == result["executed"]
    except (OSError, KeyError, TypeError):
        return None
    return Record(**fields | {"evidence": tuple(fields["evidence"])}) if same else None


def _perform(job: _Job) -> Record:
    """Run one job and record it if the notebook ran to its end; on any worker."""
    # A worker may have been lost after it wrote and before it said so.
    kept = _recorded(job)
    if kept is not None:
        return kept
    task = job.task
    try:
        record = perform(Task(**{**task.__dict__, "out": job.executed}))
        if record.error is None:
            executed = hashlib.sha256(job.executed.read_bytes()).hexdigest()
            job.store.put(job.about, {"record": asdict(record), "executed": executed})
    except OSError as error:
        raise unwritable(job.executed, error) from None
    return record


def _publish(job: _Job) -> None:
    """Put the executed notebook where readers look for it: OUT/ID.ipynb."""
    if not job.executed.is_file():
        return
    beside = job.task.out.with_name(f".{job.task.out.name}")
    try:
        beside.unlink(missing_ok=True)
        try:
            beside.hardlink_to(job.executed)  # a second name needs no second copy
        except OSError:
            shutil.copyfile(job.executed, beside)
        beside.replace(job.task.out)
        beside.unlink(missing_ok=True)  # rename keeps both names of one file
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise unwritable(job.task.out, error) from None


def _profile(path: Path, profile: str) -> dict[str, Any]:
    """Return what the notebook's metadata (lossurface.profiles) sets for a profile.

    "book" is the page's own defaults, so it sets nothing; so does a profile that is not given.
    """
    if profile == "book":
        return {}
    if not path.is_file():
        raise InputError(f"{path}: no such notebook; run from a checkout of the book")
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a notebook ({error})") from error
    return dict(metadata.get("lossurface", {}).get("profiles", {}).get(profile, {}))


def _registry() -> Mapping[str, Any]:
    # Late: the registry knows every module of the package.
    from lossurface import claims

    return claims.CLAIMS


def _book() -> Path:
    """Return the folder of the pages: that of the package's checkout, or of the current folder."""
    candidates = [Path(__file__).resolve().parents[2] / "book", Path.cwd() / "book"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise InputError("book/: not found; the notebooks are in the checkout, run it there")


def pick_device(device: str, pool: Pool | None = None) -> tuple[str, str]:
    """Return ("cpu" | "cuda", the device's name); an existing cluster's devices are its own affair.

    Raises:
        InputError: not one of the three, or "cuda" without one.
    """
    if device not in ("cpu", "cuda", "auto"):
        raise InputError(f"device {device!r}: not one of cpu, cuda, auto")
    if pool is not None and pool.scheduler is not None:
        return device, f"workers of {pool.scheduler}"
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return "cuda", torch.cuda.get_device_name()
        if device == "cuda":
            raise InputError("device 'cuda': torch finds none here; use --device cpu or auto")
    return "cpu", f"CPU ({platform.machine()})"
