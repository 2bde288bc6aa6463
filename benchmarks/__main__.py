"""Run the benchmarks, print the table, write the record.

python -m benchmarks [--only GROUP ...] [--tiny] [--out FILE]   exit status 1 if a line is missed
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from benchmarks import browser, memory, proofs, record, scaling, slices, spectra, training
from benchmarks.record import Row
from benchmarks.size import TINY, Size

GROUPS: dict[str, Callable[[Size], Iterator[Row]]] = {
    "slice": slices.rows,
    "spectrum": spectra.one,
    "hessians": spectra.many,
    "adam": training.adam_rows,
    "critical": training.critical_rows,
    "certified": proofs.certified,
    "separability": proofs.separability,
}


def run(size: Size, only: list[str], device: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Return the record of a run; `only` names groups, none for everything."""
    start, machine = time.perf_counter(), record.machine()
    rows: list[Row] = []
    for name, group in GROUPS.items():
        if only and name not in only:
            continue
        for row in group(size):
            say(f"[{time.perf_counter() - start:4.0f} s] {row.line()}")
            rows.append(row)
    whole: dict[str, Any] = {
        "format": record.FORMAT,
        "version": 1,
        "date": record.now(),
        "complete": not only and size == Size(),
        "machine": machine,
        "versions": record.versions(),
        "rows": [row.to_dict() for row in rows],
        "scaling": None,
        "memory": None,
        "laboratory": None,
        "cuda": None,
    }
    if not only:
        measured = []
        for growth in scaling.growths(size):
            say(f"{growth.cost} over {growth.axis}: slope {growth.slope:.2f}")
            measured.append(growth.to_dict())
        whole["scaling"] = {"growth": measured, "shares": scaling.shares(size)}
        for share in whole["scaling"]["shares"]["ours"]:
            say(f"{share['cost']} ({share['size']}): {share['share']:.0%} of the machine's rate")
        whole["memory"] = memory.peaks(size)
        for peak in whole["memory"]:
            told = ", ".join(f"{value / 2**20:.0f}" for value in peak["peaks"])
            say(f"peak memory of {peak['task']}: {told} MiB")
        whole["laboratory"] = browser.laboratory()
        say(f"the laboratory: {whole['laboratory'] or 'not measured, no browser or no site'}")
        if device.startswith("cuda"):
            whole["cuda"] = scaling.on_device(size, device)
    whole["took"] = time.perf_counter() - start
    whole["machine"]["load_after"] = record.machine()["load"]
    return whole


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write; 1 if a line is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="*", choices=GROUPS, default=[], help="these rows alone, by group"
    )
    parser.add_argument("--tiny", action="store_true", help="the smallest run: no figure of use")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda: for the part on a GPU")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of torch: every core")
    parser.add_argument("--out", type=Path, help="where the JSON record goes")
    chosen = parser.parse_args(arguments)
    device = chosen.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(chosen.threads)
    said = record.machine()
    print(
        f"{said['processor']}, {said['cores']} cores, {said['threads']} threads; {said['system']}"
    )
    print(", ".join(f"{name} {number}" for name, number in record.versions().items()))
    if device == "cpu":
        print("no GPU: the part on CUDA is not run")
    found = run(TINY if chosen.tiny else Size(), chosen.only, device, _say)
    if chosen.out is not None:
        record.write(found, chosen.out)
    missed = [f"{row['id']} ({row['status']})" for row in found["rows"] if not row["met"]]
    print(f"not met: {', '.join(missed)}" if missed else "every line is met")
    return int(bool(missed))


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
