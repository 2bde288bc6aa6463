"""Time two ways of doing one thing, in turns; ratios with their spread."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

Call = Callable[[], object]


@dataclass(frozen=True)
class Turns:
    """Seconds of each turn."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """Theirs over ours, turn by turn, ascending."""
        return sorted(b / a for a, b in zip(self.ours, self.theirs, strict=True))

    def median(self) -> tuple[float, float, float]:
        """Ours, theirs, and the median of the ratios (not the ratio of the medians)."""
        return (
            statistics.median(self.ours),
            statistics.median(self.theirs),
            statistics.median(self.ratios),
        )


def once(call: Call, device: str = "cpu") -> float:
    """Return the seconds of one call; on a GPU, until its work is done."""
    synchronise(device)
    start = time.perf_counter()
    call()
    synchronise(device)
    return time.perf_counter() - start


def side_by_side(ours: Call, theirs: Call, turns: int, least: float, share: float = 1.0) -> Turns:
    """Run both in turns; `share` is the part of the work that theirs does.

    What is over sooner than `least` seconds is repeated within its turn, as `timeit` does: one
    short call after a second of another library's would find cold caches and sleeping threads.
    """
    ours()
    pairs = [(_mean(ours, least), _mean(theirs, least) / share) for _ in range(turns)]
    return Turns(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def _mean(call: Call, least: float) -> float:
    first = once(call)
    if first >= least:
        return first
    repeats = math.ceil(least / max(first, least / 100))
    return statistics.fmean(once(call) for _ in range(repeats))


def best(call: Call, device: str = "cpu", repeats: int = 5) -> float:
    """Return the least seconds of some calls, after one that is not counted."""
    call()
    return min(once(call, device) for _ in range(repeats))


def fastest(calls: dict[int, Call]) -> int:
    """Return the key of the fastest call."""
    return min(calls, key=lambda key: best(calls[key], repeats=3))


def processor_times(calls: Sequence[Call]) -> list[float]:
    """Return the processor seconds of each call: a budget shares no turn with a peer.

    As in `timeit`, the garbage collector waits: what it would go through is this process's whole
    heap, torch and the peers included, and not the call's.
    """
    times = []
    gc.collect()
    gc.disable()
    try:
        for call in calls:
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
    finally:
        gc.enable()
    return times


def synchronise(device: str) -> None:
    """Wait for a GPU; a CPU has nothing to wait for."""
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
