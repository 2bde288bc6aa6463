"""Peak memory of growing batches, each measured in a process of its own.

python -m benchmarks.memory TASK BATCH       prints bytes beyond what loading took
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.problem import P, t33
from benchmarks.size import Size

TASKS = ("spectra", "descend", "slice")


def peaks(size: Size) -> list[dict[str, Any]]:
    """Return for each task the peak of every batch, and how fast it grows beside the results.

    What a call returns grows with the batch, and is counted in `results`.
    """
    found = []
    for task in TASKS:
        measured = [_child(task, batch) for batch in size.batches]
        found.append({"task": task, "batches": list(size.batches), "peaks": measured,
                      "results": [batch * RESULTS[task] for batch in size.batches]})  # fmt: skip
    return found


FLOAT = 8
# Bytes kept for each network: its parameters (drawn, handed over), and what comes back.
RESULTS = {"spectra": 2 * P * FLOAT, "descend": (2 * P + 5) * FLOAT, "slice": FLOAT}


def _child(task: str, batch: int) -> int:
    command = [sys.executable, "-m", "benchmarks.memory", task, str(batch)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


def _peak() -> int:
    """Return the most memory that this process has had resident, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():  # what getrusage tells is inherited from the process that started this one
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _run(task: str, batch: int) -> None:
    import torch

    from lossurface.landscape import descend, plane, random_directions

    surface, theta = t33(batch)
    if task == "spectra":
        surface.spectra(theta)
    elif task == "descend":
        descend(surface, theta, steps=4, spectrum=False)
    else:
        directions = random_directions(P, torch.Generator().manual_seed(0))
        plane(surface, theta[0], directions, 1.0, (100, max(2, batch // 100)))


if __name__ == "__main__":
    _run(sys.argv[1], 4)  # what is loaded once is not the batch's
    before = _peak()
    _run(sys.argv[1], int(sys.argv[2]))
    print(_peak() - before)
