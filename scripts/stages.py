"""Run stages of the Makefile one after the other; end with what each one took.

    python -m scripts.stages lint unit nbval book site

A failing stage does not hide the others, but the site is not tested where the book was not built.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

NEEDS = {"site": "book"}


def main(stages: list[str]) -> int:
    """Run `make STAGE` for each; 0 only if all of them passed."""
    make = os.environ.get("MAKE", "make")
    done: list[tuple[str, str, float]] = []
    failed: set[str] = set()
    for stage in stages:
        if NEEDS.get(stage) in failed:
            failed.add(stage)
            done.append((stage, "not run", 0.0))
            continue
        print(f"== {stage}", flush=True)
        clock = time.perf_counter()
        status = subprocess.run([make, "--no-print-directory", stage], check=False).returncode
        if status:
            failed.add(stage)
        done.append((stage, "FAILED" if status else "passed", time.perf_counter() - clock))
    parts = [f"{stage} {outcome} ({seconds:.0f} s)" for stage, outcome, seconds in done]
    total = sum(seconds for _, _, seconds in done)
    print(f"{'FAILED' if failed else 'passed'} in {total:.0f} s: {', '.join(parts)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
