"""Run one notebook: a function of its file, its parameters and where the result goes.

Nothing else enters or leaves, so that a run may be handed to any process on any machine.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossurface import InputError
from lossurface.claims import check_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Execution", "check_parameters", "defaults", "execute", "write_atomically"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# A kernel picks its ports before it binds them, and another process may take one in between. Then
# it dies before any cell has run: it is started again.
_UNBORN, _STARTS = "Kernel died before replying", 3


@dataclass(frozen=True)
class Execution:
    """What one run of one notebook gave.

    Attributes:
        path: The notebook that was run; it is never written to.
        out: The executed notebook; of a failing one as well, up to the cell that failed.
        parameters: Those given, by name.
        seconds: Wall time, the start of the kernel included.
        text: All that the cells printed, in order.
        error: None, or the exception and the cell that raised it, in one or more lines.
    """

    path: Path
    out: Path
    parameters: Mapping[str, Any]
    seconds: float
    text: str
    error: str | None


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook and their default values.

    Args:
        path: A notebook with one cell tagged "parameters".

    Raises:
        InputError: the file is not there, or is not a notebook.
    """
    import papermill

    if not path.is_file():
        raise InputError(f"{path}: no such notebook; run from a checkout of the book")
    try:
        inferred = papermill.inspect_notebook(str(path))
    except Exception as error:  # nbformat's own errors share no base class
        raise InputError(f"{path}: not a notebook ({_first_line(error)})") from error
    return {name: _literal(entry["default"]) for name, entry in inferred.items()}


def _literal(source: str) -> Any:
    """Return the value that a default's source stands for, or the source where it is no literal."""
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError):
        return source


def check_parameters(path: Path, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook's defaults overridden by `parameters` (papermill only logs the unknown).

    Raises:
        InputError: the notebook has no parameter of that name, or it takes no such value.
    """
    known = defaults(path)
    for name in parameters:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise InputError(f"{path.name}: unknown parameter {name!r}; it has {listed}")
    check_options(parameters)
    return known | dict(parameters)


def execute(
    path: Path, parameters: Mapping[str, Any], out: Path, *, timeout: int | None = None
) -> Execution:
    """Run a notebook in a kernel of its own, in its own folder, and write the result atomically.

    Args:
        path: The notebook.
        parameters: Values that replace its defaults; {} leaves them all.
        out: Where the executed notebook goes, without timings or paths of this machine.
        timeout: Seconds for each cell; None for no limit.

    Returns:
        The outcome. A cell that raises is an outcome, not an exception of ours.

    Raises:
        InputError: an unknown parameter, or no notebook at `path`.
        OSError: no room for the result.
    """
    path, out = path.resolve(), out.resolve()
    if parameters or not path.is_file():
        check_parameters(path, parameters)
    out.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".run-") as folder, _for_readers():
        raw = Path(folder) / "executed.ipynb"
        for _ in range(_STARTS):
            error = _execute(path, parameters, raw, timeout)
            if error is None or _UNBORN not in error:
                break
        seconds = time.perf_counter() - started
        text = _finish(raw, out) if raw.is_file() else ""
    return Execution(path, out, dict(parameters), seconds, text, error)


def _execute(
    path: Path, parameters: Mapping[str, Any], raw: Path, timeout: int | None
) -> str | None:
    """Run a notebook; return in one line what went wrong, None if nothing did."""
    import papermill

    try:
        papermill.execute_notebook(
            str(path),
            str(raw),
            parameters=dict(parameters),
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
        lines = _COLOUR.sub("", failure.source).strip().splitlines()
        return f"{told} (cell {failure.exec_count}: {lines[0] if lines else ''})"
    except Exception as failure:  # a dead kernel, a time-out: told, not raised
        if isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # no fault of the notebook; whoever keeps the records says so
        return f"{type(failure).__name__}: {_first_line(failure)}"
    return None


@contextlib.contextmanager
def _for_readers() -> Iterator[None]:
    """Have figures recorded whole: whoever reads the result has no kernel (`show.live`)."""
    before = os.environ.get("LOSSURFACE_STATIC")
    os.environ["LOSSURFACE_STATIC"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["LOSSURFACE_STATIC"]
        else:
            os.environ["LOSSURFACE_STATIC"] = before


def _finish(raw: Path, out: Path) -> str:
    """Write the executed notebook without what differs from run to run; return what it printed."""
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
    write_atomically(out, nbformat.writes(notebook) + "\n")
    return "".join(printed)


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


def _first_line(error: BaseException) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip() if lines else type(error).__name__


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing: a reader, or a kill in the middle, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp's files are private; these are as readable as any file the user makes.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
