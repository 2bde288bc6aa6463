"""From tasks to records to a summary: what is planned is run, unless it is recorded already.

A `Task` is all that a run needs and can be pickled; `perform` turns it into a `Record` and touches
nothing but the files under its own key. Where and in which order tasks run is the pool's affair.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossurface.reproduce.notebook import execute, write_atomically
from lossurface.reproduce.planning import Task, elsewhere, moved, pick_device, plan
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.store import Store, package, unwritable
from lossurface.reproduce.summary import Record, Summary, printed_verdict
from lossurface.reproduce.trials import about_time

__all__ = ["perform", "run"]


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
        device: "cpu", "cuda", or "auto" (cuda where there is one; what is recorded on the other
            is kept, so that a run that lost its GPU goes on without).
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
    folder = Path(out).absolute()  # workers may stand elsewhere
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
        records = _records(tasks, store, pool, echo, elsewhere(device, resolved))
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
    tasks: Sequence[Task],
    store: Store,
    pool: Pool,
    echo: Callable[[str], object],
    devices: Sequence[str] = (),
) -> dict[str, Record]:
    """Return the record of each task by its claim, running those that have none.

    A record of the same task on one of `devices` is as good.
    """
    rests_on = package()
    jobs = {task.id: _Job(task, _about(task, rests_on), store) for task in tasks}
    records: dict[str, Record] = {}
    for name, own in jobs.items():
        others = [moved(own.task, device) for device in devices]
        for job in (own, *(_Job(task, _about(task, rests_on), store) for task in others)):
            kept = _recorded(job)
            if kept is None:
                continue
            records[name] = kept
            _publish(job)
            where = f"[{len(records)}/{len(tasks)}]"
            echo(f"{where} {name}: {kept.verdict}, kept from an earlier run")
            break
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
    job.store.seen()
    task = job.task
    try:
        record = perform(replace(task, out=job.executed))
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
