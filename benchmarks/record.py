"""What a run writes down: rows, scaling, memory, devices, the machine and the versions."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.peers import version
from benchmarks.timing import Turns
from lossurface.reproduce.records import write_atomically

FORMAT = "lossurface/benchmarks"
LIBRARIES = ("lossurface", "torch", "numpy", "scipy", "python-flint")
PEERS = ("loss_landscapes", "curvlinops", "pyhessian")


@dataclass(frozen=True)
class Accuracy:
    """What was checked of the results, besides their time."""

    said: str  # one sentence with the numbers
    right: bool


@dataclass(frozen=True)
class Row:
    """One comparison. `ratio` is theirs over ours, or the budget over ours."""

    id: str
    task: str
    peer: str  # or the budget
    target: float
    ours: float | None = None  # seconds
    theirs: float | None = None  # seconds
    ratio: float | None = None
    spread: tuple[float, float] | None = None  # of the ratio: least and largest turn
    turns: int = 0
    each: str = ""  # what a budget's seconds are for
    accuracy: Accuracy | None = None
    note: str = ""
    missing: str = ""  # why there is no peer
    slack: float = 0.0  # how far below the target a median may lie: a target of 1 is a tie

    @property
    def met(self) -> bool:
        """Whether the ratio reaches its target and the results are right."""
        fast = self.ratio is not None and self.ratio >= self.target * (1 - self.slack)
        return fast and self.accuracy is not None and self.accuracy.right

    @property
    def status(self) -> str:
        """In one word: met, missed, wrong (the results), or missing (the peer)."""
        if self.missing:
            return "missing"
        if self.accuracy is None or not self.accuracy.right:
            return "wrong"
        return "met" if self.met else "missed"

    def line(self) -> str:
        """Return the row as it is printed."""
        if self.ratio is None or self.ours is None or self.spread is None:
            return f"{self.task}: beside {self.peer}: MISSING: {self.missing}"
        times = "" if self.theirs is None else f"{seconds(self.theirs)} / "
        times += f"{seconds(self.ours)}{self.each}"
        low, high = self.spread
        said = "" if self.accuracy is None else f"\n    {self.accuracy.said}"
        return (
            f"{self.task}: {self.peer}: {times} = {self.ratio:.3g}x "
            f"[{low:.3g}, {high:.3g}], at least {self.target:g}x: {self.status.upper()}{said}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object."""
        return {**asdict(self), "met": self.met, "status": self.status}


def seconds(value: float) -> str:
    """Return a time in the unit that suits it."""
    if value >= 1:
        return f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} µs"


def compared(
    id: str,
    task: str,
    peer: str,
    target: float,
    turns: Turns,
    accuracy: Accuracy,
    note: str = "",
    slack: float = 0.0,
) -> Row:
    """Return the row of a comparison in turns."""
    ours, theirs, ratio = turns.median()
    spread = (turns.ratios[0], turns.ratios[-1])
    return Row(
        id, task, peer, target, ours, theirs, ratio, spread, len(turns.ours),
        accuracy=accuracy, note=note, slack=slack,
    )  # fmt: skip


def machine() -> dict[str, Any]:
    """Describe the machine without naming it."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "load": list(os.getloadavg()),
    }


def processor() -> str:
    """Return the processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions() -> dict[str, str | None]:
    """Return the versions of the libraries and of the peers; None where one is missing."""
    found: dict[str, str | None] = {name: importlib.metadata.version(name) for name in LIBRARIES}
    return {**found, **{name.replace("_", "-"): version(name) for name in PEERS}}


def now() -> str:
    """Return the date and time, UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def write(record: dict[str, Any], path: Path) -> None:
    """Write the record whole or not at all."""
    write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
