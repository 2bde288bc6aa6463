"""Long experiments as tasks: many independent trials, each with a seed of its own.

Trial k of seed s draws from `SeedSequence(s).spawn(...)[k]`, whatever the chunks, the workers and
their order: one worker and many give the same results.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.errors import first_line
from lossurface.reproduce.pool import BrokenOff, Pool, package
from lossurface.reproduce.records import Task, run_tasks

__all__ = ["map_trials"]


def map_trials(
    function: Callable[..., Any],
    trials: int,
    *,
    claim: str,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    also: Sequence[Mapping[str, Any]] = (),
    out: str | Path = "reproduced",
    chunk: int = 10,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
) -> list[Any]:
    """Return function(rng, **options) of every trial, in order, each run once and recorded.

    Args:
        function: importable; takes a `numpy.random.Generator` and the options, and returns a JSON
            value.
        trials: how many, at least 1.
        claim: id of the claim it is about.
        seed: of the whole experiment.
        options: JSON values, the same for every trial.
        also: other options whose records are taken as well, such as those of another device.
        out: folder; the records go to `out`/records. What is recorded there is not run again.
        chunk: trials in a task and its record; enters no result.
        pool: where they run; by default in this process.
        echo: takes lines of progress.

    Raises:
        InputError: counts below 1.
        BrokenOff: a full disk, a lost scheduler, a trial that raised; a rerun resumes.
    """
    if trials < 1 or chunk < 1:
        raise InputError(f"trials is {trials} and chunk {chunk}; give at least 1 of each")
    name = f"{function.__module__}:{function.__qualname__}"
    common = {"claim": claim, "function": name, "seed": seed, "package": package()}
    tasks = {}
    for first in range(0, trials, chunk):
        last = min(first + chunk, trials)
        part = common | {"first": first, "last": last}
        about, *others = (part | {"parameters": dict(each)} for each in (options or {}, *also))
        arguments = (function, options or {}, seed, first, last)
        tasks[f"trials {first} to {last - 1}"] = Task(_run, arguments, about, tuple(others))
    results = run_tasks(tasks, out, pool, echo, lambda result: claim)
    return [value for result in results for value in result["values"]]


def _run(
    function: Callable[..., Any], options: Mapping[str, Any], seed: int, first: int, last: int
) -> dict[str, Any]:
    """Return the values of the trials from `first` to before `last`, and the seconds they took.

    Raises:
        BrokenOff: a trial raised: a device that is gone, memory that ran out, a bug.
    """
    import numpy as np

    started = time.perf_counter()
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
    return {"values": values, "seconds": round(time.perf_counter() - started, 3)}
