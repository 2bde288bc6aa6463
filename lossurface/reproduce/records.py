"""Records: each finished task is written once, whole or not at all, under the key of what it was.

The key is the hash of everything a result hangs on: parameters, seed, the package and the versions
beneath it. A record carries a digest of itself; one that is cut short or altered counts as absent
and is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from lossurface.errors import InputError
from lossurface.reproduce.pool import BrokenOff, Pool


@contextlib.contextmanager
def breaking_off(path: Path) -> Iterator[None]:
    """Have what cannot be written below `path` end the run in one line, as `BrokenOff`."""
    try:
        yield
    except OSError as error:
        raise BrokenOff(
            f"{path}: cannot be written ({error.strerror or error}); make room there, "
            "then run the same command again: it resumes"
        ) from None


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing: a reader, or a kill in the middle, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{uuid4().hex}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@dataclass(frozen=True)
class Store:
    """A folder, which all workers must see, of a file for each finished task."""

    folder: Path

    def path(self, about: Mapping[str, Any]) -> Path:
        """Return the file of a task's record."""
        return self.folder / f"{_digest(about)}.json"

    def get(self, about: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the result recorded for a task, None where there is none that is whole."""
        try:
            record = json.loads(self.path(about).read_text(encoding="utf-8"))
            result: dict[str, Any] = record["result"]
            whole = record["digest"] == _digest([about, result])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return result if whole else None

    def put(self, about: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
        """Record the result of a finished task; return it as a later `get` will."""
        record = {"about": about, "result": result, "digest": _digest([about, result])}
        text = json.dumps(record, indent=1)
        with breaking_off(self.folder):
            write_atomically(self.path(about), text + "\n")
        return dict(json.loads(text)["result"])

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for this run, and sweep out what a killed one left half written."""
        import fcntl

        with breaking_off(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / "lock").open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(
                    f"{self.folder}: another run is writing there; wait, or give another --out"
                ) from None
            for path in self.folder.glob(".*"):
                path.unlink()
            yield


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Task:
    """A call whose result is recorded."""

    function: Callable[..., dict[str, Any]]  # importable; one with an "error" is not recorded
    arguments: tuple[Any, ...]  # they must pickle
    about: Mapping[str, Any]  # JSON values: everything that the result hangs on


def run_tasks(
    tasks: Mapping[str, Task],
    out: str | Path,
    pool: Pool | None,
    echo: Callable[[str], object],
    told: Callable[[dict[str, Any]], str],
) -> list[dict[str, Any]]:
    """Return the results of tasks, in order, running those that `out`/records does not hold.

    `echo` takes lines of progress, which say what `told` has to say of a result.

    Raises:
        InputError: another run writes to `out`.
        BrokenOff: a full disk, a lost scheduler; what is recorded stays, and a rerun resumes.
    """
    store = Store(Path(out).absolute() / "records")  # workers may stand elsewhere
    with store.alone():
        kept = {name: store.get(task.about) for name, task in tasks.items()}
        results = {name: result for name, result in kept.items() if result is not None}
        if results:
            echo(f"{len(results)} of {len(tasks)} kept from earlier runs")
        waiting = {name: (task, store) for name, task in tasks.items() if name not in results}
        clock = time.perf_counter()
        for count, (name, result) in enumerate((pool or Pool()).run(_perform, waiting), 1):
            results[name] = result
            left = (time.perf_counter() - clock) / count * (len(waiting) - count)
            minutes = f", about {left / 60:.1f} min left" if left > 1 else ""
            echo(f"[{len(results)}/{len(tasks)}] {told(result)}{minutes}")
    return [results[name] for name in tasks]


def _perform(item: tuple[Task, Store]) -> dict[str, Any]:
    """Run one task and record it; on any worker."""
    task, store = item
    # A worker may have been lost after it wrote and before it said so.
    kept = store.get(task.about)
    if kept is not None:
        return kept
    if not store.folder.is_dir():
        raise BrokenOff(
            f"{store.folder}: a worker does not see it; give --out a folder that is there under "
            "the same name for every worker, then run the same command again"
        )
    result = task.function(*task.arguments)
    return result if result.get("error") else store.put(task.about, result)
