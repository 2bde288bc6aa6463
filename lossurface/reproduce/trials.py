"""Long experiments as tasks: many independent trials, each with a seed of its own.

Trial k of seed s draws from `SeedSequence(s).spawn(...)[k]`, whatever the chunks, the workers and
their order: one worker and many give the same results.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.reproduce.pool import Pool
from lossurface.reproduce.store import BrokenOff, Store, package

__all__ = ["CHUNK", "about_time", "map_trials"]

CHUNK = 10  # trials in a record, unless told


@dataclass(frozen=True)
class _Chunk:
    """The trials from `first` to before `last`: one task, one record."""

    function: str
    options: Mapping[str, Any]
    seed: int
    first: int
    last: int
    about: Mapping[str, Any]
    store: Store
    also: tuple[Mapping[str, Any], ...] = ()  # what else a record of it may be about


def map_trials(
    function: str,
    trials: int,
    *,
    claim: str,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    also: Sequence[Mapping[str, Any]] = (),
    out: str | Path = "reproduced",
    chunk: int = CHUNK,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
) -> list[Any]:
    """Return function(rng, **options) of every trial, in order, each run once and recorded.

    Args:
        function: "module:name"; takes a `numpy.random.Generator` and the options, and returns a
            JSON value. A name rather than the function, so that any worker finds it.
        trials: how many, at least 1.
        claim: id of the claim it is about.
        seed: of the whole experiment.
        options: JSON values, the same for every trial.
        also: other options whose records are taken as well, such as those of another device.
        out: folder; the records go to `out`/records. What is recorded there is not run again.
        chunk: trials in a task and its record; enters no result.
        pool: where they run; by default in this process.
        echo: takes lines of progress, one every few seconds.

    Raises:
        InputError: counts below 1, or no such function.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    if trials < 1 or chunk < 1:
        raise InputError(f"trials is {trials} and chunk {chunk}; give at least 1 of each")
    _found(function)
    pool, store, given = (
        pool or Pool(),
        Store(Path(out).absolute() / "records"),
        dict(options or {}),
    )
    common: dict[str, Any] = {
        "task": "trials",
        "claim": claim,
        "function": function,
        "package": package(),
    }
    common |= {"seed": seed}
    chunks = {}
    for first in range(0, trials, chunk):
        last = min(first + chunk, trials)
        about, *others = (
            common | {"parameters": dict(each), "first": first, "last": last}
            for each in (given, *also)
        )
        chunks[f"trials {first} to {last - 1}"] = _Chunk(
            function, given, seed, first, last, about, store, tuple(others)
        )
    with store.alone():
        values = {name: _recorded(task) for name, task in chunks.items()}
        waiting = {name: chunks[name] for name, kept in values.items() if kept is None}
        done = len(chunks) - len(waiting)
        if done:
            echo(f"{done} of {len(chunks)} tasks kept from earlier runs")
        clock = told = time.perf_counter()
        for count, (name, found) in enumerate(pool.run(_run, waiting), 1):
            values[name] = found
            now = time.perf_counter()
            if now - told > 2 or count == len(waiting):
                left = about_time((now - clock) / count * (len(waiting) - count))
                echo(f"[{done + count}/{len(chunks)}] {claim}, {name}{left}")
                told = now
    return [value for found in values.values() for value in found or ()]


def about_time(seconds: float) -> str:
    """Return the time estimate to end a line of progress with, empty at the end."""
    if seconds < 1:
        return ""
    if seconds < 120:
        return f", about {seconds:.0f} s left"
    return f", about {seconds / 60:.0f} min left"


def _found(function: str) -> Callable[..., Any]:
    module, _, name = function.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        found = None
    if not callable(found):
        raise InputError(f"function {function!r}: not found; give module:name")
    result: Callable[..., Any] = found
    return result


def _recorded(task: _Chunk) -> list[Any] | None:
    for about in (task.about, *task.also):
        result = task.store.get(about)
        values = result.get("values") if result else None
        if isinstance(values, list) and len(values) == task.last - task.first:
            return list(values)
    return None


def _run(task: _Chunk) -> list[Any]:
    """Run one chunk and record it; on any worker."""
    import numpy as np

    # A worker may have been lost after it wrote and before it said so.
    kept = _recorded(task)
    if kept is not None:
        return kept
    task.store.seen()
    function = _found(task.function)
    started = time.perf_counter()
    values = []
    for k in range(task.first, task.last):
        # The k-th child that SeedSequence(seed).spawn would give, without the others.
        child = np.random.SeedSequence(task.seed, spawn_key=(k,))
        try:
            values.append(function(np.random.default_rng(child), **task.options))
        except Exception as error:  # a device that is gone, memory that ran out, a bug
            told = next((line for line in str(error).splitlines() if line.strip()), "no message")
            raise BrokenOff(
                f"trial {k} of seed {task.seed}: {type(error).__name__}: {told[:200]}; mend it "
                "(--device cpu, where a GPU is gone), then run the same command again: it resumes"
            ) from error
    result = {"values": values, "seconds": round(time.perf_counter() - started, 3)}
    return list(task.store.put(task.about, result)["values"])
