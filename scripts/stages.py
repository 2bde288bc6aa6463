"""Run stages of the Makefile one after the other; end with what each one took.

    python -m scripts.stages lint unit nbval book site

A failing stage does not hide the others, but the site is not tested where the book was not built.
What keeps one core busy runs beside a stage that times nothing, and is told after it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

NEEDS = {"site": "book"}
BESIDE = {"nbval": "lint"}


def main(stages: list[str]) -> int:
    """Run `make STAGE` for each; 0 only if all of them passed."""
    make = os.environ.get("MAKE", "make")
    start = time.perf_counter()
    done: list[tuple[str, str, float]] = []
    failed: set[str] = set()

    def ended(stage: str, status: int, clock: float) -> None:
        if status:
            failed.add(stage)
        done.append((stage, "FAILED" if status else "passed", time.perf_counter() - clock))

    beside = {BESIDE[stage] for stage in stages if BESIDE.get(stage) in stages}
    for stage in stages:
        if stage in beside:
            continue
        if NEEDS.get(stage) in failed:
            failed.add(stage)
            done.append((stage, "not run", 0.0))
            continue
        print(f"== {stage}", flush=True)
        clock = time.perf_counter()
        command = [make, "--no-print-directory"]
        with tempfile.TemporaryFile() as told:
            other = BESIDE.get(stage, "")
            running = None
            if other in beside:
                running = subprocess.Popen([*command, other], stdout=told, stderr=told)
            ended(stage, subprocess.run([*command, stage], check=False).returncode, clock)
            if running is not None:
                status = running.wait()
                told.seek(0)
                print(f"== {other}", told.read().decode(errors="replace"), sep="\n", flush=True)
                ended(other, status, clock)
    parts = [f"{stage} {outcome} ({seconds:.0f} s)" for stage, outcome, seconds in done]
    total = time.perf_counter() - start
    print(f"{'FAILED' if failed else 'passed'} in {total:.0f} s: {', '.join(parts)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
