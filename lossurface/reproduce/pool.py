"""Where tasks run: in this process, on a local cluster of processes, or on an existing cluster.

Tasks are independent and write their own records, so that the order in which they finish, and
which worker they meet, enter no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lossurface.claims import check_options
from lossurface.errors import InputError, first_line

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")
OURS = Path(__file__).resolve().parents[1]
LIBRARIES = ("torch", "numpy", "scipy", "python-flint", "plotly")
PATIENCE = 15  # seconds to reach a scheduler, or to find one again


class BrokenOff(RuntimeError):
    """A run could not go on: a full disk, a lost scheduler. What was recorded stays recorded."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of what the results rest on; loads none of them."""
    found = {"python": platform.python_version(), "lossurface": metadata.version("lossurface")}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def package(root: Path = OURS) -> dict[str, str]:
    """Return what names a copy of the package: versions, and a hash of every file of it."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode() + content)
    return versions() | {"key": digest.hexdigest()}


@dataclass(frozen=True)
class Pool:
    """Where tasks run.

    Attributes:
        workers: processes, one thread each; 1 is this process, without dask.
        scheduler: address of an existing cluster, such as "tcp://10.0.0.1:8786"; its workers must
            hold the same package, see the same folders under the same names, and have one thread
            each (the precision of ball arithmetic is a process's).

    Raises:
        InputError: no worker, both a number of workers and a scheduler, or an address without a
            port.
    """

    workers: int = 1
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise InputError(f"workers is {self.workers}; give at least 1")
        if self.scheduler is not None and self.workers != 1:
            raise InputError("workers and scheduler exclude each other; a cluster has its own")
        if self.scheduler is not None and not self.scheduler.rpartition(":")[2].isdecimal():
            raise InputError(f"scheduler {self.scheduler}: no port; write tcp://HOST:PORT")

    def pick_device(self, asked: str) -> tuple[str, str]:
        """Return a device for tasks and its name; a cluster's is its workers' own affair.

        Raises:
            InputError: not one of cpu, cuda and auto, or "cuda" without one.
        """
        from lossurface.claims.training import pick_device

        check_options({"device": asked})
        if self.scheduler is not None:
            return asked, f"workers of {self.scheduler}"
        if asked == "cpu" or pick_device(asked).type == "cpu":
            return "cpu", f"CPU ({platform.machine()})"
        import torch

        return "cuda", torch.cuda.get_device_name()

    def run(
        self, function: Callable[[Item], Result], items: Mapping[str, Item]
    ) -> Iterator[tuple[str, Result]]:
        """Yield (name, function(item)) as the items finish.

        Args:
            function: importable, called once for each item; again where a worker is lost.
            items: by name; function and items must pickle.

        Raises:
            BrokenOff: the scheduler was lost, or an item ended every worker that took it (the
                others are finished first).
            InputError: there is no such scheduler, or its workers hold another package or several
                threads.
        """
        if self.scheduler is None and (self.workers == 1 or len(items) < 2):
            for name, item in items.items():
                yield name, function(item)
            return
        with self._client(len(items)) as client:
            yield from _finished(client, function, items)

    @contextlib.contextmanager
    def _client(self, tasks: int) -> Iterator[Client]:
        from distributed import Client, LocalCluster

        with contextlib.ExitStack() as stack:
            # Dask's log stays its own: what the user should know is said in one line.
            stack.callback(logging.disable, logging.root.manager.disable)
            logging.disable()
            where: Any = self.scheduler or stack.enter_context(
                LocalCluster(
                    n_workers=min(self.workers, tasks),
                    threads_per_worker=1,
                    dashboard_address=None,
                    # Without an address the scheduler would serve on port 8787, to everybody.
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                    silence_logs=logging.CRITICAL,
                )
            )
            try:
                client = Client(where, timeout=PATIENCE, set_as_default=False)
                # A lost scheduler answers no farewell: wait for none.
                stack.callback(client.close, timeout=5)
                client.wait_for_workers(1, timeout=10 * PATIENCE)
            except (OSError, ValueError) as error:
                reason = first_line(error)[:100]
                raise InputError(f"scheduler {where}: not reached ({reason})") from None
            if self.scheduler is not None:
                _check_workers(client)
            yield client


def _check_workers(client: Client) -> None:
    """Refuse workers of another package, whose results would pass for ours, or of many threads."""
    ours, threads = package(), client.nthreads()
    for worker, theirs in client.run(package).items():
        if theirs["key"] != ours["key"]:
            raise InputError(
                f"worker {worker} holds another lossurface or Python; install this one there"
            )
        if threads[worker] != 1:
            raise InputError(
                f"worker {worker} has {threads[worker]} threads; start workers with --nthreads 1"
            )


def _finished(
    client: Client, function: Callable[[Item], Result], items: Mapping[str, Item]
) -> Iterator[tuple[str, Result]]:
    from concurrent.futures import CancelledError

    from distributed import KilledWorker, as_completed
    from distributed.comm import CommClosedError

    # Not pure: dask must not look for the results of an earlier client under the same key.
    futures = {client.submit(function, item, pure=False): name for name, item in items.items()}
    deadly = []
    for future in as_completed(futures, loop=client.loop):
        try:
            yield futures[future], future.result()
        except KilledWorker:
            deadly.append(futures[future])
        except (CommClosedError, CancelledError):
            raise BrokenOff(
                "the scheduler was lost; run the same command again: it resumes with the tasks "
                "that are not recorded"
            ) from None
        future.release()
    if deadly:
        raise BrokenOff(
            f"{', '.join(deadly[:3])}: every worker that took it died, perhaps because memory ran "
            "out; give workers more, then run the same command again: it resumes"
        )
