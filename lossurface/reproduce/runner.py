"""From claims to notebooks to a summary: plan every task first, then run them one by one.

A `Task` is all that a run needs and can be pickled; `perform` turns it into a `Record` and touches
nothing but its own output file. Where and in which order tasks run is `run`'s affair only.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossurface.errors import InputError
from lossurface.reproduce.notebook import check_parameters, execute, write_atomically
from lossurface.reproduce.summary import Record, Summary, printed_verdict

__all__ = ["PROFILES", "Task", "perform", "plan", "run"]

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


def run(
    ids: Sequence[str] = (),
    *,
    device: str = "auto",
    profile: str = "book",
    out: str | Path = "reproduced",
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    echo: Callable[[str], object] = print,
    registry: Mapping[str, Any] | None = None,
    book: Path | None = None,
) -> Summary:
    """Run the notebooks of the claims and write them, and a summary, below `out`.

    Args:
        ids: Claims to reproduce; none means all of them.
        device: "cpu", "cuda", or "auto" (cuda where there is one).
        profile: "book" (the defaults of the page), "quick" or "full" (as its metadata says).
        out: A folder; gets ID.ipynb for each claim, summary.json and summary.txt.
        seed: Replaces the seed of every notebook; None leaves theirs.
        parameters: Replaces these in every notebook; one that a notebook lacks is an error.
        echo: Takes each line of progress.
        registry: Claims by id; by default `lossurface.claims.CLAIMS`.
        book: The folder of the pages; by default the checkout's.

    Returns:
        A record for each claim, failing ones included.

    Raises:
        InputError: an unknown claim, device, profile or parameter; nothing has then been run.
    """
    resolved, name = _device(device)
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
    records = []
    for count, task in enumerate(tasks, 1):
        echo(f"[{count}/{len(tasks)}] {task.id} ...")
        record = perform(task)
        records.append(record)
        spent = time.perf_counter() - clock
        left = spent / count * (len(tasks) - count)
        outcome = f"{record.verdict}, {record.seconds:.1f} s{_about(left)}"
        echo(f"[{count}/{len(tasks)}] {task.id}: {outcome}")
    summary = Summary(tuple(records), profile, resolved, name, started, time.perf_counter() - clock)
    write_atomically(folder / "summary.json", json.dumps(summary.to_dict(), indent=2) + "\n")
    write_atomically(folder / "summary.txt", summary.table() + "\n")
    return summary


def _about(seconds: float) -> str:
    """Return the time estimate to end a line of progress with, empty at the end."""
    if seconds < 1:
        return ""
    if seconds < 120:
        return f", about {seconds:.0f} s left"
    return f", about {seconds / 60:.0f} min left"


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


def _device(device: str) -> tuple[str, str]:
    """Return ("cpu" | "cuda", the device's name).

    Raises:
        InputError: not one of the three, or "cuda" without one.
    """
    if device not in ("cpu", "cuda", "auto"):
        raise InputError(f"device {device!r}: not one of cpu, cuda, auto")
    if device != "cpu":
        import torch

        if torch.cuda.is_available():
            return "cuda", torch.cuda.get_device_name()
        if device == "cuda":
            raise InputError("device 'cuda': torch finds none here; use --device cpu or auto")
    return "cpu", f"CPU ({platform.machine()})"
