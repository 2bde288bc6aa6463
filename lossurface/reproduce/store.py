"""Records: each finished task is written once, whole or not at all, under the key of what it was.

The key is the hash of everything a result hangs on: claim, parameters, seed, the package and the
versions beneath it. A record carries its own digest; one that is cut short or altered counts as
absent and is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.reproduce.notebook import write_atomically
from lossurface.reproduce.summary import versions

__all__ = ["BrokenOff", "Store", "package", "unwritable"]

FORMAT = "lossurface/record"


class BrokenOff(RuntimeError):
    """A run could not go on: a full disk, a lost scheduler. What was recorded stays recorded."""


def unwritable(path: Path, error: OSError) -> BrokenOff:
    """Return the one line that says what could not be written, and that a rerun resumes."""
    return BrokenOff(
        f"{path}: cannot be written ({error.strerror or error}); make room there, "
        "then run the same command again: it resumes"
    )


def package() -> dict[str, str]:
    """Return what names this package: versions, and a hash of every file of it."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return versions() | {"key": digest.hexdigest()}


@dataclass(frozen=True)
class Store:
    """A folder of records, KEY.json for each finished task.

    Attributes:
        folder: Made when the first record is written. All workers must see it.
    """

    folder: Path

    def seen(self) -> None:
        """Refuse to work where the folder that `alone` made is not there: the record would be lost.

        Raises:
            BrokenOff: this worker does not see it.
        """
        if not self.folder.is_dir():
            raise BrokenOff(
                f"{self.folder}: a worker does not see it; give --out a folder that is there under "
                "the same name for every worker, then run the same command again"
            )

    def key(self, about: Mapping[str, Any]) -> str:
        """Return the key of a task: the hash of everything its result hangs on."""
        return _digest(about)

    def get(self, about: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the result recorded for a task, None where there is none that is whole."""
        key = self.key(about)
        try:
            record = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            fits = record["format"] == FORMAT and record["key"] == key
            whole = record["digest"] == _digest([record["about"], record["result"]])
            result = record["result"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        if fits and whole and self.key(record["about"]) == key and isinstance(result, dict):
            return result
        return None

    def put(self, about: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
        """Record the result of a finished task; return it as a later `get` will.

        Raises:
            BrokenOff: it cannot be written; nothing half written stays behind.
        """
        key = self.key(about)
        path = self.folder / f"{key}.json"
        plain = json.loads(_canonical([about, result]))
        record = {"format": FORMAT, "version": 1, "key": key}
        record |= {"about": plain[0], "result": plain[1], "digest": _digest(plain)}
        try:
            write_atomically(path, json.dumps(record, indent=1) + "\n")
        except OSError as error:
            raise unwritable(path, error) from None
        return dict(plain[1])

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for this run, and sweep out what a killed one left half written.

        Raises:
            InputError: another run is writing there.
            BrokenOff: the folder cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.folder, error) from None
        if sys.platform == "win32":
            yield
            return
        import fcntl

        try:
            lock = (self.folder / "lock").open("w")
        except OSError as error:
            raise unwritable(self.folder, error) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError(
                    f"{self.folder}: another run is writing there; wait, or give another --out"
                ) from None
            for path in self.folder.glob(".*"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
            yield


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr)


def _digest(value: Any) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()
