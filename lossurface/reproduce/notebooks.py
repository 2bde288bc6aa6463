"""The claims' notebooks, each run in a kernel of its own, and the verdicts that they printed.

A run is a function of the notebook's file and its parameters, so that any process on any machine
may do it; one that is recorded already is not done again.
"""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lossurface.claims import Claim, check_options, select
from lossurface.errors import InputError, first_line
from lossurface.reproduce.pool import Pool, package, versions
from lossurface.reproduce.records import Task, breaking_off, run_tasks, write_atomically

PROFILES = ("quick", "book", "full")
# A kernel picks its ports before it binds them, and another process may take one in between. Then
# it dies before any cell has run: it is started again.
_UNBORN, _STARTS = "Kernel died before replying", 3
_VERDICT = re.compile(
    r"^(?P<id>[a-z0-9-]+): (?P<verdict>holds|fails|undecided)\. "
    r"(Proved [^;]+; )?[Cc]hecked here: (?P<evidence>[0-9a-z, ]+)\."
)


@dataclass(frozen=True)
class Execution:
    """What one run of one notebook gave."""

    notebook: str  # as a file holds it, without timings
    printed: str  # all that the cells printed
    parameters: Mapping[str, Any]  # all of them, as it ran
    seconds: float  # the start of the kernel included
    error: str | None  # the exception and the cell that raised it; later cells did not run


def _load(path: Path) -> Any:
    from papermill.iorw import load_notebook_node

    if not path.is_file():
        raise InputError(f"{path}: no such notebook; run from a checkout of the book")
    try:
        return load_notebook_node(str(path))
    except Exception as error:  # nbformat's own errors share no base class
        raise InputError(f"{path}: not a notebook ({first_line(error)})") from error


def defaults(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook, those of its cell so tagged, with their defaults.

    Raises:
        InputError: the file is not there, or is not a notebook.
    """
    return _defaults(_load(path))


def _defaults(notebook: Any) -> dict[str, Any]:
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.tags]
    lines = [line for cell in cells for line in ast.parse(cell.source).body]
    return {
        line.targets[0].id: ast.literal_eval(line.value)
        for line in lines
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
    }


def check_parameters(
    path: Path, given: Mapping[str, Any], profile: str = "book"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parameters to pass to a notebook, and all that it then has.

    The values given go before the profile's, in the notebook's metadata, and those before its
    defaults.

    Raises:
        InputError: the notebook has no parameter of that name, or it takes no such value.
    """
    notebook = _load(path)
    known = _defaults(notebook)
    profiles = notebook.metadata.get("lossurface", {}).get("profiles", {})
    chosen = dict(profiles.get(profile, {})) | dict(given)
    for name in chosen:  # papermill only logs the unknown
        if name not in known:
            listed = ", ".join(known) or "none"
            raise InputError(f"{path.name}: unknown parameter {name!r}; it has {listed}")
    check_options(chosen)
    return chosen, known | chosen


def execute(
    path: Path, given: Mapping[str, Any], *, profile: str = "book", timeout: int | None = None
) -> Execution:
    """Run a notebook in its own folder; the file is never written to.

    A cell that raises, or takes more than `timeout` seconds, is an outcome, not an exception.

    Args:
        path: the notebook.
        given: values that replace its defaults.
        profile: whose values in the notebook's metadata replace its defaults.
        timeout: seconds for each cell; None for no limit.

    Raises:
        InputError: an unknown parameter, or no notebook at `path`.
        BrokenOff: the disk is full.
    """
    chosen, parameters = check_parameters(path, given, profile)
    started = time.perf_counter()
    for _ in range(_STARTS):
        with breaking_off(Path(tempfile.gettempdir())):
            notebook, error = _run_cells(path, chosen, timeout)
        if error is None or _UNBORN not in error:
            break
    seconds = time.perf_counter() - started
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = "".join(output.text for output in outputs if output.get("name") == "stdout")
    return Execution(_text(notebook), printed, parameters, seconds, error)


def _run_cells(path: Path, chosen: dict[str, Any], timeout: int | None) -> tuple[Any, str | None]:
    """Return a notebook as its run left it, and what went wrong, None if nothing did."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from papermill.parameterize import parameterize_notebook

    notebook = _load(path)
    if chosen:
        notebook = parameterize_notebook(notebook, chosen)
    client: Any = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.resolve().parent)}},
        coalesce_streams=True,  # where the kernel cut a stream is chance
        raise_on_iopub_timeout=True,
        record_timing=False,
        # A kernel's own remarks are about its sockets, not about the notebook.
        extra_arguments=["--log-level=CRITICAL"],
    )
    try:
        # As nbclient's `execute` does, but that it would keep an interruption from us. Figures are
        # recorded whole: whoever reads the result has no kernel (`show.live`).
        with client.setup_kernel(env=os.environ | {"LOSSURFACE_STATIC": "1"}):
            about = client.wait_for_reply(client.kc.kernel_info())
            notebook.metadata["language_info"] = about["content"]["language_info"]
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
    except CellExecutionError as failure:
        (cell,) = (cell for cell in notebook.cells if _raised(cell))
        told = f"{failure.ename}: {failure.evalue}".strip()
        return notebook, f"{told} (cell {cell.execution_count}: {cell.source.splitlines()[0]})"
    except Exception as failure:  # a dead kernel, a time-out: told, not raised
        if isinstance(failure, OSError) and failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # no fault of the notebook
        return notebook, f"{type(failure).__name__}: {first_line(failure)}"
    return notebook, None


def _raised(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _text(notebook: Any) -> str:
    import nbformat

    for part in (notebook, *notebook.cells):
        part.metadata.pop("papermill", None)
    return f"{nbformat.writes(notebook)}\n"


@dataclass(frozen=True)
class Record:
    """The outcome for one claim."""

    id: str
    title: str
    page: str
    verdict: str  # holds, fails, undecided, or error where the notebook broke off
    evidence: Sequence[str]  # kinds of evidence, as the verdict line names them
    detail: str  # the verdict line
    seconds: float
    device: str  # in words
    seed: int | None
    parameters: Mapping[str, Any]  # all of the notebook's, as it ran
    error: str | None


@dataclass(frozen=True)
class Summary:
    """A whole reproduction."""

    records: Sequence[Record]  # one for each claim asked for, in that order
    profile: str
    device: str  # as passed to the notebooks
    device_name: str
    started: str  # ISO 8601, UTC
    seconds: float
    versions: Mapping[str, str] = field(default_factory=versions)

    @property
    def ok(self) -> bool:
        """Whether every claim asked for holds."""
        return all(record.verdict == "holds" for record in self.records)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; each record stands alone, with the versions in it."""
        data = asdict(self)
        for record in data["records"]:
            record["versions"] = data["versions"]
        return {"format": "lossurface/summary", "version": 1, **data}

    def table(self) -> str:
        """Return the summary as lines of text: a row for each claim, the errors, the run."""
        row = "{:18}{:11}{:26}{:>8}  {}".format
        lines = [row("claim", "verdict", "checks", "seconds", "seed")]
        lines += [
            row(r.id, r.verdict, ", ".join(r.evidence) or "-", f"{r.seconds:.1f}", r.seed)
            for r in self.records
        ]
        lines += [f"{r.id}: {r.error}" for r in self.records if r.error]
        held = sum(record.verdict == "holds" for record in self.records)
        lines += [
            f"{held} of {len(self.records)} hold; profile {self.profile}, {self.device_name}, "
            f"{self.seconds:.0f} s",
            ", ".join(f"{name} {version}" for name, version in self.versions.items()),
        ]
        return "\n".join(lines)


def printed_verdict(claim: str, text: str) -> tuple[str, list[str], str] | None:
    """Return (verdict, evidence, line) from the last verdict line on a claim in what was printed.

    A verdict line is what `print(verdict)` gives; None where there is none on this claim.
    """
    for line in reversed(text.splitlines()):
        match = _VERDICT.match(line)
        if match is not None and match["id"] == claim:
            kinds = re.findall("exact|enclosed|sampled", match["evidence"])
            return match["verdict"], kinds, line
    return None


def run(
    ids: Sequence[str] = (),
    *,
    device: str = "auto",
    profile: str = "book",
    out: str | Path = "reproduced",
    seed: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    pool: Pool | None = None,
    echo: Callable[[str], object] = print,
    book: Path | None = None,
) -> Summary:
    """Run the notebooks of the claims and write them, and a summary, below `out`.

    A notebook that ran to its end is recorded in `out`/records and not run again for the same
    parameters, notebook, package and versions; one that broke off is.

    Args:
        ids: claims to reproduce; none means all of them.
        device: "cpu", "cuda", or "auto", cuda where there is one.
        profile: "book" (the defaults of the page), "quick" or "full" (as its metadata says).
        out: a folder; gets ID.ipynb for each claim, summary.json and summary.txt.
        seed: replaces the seed of every notebook.
        parameters: replaces these in every notebook; one that a notebook lacks is an error.
        pool: where they run; by default one by one, in this process.
        echo: takes each line of progress.
        book: the folder of the pages; by default the checkout's.

    Raises:
        InputError: an unknown claim, device, profile or parameter; nothing has then been run.
        BrokenOff: a full disk, a lost scheduler; what is recorded stays, and a rerun resumes.
    """
    pool, folder = pool or Pool(), Path(out)
    if profile not in PROFILES:
        raise InputError(f"profile {profile!r}: not one of {', '.join(PROFILES)}")
    picked, device_name = pool.pick_device(device)
    given = {"device": picked} | ({} if seed is None else {"seed": seed}) | dict(parameters or {})
    # What "auto" picked enters no key: a run that lost its GPU goes on without.
    rests_on, tasks = {"package": package()}, {}
    for claim in select(ids):
        path = (book or _book()) / f"{claim.page}.ipynb"
        _, complete = check_parameters(path, given, profile)
        notebook = hashlib.sha256(path.read_bytes()).hexdigest()
        if complete.get("device") == picked:
            complete["device"] = device
        about = rests_on | {"claim": claim.id, "notebook": notebook, "parameters": complete}
        tasks[claim.id] = Task(_record, (claim, path, given, profile, device_name), about)
    started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    found = run_tasks(
        tasks, folder, pool, echo, lambda r: f"{r['id']}: {r['verdict']}, {r['seconds']} s"
    )
    executed = {result["id"]: result.pop("notebook") for result in found}
    seconds = round(time.perf_counter() - clock, 1)
    records = [Record(**result) for result in found]
    summary = Summary(records, profile, picked, device_name, started, seconds)
    with breaking_off(folder):
        for name, text in executed.items():
            write_atomically(folder / f"{name}.ipynb", text)
        write_atomically(folder / "summary.json", json.dumps(summary.to_dict(), indent=2) + "\n")
        write_atomically(folder / "summary.txt", summary.table() + "\n")
    return summary


def _book() -> Path:
    """Return the folder of the pages: that of the package's checkout, or of the current folder."""
    checkout = Path(__file__).resolve().parents[2] / "book"
    return checkout if checkout.is_dir() else Path("book").resolve()


def _record(
    claim: Claim, path: Path, given: Mapping[str, Any], profile: str, device: str
) -> dict[str, Any]:
    """Return a record as JSON values, with the executed notebook; whatever broke is in there."""
    done = execute(path, given, profile=profile)
    printed = printed_verdict(claim.id, done.printed)
    verdict, evidence, detail = printed or ("undecided", [], "the notebook printed no verdict line")
    record = Record(
        id=claim.id,
        title=claim.title,
        page=claim.page,
        verdict="error" if done.error is not None and verdict != "fails" else verdict,
        evidence=evidence,
        detail=detail,
        seconds=round(done.seconds, 1),
        device=device,
        seed=done.parameters.get("seed"),
        parameters=done.parameters,
        error=detail if done.error is None and printed is None else done.error,
    )
    return asdict(record) | {"notebook": done.notebook}
