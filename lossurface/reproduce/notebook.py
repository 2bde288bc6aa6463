"""Run one notebook: a function of its file and its parameters.

Nothing else enters or leaves, so that a run may be handed to any process on any machine.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lossurface import InputError
from lossurface.claims import check_options
from lossurface.errors import first_line
from lossurface.reproduce.records import breaking_off

__all__ = ["Execution", "check_parameters", "defaults", "execute"]

# A kernel picks its ports before it binds them, and another process may take one in between. Then
# it dies before any cell has run: it is started again.
_UNBORN, _STARTS = "Kernel died before replying", 3


@dataclass(frozen=True)
class Execution:
    """What one run of one notebook gave.

    Attributes:
        notebook: The executed notebook as a file holds it, without timings or paths of this
            machine; of a failing one as well, up to the cell that failed.
        printed: All that the cells printed, in order.
        parameters: All of them, by name, with the values that it ran with.
        seconds: Wall time, the start of the kernel included.
        error: None, or the exception and the cell that raised it, in one or more lines.
    """

    notebook: str
    printed: str
    parameters: Mapping[str, Any]
    seconds: float
    error: str | None


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook, those of its cell so tagged, with their defaults.

    Raises:
        InputError: the file is not there, or is not a notebook.
    """
    import papermill

    if not path.is_file():
        raise InputError(f"{path}: no such notebook; run from a checkout of the book")
    try:
        inferred = papermill.inspect_notebook(str(path))
    except Exception as error:  # nbformat's own errors share no base class
        raise InputError(f"{path}: not a notebook ({first_line(error)})") from error
    return {name: _literal(entry["default"]) for name, entry in inferred.items()}


def _literal(source: str) -> Any:
    """Return the value that a default's source stands for, or the source where it is no literal."""
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return source


def check_parameters(
    path: Path, given: Mapping[str, Any], profile: str = "book"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters to pass to a notebook, and all that it then has.

    The values given go before the profile's, in the notebook's metadata, and those before its
    defaults.

    Raises:
        InputError: the notebook has no parameter of that name, or it takes no such value.
    """
    known = defaults(path)
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    chosen = metadata.get("lossurface", {}).get("profiles", {}).get(profile, {}) | dict(given)
    for name in chosen:  # papermill only logs the unknown
        if name not in known:
            listed = ", ".join(known) or "none"
            raise InputError(f"{path.name}: unknown parameter {name!r}; it has {listed}")
    check_options(chosen)
    return chosen, known | chosen


def execute(
    path: Path, given: Mapping[str, Any], *, profile: str = "book", timeout: int | None = None
) -> Execution:
    """Run a notebook in a kernel of its own, in its own folder.

    Args:
        path: The notebook; it is never written to.
        given: Values that replace its defaults; {} leaves them all.
        profile: Whose values in the notebook's metadata replace its defaults.
        timeout: Seconds for each cell; None for no limit.

    Returns:
        The outcome. A cell that raises is an outcome, not an exception of ours.

    Raises:
        InputError: an unknown parameter, or no notebook at `path`.
        BrokenOff: the disk is full.
    """
    path = path.resolve()
    chosen, parameters = check_parameters(path, given, profile)
    started = time.perf_counter()
    temporary = Path(tempfile.gettempdir())
    with breaking_off(temporary), tempfile.TemporaryDirectory() as folder, _for_readers():
        raw = Path(folder) / "executed.ipynb"
        for _ in range(_STARTS):
            error = _execute(path, chosen, raw, timeout)
            if error is None or _UNBORN not in error:
                break
        seconds = time.perf_counter() - started
        notebook, printed = _read(raw) if raw.is_file() else ("", "")
    return Execution(notebook, printed, parameters, seconds, error)


def _execute(path: Path, chosen: dict[str, Any], raw: Path, timeout: int | None) -> str | None:
    """Run a notebook; return in one line what went wrong, None if nothing did."""
    import papermill

    try:
        papermill.execute_notebook(
            str(path),
            str(raw),
            parameters=chosen,
            kernel_name="python3",
            language="python",
            cwd=str(path.parent),
            progress_bar=False,
            autosave_cell_every=0,
            execution_timeout=timeout,
            # A kernel's own remarks are about its sockets, not about the notebook.
            extra_arguments=["--log-level=CRITICAL"],
        )
    except papermill.PapermillExecutionError as failure:
        told = f"{failure.ename}: {failure.evalue}".strip()
        lines = failure.source.strip().splitlines()
        return f"{told} (cell {failure.exec_count}: {lines[0] if lines else ''})"
    except Exception as failure:  # a dead kernel, a time-out: told, not raised
        if isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # no fault of the notebook
        return f"{type(failure).__name__}: {first_line(failure)}"
    return None


@contextlib.contextmanager
def _for_readers() -> Iterator[None]:
    """Have figures recorded whole: whoever reads the result has no kernel (`show.live`)."""
    before = os.environ.get("LOSSURFACE_STATIC", "")
    os.environ["LOSSURFACE_STATIC"] = "1"
    try:
        yield
    finally:
        os.environ["LOSSURFACE_STATIC"] = before


def _read(raw: Path) -> tuple[str, str]:
    """Return the executed notebook without what differs from run to run, and what it printed."""
    import nbformat

    notebook = nbformat.read(raw, as_version=4)
    notebook.metadata.pop("papermill", None)
    printed = []
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _merged(cell.outputs)
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stdout":
                printed.append(output.text)
    return nbformat.writes(notebook) + "\n", "".join(printed)


def _merged(outputs: list[Any]) -> list[Any]:
    """Join neighbouring pieces of one stream: where the kernel cut it is chance."""
    found: list[Any] = []
    for output in outputs:
        last = found[-1] if found else None
        if last and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
        else:
            found.append(output)
    return found
