"""Check certificates: python3 -m lossurface.exact.checker FILE|DIR ...

A folder stands for its *.json. Exit status: 0 all verified, 1 one is false, 2 one is unreadable.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import Refuted, Unreadable, check, load, printable

WORDS = {0: "VERIFIED", 1: "NOT VERIFIED", 2: "UNREADABLE"}
USAGE = "usage: lossurface-check FILE|DIR ...   (certificates, or folders of them)"


def files(path: str) -> list[Path]:
    """Return the file, or a folder's *.json in the order of their names."""
    target = Path(path)
    there = os.path.isdir(path)  # noqa: PTH112 (Path.is_dir fails where a name is too long)
    return sorted(target.glob("*.json")) if there else [target]


def outcome(path: Path) -> tuple[int, str]:
    """Return the exit status that a file stands for, and what to say of it."""
    try:
        return 0, str(check(load(path)))
    except Refuted as error:
        return 1, str(error)
    except Unreadable as error:
        return 2, str(error)
    except OSError as error:
        return 2, f"{error.strerror}; name a certificate file"


def outcomes(paths: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Check files and folders; yield name, status and what to say of each."""
    for path in paths:
        found = files(path) if path else []
        if not found:
            yield path, 2, "no *.json in the folder" if path else "the path is empty"
        for file in found:
            yield str(file), *outcome(file)


def main(paths: Sequence[str]) -> int:
    """Check files and folders, print a line each and a summary; return the exit status."""
    if not paths or paths[0].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    counts = dict.fromkeys(WORDS, 0)
    try:
        for name, status, line in outcomes(paths):
            counts[status] += 1
            print(f"{printable(name)}: {WORDS[status]}: {line}")
        said = ", ".join(f"{n} {WORDS[status].lower()}" for status, n in counts.items() if n)
        total = sum(counts.values())
        print(f"{total} certificate{'s' * (total > 1)}: {said}", flush=True)
    except OSError:  # nobody reads on, or the disk is full; nor is more to be said at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    return max(status for status, n in counts.items() if n)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
