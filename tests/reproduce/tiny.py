"""Trials for the tests of faults; each notes that it began, so that executions can be counted."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path


def note(log: str, word: str) -> None:
    with Path(log).open("a") as file:  # O_APPEND: short lines of many processes do not mix
        file.write(word + "\n")


def trial(rng, log: str, seconds: float = 0.0, deadly: str = "") -> dict[str, int]:
    """Draw a number; with `deadly`, kill this process while there is no file of that name."""
    value = int(rng.integers(2**40))
    note(log, f"{value} {os.getpid()}")
    time.sleep(seconds)
    if deadly and not Path(deadly).exists():
        if deadly != "always":
            Path(deadly).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"value": value}


def on_device(rng, log: str, device: str, most: int) -> dict[str, str]:
    """Say where it ran; after `most` trials there is no GPU any more."""
    there = Path(log)
    before = len(there.read_text().splitlines()) if there.exists() else 0
    note(log, device)
    if device == "cuda" and before >= most:
        raise RuntimeError("CUDA error: device is lost\nCompile with TORCH_USE_CUDA_DSA")
    return {"device": device}


def main(arguments: list[str]) -> None:
    """Run `trial` many times: OUT LOG COUNT SECONDS WORKERS DEADLY SCHEDULER."""
    from lossurface.reproduce import BrokenOff, Pool
    from lossurface.reproduce.experiments import map_trials
    from tests.reproduce import tiny  # not __main__: the workers import it

    out, log, count, seconds, workers, deadly, scheduler = arguments
    pool = Pool(int(workers), scheduler or None)
    options = {"log": log, "seconds": float(seconds), "deadly": deadly}
    try:
        values = map_trials(
            tiny.trial,
            int(count),
            claim="tiny",
            options=options,
            out=out,
            chunk=1,
            pool=pool,
        )
    except BrokenOff as error:
        sys.exit(f"broken off: {error}")
    print("done", len(values))


if __name__ == "__main__":
    main(sys.argv[1:])
